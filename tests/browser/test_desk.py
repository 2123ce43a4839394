"""At the desk: what is decided can be undone, two may decide at once, and nothing typed is lost."""

import json
import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.browser.actors import PHONE, Actors, Moderator
from tests.browser.fixtures import Colleague, NewsroomWithLead
from tests.browser.sending import send

# At every scroll position: what can be acted on, is in sight, and would not get the finger.
COVERED = """() => {
  const pane = document.querySelector(".above-shortcuts");
  const seen = pane.getBoundingClientRect();
  const covered = new Set();
  for (let top = 0; top <= pane.scrollHeight; top += 40) {
    pane.scrollTop = top;
    for (const element of pane.querySelectorAll("button, a, select, input, textarea")) {
      const box = element.getBoundingClientRect();
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      if (x >= innerWidth) continue; // a tab to which one scrolls
      // The buttons of a form stay at the bottom; what scrolls below them is not in sight.
      const bar = pane.querySelector(".comment-pane .actions");
      const isBelowBar = bar && !bar.contains(element) && y > bar.getBoundingClientRect().top;
      if (isBelowBar && y < bar.getBoundingClientRect().bottom) continue;
      if (box.width === 0 || y <= Math.max(0, seen.top) || y >= Math.min(innerHeight, seen.bottom)) continue;
      const hit = document.elementFromPoint(x, y);
      if (hit === null || !element.contains(hit)) covered.add(element.id || element.value || element.textContent.trim());
    }
  }
  return [...covered];
}"""


def test_a_lead_made_in_the_browser_signs_in_with_the_seven_words(
    still: NewsroomWithLead, actors: Actors
) -> None:
    lead = still.lead_in_fresh_browser(actors)
    assert lead.page.locator("#queue-title").inner_text() == "No comments waiting"


def test_undo_in_the_toast_makes_the_comment_pending_again(
    still: NewsroomWithLead, actors: Actors
) -> None:
    story = still.newsroom.story()
    code = send(story, "Undo me from the toast.", receipt=True)
    desk = still.lead(actors)
    comment = desk.open("Undo me from the toast.")
    desk.press("a")
    desk.toast.get_by_role("button", name="Undo").click()
    expect(desk.toast).to_contain_text("Undone: Published. The comment is waiting again.")
    expect(desk.focus).to_have_attribute("data-id", comment)
    reader = actors.reader(story)
    reader.until(code, "waiting for a moderator")
    assert desk.look().row("Undo me from the toast.").count() == 1


def test_on_a_phone_the_toast_covers_nothing_and_buttons_name_no_keys(
    still: NewsroomWithLead, actors: Actors
) -> None:
    story = still.newsroom.story(title="Ferry workers and their ticket house " * 3)
    for number in range(2):
        send(story, f"On the phone {number}. " + "Long enough to scroll. " * 40, receipt=True)
    desk = still.lead_in_fresh_browser(actors, **PHONE)
    desk.row("On the phone 0").locator("button").click()
    desk.page.get_by_role("button", name="Publish").click()
    expect(desk.toast).to_contain_text("Published")
    desk.page.get_by_role("button", name="Back to the queue").click()
    desk.row("On the phone 1").locator("button").click()
    expect(desk.toast.get_by_role("button", name="Undo")).to_be_in_viewport(ratio=1)
    assert desk.page.locator("button kbd:visible").count() == 0
    assert desk.page.evaluate(COVERED) == []
    desk.page.get_by_role("button", name="Reject", exact=True).click()
    expect(desk.page.locator("#reject")).to_be_attached()
    assert desk.page.evaluate(COVERED) == []
    desk.toast.evaluate(
        "element => Object.assign(element.style, { position: 'fixed', inset: 'auto 0 0' })"
    )
    assert desk.page.evaluate(COVERED) != []  # the control: a toast over the page is found


def test_the_line_above_a_comment_breaks_only_between_its_parts(
    still: NewsroomWithLead, actors: Actors
) -> None:
    send(still.newsroom.story(), "Under its story.", name="Delta")
    desk = still.lead(actors)
    desk.open("Under its story.")
    line = desk.page.locator("p.story")
    parts = line.locator("> *")
    words = [" ".join(text.split()) for text in parts.all_text_contents()]
    assert words[:3] == ["English edition", "Ferry workers", "name to show: Delta"]
    # Nothing stands outside the parts, and each of them is one line high.
    assert line.evaluate(
        "element => [...element.childNodes].every(at => at.nodeType !== 3 || !at.data.trim())"
    )
    for width in (820, 1100, 1280):
        desk.page.set_viewport_size({"width": width, "height": 900})
        assert (
            parts.evaluate_all("all => Math.max(...all.map(element => element.offsetHeight))") < 50
        )


def test_a_rejection_is_undone_from_the_history(still: NewsroomWithLead, actors: Actors) -> None:
    send(still.newsroom.story(), "Undo me from the history.")
    desk = still.lead(actors)
    comment = desk.open("Undo me from the history.")
    desk.press("d 5 d")
    expect(desk.toast).to_contain_text("Rejected")
    desk.go("History")
    rows = desk.page.locator(f"li.decision[data-id='{comment}']")
    expect(rows).to_contain_text("Rejected by Heron")
    expect(rows).to_contain_text("Undo me from the history.")  # it was read in this browser
    rows.get_by_role("button", name="Undo").click()
    # Two entries now: the decision, which keeps the focus, and above it its undo.
    expect(rows.filter(has_text="Undone by Heron")).to_be_visible()
    expect(rows.filter(has_text="undone, now waiting")).to_be_focused()
    desk.go("Queue")
    desk.go("History")
    expect(rows.filter(has_text="Undone by Heron")).to_be_visible()
    desk.go("Queue")
    assert desk.look().row("Undo me from the history.").count() == 1


def test_a_second_lead_joins_by_link_and_reads_pending_comments(
    still: NewsroomWithLead, actors: Actors
) -> None:
    send(still.newsroom.story(), "For both leads.")
    lead = still.lead(actors)
    expect(lead.page.locator(".notices")).to_contain_text("You are the only lead.")
    second = actors.moderator(still.newsroom).join(lead, "Second lead", role="lead")
    second.open("For both leads.")
    expect(second.page.locator("#reading-words")).to_have_text("For both leads.")
    again = actors.moderator(still.newsroom).sign_in("Second lead", second.passphrase)
    assert again.page.locator(".notices").inner_text().strip() == ""
    again.go("People")
    expect(again.page.locator("ul.people").first).to_contain_text("Second lead")


def test_after_a_refused_pseudonym_another_is_chosen_with_the_same_link(
    still: NewsroomWithLead, actors: Actors
) -> None:
    new, lead = actors.moderator(still.newsroom), still.lead(actors)
    new.page.goto(lead.invite("moderator"))
    for name, why in (
        ("O\u200b", "2 to 40 characters"),
        ("Her\u202eon", "not contain invisible characters"),
    ):
        new.page.locator("#pseudonym").fill(name)
        new.page.get_by_role("button", name="Make my passphrase").click()
        expect(new.page.locator("#name-error")).to_contain_text(why)
        expect(new.page.locator("#pseudonym")).to_be_focused()
    _refuse_once(
        new.page, "**/api/desk/register", "Nothing was changed: a pseudonym has 2 to 40 characters."
    )
    new.choose_keys("Refused name")
    new.give_last_group()
    expect(new.page.locator("#name-error")).to_contain_text("Nothing was changed: a pseudonym")
    new.page.locator("#pseudonym").fill("Ame\u0301lie")
    new.page.get_by_role("button", name="Make my passphrase").click()
    new.give_last_group()
    lead.confirm("Amélie", new.read_words())
    new.settled().go("People")
    expect(new.page.locator("ul.people").first).to_contain_text("Amélie")


def test_an_invitation_works_once(
    still: NewsroomWithLead, colleague: Colleague, actors: Actors
) -> None:
    late = actors.moderator(still.newsroom)
    late.page.goto(colleague.link)
    expect(late.page.get_by_role("heading")).to_have_text("This link does not work")
    assert "#" not in late.page.url


def test_a_moderator_may_not_invite(colleague: Colleague, actors: Actors) -> None:
    moderator = colleague.at_desk(actors)
    moderator.go("People")
    expect(moderator.page.locator("ul.people").first).to_contain_text("Egret")
    expect(moderator.page.get_by_role("heading", name="Invite")).to_have_count(0)


def test_the_recovery_sheet_replaces_the_passphrase(
    still: NewsroomWithLead, actors: Actors
) -> None:
    send(still.newsroom.story(), "Read after the recovery.")
    lost = actors.moderator(still.newsroom).join(still.lead(actors), "Forgetful")
    found = actors.moderator(still.newsroom).recover("Forgetful", lost.sheet)
    assert found.passphrase != lost.passphrase
    found.open("Read after the recovery.")
    actors.moderator(still.newsroom).sign_in("Forgetful", found.passphrase)
    old = actors.moderator(still.newsroom)
    old.page.goto(still.newsroom.desk_url)
    old.passphrase = lost.passphrase
    old.type_passphrase("Forgetful")
    expect(old.page.locator("#sign-in-error")).to_contain_text("Wrong pseudonym or passphrase.")


def test_when_two_decide_the_first_wins_and_the_second_is_told(
    still: NewsroomWithLead, colleague: Colleague, actors: Actors
) -> None:
    send(still.newsroom.story(), "Two want to decide.")
    other = colleague.at_desk(actors)
    lead = still.lead(actors)
    for desk in (lead, other):
        desk.open("Two want to decide.")
    lead.press("a")
    expect(lead.toast).to_contain_text("Published")
    other.press("d 1 d")
    expect(other.toast).to_contain_text("Heron has already decided: Published.")


def test_an_expired_session_keeps_typed_text_and_sends_it_after_sign_in(
    still: NewsroomWithLead, actors: Actors
) -> None:
    send(still.newsroom.story(), "Edited over an ended session.")
    desk = still.lead_in_fresh_browser(actors)
    desk.open("Edited over an ended session.")
    desk.press("e")
    desk.page.locator("#edit-text").fill("Typed before it ended.")
    desk.choose("reworded")
    desk.choose("respect")
    desk.page.context.clear_cookies()
    desk.page.locator("#publish-edited").click()
    again = desk.page.get_by_role("dialog", name="Sign in again")
    expect(again).to_contain_text("Your decisions and your text are still here.")
    expect(desk.page.locator("#pseudonym")).to_have_value("Heron")
    desk.type_passphrase()
    expect(desk.toast).to_contain_text("Published with an edit")
    expect(again).to_have_count(0)
    desk.go("History")
    expect(desk.history_entry("Typed before it ended.")).to_be_visible()


def test_a_decision_survives_a_lost_connection_and_is_sent_later(
    still: NewsroomWithLead, actors: Actors
) -> None:
    send(still.newsroom.story(), "Decided while offline.")
    desk = still.lead_in_fresh_browser(actors)
    desk.open("Decided while offline.")
    desk.page.context.set_offline(True)
    desk.press("d 2 d")
    notice = desk.page.locator(".not-sent[role=alert]")
    expect(notice).to_contain_text("1 decision could not be sent. Nothing is lost")
    desk.page.context.set_offline(False)
    expect(desk.toast).to_contain_text("Rejected")
    expect(notice).to_have_count(0)
    assert desk.look().row("Decided while offline.").count() == 0


def test_an_unsent_decision_can_be_retried_and_leaving_the_page_asks_first(
    still: NewsroomWithLead, actors: Actors
) -> None:
    send(still.newsroom.story(), "The line was cut.")
    desk = still.lead_in_fresh_browser(actors)
    desk.open("The line was cut.")
    desk.page.route("**/api/desk/decide", lambda route: route.abort(), times=1)
    desk.press("d 2 d")
    notice = desk.page.locator(".not-sent[role=alert]")
    expect(notice).to_contain_text("1 decision could not be sent.")
    is_asked = "dispatchEvent(new Event('beforeunload', { cancelable: true })) === false"
    assert desk.page.evaluate(is_asked)
    notice.get_by_role("button", name="Try again").click()
    expect(desk.toast).to_contain_text("Rejected")
    assert not desk.page.evaluate(is_asked)


def test_an_expired_session_is_reported_and_work_continues_after_sign_in(
    still: NewsroomWithLead, actors: Actors
) -> None:
    send(still.newsroom.story(), "Open over night.")
    desk = still.lead_in_fresh_browser(actors)
    desk.open("Open over night.")
    desk.page.context.clear_cookies()
    desk.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    head = desk.page.locator(".account")
    expect(head).to_contain_text("Your session has expired.")
    expect(head).not_to_contain_text("held")
    again = desk.page.get_by_role("dialog", name="Sign in again")
    assert again.count() == 0
    desk.press("e")
    desk.page.locator("#edit-text").fill("Typed in the morning.")
    desk.choose("reworded")
    desk.choose("respect")
    desk.page.locator("#edit-text").focus()
    desk.press("Control+Enter")
    expect(again).to_be_visible()
    desk.type_passphrase()
    expect(desk.toast).to_contain_text("Published with an edit")
    expect(head).to_contain_text("held")


def test_the_focus_returns_to_where_it_was_before_signing_in_again(
    still: NewsroomWithLead, actors: Actors
) -> None:
    desk = still.lead_in_fresh_browser(actors)
    desk.go("People")
    expect(desk.page.locator("ul.people").first).to_contain_text(still.pseudonym)  # it has loaded
    desk.page.context.clear_cookies()
    make = desk.page.get_by_role("button", name="Make a link")
    desk.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    again = desk.page.get_by_role("button", name="Sign in again")
    expect(again).to_be_visible()
    make.focus()
    again.evaluate("button => button.click()")  # as the dialog does that opens by itself
    desk.type_passphrase()
    expect(desk.page.get_by_role("dialog")).to_have_count(0)
    expect(make).to_be_focused()


def test_a_browser_that_cannot_store_the_key_says_so_and_shows_the_desk(
    still: NewsroomWithLead, actors: Actors
) -> None:
    known = still.lead_in_fresh_browser(actors)
    desk = actors.moderator(still.newsroom)
    desk.page.add_init_script(
        "IDBObjectStore.prototype.put = () => { throw new DOMException('no', 'DataCloneError'); };"
    )
    desk.sign_in(known.pseudonym, known.passphrase)
    expect(desk.page.locator(".notices")).to_contain_text("cannot store your key")


def test_an_error_in_the_page_is_reported_and_typed_text_stays(
    still: NewsroomWithLead, actors: Actors
) -> None:
    send(still.newsroom.story(), "Beside a fault.")
    desk = still.lead_in_fresh_browser(actors)
    desk.open("Beside a fault.")
    desk.page.evaluate("dispatchEvent(new ErrorEvent('error', { message: 'x' }))")
    error = desk.page.get_by_role("alert").filter(has_text="An error occurred on this page")
    expect(error).to_be_visible()
    desk.press("e")
    expect(desk.page.locator("#edit-text")).to_have_value("Beside a fault.")


def test_a_missing_word_list_is_loaded_again_with_the_same_link(
    still: NewsroomWithLead, actors: Actors
) -> None:
    link = still.lead(actors).invite("moderator")
    desk = actors.moderator(still.newsroom)
    desk.page.goto(link)
    desk.page.route("**/assets/words.json", lambda route: route.abort(), times=1)
    desk.page.locator("#pseudonym").fill("On a flaky line")
    desk.page.get_by_role("button", name="Make my passphrase").click()
    desk.page.get_by_role("button", name="Try again").click()
    desk.keep_new_words("On a flaky line")
    desk.give_last_group()
    desk.read_words()


def test_a_locked_desk_opens_only_with_the_passphrase(
    still: NewsroomWithLead, actors: Actors
) -> None:
    send(still.newsroom.story(), "Behind the lock.")
    desk = still.lead_in_fresh_browser(actors)
    desk.open("Behind the lock.")
    desk.page.get_by_role("button", name="Lock", exact=True).click()
    expect(desk.page.get_by_role("heading", name="Sign in")).to_be_visible()
    desk.page.reload()
    expect(desk.page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert desk.page.context.cookies() == []
    assert _kept_keys(desk) == 0
    desk.type_passphrase("Heron")
    desk.settled().open("Behind the lock.")


def test_locking_one_tab_locks_them_all(still: NewsroomWithLead, actors: Actors) -> None:
    send(still.newsroom.story(), "In two tabs.")
    desk = still.lead_in_fresh_browser(actors)
    other = Moderator(desk.page.context.new_page(), still.newsroom)
    other.page.goto(desk.page.url)
    other.settled().open("In two tabs.")
    other.press("e")
    other.page.locator("#edit-text").fill("Nobody is asked about this.")
    desk.page.get_by_role("button", name="Lock", exact=True).click()
    for tab, heading in ((other, "Locked"), (desk, "Sign in")):  # only one has begun something
        expect(tab.page.get_by_role("heading", name=heading)).to_be_visible()
        expect(tab.page.locator("body")).not_to_contain_text("In two tabs.")
    assert _kept_keys(other) == 0


def test_the_queue_does_not_move_while_others_write(
    still: NewsroomWithLead, actors: Actors
) -> None:
    story = still.newsroom.story()
    send(story, "Here first.")
    desk = still.lead(actors)
    rows = desk.page.locator("li[data-id]")
    before = rows.evaluate_all("rows => rows.map(row => row.dataset.id)")
    waiting = _number(desk.page.locator("#queue-title"))
    send(story, "Here later.")
    desk.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(desk.page.locator("#queue-title")).to_contain_text(re.compile(rf"^\s*{waiting + 1}\b"))
    assert rows.evaluate_all("rows => rows.map(row => row.dataset.id)") == before


def _refuse_once(page: Page, path: str, message: str) -> None:
    """The server's own words for a rule that was not met."""
    body = json.dumps({"error": "invalid", "message": message})
    page.route(path, lambda route: route.fulfill(status=422, body=body), times=1)


def _number(title: Any) -> int:
    return int(title.inner_text().split()[0])


def _kept_keys(desk: Moderator) -> int:
    """How many keys this browser's databases hold: all entries but the pin, which has hashes and the signed statements, sealed."""
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
                const asked = db.transaction(store).objectStore(store).getAll();
                asked.onsuccess = () => done(asked.result.filter((entry) =>
                  Object.keys(entry).sort().join() !== "deviceRecipient,first,head,length,sealed"
                ).length);
              });
            }
            db.close();
          }
          return count;
        }"""
    )
    return int(count)
