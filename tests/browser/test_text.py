"""How text looks: every paragraph runs in the direction of its own letters."""

from playwright.sync_api import Locator

from tests.browser.actors import Actors, wait_for
from tests.browser.fixtures import NewsroomWithLead

# Alone in its direction between two others: with one direction for all, its `!` stands on the left.
PARAGRAPHS = "مرحبا بكم\nHello there!\nمرحبا بكم"
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

    reader.until(code, "Your comment is published.")
    assert_the_mark_ends_its_line(reader.page.locator(".yobal-preview .yobal-text"))
    wait_for(lambda: len(story.texts()) == 1)
    reader.open()
    assert_the_mark_ends_its_line(reader.page.locator(".yobal-comment .yobal-text"))
