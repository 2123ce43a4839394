"""A lead looks at an import and signs it, and refuses another, with the keyboard in a real browser."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.actors import Actors, Moderator
from tests.browser.fixtures import NewsroomWithLead, serve_newsroom
from tests.imports.importing import SAMPLES


@pytest.fixture(scope="module")
def own(browser_here: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewsroomWithLead]:
    yield from serve_newsroom(
        browser_here, tmp_path_factory.mktemp("own"), release_interval_seconds=2
    )


def open_imports(lead: Moderator) -> None:
    lead.page.goto(f"{lead.newsroom.desk_url}/#imports")
    lead.page.reload()


def press(lead: Moderator, name: str) -> None:
    button = lead.page.get_by_role("button", name=name, exact=True)
    button.focus()
    lead.page.keyboard.press("Enter")


def test_a_lead_reads_a_sample_and_signs(own: NewsroomWithLead, actors: Actors) -> None:
    story = own.newsroom.story(key="ferry")
    own.newsroom.import_comments("old-site", SAMPLES / "disqus.xml")
    lead = own.lead_in_fresh_browser(actors)
    open_imports(lead)
    section = lead.page.get_by_role("region", name="old-site")
    expect(section).to_contain_text("6 comments are waiting for a lead")
    line = lead.page.get_by_text("1 import is waiting for a lead’s signature.")
    expect(line).to_be_visible()
    press(lead, "Show some of them")
    sample = section.get_by_role("list")
    expect(sample).to_contain_text("They never do.")
    expect(lead.page.get_by_role("heading", name="A sample")).to_be_focused()
    section.get_by_role("button", name="The bridge & its price").click()
    expect(sample).not_to_contain_text("They never do.")
    press(lead, "Sign")
    expect(section).to_contain_text("igned")
    expect(line).to_have_count(0)
    for _ in range(20):  # until the next slot, two seconds away
        if "They never do." in story.get():
            break
        lead.page.wait_for_timeout(500)
    assert "They never do." in story.get()
    assert story.texts()[-3:] != []


def test_a_lead_refuses_after_a_question(own: NewsroomWithLead, actors: Actors) -> None:
    own.newsroom.import_comments("unwanted", SAMPLES / "disqus.xml")
    lead = own.lead_in_fresh_browser(actors)
    open_imports(lead)
    section = lead.page.get_by_role("region", name="unwanted")
    press(lead, "Refuse…")
    expect(lead.page.locator("#refuse-question")).to_be_focused()
    press(lead, "Cancel")
    expect(section).to_contain_text("are waiting for a lead")
    press(lead, "Refuse…")
    press(lead, "Delete them")
    expect(section).to_have_count(0)


def test_a_moderator_sees_no_imports(own: NewsroomWithLead, actors: Actors) -> None:
    lead = own.lead_in_fresh_browser(actors)
    egret = actors.moderator(own.newsroom).join(lead, "Egret")
    expect(egret.page.get_by_role("link", name="People")).to_be_visible()
    expect(egret.page.get_by_role("link", name="Imports")).to_have_count(0)
    expect(egret.page.get_by_text("signature")).to_have_count(0)
