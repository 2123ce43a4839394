"""When the form says no: in a sentence beside its field, with everything that was written still there."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.actors import Actors, wait_for
from tests.browser.fixtures import NewsroomWithLead, serve_newsroom
from tests.browser.newsroom import STILL_SECONDS
from tests.browser.sending import is_closed, send

GRAPHEMES_MAX = 120
WAITING_MAX = 3


@pytest.fixture(scope="module")
def small(
    browser_here: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NewsroomWithLead]:
    """A newsroom with a small desk and short comments."""
    yield from serve_newsroom(
        browser_here,
        tmp_path_factory.mktemp("small"),
        release_interval_seconds=STILL_SECONDS,
        text_graphemes_max=GRAPHEMES_MAX,
        name_graphemes_max=10,
        max_pending_per_story=WAITING_MAX,
    )


@pytest.mark.parametrize("javascript", [False, True], ids=["no script", "script"])
def test_all_errors_are_shown_at_once_and_link_to_their_fields(
    small: NewsroomWithLead, actors: Actors, *, javascript: bool
) -> None:
    reader = actors.reader(small.newsroom.story(), javascript=javascript)
    long = "យោបល់ " * GRAPHEMES_MAX
    reader.fill(long, name="A name that is too long")
    reader.press("Send to the moderators")
    summary = reader.page.locator(".yobal-errors")
    expect(summary.locator("a")).to_have_count(2)
    for field in ("text", "name"):
        control = reader.page.locator(f"#yobal-{field}")
        assert control.get_attribute("aria-invalid") == "true"
        described = str(control.get_attribute("aria-describedby")).split()
        assert f"yobal-{field}-error" in described
        for hint in described:
            expect(reader.page.locator(f"#{hint}")).to_be_visible()
        summary.locator(f"a[href='#yobal-{field}']").click()
        expect(control).to_be_focused()
    assert reader.page.locator("#yobal-text").input_value() == long.strip()
    assert reader.page.locator("#yobal-name").input_value() == "A name that is too long"
    expect(reader.page.locator("#yobal-receipt")).to_be_checked()


def test_the_confirmation_gives_the_form_back_filled(
    small: NewsroomWithLead, actors: Actors
) -> None:
    reader = actors.reader(small.newsroom.story())
    words = "First.\n\n  Second, with a mistaek."
    reader.fill(words, name="Dara")
    reader.press("Send to the moderators")
    reader.press("Change it")
    assert reader.page.locator("#yobal-text").input_value() == words
    assert reader.page.locator("#yobal-name").input_value() == "Dara"
    expect(reader.page.locator("#yobal-receipt")).to_be_checked()
    reader.page.locator("#yobal-text").fill(words.replace("mistaek", "mistake"))
    reader.press("Send to the moderators")
    assert reader.receipt_code()


def test_the_field_is_in_sight_on_a_small_phone(small: NewsroomWithLead, actors: Actors) -> None:
    """After a jump to the form, at a reply, and after a refusal."""
    story = small.newsroom.story()
    reader = actors.reader(story, viewport={"width": 360, "height": 640})
    field = reader.page.locator("#yobal-text")
    reader.page.goto(f"{story.url}#yobal-form")
    expect(field).to_be_in_viewport(ratio=0.5)
    reader.fill("A" * (GRAPHEMES_MAX + 1))
    reader.press("Send to the moderators")
    expect(field).to_be_in_viewport(ratio=0.3)
    reader.fill("Fine.")
    reader.press("Send to the moderators")
    expect(reader.page.locator(".yobal-code")).to_be_in_viewport()


GROUP_LINES = """code => {
  const words = code.firstChild;
  return [0, 6, 12, 18].map(start => {
    const range = document.createRange();
    range.setStart(words, start);
    range.setEnd(words, start + 5);
    return Array.from(range.getClientRects(), ({ top }) => Math.round(top));
  });
}"""


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_the_code_on_a_ticket_breaks_between_two_groups_and_is_copied_whole(
    small: NewsroomWithLead, actors: Actors, width: int
) -> None:
    """No hyphen is at the end of a line, where it could be taken for a part of the code."""
    reader = actors.reader(small.newsroom.story(), viewport={"width": width, "height": 740})
    code = reader.send("Mine.")
    ticket = reader.page.locator(".yobal-ticket .yobal-code")
    first, second, third, fourth = ticket.evaluate(GROUP_LINES)
    assert first == second
    assert third == fourth
    assert first != third
    assert len(first) == len(third) == 1
    assert "-" not in ticket.inner_text()
    ticket.click()
    copied = reader.page.evaluate("getSelection().toString()")
    assert copied.split() == code.split("-")
    reader.find(copied)
    expect(reader.page.locator(".yobal-state")).to_contain_text("waiting for a moderator")


def test_the_terms_open_without_leaving_the_form(small: NewsroomWithLead, actors: Actors) -> None:
    reader = actors.reader(small.newsroom.story())
    reader.fill("Half a sentence")
    for name in ("Terms of Use", "What we keep"):
        with reader.page.expect_popup() as opened:
            reader.page.get_by_role("link", name=name).click()
        expect(opened.value.get_by_role("heading", name=name, level=1)).to_be_visible()
        opened.value.close()
    assert reader.page.locator("#yobal-text").input_value() == "Half a sentence"


def test_a_response_can_be_printed_and_read_without_a_stylesheet(
    small: NewsroomWithLead, actors: Actors
) -> None:
    reader = actors.reader(small.newsroom.story())
    words = "One paragraph.\n\nAnother."
    reader.fill(words)
    reader.page.route("**/comments.css", lambda route: route.abort())
    reader.press("Send to the moderators")
    assert reader.page.locator(".yobal-preview .yobal-text").inner_text() == words
    reader.page.unroute("**/comments.css")
    reader.press("Send to the moderators")
    code = reader.receipt_code()
    reader.page.emulate_media(media="print")
    expect(reader.page.locator("h1")).to_be_visible()
    expect(reader.page.get_by_text(code.replace("-", " "))).to_be_visible()
    expect(reader.page.get_by_role("link", name="Back to the comments")).to_be_hidden()


def test_a_comment_that_is_far_too_long_comes_back_from_the_server(
    small: NewsroomWithLead, actors: Actors
) -> None:
    reader = actors.reader(small.newsroom.story(), javascript=False)
    reader.fill("ក" * 12_000)
    reader.press("Send to the moderators")
    expect(reader.page.locator("#yobal-text-error")).to_contain_text("has 12,000 characters")
    assert reader.page.locator("#yobal-text").input_value() == "ក" * 12_000


def test_after_an_error_the_shortened_comment_is_sent(
    small: NewsroomWithLead, actors: Actors
) -> None:
    reader = actors.reader(small.newsroom.story())
    reader.fill("A" * (GRAPHEMES_MAX + 1))
    reader.press("Send to the moderators")
    expect(reader.page.locator(".yobal-errors")).to_be_focused()
    reader.page.locator("#yobal-text").fill("A" * GRAPHEMES_MAX)
    reader.press("Send to the moderators")
    assert reader.receipt_code()


def test_a_comment_of_invisible_characters_is_empty(
    small: NewsroomWithLead, actors: Actors
) -> None:
    reader = actors.reader(small.newsroom.story())
    reader.fill("\u200b \u200d")
    reader.press("Send to the moderators")
    expect(reader.page.locator("#yobal-text-error")).to_have_text(
        "Nothing was sent: the comment is empty."
    )


def test_the_browser_does_not_send_an_empty_comment(
    small: NewsroomWithLead, actors: Actors
) -> None:
    reader = actors.reader(small.newsroom.story())
    reader.press("Send to the moderators")
    expect(reader.page.locator("#yobal-text")).to_be_focused()
    assert reader.page.locator("#yobal-text:invalid").count() == 1


def test_a_story_that_closes_meanwhile_returns_the_text(
    small: NewsroomWithLead, actors: Actors
) -> None:
    story = small.newsroom.story()
    reader = actors.reader(story)
    reader.fill("Too late, it seems.", name="Late")
    small.newsroom.close_story(story)
    wait_for(lambda: is_closed(story))
    reader.press("Send to the moderators")
    expect(
        reader.page.get_by_role("heading", name="Comments on this story are closed")
    ).to_be_visible()
    assert reader.page.locator("#yobal-text").input_value() == "Too late, it seems."
    reader.open().page.reload()  # a browser may keep the page for a minute
    assert reader.page.locator("#yobal-text").count() == 0
    expect(reader.page.locator("main")).to_contain_text("Comments on this story are closed")


def test_a_full_desk_is_announced_before_the_form_is_filled_in(
    small: NewsroomWithLead, actors: Actors
) -> None:
    story = small.newsroom.story()
    sent = 0
    while not is_closed(story):  # between slots, two to four times the limit are accepted
        send(story, f"Comment {sent}")
        sent += 1
    reader = actors.reader(story)
    reader.fill("One too many.")
    reader.press("Send to the moderators")
    expect(
        reader.page.get_by_role(
            "heading", name="We cannot take more comments on this story right now"
        )
    ).to_be_visible()
    expect(reader.page.locator("main")).to_contain_text("Please try again after")
    assert reader.page.locator("#yobal-text").input_value() == "One too many."


def test_a_wrong_receipt_code_shows_nothing(small: NewsroomWithLead, actors: Actors) -> None:
    reader = actors.reader(small.newsroom.story())
    reader.find("AAAAA-AAAAA-AAAAA-AAAAA")
    expect(reader.page.locator("main")).to_contain_text("We found no receipt with this code")
