"""In a demonstration every page of the desk says that it is one."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.actors import Actors
from tests.browser.gallery import Demo, served_demo


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    yield from served_demo(tmp_path_factory.mktemp("demo"))


def test_every_page_of_the_demo_desk_shows_the_demo_banner(demo: Demo, actors: Actors) -> None:
    page = actors.context().new_page()
    mark = page.locator("aside.demo")
    for path in ("recover", "join", ""):
        page.goto(demo.desk_url + path)
        expect(mark).to_be_visible()
    page.locator("#pseudonym").fill(demo.pseudonym)
    page.locator("#passphrase").fill(demo.passphrase)
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.locator("#queue-title")).to_be_visible()
    for tab in ("History", "People", "Queue"):
        page.get_by_role("link", name=tab, exact=True).click()
        expect(mark).to_be_visible()


def test_the_form_on_the_story_page_is_set_apart_and_leads_back_to_the_story(
    demo: Demo, actors: Actors
) -> None:
    page = actors.context(java_script_enabled=False).new_page()
    page.goto(demo.story_url)
    last_comment = page.locator(".yobal-comment").last.bounding_box()
    form = page.locator(".yobal-form-section").bounding_box()
    assert last_comment is not None
    assert form is not None
    assert form["y"] - (last_comment["y"] + last_comment["height"]) >= 24
    page.locator("#yobal-text").fill("From the story's page.")
    for _ in range(2):
        page.get_by_role("button", name="Send to the moderators").click()
    expect(page.get_by_role("heading", name="Your comment reached us")).to_be_visible()
    page.get_by_role("link", name="Back to the story").click()
    expect(page).to_have_url(demo.story_url)


def test_the_story_with_one_line_in_its_template_shows_the_same_comments(
    demo: Demo, actors: Actors
) -> None:
    page = actors.context().new_page()
    page.goto(demo.story_url)
    texts = page.locator(".yobal-text").all_inner_texts()
    page.goto(demo.story_url + "/one-line")
    thread = page.locator("yobal-comments")
    thread.scroll_into_view_if_needed()
    expect(thread.locator(".yobal-text")).to_have_text(texts)
    form = thread.frame_locator(".form.is-shown iframe")
    form.get_by_role("textbox", name="Your comment").fill("From the frame.")
    form.get_by_role("button", name="Send to the moderators").click()
    expect(form.get_by_role("heading", name="Read it once more")).to_be_visible()
    form.get_by_role("button", name="Send to the moderators").click()
    expect(form.get_by_role("heading", name="Your comment reached us")).to_be_visible()
