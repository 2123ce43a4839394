"""The partial for Hugo, in a site with two languages that Hugo builds."""

import subprocess
from pathlib import Path
from shutil import copy

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
    static_site,
)
from tests.serving import needed

SETTINGS = """
baseURL = "{origin}/"
defaultContentLanguage = "en"
disableKinds = ["taxonomy", "term", "RSS", "sitemap"]
[params]
yobalAddress = "{address}"
[languages.en]
languageName = "English"
[languages.km]
languageName = "ភាសាខ្មែរ"
"""
LAYOUT = """<!doctype html><html lang="{{ .Language.Lang }}"><meta charset="utf-8">
<title>{{ .Title }}</title><h1>{{ .Title }}</h1>{{ .Content }}{{ partial "yobal-comments.html" . }}</html>
"""
POSTS = {
    "ferry.en.md": "title: Ferry workers",
    "ferry.km.md": "title: កម្មករសាឡាង",
    "bundle/index.en.md": "title: In a folder of its own",
    "named.en.md": "title: With a slug\nslug: by-its-slug",
}


def _build(folder: Path, origin: str, address: str) -> Path:
    (folder / "layouts/partials").mkdir(parents=True)
    (folder / "layouts/_default").mkdir()
    (folder / "layouts/_default/single.html").write_text(LAYOUT)
    (folder / "layouts/index.html").write_text(
        "{{ range .Site.RegularPages }}{{ .Title }}{{ end }}"
    )
    copy(EXAMPLES / "hugo/yobal-comments.html", folder / "layouts/partials")
    (folder / "config.toml").write_text(SETTINGS.format(origin=origin, address=address))
    for name, head in POSTS.items():
        path = folder / "content/posts" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"---\n{head}\n---\nThe raise did not come.\n", encoding="utf-8")
    subprocess.run([needed("hugo", "hugo"), "--quiet"], cwd=folder, check=True)
    return folder / "public"


def test_a_page_made_by_hugo_shows_the_thread_of_its_name_and_language(
    tmp_path: Path, browser_here: Browser, page: Page
) -> None:
    port = one_free_port()
    with framed_by(tmp_path / "yobal", port) as served:
        built = _build(tmp_path / "hugo", f"http://localhost:{port}", address_of(served))
        with static_site(built, port) as origin:
            for edition in ("en", "km"):
                declare(served, "ferry", f"{origin}/{edition}/posts/ferry/", edition=edition)
            check_thread_and_form(page, f"{origin}/posts/ferry/", served, "ferry")
            check_nothing_is_shown(page, f"{origin}/posts/by-its-slug/")
            check_link_without_script(browser_here, f"{origin}/posts/ferry/", served, "ferry")
            for path, story, edition in (
                ("km/posts/ferry/", "ferry", "km"),
                ("posts/bundle/", "bundle", "en"),
                ("posts/by-its-slug/", "by-its-slug", "en"),
            ):
                page.goto(f"{origin}/{path}")
                thread = page.locator("yobal-comments")
                assert thread.get_attribute("story") == story
                assert thread.get_attribute("edition") == edition
