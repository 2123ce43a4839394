"""What the newsroom says beside a thread, and when it closes: on the newest page, and changing only at slots."""

import json
import re

import pytest

from tests.harness import SITE_ID, SLOT, START, STORY_ID, NewsroomHarness
from yobal.actions import change_story, write_public_files
from yobal.actions.change_story import StoryChanges
from yobal.core.errors import InvalidInput, NoSuchStory

CLOSES = int(START) + 3_600 * 5  # the slot 18:00 (UTC)
PAYLOAD = '<img src=x onerror=alert(1)> & "quoted"'


def change(newsroom: NewsroomHarness, changes: StoryChanges, story_id: str = STORY_ID) -> None:
    change_story.change(newsroom.database, newsroom.rules, story_id, changes)
    write_public_files.write_stale(newsroom.components.file_writer)


def test_a_question_and_a_note_are_in_their_edition_only(newsroom: NewsroomHarness) -> None:
    change(
        newsroom, StoryChanges(edition="en", question="Do you take it?", pinned_note="Corrected.")
    )
    page, other = newsroom.read_file("en/index.html"), newsroom.read_file("km/index.html")
    assert page.index("Corrected.") < page.index("yobal-comments") < page.index("Do you take it?")
    assert "Do you take it?" in newsroom.read_file("en/form.fragment.html")
    assert "Do you take it?" in newsroom.read_file("en/form.frame.html")
    assert "Corrected." in newsroom.read_file("en/thread.fragment.html")
    assert "Corrected." not in other
    assert "Do you take it?" not in other
    file = json.loads(newsroom.read_file("en/index.json"))
    assert (file["question"], file["pinned_note"]) == ("Do you take it?", "Corrected.")


def test_an_empty_text_removes_it_and_one_that_is_left_out_stays(newsroom: NewsroomHarness) -> None:
    change(newsroom, StoryChanges(edition="en", question="First?", pinned_note="Note."))
    change(newsroom, StoryChanges(edition="en", pinned_note=" \u200b"))
    page = newsroom.read_file("en/index.html")
    assert "First?" in page
    assert "yobal-pinned" not in page


def test_the_texts_are_cleaned_and_escaped(newsroom: NewsroomHarness) -> None:
    hidden = f"a\u202e{PAYLOAD}\r\n\r\n\r\n\r\n\r\nb"
    change(newsroom, StoryChanges(edition="en", question=hidden, pinned_note=hidden))
    for key in ("en/index.html", "en/form.frame.html", "en/thread.fragment.html"):
        page = newsroom.read_file(key)
        assert "\u202e" not in page
        assert "<img" not in page
    question = json.loads(newsroom.read_file("en/index.json"))["question"]
    assert question == f"a{PAYLOAD}\n\n\nb"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        (StoryChanges(question="Which?"), "name one with --edition"),
        (StoryChanges(edition="fr", question="Laquelle ?"), "has no edition fr; it has en, km"),
        (StoryChanges(edition="en", question="x" * 301), "has 301 characters; it may have 300"),
        (StoryChanges(edition="en", pinned_note="a" + "\u0301" * 40), "too many accents"),
    ],
)
def test_what_cannot_be_set_changes_nothing(
    sqlite_newsroom: NewsroomHarness, changes: StoryChanges, says: str
) -> None:
    before = sqlite_newsroom.read_table("editions")
    with pytest.raises(InvalidInput, match=says):
        change(sqlite_newsroom, changes)
    assert sqlite_newsroom.read_table("editions") == before


def test_an_unknown_story_is_named(sqlite_newsroom: NewsroomHarness) -> None:
    with pytest.raises(NoSuchStory, match="nosuch"):
        change(sqlite_newsroom, StoryChanges(closes=CLOSES), story_id="nosuch")


def test_the_closing_time_is_shown_from_the_beginning(newsroom: NewsroomHarness) -> None:
    change(newsroom, StoryChanges(closes=CLOSES))
    for key in ("en/index.html", "en/form.fragment.html", "en/form.frame.html"):
        assert "Comments on this story close on 22 November 2026 at 18:00 (UTC)." in re.sub(
            r"\s+", " ", newsroom.read_file(key)
        )
    assert "\u200bរហូត\u200bដល់" in newsroom.read_file("km/index.html")
    assert json.loads(newsroom.read_file("en/index.json"))["closes_at"].startswith(
        "2026-11-22T18:00"
    )


def test_a_story_closes_with_its_slot_and_all_its_pages_lose_their_buttons(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.publish_new("Still here.")
    change(newsroom, StoryChanges(closes=int(newsroom.now) // SLOT * SLOT + 2 * SLOT))
    newsroom.pass_slots()
    assert 'name="parent_id"' in newsroom.read_file("en/page/1.html")
    before = newsroom.read_all_files()
    newsroom.now += SLOT - 7_200
    newsroom.run_scheduler()
    assert newsroom.read_all_files() == before, "nothing changes between slots"
    newsroom.now += 7_200
    newsroom.run_scheduler()
    for key in ("en/index.html", "en/page/1.html", f"en/comment/{sent.id}.html"):
        page = newsroom.read_file(key)
        assert 'name="parent_id"' not in page, key
        assert 'id="yobal-text"' not in page, key
    assert "closed" in newsroom.read_file("en/index.html")
    assert json.loads(newsroom.read_file("en/index.json"))["form"] == "closed"


def test_never_takes_the_closing_time_back(newsroom: NewsroomHarness) -> None:
    change(newsroom, StoryChanges(closes=CLOSES))
    change(newsroom, StoryChanges(closes="never"))
    newsroom.pass_slots(3)
    assert 'id="yobal-text"' in newsroom.read_file("en/index.html")
    assert newsroom.read_table("stories")[0]["closes_slot"] is None


def test_a_closed_story_cannot_close_later(newsroom: NewsroomHarness) -> None:
    change(newsroom, StoryChanges(closes=CLOSES))
    newsroom.pass_slots()
    with pytest.raises(InvalidInput, match=f"yobal story open {STORY_ID}"):
        change(newsroom, StoryChanges(closes=CLOSES + SLOT))
    assert (newsroom.files_dir / SITE_ID / STORY_ID).is_dir()
