"""How text looks: each paragraph in its own direction, and nothing outside its own box."""

from playwright.sync_api import Locator, expect

from tests.browser.actors import Actors, wait_for
from tests.browser.fixtures import NewsroomWithLead
from tests.browser.sending import send

# Alone in its direction between two others: with one direction for all, its `!` stands on the left.
PARAGRAPHS = "مرحبا بكم\nHello there!\nمرحبا بكم"
# As many marks on each character as a comment may have, above and below.
STACKED = "Stacked " + ("a" + "\u0301" * 14 + "\u0323" * 14) * 20
DISTANCE = """element => {
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
  const left = (character) => {
    walker.currentNode = element;
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      const at = node.data.indexOf(character);
      if (at < 0) continue;
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + 1);
      return range.getBoundingClientRect().left;
    }
    throw new Error(`no ${character}`);
  };
  return left("!") - left("H");
}"""

START_IS_VISIBLE = """element => {
  const text = document.createTreeWalker(element, NodeFilter.SHOW_TEXT).nextNode();
  const range = document.createRange();
  range.setStart(text, 0);
  range.setEnd(text, 1);
  const start = range.getBoundingClientRect();
  const box = element.getBoundingClientRect();
  return start.width > 0 && start.left >= box.left - 1 && start.right <= box.right + 1;
}"""


def assert_the_mark_ends_its_line(text: Locator) -> None:
    """The `!` is to the right of the `H` that begins its line."""
    assert text.evaluate(DISTANCE) > 0


def test_each_paragraph_runs_in_the_direction_of_its_characters(
    quick: NewsroomWithLead, actors: Actors
) -> None:
    story = quick.newsroom.story()
    reader = actors.reader(story).open()
    reader.fill(PARAGRAPHS, name="Sok")
    reader.press("Send to the moderators")
    assert_the_mark_ends_its_line(reader.page.locator(".yobal-preview .yobal-text"))
    reader.press("Send to the moderators")
    code = reader.receipt_code()

    desk = quick.lead(actors)
    desk.open("Hello there!")
    assert_the_mark_ends_its_line(desk.row("Hello there!").locator(".line"))
    assert_the_mark_ends_its_line(desk.page.locator("#reading-words"))
    desk.press("e")
    desk.page.locator("#edit-text").fill(PARAGRAPHS.replace("there", "you"))
    assert_the_mark_ends_its_line(desk.page.locator(".diff"))
    desk.choose("reworded")
    desk.choose("respect")
    desk.glance()
    desk.page.locator("#publish-edited").click()

    reader.until(code, "Your comment is published")
    assert_the_mark_ends_its_line(reader.page.locator(".yobal-preview .yobal-text"))
    wait_for(lambda: len(story.texts()) == 1)
    reader.open()
    assert_the_mark_ends_its_line(reader.page.locator(".yobal-comment .yobal-text"))


def test_a_name_at_the_desk_has_the_language_of_the_comment_if_it_is_in_its_script(
    still: NewsroomWithLead, actors: Actors
) -> None:
    story = still.newsroom.story()
    send(story, "ខ្ញុំគាំទ្រពួកគាត់។", name="សុខ ដារ៉ា")
    send(story, "ខ្ញុំក៏គាំទ្រពួកគាត់ដែរ។", name="Delta")
    desk = still.lead(actors)
    for words, name, lang in (
        ("ខ្ញុំគាំទ្រពួកគាត់។", "សុខ ដារ៉ា", "km"),
        ("ខ្ញុំក៏គាំទ្រពួកគាត់ដែរ។", "Delta", "und"),
    ):
        desk.open(words)
        shown = desk.focus.locator("p.story bdi", has_text=name)
        expect(shown).to_have_attribute("lang", lang)


def test_a_row_shows_the_start_of_a_right_to_left_comment(
    still: NewsroomWithLead, actors: Actors
) -> None:
    send(still.newsroom.story(), "بداية " + "عمل والدي على هذه العبارة ثلاثين عاما " * 5)
    desk = still.lead(actors)
    line = desk.row("بداية").locator(".line")
    expect(line).to_be_visible()
    assert line.evaluate(START_IS_VISIBLE)
    line.evaluate("element => element.setAttribute('dir', 'ltr')")
    assert not line.evaluate(START_IS_VISIBLE), "the check sees a start that is cut off"


def covers(text: Locator, neighbour: Locator) -> bool:
    """Whether the neighbour looks different if the text is transparent."""
    neighbour.scroll_into_view_if_needed()
    neighbour_with_text = neighbour.screenshot()
    text.evaluate("element => element.style.setProperty('color', 'transparent')")
    neighbour_alone = neighbour.screenshot()
    text.evaluate("element => element.style.removeProperty('color')")
    return neighbour_with_text != neighbour_alone


def assert_the_text_stays_in_its_box(text: Locator, box: Locator, neighbour: Locator) -> None:
    """`box` is the element that contains it; without that, the same text covers the neighbour.

    A neighbour may also lie above the text, with a background: the control takes that away, too.
    """
    assert not covers(text, neighbour)
    box.evaluate("element => element.style.setProperty('overflow', 'visible')")
    neighbour.evaluate(
        "element => { element.style.cssText = 'position: static; background: none' }"
    )
    assert covers(text, neighbour)
    box.evaluate("element => element.style.removeProperty('overflow')")
    neighbour.evaluate("element => element.removeAttribute('style')")


def test_stacked_marks_do_not_cover_what_is_below(quick: NewsroomWithLead, actors: Actors) -> None:
    story = quick.newsroom.story()
    send(story, STACKED)
    desk = quick.lead(actors)
    desk.open("Stacked")
    reading_view = desk.page.locator("#reading-words")
    buttons = desk.focus.locator(".actions")
    expect(buttons).to_be_visible()
    desk.glance()
    # Seven lines are kept free below the words, and only the tallest stacks reach further.
    reading_view.evaluate("element => element.style.setProperty('min-block-size', '0')")
    assert_the_text_stays_in_its_box(reading_view, desk.focus.locator(".text"), buttons)
    desk.press("a")
    wait_for(lambda: len(story.texts()) == 1)
    reader = actors.reader(story).open()
    text = reader.page.locator(".yobal-comment .yobal-text")
    assert_the_text_stays_in_its_box(text, text, reader.page.locator(".yobal-footer .yobal-byline"))
