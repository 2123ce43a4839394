"""Messages of the desk: what others did, what was decided, what is missing, what to do instead."""

from playwright.sync_api import expect

from tests.browser.actors import Actors, wait_for
from tests.browser.fixtures import Colleague, NewsroomWithLead
from tests.browser.sending import send, send_all

REFRESH = "document.dispatchEvent(new Event('visibilitychange'))"
MASK = "▮" * 8
# In the page: the second key press must come soon, however busy the machine is.
ACCEPT_TWICE = """async () => {
  const accept = () => document.querySelector("#focus").dispatchEvent(
    new KeyboardEvent("keydown", { code: "KeyA", key: "a", bubbles: true }));
  accept();
  await new Promise((done) => setTimeout(done));
  accept();
}"""


def test_a_decision_that_a_colleague_undid_says_so_in_its_place(
    still: NewsroomWithLead, colleague: Colleague, actors: Actors
) -> None:
    send(still.newsroom.story(), "Undone by someone else.")
    lead, other = still.lead(actors), colleague.at_desk(actors)
    comment = lead.open("Undone by someone else.")
    lead.press("5 d")
    expect(lead.toast).to_contain_text("Rejected (Spam), final at")
    expect(lead.toast).to_contain_text("Undone by someone else.")
    other.press("h")
    entry = other.page.locator(f"li.decision[data-id='{comment}']")
    entry.get_by_role("button", name="Undo").click()
    undo = entry.filter(has_text="Undone by Egret: Rejected (Spam)")
    expect(undo).to_contain_text("Undone by someone else.")

    lead.page.evaluate(REFRESH)
    message = "Egret undid your decision: Rejected (Spam)."
    expect(lead.toast).to_contain_text(message)
    expect(lead.page.locator(".info-panel")).to_contain_text("(undone by Egret)")
    lead.row("Undone by someone else.").locator("button").click()
    expect(lead.focus.locator(".item-message:visible")).to_have_text(message)
    lead.press("z")
    expect(lead.toast).to_contain_text("There is nothing left to undo")


def test_undoing_what_a_colleague_has_undone_names_the_colleague(
    still: NewsroomWithLead, colleague: Colleague, actors: Actors
) -> None:
    send(still.newsroom.story(), "Undone twice.")
    lead, other = still.lead(actors), colleague.at_desk(actors)
    comment = lead.open("Undone twice.")
    lead.press("a")
    expect(lead.toast).to_contain_text("Published, appears at")
    other.press("h")
    entry = other.page.locator(f"li.decision[data-id='{comment}']")
    entry.get_by_role("button", name="Undo").click()
    expect(entry.filter(has_text="Undone by Egret: Published")).to_be_visible()
    lead.press("z")
    expect(lead.toast).to_contain_text("Egret undid your decision: Published.")


def test_a_comment_that_a_colleague_decided_names_the_clause_in_its_row(
    still: NewsroomWithLead, colleague: Colleague, actors: Actors
) -> None:
    send_all(still.newsroom.story(), ["Taken by Egret.", "Stays in focus."])
    lead, other = still.lead(actors), colleague.at_desk(actors)
    lead.open("Stays in focus.")
    other.open("Taken by Egret.")
    other.press("4 d")
    expect(other.toast).to_contain_text("Rejected (Threats and incitement)")
    lead.page.evaluate(REFRESH)
    row = lead.row("Taken by Egret.")
    expect(row).to_contain_text("Egret has already decided: Rejected (Threats and incitement).")
    expect(row).to_contain_text("✕")


def test_z_after_the_slot_leads_to_the_removal_and_the_removal_to_its_entry(
    quick: NewsroomWithLead, actors: Actors
) -> None:
    story = quick.newsroom.story()
    send(story, "Published too soon.")
    desk = quick.lead(actors)
    comment = desk.open("Published too soon.")
    desk.press("a")
    wait_for(lambda: story.texts() == ["Published too soon."])
    desk.page.evaluate(REFRESH)
    desk.press("z")
    expect(desk.toast).to_contain_text("You can remove the comment.")
    expect(desk.toast).to_contain_text("Published too soon.")
    desk.press("Enter")
    expect(desk.page.locator(".removal-form input").first).to_be_focused()
    desk.press("4 Enter")
    entries = desk.page.locator(f"li.decision[data-id='{comment}']")
    expect(entries.filter(has_text="Removed by Heron")).to_contain_text("Threats and incitement")
    wait_for(lambda: story.texts() == [])
    desk.page.get_by_label("Find a comment by its link").fill(f"{story.url}#c-{comment}")
    desk.press("Enter")
    expect(desk.page.locator(".summary")).to_contain_text(
        "no longer public: removed by Heron (Threats and incitement)"
    )
    desk.go("Queue")
    desk.press("z")
    expect(desk.toast).to_contain_text("There is nothing left to undo")


def test_all_that_an_edit_lacks_is_said_beside_the_button_and_given_by_keys(
    still: NewsroomWithLead, actors: Actors
) -> None:
    send(still.newsroom.story(), "An edit without a kind.")
    desk = still.lead(actors)
    desk.open("An edit without a kind.")
    desk.press("e")
    desk.page.locator("#edit-text").fill("An edit.")
    desk.press("Control+Enter")
    message = desk.focus.locator(".actions .item-message")
    expect(message).to_be_in_viewport(ratio=1)
    expect(message).to_contain_text("Choose the kind of edit.")
    expect(message).to_contain_text("Choose the clause of the terms for this edit.")
    expect(message).to_be_focused()
    desk.press("s")
    expect(desk.page.locator("input[value='shortened']")).to_be_checked()
    # The message with the focus is gone: the focus is on what was chosen.
    expect(desk.page.locator("input[value='shortened']")).to_be_focused()
    desk.press("Control+Enter")
    expect(message).to_be_focused()
    desk.press("6")
    expect(desk.page.locator("input[name='edit-clause']:checked")).to_be_focused()
    desk.press("Control+Enter")
    expect(desk.toast).to_contain_text("Published with an edit (Shortened, Off topic)")


def test_a_key_press_that_comes_too_soon_is_shown(still: NewsroomWithLead, actors: Actors) -> None:
    send_all(still.newsroom.story(), ["First of two.", "Second of two.", "Third of three."])
    desk = still.lead(actors)
    desk.open("First of two.")
    desk.glance()
    desk.page.evaluate(ACCEPT_TWICE)
    expect(desk.focus.locator(".item-message:visible")).to_contain_text("had only just appeared")
    desk.press("d")
    desk.page.keyboard.press("Escape")
    desk.press("d a")
    expect(desk.focus.locator(".item-message:visible")).to_contain_text("a rejection is open")


def test_m_with_nothing_selected_says_what_to_do(still: NewsroomWithLead, actors: Actors) -> None:
    send(still.newsroom.story(), "Call me on 000-555-0101 soon.")
    desk = still.lead(actors)
    desk.open("Call me on 000-555-0101 soon.")
    desk.press("m")
    expect(desk.page.locator(".mask-hint")).to_contain_text("Nothing is selected.")
    desk.press("Control+Home")
    desk.press("ArrowRight " * 15 + "Shift+ArrowRight " * 4 + "Escape m")
    expect(desk.page.locator("#edit-text")).to_have_value(f"Call me on {MASK} soon.")
    expect(desk.page.locator(".mask-hint")).to_have_count(0)


def test_z_in_the_history_returns_to_the_queue_and_undoes_the_last_decision(
    still: NewsroomWithLead, actors: Actors
) -> None:
    send(still.newsroom.story(), "Undone from another tab.")
    desk = still.lead(actors)
    desk.open("Undone from another tab.")
    desk.press("d 5 d")
    expect(desk.toast).to_contain_text("Rejected")
    desk.press("h")
    expect(desk.page.get_by_role("heading", name="History")).to_be_focused()
    desk.press("z")
    expect(desk.toast).to_contain_text("Undone: Rejected (Spam). The comment is waiting again.")
    expect(desk.page.locator("#reading-words")).to_have_text("Undone from another tab.")
    desk.press("h")
    expect(desk.page.get_by_role("heading", name="History")).to_be_focused()
    desk.press("z")
    expect(desk.toast).to_contain_text("There is nothing left to undo")
    expect(desk.toast.get_by_role("button")).to_be_focused()


def test_h_opens_the_history_and_the_queue_again(still: NewsroomWithLead, actors: Actors) -> None:
    desk = still.lead(actors)
    desk.press("h")
    expect(desk.page.get_by_role("heading", name="History")).to_be_focused()
    desk.press("h")
    expect(desk.page.locator("#queue-title")).to_be_visible()


def test_the_language_comes_from_the_words_and_goes_to_the_public_page(
    quick: NewsroomWithLead, actors: Actors
) -> None:
    story = quick.newsroom.story()
    send_all(
        story, ["No estoy de acuerdo con el ministro.", "هذا صحيح تماما", "Kuma raacsani wasiirka."]
    )
    desk = quick.lead(actors)
    menu = desk.page.locator(".story select")
    for words, lang in (("هذا صحيح", "ar"), ("Kuma", "und"), ("No estoy", "es")):
        desk.open(words)
        expect(menu).to_have_value(lang)
    assert menu.locator("optgroup").first.locator("option").first.inner_text().strip() == "Spanish"
    assert menu.locator("option").count() > 400
    desk.press("a")
    desk.open("Kuma")
    menu.select_option("so")
    desk.press("a")
    wait_for(lambda: len(story.texts()) == 2)
    langs = {comment["text"]: comment["lang"] for comment in story.json()["comments"]}
    assert langs == {
        "No estoy de acuerdo con el ministro.": "es",
        "Kuma raacsani wasiirka.": "so",
    }
    reader = actors.reader(story)
    expect(reader.page.locator("[lang='so']")).to_contain_text("Kuma raacsani wasiirka.")
