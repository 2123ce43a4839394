"""Members and keys that no lead signed: the red page, and words that differ."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, Route, expect

from tests.browser.actors import Actors
from tests.browser.bulk import BulkHarness, open_bulk_harness
from tests.browser.fixtures import NewsroomWithLead, serve_newsroom
from tests.browser.newsroom import STILL_SECONDS
from tests.browser.sending import send
from tests.web.desk_keys import moderator_of

RED: str = "Stop: this desk cannot be trusted"
INSERT_EPOCH = (
    "insert into epochs (id, site_id, number, is_current, first_slot)"
    f" values ('{'b' * 26}', 'river-post', 9, true, 0)"
)
FINGERPRINT = re.compile("([0-9a-f]{4} ){7}[0-9a-f]{4}")
Change = Callable[[list[dict[str, Any]]], None]


@pytest.fixture(scope="module")
def own(browser_here: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewsroomWithLead]:
    """A newsroom whose database is written by others."""
    yield from serve_newsroom(
        browser_here,
        tmp_path_factory.mktemp("own"),
        release_interval_seconds=STILL_SECONDS,
        may_report="RosterInvalid|verify the signed list",
    )


@pytest.fixture
def bulk(own: NewsroomWithLead) -> Iterator[BulkHarness]:
    yield from open_bulk_harness(own)


def _expect_red(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(RED)
    expect(page.get_by_role("alert")).to_contain_text(words)
    expect(page.locator("#queue-title")).to_have_count(0)
    expect(page.locator("li[data-id]")).to_have_count(0)


def _altered(page: Page, change: Change) -> None:
    """The server sends another roster than the one that it verified."""

    def alter(route: Route) -> None:
        body = route.fetch().json()
        change(body["statements"])
        route.fulfill(body=json.dumps(body), content_type="application/json")

    page.route("**/api/desk/roster", alter)


def _as_lead(items: list[dict[str, Any]]) -> None:
    items[-1]["statement"] = items[-1]["statement"].replace("moderator", "lead")


def _other_keys(items: list[dict[str, Any]]) -> None:
    items[0]["keys"] = items[0]["keys"].replace("Heron", "Eagle")


def _without_last(items: list[dict[str, Any]]) -> None:
    del items[-1]


def test_the_sheet_and_the_page_of_people_show_the_same_fingerprint(
    own: NewsroomWithLead, actors: Actors
) -> None:
    lead = own.lead_in_fresh_browser(actors)
    person = actors.moderator(own.newsroom)
    person.page.goto(lead.invite("moderator"))
    person.choose_keys("Ibis")
    on_sheet = person.page.locator("#sheet-fingerprint")
    expect(on_sheet).to_have_text(FINGERPRINT)
    expect(lead.page.locator("#fingerprint")).to_have_text(on_sheet.inner_text())


def test_the_desk_opens_only_with_a_roster_that_it_has_verified_itself(
    own: NewsroomWithLead, actors: Actors
) -> None:
    send(own.newsroom.story(), "For members only.")
    lead = own.lead_in_fresh_browser(actors)
    actors.moderator(own.newsroom).join(lead, "Egret")
    changes: list[tuple[Change, str]] = [
        (_as_lead, "was changed without a lead’s signature"),
        (_other_keys, "was changed without a lead’s signature"),
        (_without_last, "Entries are missing"),
        (lambda items: items.clear(), "was changed without a lead’s signature"),
    ]
    lead.look()
    for change, words in changes:
        _altered(lead.page, change)
        lead.page.reload()
        _expect_red(lead.page, words)
        expect(lead.page.locator(".fingerprints dd").first).to_have_text(FINGERPRINT)
        lead.page.unroute("**/api/desk/roster")
    lead.page.get_by_role("button", name="Try again").click()
    expect(lead.row("For members only.")).to_be_visible()


def test_control_an_unaltered_answer_opens_the_desk(own: NewsroomWithLead, actors: Actors) -> None:
    lead = own.lead(actors)
    _altered(lead.page, lambda _items: None)
    lead.page.reload()
    lead.settled()


def test_a_key_in_the_database_that_no_lead_signed_gives_the_red_page(
    own: NewsroomWithLead, actors: Actors, bulk: BulkHarness
) -> None:
    lead = own.lead_in_fresh_browser(actors)
    _write(bulk, INSERT_EPOCH)
    lead.page.reload()
    _expect_red(lead.page, "a key for readers’ comments that no lead has signed")
    _write(bulk, "delete from epochs where number = 9")
    lead.page.get_by_role("button", name="Try again").click()
    lead.settled()


def test_a_key_that_no_lead_signed_is_noticed_when_a_session_is_renewed(
    own: NewsroomWithLead, actors: Actors, bulk: BulkHarness
) -> None:
    lead = own.lead_in_fresh_browser(actors)
    lead.passphrase = own.passphrase
    lead.page.context.clear_cookies()
    lead.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    lead.page.get_by_role("button", name="Sign in again").click()
    _write(bulk, INSERT_EPOCH)
    lead.type_passphrase()
    _expect_red(lead.page, "a key for readers’ comments that no lead has signed")
    _write(bulk, "delete from epochs where number = 9")


def test_a_member_altered_in_the_database_gives_the_red_page(
    own: NewsroomWithLead, actors: Actors, bulk: BulkHarness
) -> None:
    lead = own.lead_in_fresh_browser(actors)
    statement = "update statements set keys = replace(keys, '{}', '{}') where number = 0"
    _write(bulk, statement.format("Heron", "Eagle"))
    lead.page.reload()
    _expect_red(lead.page, "The server refuses its own list")
    lead.page.get_by_role("button", name="Sign out on this device").click()
    lead.passphrase = own.passphrase
    lead.type_passphrase("Heron")
    _expect_red(lead.page, "The server refuses its own list")
    _write(bulk, statement.format("Eagle", "Heron"))
    lead.page.get_by_role("button", name="Try again").click()
    lead.type_passphrase("Heron")
    lead.settled()


# Invitations


def test_keys_that_were_exchanged_in_the_database_have_other_words(
    own: NewsroomWithLead, actors: Actors, bulk: BulkHarness
) -> None:
    lead, invited = own.lead(actors), actors.moderator(own.newsroom)
    invited.register(lead.invite("moderator"), "Ibis")
    attacker = moderator_of("Ibis")
    _write(
        bulk,
        "update registrations set keys = :keys, keys_signature = :signature",
        keys=attacker.keys,
        signature=attacker.keys_signature,
    )
    lead.type_heard_words("Ibis", invited.read_words())
    expect(lead.page.locator("#words-mismatch")).to_be_focused()
    lead.page.get_by_role("button", name="Discard").click()
    expect(lead.waiting("Ibis")).to_have_count(0)
    assert len(bulk.read_table("registrations")) == 0
    assert "Ibis" not in {row["pseudonym"] for row in bulk.read_table("wrapped_epoch_keys")}
    expect(invited.page.get_by_text("Waiting for your lead")).to_be_visible()


def test_the_first_use_of_a_stolen_link_is_noticed(own: NewsroomWithLead, actors: Actors) -> None:
    lead, invited = own.lead(actors), actors.moderator(own.newsroom)
    link = lead.invite("moderator")
    thief = actors.moderator(own.newsroom)
    thief.register(link, "Ibis")
    invited.page.goto(link)
    expect(invited.page.get_by_role("main")).to_contain_text(
        "somebody else may have: tell your lead"
    )
    lead.type_heard_words("Ibis", "words that the invited person invents here")
    expect(lead.page.locator("#words-mismatch")).to_be_visible()
    expect(thief.page.locator("#queue-title")).to_have_count(0)
    lead.page.get_by_role("button", name="Discard").click()
    expect(lead.waiting("Ibis")).to_have_count(0)


def test_words_may_be_typed_in_any_case_and_with_any_spaces(
    own: NewsroomWithLead, actors: Actors
) -> None:
    lead, invited = own.lead(actors), actors.moderator(own.newsroom)
    invited.register(lead.invite("lead"), "Kingfisher")
    lead.confirm("Kingfisher", f"  {invited.read_words().upper().replace(' ', '   ')} ")
    invited.settled().go("People")
    expect(invited.page.get_by_role("heading", name="Invite")).to_be_visible()


def test_a_link_to_another_roster_is_refused_before_it_is_used(
    own: NewsroomWithLead, actors: Actors
) -> None:
    lead, invited = own.lead(actors), actors.moderator(own.newsroom)
    link = lead.invite("moderator")
    token, _first, key, role = link.partition("#")[2].split(".")
    page = invited.page
    for wrong in (f"{token}.{'A' * 43}.{key}.{role}", f"{token}.{_first}.{'A' * 43}.{role}"):
        page.goto("about:blank")
        page.goto(f"{own.newsroom.desk_url}/join#{wrong}")
        _expect_red(page, "This link is for another desk")
    page.goto("about:blank")
    page.goto(link)
    expect(page.locator("#pseudonym")).to_be_visible()


def _write(bulk: BulkHarness, statement: str, **values: Any) -> None:
    with bulk.database.writing() as conn:
        assert conn.execute(sa.text(statement), values).rowcount > 0
