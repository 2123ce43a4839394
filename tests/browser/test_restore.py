"""After a restore: browsers return what the server lost, or a lead says who is still a member. And the signed pin."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.actors import Actors, Moderator
from tests.browser.bulk import BulkHarness, open_bulk_harness
from tests.browser.fixtures import NewsroomWithLead, serve_newsroom
from tests.browser.newsroom import STILL_SECONDS
from tests.people_tables import read_people, write_people
from yobal.actions import accept_roster, member_keys
from yobal.core.roster import statement_hash

RED = "Stop: this desk cannot be trusted"


@pytest.fixture
def own(browser_here: Browser, tmp_path: Path) -> Iterator[NewsroomWithLead]:
    yield from serve_newsroom(
        browser_here,
        tmp_path / "own",
        release_interval_seconds=STILL_SECONDS,
        may_report="RosterInvalid|verify the signed list",
    )


@pytest.fixture
def bulk(own: NewsroomWithLead) -> Iterator[BulkHarness]:
    yield from open_bulk_harness(own)


class Newsroom:
    """Sunday: Heron leads, Egret and Ibis are members. Monday: Egret is removed, and Plover joins."""

    def __init__(self, own: NewsroomWithLead, bulk: BulkHarness, actors: Actors) -> None:
        self.own, self.bulk, self.actors = own, bulk, actors
        self.lead = own.lead(actors)
        self.lead.passphrase = own.passphrase
        self.egret = actors.moderator(own.newsroom).join(self.lead, "Egret")
        self.ibis = actors.moderator(own.newsroom).join(self.lead, "Ibis")
        self.sunday = read_people(bulk)
        self._remove("Egret")
        actors.moderator(own.newsroom).join(self.lead, "Plover")
        self.lead.look()
        self.ibis.look()

    def _remove(self, pseudonym: str) -> None:
        self.lead.look().go("People")
        page = self.lead.page
        page.get_by_role("button", name=f"Remove… {pseudonym}").click()
        page.get_by_role("button", name=f"Remove {pseudonym}", exact=True).click()
        expect(page.locator("#removal-result")).to_be_visible()

    def restore(self, *, resumed_by: str = "") -> None:
        """The server starts with Sunday's database."""
        self.own.newsroom.stop()
        write_people(self.bulk, self.sunday)
        if resumed_by:
            pin = self.bulk.components.roster_pin
            with self.bulk.database.reading() as conn:
                first = pin.read().first or ""
                accept_roster.accept(conn, "river-post", pin, first, lead=resumed_by)
        self.own.newsroom.start()

    def sign_in_as_egret(self) -> Page:
        stranger = self.actors.moderator(self.own.newsroom)
        stranger.page.goto(f"{self.own.newsroom.desk_url}/")
        stranger.passphrase = self.egret.passphrase
        stranger.type_passphrase("Egret")
        return stranger.page


@pytest.fixture
def newsroom(own: NewsroomWithLead, bulk: BulkHarness, actors: Actors) -> Newsroom:
    return Newsroom(own, bulk, actors)


def _expect_red(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(RED)
    expect(page.get_by_role("alert")).to_contain_text(words)
    expect(page.locator("li[data-id]")).to_have_count(0)


def test_an_open_browser_returns_what_the_server_lost(newsroom: Newsroom) -> None:
    newsroom.restore()
    _expect_red(newsroom.sign_in_as_egret(), "The server refuses its own list")
    lead = newsroom.lead
    lead.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")  # it polls
    lead.type_passphrase("Heron")  # the server has started again, so it holds no half of the key
    lead.settled().go("People")
    expect(lead.page.get_by_text("Egret")).to_have_count(0)
    expect(lead.page.locator(".without-keys")).to_contain_text("sends a new link")
    names = {row["pseudonym"] for row in newsroom.bulk.read_table("wrapped_epoch_keys")}
    assert "Egret" not in names
    expect(newsroom.sign_in_as_egret().locator(".error")).to_be_visible()


def test_a_locked_browser_returns_them_when_the_words_are_typed(newsroom: Newsroom) -> None:
    ibis = newsroom.ibis
    ibis.page.get_by_role("button", name="Lock").click()
    expect(ibis.page.locator("#passphrase")).to_be_visible()
    stored = ibis.page.evaluate(
        """() => new Promise((resolve) => {
          const request = indexedDB.open("yobal");
          request.onsuccess = () => {
            const store = request.result.transaction("roster-pins").objectStore("roster-pins");
            store.getAll().onsuccess = ({ target }) => resolve(JSON.stringify(target.result));
          };
        })"""
    )
    assert "Heron" not in stored, "colleagues' names are sealed on a locked device"
    newsroom.restore()
    ibis.type_passphrase("Ibis")
    ibis.settled()


def test_a_lead_says_who_is_a_member_if_no_browser_has_the_statements(newsroom: Newsroom) -> None:
    newsroom.restore(resumed_by="Heron")
    _expect_red(newsroom.sign_in_as_egret(), "A backup of the database was restored")
    lead = newsroom.actors.moderator(newsroom.own.newsroom)
    lead.page.goto(f"{newsroom.own.newsroom.desk_url}/")
    lead.passphrase = newsroom.own.passphrase
    lead.type_passphrase("Heron")
    page = lead.page
    expect(page.get_by_role("heading", level=1)).to_have_text("A backup was restored")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page.locator("fieldset")).to_have_count(2)
    page.locator("fieldset", has_text="Egret").locator("[value=removed]").check()
    page.get_by_role("button", name="Sign and continue").click()
    expect(page.locator("#queue-title")).to_have_count(0)
    page.locator("fieldset", has_text="Ibis").locator("[value=stays]").check()
    page.get_by_role("button", name="Sign and continue").click()
    lead.settled()
    expect(page.locator(".notice.resumed")).to_contain_text("confirmed the members")
    ibis = newsroom.ibis
    ibis.page.goto(f"{newsroom.own.newsroom.desk_url}/")
    ibis.type_passphrase("Ibis")
    ibis.settled()
    expect(ibis.page.locator(".notice.resumed")).to_contain_text("Heron")
    expect(newsroom.sign_in_as_egret().locator(".error")).to_be_visible()


# The signed pin, on a device that has never seen the desk


def _write(bulk: BulkHarness, statement: str, **values: Any) -> None:
    with bulk.database.writing() as conn:
        assert conn.execute(sa.text(statement), values).rowcount == 1


def _fresh(own: NewsroomWithLead, actors: Actors) -> Moderator:
    fresh = actors.moderator(own.newsroom)
    fresh.page.goto(f"{own.newsroom.desk_url}/")
    fresh.passphrase = own.passphrase
    fresh.type_passphrase("Heron")
    return fresh


def _shorten(page: Page, count: int) -> None:
    """A server that is controlled by others shows an older roster, and an older head."""

    def roster(route: Route) -> None:
        body = route.fetch().json()
        body["statements"] = body["statements"][:count]
        route.fulfill(body=json.dumps(body), content_type="application/json")

    def session(route: Route) -> None:
        response = route.fetch()
        body = response.json()
        if "roster_head" in body:
            body["roster_head"] = page.evaluate("window.olderHead")
        route.fulfill(response=response, body=json.dumps(body))

    page.route("**/api/desk/roster", roster)
    page.route("**/api/desk/sign-in", session)


def test_a_new_device_learns_from_the_pin_what_the_others_have_seen(
    own: NewsroomWithLead, bulk: BulkHarness, actors: Actors
) -> None:
    lead = own.lead(actors)
    rows = bulk.read_table("moderators")
    oldest = next(bytes(row["roster_pin"]) for row in rows if row["pseudonym"] == "Heron")
    heads = [row["statement"] for row in bulk.read_table("statements")]
    actors.moderator(own.newsroom).join(lead, "Ibis")
    lead.look()
    newest = next(
        bytes(row["roster_pin"])
        for row in bulk.read_table("moderators")
        if row["pseudonym"] == "Heron"
    )
    assert newest != oldest
    set_pin = "update moderators set roster_pin = :pin where pseudonym = 'Heron'"
    older_head = statement_hash(heads[-1])

    _write(bulk, set_pin, pin=b"")
    _expect_red(_fresh(own, actors).page, "is not on the server")
    other = next(
        bytes(row["roster_pin"])
        for row in bulk.read_table("moderators")
        if row["pseudonym"] == "Ibis"
    )
    _write(bulk, set_pin, pin=other)
    _expect_red(_fresh(own, actors).page, "you have not signed it")

    def with_older_roster() -> Page:
        fresh = actors.moderator(own.newsroom)
        fresh.page.goto(f"{own.newsroom.desk_url}/")
        fresh.page.evaluate(f"window.olderHead = '{older_head}'")
        _shorten(fresh.page, len(heads))
        fresh.passphrase = own.passphrase
        fresh.type_passphrase("Heron")
        return fresh.page

    _write(bulk, set_pin, pin=newest)
    _expect_red(with_older_roster(), "Entries are missing")
    # Control, and the limit: an older pin is as well signed, if the server lies as well.
    _write(bulk, set_pin, pin=oldest)
    expect(with_older_roster().locator("#queue-title")).to_be_visible()
    # With an honest server it gains nothing, and the newest is stored again.
    _write(bulk, set_pin, pin=oldest)
    _fresh(own, actors).settled()
    stored = [row for row in bulk.read_table("moderators") if row["pseudonym"] == "Heron"]
    assert bytes(stored[0]["roster_pin"]) == newest


def test_a_file_for_the_sheet_that_its_owner_did_not_make_is_refused(
    own: NewsroomWithLead, bulk: BulkHarness, actors: Actors
) -> None:
    """Its public key is in the roster, so anybody can seal an identity of their own to it."""
    import pyrage

    (row,) = bulk.read_table("statements")[:1]
    recipient = json.loads(row["keys"])["recovery_recipient"]
    first = statement_hash(row["statement"])
    identity = pyrage.x25519.Identity.generate()
    file = f"# yobal roster {first}\n# yobal sheet {'0' * 64}\n{identity}\n".encode()
    sealed = pyrage.encrypt(file, [pyrage.x25519.Recipient.from_str(recipient)])
    # Who only writes the database cannot even do this: it takes a cell of the server.
    signing_key = json.loads(row["keys"])["signing_key"]
    with (
        member_keys.allocating(bulk.components.database, bulk.components.cell_file) as allocate,
        bulk.components.database.writing() as conn,
    ):
        member_keys.replace_identity(
            conn, allocate, signing_key, opened_by="sheet", age_file=sealed
        )
    page = actors.moderator(own.newsroom).page
    page.goto(f"{own.newsroom.desk_url}/recover")
    page.locator("#pseudonym").fill("Heron")
    page.locator("#sheet").fill(own.sheet)
    page.get_by_role("button", name="Make a new passphrase").click()
    expect(page.get_by_text("was not made with it")).to_be_visible()
    expect(page.locator("#new-words")).to_have_count(0)
