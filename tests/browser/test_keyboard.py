"""Keyboard alone: every act of the desk, and every step of a reader."""

from playwright.sync_api import Page, expect

from tests.browser.actors import DESKTOP, Actors, Moderator
from tests.browser.fixtures import NewsroomWithLead
from tests.browser.sending import send

MASK = "▮" * 8
# What has the focus: its id, name or words; and whether that can be seen.
FOCUSED = """() => {
  const element = document.activeElement;
  const style = getComputedStyle(element);
  const outline = parseFloat(style.outlineWidth) || 0;
  return {
    what: element.id || element.name || element.getAttribute("href") || element.textContent.trim(),
    tag: element.tagName,
    isSeen: style.outlineStyle !== "none" && outline >= 2,
    color: style.outlineColor,
  };
}"""


def test_every_decision_is_made_by_single_keys(still: NewsroomWithLead, actors: Actors) -> None:
    story = still.newsroom.story()
    for words in ("Key one: publish.", "Key two: edit.", "Key three: reject."):
        send(story, words, receipt=True)
    desk = still.lead(actors)
    _walk_to(desk, "Key one: publish.")
    desk.press("a")
    expect(desk.toast).to_contain_text("Published, appears at")
    desk.press("z")
    expect(desk.toast).to_contain_text("Undone")
    expect(desk.page.locator("#reading-words")).to_have_text("Key one: publish.")
    desk.press("a")
    expect(desk.toast).to_contain_text("Published, appears at")

    _walk_to(desk, "Key two: edit.")
    desk.press("e")
    expect(desk.page.locator("#edit-text")).to_be_focused()
    desk.press("Control+A")
    desk.page.keyboard.type("Key two: adze?12")  # letters in a field are letters
    expect(desk.page.locator("#edit-text")).to_have_value("Key two: adze?12")
    desk.press("Shift+ArrowLeft Shift+ArrowLeft")
    desk.page.keyboard.press("Escape")
    desk.press("1")
    _by_tab_to(desk.page, "edit-kind")
    desk.press("ArrowRight")
    expect(desk.page.locator("input[value='shortened']")).to_be_checked()
    desk.press("Escape a")
    expect(desk.toast).to_contain_text("Published with an edit")

    _walk_to(desk, "Key three: reject.")
    desk.press("d 3")
    expect(desk.page.locator("input[value='personal-data']")).to_be_checked()
    desk.press("Escape")
    expect(desk.page.locator("#reject")).to_have_count(0)
    desk.press("5 a")  # publishing does not work from within a rejection
    expect(desk.page.locator("#reject")).to_be_visible()
    desk.press("d")
    expect(desk.toast).to_contain_text("Rejected")


def test_m_masks_the_words_of_the_selection_and_puts_the_caret_after_the_mask(
    still: NewsroomWithLead, actors: Actors
) -> None:
    send(still.newsroom.story(), "0142 is my number.")
    desk = still.lead(actors)
    _walk_to(desk, "0142 is my number.")
    desk.press("e Control+Home Shift+ArrowRight Shift+ArrowRight Shift+ArrowRight Shift+ArrowRight")
    _by_tab_to(desk.page, "Mask selection m")
    desk.press("Enter")
    expect(desk.page.locator("#edit-text")).to_have_value(f"{MASK} is my number.")
    expect(desk.page.locator("input[value='masked']")).to_be_checked()
    expect(desk.page.locator("input[value='personal-data']")).to_be_checked()
    expect(desk.page.locator("#edit-text")).to_be_focused()
    desk.press("ArrowRight ArrowRight ArrowRight Shift+ArrowRight Shift+ArrowRight Escape m")
    expect(desk.page.locator("#edit-text")).to_have_value(f"{MASK} is {MASK} number.")
    assert desk.page.locator("#edit-text").evaluate("element => element.selectionEnd") == 20
    desk.press("Control+Enter")
    expect(desk.toast).to_contain_text("Published with an edit")


def test_a_kind_of_edit_and_its_clause_are_chosen_by_keys_while_reading(
    still: NewsroomWithLead, actors: Actors
) -> None:
    send(still.newsroom.story(), "Reworded by keys.")
    desk = still.lead(actors)
    for key, kind in (("w", "reworded"), ("s", "shortened"), ("b", "masked")):
        _walk_to(desk, "Reworded by keys.")
        desk.press(key)
        expect(desk.page.locator(f"input[value='{kind}']")).to_be_focused()
        desk.press("2")
        expect(desk.page.locator("input[name='edit-clause']").nth(1)).to_be_checked()
        expect(desk.page.locator("#edit-text")).to_have_value("Reworded by keys.")
        desk.press("Escape")


def test_the_help_opens_and_closes_by_keys_and_changes_nothing(
    still: NewsroomWithLead, actors: Actors
) -> None:
    send(still.newsroom.story(), "Behind the help.")
    desk = still.lead(actors)
    _walk_to(desk, "Behind the help.")
    desk.press("?")
    keys = desk.page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(keys).to_be_visible()
    desk.press("a d z j")
    desk.press("Escape")
    expect(keys).to_have_count(0)
    expect(desk.page.locator("#reading-words")).to_have_text("Behind the help.")
    assert desk.page.locator(".toast").count() == 0


def test_shortcuts_use_the_position_of_keys_in_every_layout(
    still: NewsroomWithLead, actors: Actors
) -> None:
    send(still.newsroom.story(), "Decided from a Khmer keyboard.")
    desk = still.lead(actors)
    _walk_to(desk, "Decided from a Khmer keyboard.")
    _dispatch(desk.page, code="KeyD", key="ដ")
    expect(desk.page.locator("#reject")).to_be_visible()


def test_no_shortcut_works_while_a_character_is_composed(
    still: NewsroomWithLead, actors: Actors
) -> None:
    send(still.newsroom.story(), "Composed in peace.")
    desk = still.lead(actors)
    _walk_to(desk, "Composed in peace.")
    for code in ("KeyA", "KeyD", "KeyE", "KeyZ", "KeyJ", "Digit5"):
        _dispatch(desk.page, code=code, key="x", is_composing=True)
        _dispatch(desk.page, code=code, key="Process")
    expect(desk.page.locator("#reading-words")).to_have_text("Composed in peace.")
    assert desk.page.locator("#edit-text, #reject, .toast").count() == 0
    _dispatch(desk.page, code="KeyD", key="x")  # the control: without composing it acts
    expect(desk.page.locator("#reject")).to_be_visible()


def test_escape_in_an_input_method_does_not_leave_the_editor(
    still: NewsroomWithLead, actors: Actors
) -> None:
    send(still.newsroom.story(), "With an input method.")
    desk = still.lead(actors)
    _walk_to(desk, "With an input method.")
    desk.press("e Control+A")
    devtools = desk.page.context.new_cdp_session(desk.page)
    composed = {"text": "か", "selectionStart": 1, "selectionEnd": 1}
    devtools.send("Input.imeSetComposition", composed)
    field = desk.page.locator("#edit-text")
    expect(field).to_have_value("か")
    field.dispatch_event(
        "keydown", {"code": "Escape", "key": "Escape", "isComposing": True, "bubbles": True}
    )
    expect(field).to_be_focused()
    devtools.send("Input.insertText", {"text": "かな"})
    expect(field).to_have_value("かな")
    desk.press("Escape")
    expect(field).not_to_be_focused()


def test_a_reader_reaches_every_field_by_tab_and_sees_where_the_focus_is(
    still: NewsroomWithLead, actors: Actors
) -> None:
    story = still.newsroom.story("en", "km")
    for shape in ({}, {"color_scheme": "dark"}):
        reader = actors.reader(story, **(DESKTOP | shape))
        order = []
        for _ in range(12):
            reader.page.keyboard.press("Tab")
            focused = reader.page.evaluate(FOCUSED)
            assert focused["tag"] == "BODY" or focused["isSeen"], focused
            order.append(focused["what"])
        fields = ["yobal-text", "yobal-name", "yobal-receipt", "Send to the moderators"]
        at = order.index("yobal-text")
        assert order[at : at + 4] == fields
        assert order.index("/river-post/@/terms/en.html") < at
        assert "What happened to my comment?" in order


def test_a_reader_sends_by_keyboard_alone(still: NewsroomWithLead, actors: Actors) -> None:
    reader = actors.reader(still.newsroom.story(), **DESKTOP)
    page = reader.page
    _by_tab_to(page, "yobal-text")
    page.keyboard.type("Typed, tabbed, sent.")
    _by_tab_to(page, "yobal-receipt")
    page.keyboard.press("Space")
    _by_tab_to(page, "Send to the moderators")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Read it once more")).to_be_visible()
    _by_tab_to(page, "Send to the moderators")
    page.keyboard.press("Enter")
    code = reader.receipt_code()
    _by_tab_to(page, reader.story.path)
    page.keyboard.press("Enter")
    expect(page.locator("details.yobal-receipt-lookup")).to_be_visible()
    _by_tab_to(page, "What happened to my comment?")
    page.keyboard.press("Enter")
    _by_tab_to(page, "yobal-code")
    page.keyboard.type(code.lower().replace("-", " "))
    page.keyboard.press("Enter")
    expect(page.locator(".yobal-state")).to_contain_text("waiting for a moderator")


def test_the_desk_shows_where_the_focus_is(still: NewsroomWithLead, actors: Actors) -> None:
    send(still.newsroom.story(), "Where am I?")
    desk = still.lead(actors)
    _walk_to(desk, "Where am I?")
    for _ in range(15):
        desk.press("Tab")
        focused = desk.page.evaluate(FOCUSED)
        assert focused["tag"] == "BODY" or focused["isSeen"], focused


def _walk_to(desk: Moderator, words: str) -> None:
    """By `k` to the first comment and by `j` on, until these words are in focus."""
    reading = desk.page.locator("#reading-words")
    expect(reading).to_be_visible()
    rows = desk.page.locator("li[data-id]").count()
    desk.press("k " * rows)
    for _ in range(rows):
        if reading.inner_text() == words:
            return
        desk.press("j")
    expect(reading).to_have_text(words)


def _by_tab_to(page: Page, what: str) -> None:
    """Tab on until it has the focus; fails where it never comes."""
    seen: list[str] = []
    for _ in range(60):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        value = page.evaluate("document.activeElement.value ?? ''")
        if what in (" ".join(focused["what"].split()), value):
            return
        seen.append(focused["what"][:30])
    raise AssertionError(f"{what} was not reached: {seen}")


def _dispatch(page: Page, *, code: str, key: str, is_composing: bool = False) -> None:
    page.locator("body").dispatch_event(
        "keydown", {"code": code, "key": key, "isComposing": is_composing, "bubbles": True}
    )
