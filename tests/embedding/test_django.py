"""The template for Django, in a project with two languages that Django's own server runs."""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import Browser, Page

from tests.embedding.tries import (
    EXAMPLES,
    address_of,
    check_link_without_script,
    check_nothing_is_shown,
    check_thread_and_form,
    declare,
    framed_by,
    one_free_port,
    running,
)

PROJECT = """
import sys
from django.conf import settings
from django.conf.urls.i18n import i18n_patterns
from django.core.management import execute_from_command_line
from django.shortcuts import render
from django.urls import path

settings.configure(
    SECRET_KEY="only-for-this-test", ALLOWED_HOSTS=["localhost"], ROOT_URLCONF=__name__,
    MIDDLEWARE=["django.middleware.security.SecurityMiddleware", "django.middleware.locale.LocaleMiddleware"],
    SECURE_CROSS_ORIGIN_OPENER_POLICY="same-origin", SECURE_REFERRER_POLICY="same-origin",
    LANGUAGE_CODE="en", LANGUAGES=[("en", "English"), ("km", "Khmer")], USE_I18N=True,
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates", "DIRS": ["templates"]}],
)

def story(request, slug):
    return render(request, "story.html", {"slug": slug})

urlpatterns = i18n_patterns(path("<slug:slug>/", story))
if __name__ == "__main__":
    execute_from_command_line(sys.argv)
"""
STORY_PAGE = """<!doctype html><html><meta charset="utf-8"><title>Ferry workers</title><h1>Ferry workers</h1>
{% include "yobal_comments.html" with address="ADDRESS" story=slug %}"""


def _write_project(folder: Path, address: str) -> None:
    templates = folder / "templates"
    templates.mkdir(parents=True)
    shutil.copy(EXAMPLES / "django/yobal_comments.html", templates)
    (templates / "story.html").write_text(STORY_PAGE.replace("ADDRESS", address))
    (folder / "manage.py").write_text(PROJECT)


def test_a_page_made_by_django_shows_the_thread_of_its_slug_and_language(
    tmp_path: Path, browser_here: Browser, page: Page
) -> None:
    port = one_free_port()
    with framed_by(tmp_path / "yobal", port) as served:
        project = tmp_path / "django"
        _write_project(project, address_of(served))
        command = [sys.executable, "manage.py", "runserver", f"localhost:{port}", "--noreload"]
        with running(command, project, port=port, environment=os.environ):
            origin = f"http://localhost:{port}"
            for edition in ("en", "km"):
                declare(served, "ferry", f"{origin}/{edition}/ferry/", edition=edition)
            check_thread_and_form(page, f"{origin}/en/ferry/", served, "ferry")
            check_nothing_is_shown(page, f"{origin}/en/undeclared/")
            check_link_without_script(browser_here, f"{origin}/en/ferry/", served, "ferry")
            page.goto(f"{origin}/km/ferry/")
            assert page.locator("yobal-comments").get_attribute("edition") == "km"
            assert page.locator("yobal-comments section.yobal").get_attribute("lang") == "km"
