"""From the form to the page and back: a reader on a phone without JavaScript, a moderator at a desk."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.actors import DESKTOP, PHONE, Actors, Moderator, Reader, wait_for
from tests.browser.fixtures import SLOT_SECONDS, NewsroomWithLead, serve_newsroom
from tests.conftest import KINDS, new_postgresql

WORDS = "The ferry was always late, and nobody told us why."
AT_ONCE = "At once. Somebody watching your connection could tell it was yours."
KHMER = "ខ្ញុំ\u200bគាំទ្រ\u200bពួកគាត់។"


@pytest.fixture(scope="module", params=KINDS)
def newsroom_of_each(
    request: pytest.FixtureRequest, browser_here: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NewsroomWithLead]:
    database = ""
    if request.param == "postgresql":
        database = new_postgresql(request.getfixturevalue("postgresql"))
    folder = tmp_path_factory.mktemp(request.param)
    yield from serve_newsroom(
        browser_here, folder, release_interval_seconds=SLOT_SECONDS, database=database
    )


def test_a_comment_is_sent_published_and_withdrawn_by_its_receipt(
    newsroom_of_each: NewsroomWithLead, actors: Actors
) -> None:
    served = newsroom_of_each
    story = served.newsroom.story("en", "km")
    reader = actors.reader(story)
    code = reader.send(WORDS, name="A reader")
    reader.find(code)
    expect(reader.page.locator(".yobal-state")).to_contain_text("waiting for a moderator")
    assert WORDS not in reader.page.content()
    assert story.texts() == []

    desk = served.lead(actors)
    desk.open(WORDS)
    expect(desk.page.locator("#reading-words")).to_have_text(WORDS)
    expect(desk.page.locator("p.story")).to_contain_text("A reader")
    desk.page.get_by_role("button", name="Publish").click()
    expect(desk.toast).to_contain_text("Published, appears at")

    wait_for(lambda: story.texts() == [WORDS])
    reader.open()
    expect(reader.page.locator(".yobal-text")).to_have_text(WORDS)
    assert WORDS in story.in_edition("km").get()
    reader.until(code, "Your comment is published")
    expect(reader.page.locator(".yobal-preview .yobal-text")).to_have_text(WORDS)

    reader.take_back(AT_ONCE)
    expect(
        reader.page.get_by_role("heading", name="Your comment is being withdrawn")
    ).to_be_visible()
    names = ("", "index.json", "thread.fragment.html", "page/1.html", "page/1.json")
    wait_for(lambda: not any(WORDS in story.get(name) for name in names))
    wait_for(lambda: story.texts() == [])  # its line stays until the next release
    reader.until(code, "We found no receipt with this code")


def test_a_comment_withdrawn_while_pending_never_appears(
    quick: NewsroomWithLead, actors: Actors
) -> None:
    story = quick.newsroom.story()
    reader = actors.reader(story)
    code = reader.send("Never mind.")
    desk = quick.lead(actors)
    desk.open("Never mind.")
    reader.find(code)
    reader.take_back(AT_ONCE)
    reader.until(code, "We found no receipt with this code")
    desk.press("a")
    expect(desk.toast).to_contain_text("The author has withdrawn this comment.")
    assert story.texts() == []


def test_a_published_comment_can_be_withdrawn_with_the_next_release(
    quick: NewsroomWithLead, actors: Actors
) -> None:
    story = quick.newsroom.story()
    reader = actors.reader(story)
    code = _published(quick.lead(actors), reader, "It can go with the others.")
    reader.until(code, "Your comment is published")
    reader.take_back("At the next release, among others")
    wait_for(lambda: story.texts() == [])


def test_an_edit_is_shown_as_a_diff_and_readers_see_its_clause(
    quick: NewsroomWithLead, actors: Actors
) -> None:
    story = quick.newsroom.story()
    reader = actors.reader(story)
    code = reader.send("Call 000 555 0142 if you want to see it.", name="Delta")
    desk = quick.lead(actors)
    desk.open("Call 000")
    desk.page.get_by_role("button", name="Edit").click()
    desk.page.locator("#edit-text").fill("Call ▮▮▮ if you want to see it.")
    expect(desk.page.locator(".editor del")).to_contain_text("000 555 0142")
    expect(desk.page.locator(".editor ins")).to_contain_text("▮▮▮")
    desk.choose("masked")
    desk.choose("personal-data")
    expect(desk.page.locator(".editor")).to_contain_text(
        "Readers will see: “Masked by a moderator (Personal data)”."
    )
    desk.page.locator("#publish-edited").click()
    expect(desk.toast).to_contain_text("Published with an edit")
    wait_for(lambda: story.texts() == ["Call ▮▮▮▮▮▮▮▮ if you want to see it."])
    reader.open()
    expect(reader.page.locator(".yobal-edited")).to_have_text(
        "Masked by a moderator (Personal data)"
    )
    assert "0142" not in reader.page.content()
    reader.until(code, "Masked by a moderator (Personal data)")


def test_the_author_of_a_rejected_comment_sees_the_clause_and_the_note(
    quick: NewsroomWithLead, actors: Actors
) -> None:
    story = quick.newsroom.story()
    reader = actors.reader(story)
    code = reader.send("Buy my watches.")
    desk = quick.lead(actors)
    desk.open("Buy my watches.")
    desk.page.get_by_role("button", name="Reject", exact=True).click()
    desk.choose("spam")
    desk.page.locator("#note").fill("We print no advertising here.")
    desk.page.locator("#reject").click()
    expect(desk.toast).to_contain_text("Rejected (Spam), final at")
    reader.until(code, "A moderator decided not to publish your comment")
    expect(reader.page.locator("main")).to_contain_text("Reason in our Terms of Use: Spam")
    expect(reader.page.locator("blockquote")).to_have_text("We print no advertising here.")
    assert story.texts() == []


def test_a_reply_appears_below_its_parent(quick: NewsroomWithLead, actors: Actors) -> None:
    story = quick.newsroom.story("km", "en")
    reader = actors.reader(story.in_edition("en"))
    desk = quick.lead(actors)
    _published(desk, reader, KHMER)
    wait_for(lambda: story.texts() == [KHMER])
    other = actors.reader(story.in_edition("en"))
    other.reply("I saw it too.", name="Second")
    desk.look().open("I saw it too.")
    expect(desk.page.locator("blockquote.parent")).to_contain_text(KHMER)
    desk.press("a")
    wait_for(lambda: story.texts() == [KHMER, "I saw it too."])
    other.open()
    expect(other.page.locator("article .yobal-reply-item .yobal-text")).to_have_text(
        "I saw it too."
    )


def test_a_moderator_removes_a_published_comment_at_once(
    quick: NewsroomWithLead, actors: Actors
) -> None:
    story = quick.newsroom.story()
    reader = actors.reader(story)
    desk = quick.lead(actors)
    code = _published(desk, reader, "This one should not have passed.")
    wait_for(lambda: story.texts() == ["This one should not have passed."])
    desk.look().go("History")
    row = desk.history_entry("This one should not have passed.")
    row.get_by_role("button", name="Remove…").click()
    desk.choose("respect")
    desk.page.get_by_role("button", name="Remove now").click()
    expect(desk.page.locator("li.decision", has_text="now removed")).to_be_visible()
    assert story.texts() in ([""], [])  # its line stays until the next release
    reader.until(code, "a moderator later removed it")
    expect(reader.page.locator("main")).to_contain_text("Respect")


@pytest.mark.parametrize(
    ("shape", "javascript"),
    [(PHONE, True), (DESKTOP, False), (DESKTOP, True)],
    ids=["phone with JavaScript", "desktop without", "desktop with"],
)
def test_the_form_works_on_every_shape_of_device(
    quick: NewsroomWithLead, actors: Actors, shape: dict[str, object], *, javascript: bool
) -> None:
    reader = actors.reader(quick.newsroom.story(), javascript=javascript, **shape)
    assert reader.send("From this device.")


def _published(desk: Moderator, reader: Reader, words: str) -> str:
    """Sent and accepted; its receipt."""
    code = reader.send(words)
    desk.look().open(words)
    desk.press("a")
    expect(desk.toast).to_contain_text("Published")
    return code
