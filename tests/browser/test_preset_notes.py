"""A prepared sentence comes into the note with one key, in the language of the comment."""

from playwright.sync_api import expect

from tests.browser.actors import Actors, Moderator
from tests.browser.fixtures import NewsroomWithLead
from tests.browser.sending import send
from yobal.adapters.rendering.i18n import translator_for
from yobal.core import text as texts
from yobal.core.preset_notes import BUILT_IN

FIRST, SECOND = BUILT_IN["facts"]
ENGLISH = "The ferry was empty on Sunday, as everybody knows."
KHMER = "ខ្ញុំគាំទ្រពួកគាត់។ ពួកគាត់មិនសុំអ្វីច្រើនទេ គ្រាន់តែសុំអ្វីដែលគេបានសន្យា។"


def test_a_moderator_rejects_with_a_reason_in_four_key_presses(
    still: NewsroomWithLead, actors: Actors
) -> None:
    story = still.newsroom.story()
    for words in (ENGLISH, KHMER):
        send(story, words, receipt=True)
    send(story, "This author took no receipt.")
    desk = still.lead(actors)
    note = desk.page.locator("#note")

    desk.open(ENGLISH)
    desk.press("d n")
    expect(desk.page.locator(".item-message")).to_contain_text("Choose a clause first")
    desk.press("2 n")
    expect(note).to_have_value(FIRST)
    desk.press("n")
    expect(note).to_have_value(SECOND)
    note.press("End")
    desk.page.keyboard.type(" Thank you, n.")  # a letter in a field is a letter
    expect(note).to_have_value(f"{SECOND} Thank you, n.")
    desk.press("Escape d")
    expect(desk.toast).to_contain_text("Rejected")

    _write_in_khmer(desk)

    desk.open("This author took no receipt.")
    desk.press("d 2 n")
    expect(desk.page.locator(".item-message")).to_contain_text("The author has no receipt")
    expect(desk.page.locator(".preset-notes")).to_have_count(0)


def _write_in_khmer(desk: Moderator) -> None:
    desk.open(KHMER[:12])
    desk.press("2")
    button = desk.page.locator(".preset-notes button").nth(1)
    expect(button).to_have_attribute("lang", "km")
    button.focus()
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator("#note")).to_have_value(
        texts.clean(translator_for("km").gettext(SECOND))
    )
    desk.press("d")
    expect(desk.toast).to_contain_text("Rejected")
