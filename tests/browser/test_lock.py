"""Locking and unlocking the desk, and the list of sessions: in real browsers, by keyboard and on a phone."""

import re
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Route, expect

from tests.browser.actors import PHONE, Actors, Moderator
from tests.browser.fixtures import NewsroomWithLead, serve_newsroom
from tests.browser.newsroom import STILL_SECONDS
from tests.browser.sending import send

WORDS: Final = "Waits behind a lock."
DRAFT: Final = "Half of an edit."
PIN: Final = "4711"
LOCK: Final = "Control+Shift+L"
# The server answers nothing from now on, as on a train.
OFFLINE: Final = "**/api/desk/**"


@pytest.fixture(scope="module")
def own(browser_here: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewsroomWithLead]:
    """A newsroom of its own, because its sessions are counted and its server is restarted."""
    made = serve_newsroom(
        browser_here, tmp_path_factory.mktemp("lock"), release_interval_seconds=STILL_SECONDS
    )
    served = next(made)
    send(served.newsroom.story(), WORDS)
    yield served
    with pytest.raises(StopIteration):
        next(made)


@pytest.fixture
def desk(own: NewsroomWithLead, actors: Actors) -> Moderator:
    """The lead in a fresh browser, with a PIN."""
    lead = own.lead_in_fresh_browser(actors)
    _set_pin(lead)
    return lead


def _set_pin(lead: Moderator) -> None:
    lead.go("People")
    lead.page.get_by_label("A PIN for this session").fill(PIN)
    lead.page.keyboard.press("Enter")
    expect(lead.page.locator("#sessions-result")).to_be_focused()
    lead.go("Queue")
    expect(lead.row(WORDS)).to_have_count(1)  # no request is under way when the test begins


def _begin(lead: Moderator) -> None:
    lead.open(WORDS)
    lead.press("e")
    lead.page.locator("#edit-text").fill(DRAFT)


def _expect_locked(lead: Moderator) -> None:
    """And nothing of a comment, nor of what was typed, is on the page."""
    expect(lead.page.get_by_role("heading", level=1)).to_have_text("Locked")
    content = lead.page.content()
    assert WORDS not in content
    assert DRAFT not in content


def _unlock(lead: Moderator, pin: str = PIN) -> None:
    expect(lead.page.locator("#pin")).to_be_focused()
    lead.page.keyboard.type(pin)
    lead.page.keyboard.press("Enter")


def test_a_key_locks_at_once_even_while_typing_and_a_pin_gives_everything_back(
    desk: Moderator,
) -> None:
    _begin(desk)
    expect(desk.page.locator("#edit-text")).to_be_focused()
    desk.page.keyboard.press(LOCK)
    _expect_locked(desk)
    _unlock(desk)
    expect(desk.page.locator("#edit-text")).to_have_value(DRAFT)
    expect(desk.row(WORDS)).to_have_count(1)


def test_the_key_locks_from_within_a_dialog_and_is_listed_there(desk: Moderator) -> None:
    desk.press("?")
    dialog = desk.page.get_by_role("dialog")
    expect(dialog).to_contain_text("lock the desk at once")
    desk.page.keyboard.press(LOCK)
    _expect_locked(desk)
    expect(dialog).to_have_count(0)


def test_a_locked_desk_stays_locked_after_a_reload(desk: Moderator) -> None:
    desk.page.keyboard.press(LOCK)
    _expect_locked(desk)
    desk.page.reload()
    _expect_locked(desk)
    _unlock(desk)
    desk.settled()


def test_the_desk_locks_by_itself_after_ten_minutes_without_use(
    own: NewsroomWithLead, actors: Actors
) -> None:
    desk = actors.moderator(own.newsroom, **PHONE)
    desk.page.clock.install()
    desk.sign_in(own.pseudonym, own.passphrase)
    _set_pin(desk)
    desk.page.clock.fast_forward("09:00")
    expect(desk.page.locator(".desk")).to_be_visible()
    desk.page.touchscreen.tap(200, 300)  # counts as use
    desk.page.clock.fast_forward("09:00")
    expect(desk.page.locator(".desk")).to_be_visible()
    desk.page.clock.fast_forward("02:00")
    _expect_locked(desk)
    assert desk.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_notice_comes_a_minute_before_the_lock_and_goes_when_the_desk_is_used(
    own: NewsroomWithLead, actors: Actors
) -> None:
    desk = actors.moderator(own.newsroom)
    desk.page.clock.install()
    desk.sign_in(own.pseudonym, own.passphrase)
    _set_pin(desk)
    _begin(desk)
    notice = desk.page.locator(".lock-notice .notice")
    desk.page.clock.fast_forward("08:50")
    expect(notice).to_have_count(0)
    desk.page.clock.fast_forward("00:20")
    expect(notice).to_contain_text("will lock in less than a minute")
    desk.page.keyboard.press("Shift")
    expect(notice).to_have_count(0)
    desk.page.clock.fast_forward("09:10")
    expect(notice).to_be_visible()
    desk.page.clock.fast_forward("01:00")
    _expect_locked(desk)
    _unlock(desk)
    expect(desk.page.locator("#edit-text")).to_have_value(DRAFT)


def test_after_five_wrong_pins_only_the_words_open_the_desk_and_the_draft_is_still_there(
    desk: Moderator,
) -> None:
    _begin(desk)
    desk.page.keyboard.press(LOCK)
    for left in (4, 3, 2, 1):
        _unlock(desk, "0000")
        expect(desk.page.get_by_role("alert")).to_have_text(
            re.compile(rf"wrong\. {left} (try|tries)")
        )
    _unlock(desk, "0000")
    expect(desk.page.get_by_role("alert")).to_contain_text("it was the last try")
    expect(desk.page.locator("#pin")).to_have_count(0)
    expect(desk.page.locator("#passphrase")).to_be_focused()
    desk.type_passphrase()
    expect(desk.page.locator("#edit-text")).to_have_value(DRAFT)


def test_locking_and_unlocking_one_tab_does_it_in_all_and_each_keeps_its_draft(
    own: NewsroomWithLead, desk: Moderator
) -> None:
    other = Moderator(desk.page.context.new_page(), own.newsroom)
    other.look()
    _begin(other)
    desk.page.keyboard.press(LOCK)
    _expect_locked(desk)
    _expect_locked(other)
    desk.page.bring_to_front()
    _unlock(desk)
    desk.settled()
    expect(other.page.locator("#edit-text")).to_have_value(DRAFT)


def test_a_session_that_is_ended_elsewhere_closes_its_desk_and_says_so(
    own: NewsroomWithLead, actors: Actors, desk: Moderator
) -> None:
    lost = actors.moderator(own.newsroom, **PHONE).sign_in(own.pseudonym, own.passphrase)
    lost.go("People")
    lost.page.get_by_label("Name of this device").fill("Red phone")
    lost.page.get_by_role("button", name="Rename").click()
    expect(lost.page.locator(".sessions li").first).to_contain_text("Red phone this one")
    lost.go("Queue")
    _begin(lost)
    desk.go("People")
    desk.page.reload()
    row = desk.page.locator(".sessions li", has_text="Red phone")
    expect(row).to_contain_text(re.compile(r"began after \d{4}-\d\d-\d\d 07:00, ends at"))
    row.get_by_role("button", name="End").focus()
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator("#sessions-result")).to_be_focused()
    expect(row).to_have_count(0)
    lost.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    _expect_locked(lost)
    expect(lost.page.get_by_role("alert")).to_contain_text("ended from another device")
    expect(lost.page.locator("#pin")).to_have_count(0)


def test_all_other_sessions_are_ended_by_keyboard_after_one_question(
    own: NewsroomWithLead, actors: Actors, desk: Moderator
) -> None:
    phones = [
        actors.moderator(own.newsroom, **PHONE).sign_in(own.pseudonym, own.passphrase)
        for _ in range(2)
    ]
    desk.go("People")
    desk.page.reload()
    rows = desk.page.locator(".sessions li")
    expect(rows.nth(2)).to_be_visible()
    names = rows.locator("b").all_inner_texts()
    assert len(set(names)) == len(names)
    ask = desk.page.get_by_role("button", name="End all other sessions…")
    ask.focus()
    desk.page.keyboard.press("Enter")
    end = desk.page.get_by_role("button", name=re.compile("^End [0-9]+ other sessions$"))
    expect(end).to_be_focused()
    desk.page.keyboard.press("Tab")
    desk.page.keyboard.press("Enter")
    expect(ask).to_be_focused()  # cancelled
    expect(rows).to_have_count(len(names))
    desk.page.keyboard.press("Enter")
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator("#sessions-result")).to_be_focused()
    expect(rows).to_have_count(1)
    expect(ask).to_have_count(0)
    for phone in phones:
        phone.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        expect(phone.page.get_by_role("alert")).to_contain_text("ended from another device")


def test_without_the_server_a_lock_leaves_nothing_that_a_reload_could_open(
    desk: Moderator,
) -> None:
    lost: list[str] = []

    def lose(route: Route) -> None:
        lost.append(urlsplit(route.request.url).path)
        route.abort()

    desk.page.route(OFFLINE, lose)
    desk.page.keyboard.press(LOCK)
    # An open desk that cannot load its queue has such a button too. The server must not come back
    # before the lock has failed, or it would lock the session.
    again = desk.page.locator(".narrow-page").get_by_role("button", name="Try again")
    expect(again).to_be_visible()
    expect(desk.page.locator("#desk .desk")).to_have_count(0)
    assert "/api/desk/lock" in lost
    desk.page.unroute(OFFLINE)
    again.click()
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_after_a_restart_of_the_server_a_reload_needs_the_words_again(
    own: NewsroomWithLead, desk: Moderator
) -> None:
    own.newsroom.stop()
    own.newsroom.start()
    desk.page.get_by_role("link", name="History").click()  # the open desk goes on
    expect(desk.page.get_by_role("heading", name="History")).to_be_visible()
    desk.page.goto(f"{own.newsroom.desk_url}/")
    expect(desk.page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_a_lead_ends_a_colleagues_sessions_and_cancels_an_invitation(
    own: NewsroomWithLead, actors: Actors
) -> None:
    lead = own.lead_in_fresh_browser(actors)
    egret = actors.moderator(own.newsroom).join(lead, "Egret")
    link = lead.invite("moderator")
    lead.page.reload()
    end = lead.page.get_by_role("button", name=re.compile("End 1 session"))
    end.focus()
    lead.page.keyboard.press("Enter")
    expect(lead.page.locator("#sessions-result")).to_contain_text("The sessions of Egret are ended")
    egret.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(egret.page.get_by_role("heading", level=1)).to_have_text("Sign in")

    lead.page.get_by_role("button", name="Cancel the invitation").focus()
    lead.page.keyboard.press("Enter")
    expect(lead.page.get_by_role("button", name="Cancel the invitation")).to_have_count(0)
    stranger = actors.moderator(own.newsroom)
    stranger.page.goto(link)
    expect(stranger.page.locator("body")).to_contain_text("This link does not work")
