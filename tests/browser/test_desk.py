"""At the desk: what is decided can be undone, two may decide at once, and nothing typed is lost."""

import re
from typing import Any

from playwright.sync_api import expect

from tests.browser.fixtures import Founded
from tests.browser.sending import send
from tests.browser.visitors import Moderator, Visitors


def test_a_decision_is_undone_from_its_toast_and_the_comment_waits_again(
    still: Founded, visitors: Visitors
) -> None:
    story = still.newsroom.story()
    code = send(story, "Undo me from the toast.", receipt=True)
    desk = still.lead(visitors)
    comment = desk.open("Undo me from the toast.")
    desk.press("a")
    desk.toast.get_by_role("button", name="Undo").click()
    expect(desk.toast).to_contain_text("Undone: it waits again.")
    expect(desk.focus).to_have_attribute("data-id", comment)
    reader = visitors.reader(story)
    reader.until(code, "waiting for a moderator")
    assert desk.look().row("Undo me from the toast.").count() == 1


def test_a_rejection_is_undone_from_the_history(still: Founded, visitors: Visitors) -> None:
    send(still.newsroom.story(), "Undo me from the history.")
    desk = still.lead(visitors)
    comment = desk.open("Undo me from the history.")
    desk.press("d 5 d")
    expect(desk.toast).to_contain_text("Rejected")
    desk.go("History")
    rows = desk.page.locator(f"li.decision[data-id='{comment}']")
    expect(rows).to_contain_text("Rejected by Heron")
    rows.get_by_role("button", name="Undo").click()
    expect(rows.filter(has_text="Undone by Heron")).to_be_visible()
    desk.go("Queue")
    assert desk.look().row("Undo me from the history.").count() == 1


def test_a_second_lead_joins_by_link_and_reads_what_waits(
    still: Founded, visitors: Visitors
) -> None:
    send(still.newsroom.story(), "For both leads.")
    lead = still.lead(visitors)
    expect(lead.page.locator(".notices")).to_contain_text("You are the only lead.")
    second = visitors.moderator(still.newsroom).join(_invitation(lead, "lead"), "Second lead")
    second.open("For both leads.")
    expect(second.page.locator("#reading-words")).to_have_text("For both leads.")
    again = visitors.moderator(still.newsroom).sign_in("Second lead", second.passphrase)
    assert again.page.locator(".notices").inner_text().strip() == ""
    again.go("People")
    expect(again.page.locator("ul.people").first).to_contain_text("Second lead")


def test_an_invitation_works_once(still: Founded, visitors: Visitors) -> None:
    link = _invitation(still.lead(visitors), "moderator")
    visitors.moderator(still.newsroom).join(link, "Only once")
    late = visitors.moderator(still.newsroom)
    late.page.goto(link)
    expect(late.page.get_by_role("heading")).to_have_text("This link does not open anything")
    assert "#" not in late.page.url


def test_a_moderator_may_not_invite(still: Founded, visitors: Visitors) -> None:
    link = _invitation(still.lead(visitors), "moderator")
    moderator = visitors.moderator(still.newsroom).join(link, "No inviting")
    moderator.go("People")
    expect(moderator.page.locator("ul.people").first).to_contain_text("No inviting")
    expect(moderator.page.get_by_role("heading", name="Invite")).to_have_count(0)


def test_the_recovery_sheet_makes_a_new_passphrase_and_ends_the_old_one(
    still: Founded, visitors: Visitors
) -> None:
    send(still.newsroom.story(), "Read after the recovery.")
    link = _invitation(still.lead(visitors), "moderator")
    lost = visitors.moderator(still.newsroom).join(link, "Forgetful")
    found = visitors.moderator(still.newsroom).recover("Forgetful", lost.sheet)
    assert found.passphrase != lost.passphrase
    found.open("Read after the recovery.")
    visitors.moderator(still.newsroom).sign_in("Forgetful", found.passphrase)
    old = visitors.moderator(still.newsroom)
    old.page.goto(still.newsroom.desk_url)
    old.passphrase = lost.passphrase
    old.type_passphrase("Forgetful")
    expect(old.page.locator("#sign-in-error")).to_contain_text("This does not fit.")


def test_of_two_who_decide_one_wins_and_the_other_is_told(
    still: Founded, visitors: Visitors
) -> None:
    send(still.newsroom.story(), "Two want to decide.")
    link = _invitation(still.lead(visitors), "moderator")
    other = visitors.moderator(still.newsroom).join(link, "Other hand")
    lead = still.lead(visitors)
    for desk in (lead, other):
        desk.open("Two want to decide.")
    lead.press("a")
    expect(lead.toast).to_contain_text("Published")
    other.press("d 1 d")
    expect(other.toast).to_contain_text("Heron was first: this comment is already published.")


def test_an_ended_session_keeps_what_was_typed_and_sends_it_after_signing_in_again(
    still: Founded, visitors: Visitors
) -> None:
    send(still.newsroom.story(), "Edited over an ended session.")
    desk = still.lead(visitors)
    desk.open("Edited over an ended session.")
    desk.press("e")
    desk.page.locator("#edit-text").fill("Typed before it ended.")
    desk.choose("reworded")
    desk.choose("respect")
    desk.page.context.clear_cookies()
    desk.page.locator("#publish-edited").click()
    again = desk.page.get_by_role("dialog", name="Sign in again")
    expect(again).to_contain_text("What you decided and typed is still here.")
    expect(desk.page.locator("#pseudonym")).to_have_value("Heron")
    desk.type_passphrase()
    expect(desk.toast).to_contain_text("Published with an edit")
    expect(again).to_have_count(0)
    desk.go("History")
    expect(desk.past("Typed before it ended.")).to_be_visible()


def test_a_decision_survives_a_lost_connection_and_is_sent_again(
    still: Founded, visitors: Visitors
) -> None:
    send(still.newsroom.story(), "Decided while offline.")
    desk = still.lead(visitors)
    desk.open("Decided while offline.")
    desk.page.context.set_offline(True)
    desk.press("d 2 d")
    notice = desk.page.locator(".notices [role=alert]")
    expect(notice).to_contain_text("1 decision could not be sent. Nothing is lost")
    desk.page.context.set_offline(False)
    notice.get_by_role("button", name="Try again").click()
    expect(desk.toast).to_contain_text("Rejected")
    expect(notice).to_have_count(0)
    assert desk.look().row("Decided while offline.").count() == 0


def test_a_locked_desk_opens_only_with_the_passphrase(still: Founded, visitors: Visitors) -> None:
    send(still.newsroom.story(), "Behind the lock.")
    desk = still.lead(visitors)
    desk.open("Behind the lock.")
    desk.page.get_by_role("button", name="Lock", exact=True).click()
    expect(desk.page.get_by_role("heading", name="Sign in")).to_be_visible()
    desk.page.reload()
    expect(desk.page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert desk.page.context.cookies() == []
    assert _kept_keys(desk) == 0
    desk.type_passphrase("Heron")
    desk.settled().open("Behind the lock.")


def test_the_queue_does_not_move_while_others_write(still: Founded, visitors: Visitors) -> None:
    story = still.newsroom.story()
    send(story, "Here first.")
    desk = still.lead(visitors)
    rows = desk.page.locator("li[data-id]")
    before = rows.evaluate_all("rows => rows.map(row => row.dataset.id)")
    waiting = _number(desk.page.locator("#queue-title"))
    send(story, "Here later.")
    desk.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(desk.page.locator("#queue-title")).to_contain_text(re.compile(rf"^\s*{waiting + 1}\b"))
    assert rows.evaluate_all("rows => rows.map(row => row.dataset.id)") == before


def _invitation(lead: Moderator, role: str) -> str:
    """A link from the page of people, made in the lead's browser."""
    lead.go("People")
    lead.choose(role)
    lead.page.get_by_role("button", name="Make a link").click()
    link = lead.page.locator("#link")
    expect(link).to_have_value(re.compile(r"/join#[\w-]{43}$"))
    return link.input_value()


def _number(title: Any) -> int:
    return int(title.inner_text().split()[0])


def _kept_keys(desk: Moderator) -> int:
    """How many keys this browser's databases hold."""
    count = desk.page.evaluate(
        """async () => {
          let count = 0;
          for (const { name } of await indexedDB.databases()) {
            const db = await new Promise((done, fail) => {
              const asked = indexedDB.open(name);
              asked.onsuccess = () => done(asked.result);
              asked.onerror = () => fail(asked.error);
            });
            for (const store of db.objectStoreNames) {
              count += await new Promise((done) => {
                const asked = db.transaction(store).objectStore(store).count();
                asked.onsuccess = () => done(asked.result);
              });
            }
            db.close();
          }
          return count;
        }"""
    )
    return int(count)
