"""Stories and editions are removed or renamed with everything that belongs to them, and nothing that waits is lost."""

import json
import secrets
from typing import Any

import pytest

from tests.harness import SITE_ID, START, STORY_ID, NewsroomHarness
from yobal.actions import (
    declare_story,
    receipts,
    remove_story,
    rename_story,
    write_public_files,
)
from yobal.core.errors import InvalidInput, NoSuchStory
from yobal.core.thread import Edition
from yobal.server.rebuild import rebuild_all

OTHER = "bridge"
NEW_ID = "ferry-2026"
TABLES = ("comments", "published_comments", "envelopes", "held_texts", "receipts", "editions")


def remove(newsroom: NewsroomHarness, story_id: str = STORY_ID) -> None:
    remove_story.remove(newsroom.database, newsroom.rules, story_id, random=secrets.token_bytes)
    finish(newsroom)


def remove_edition(newsroom: NewsroomHarness, tag: str) -> None:
    remove_story.remove_edition(
        newsroom.database,
        newsroom.inbox,
        newsroom.rules,
        STORY_ID,
        tag,
        moves_file=newsroom.components.moves_file,
        random=secrets.token_bytes,
    )
    finish(newsroom)


def rename(newsroom: NewsroomHarness, new_id: str = NEW_ID) -> None:
    rename_story.rename(
        newsroom.database,
        newsroom.inbox,
        newsroom.rules,
        STORY_ID,
        new_id,
        moves_file=newsroom.components.moves_file,
        random=secrets.token_bytes,
    )
    finish(newsroom)


def finish(newsroom: NewsroomHarness) -> None:
    write_public_files.write_stale(newsroom.components.file_writer)
    newsroom.purge()


def close(newsroom: NewsroomHarness) -> None:
    declare_story.set_open(newsroom.database, newsroom.rules, STORY_ID, is_open=False)
    write_public_files.write_stale(newsroom.components.file_writer)


def add_other(newsroom: NewsroomHarness) -> None:
    edition = Edition(tag="en", title="The bridge", url="https://news.example/en/bridge")
    declare_story.add(newsroom.database, newsroom.rules, OTHER, edition)


def files_of(newsroom: NewsroomHarness, story_id: str) -> set[str]:
    return {key for key in newsroom.read_all_files() if key.startswith(f"{SITE_ID}/{story_id}/")}


def overwritten(newsroom: NewsroomHarness, before: list[bytes], cells: set[int]) -> bool:
    now = newsroom.cells()
    return all(now[cell] != before[cell] for cell in cells)


def test_a_removed_story_leaves_nothing_but_its_decisions(newsroom: NewsroomHarness) -> None:
    add_other(newsroom)
    stays = newsroom.publish_new("Of the bridge.", story_id=OTHER)
    published = newsroom.publish_new("Published.")
    rejected, held, pending = (newsroom.send(text) for text in ("No.", "Held.", "Pending."))
    newsroom.reject(rejected.id, note="A note for the author.")
    newsroom.publish(held.id)
    newsroom.request_withdrawal(published.code, "next", waits_for_round=True)
    newsroom.move_inbox()
    cells, before = newsroom.needed_cells(), newsroom.cells()
    assert len(cells) == 4  # a held comment has two

    remove(newsroom)

    for table in TABLES:
        rows: list[dict[str, Any]] = newsroom.read_table(table)
        ids = {row.get("comment_id") or row.get("id") for row in rows}
        assert not ids & {published.id, rejected.id, held.id, pending.id}, table
        assert {row.get("story_id", OTHER) for row in rows} <= {OTHER}, table
    assert newsroom.read_table("withdrawal_requests") == []
    assert newsroom.read_table("feedback") == []
    assert newsroom.needed_cells() == set()
    assert overwritten(newsroom, before, cells)
    assert newsroom.find_receipt(pending.code) is None
    assert newsroom.find_receipt(stays.code, story_id=OTHER) is not None
    assert files_of(newsroom, STORY_ID) == set()
    assert not (newsroom.files_dir / SITE_ID / STORY_ID).exists()
    site = newsroom.files_dir / SITE_ID / "@"
    assert json.loads((site / "counts.json").read_bytes()) == {OTHER: 1}
    assert b"Published." not in (site / "feed.atom").read_bytes()
    newsroom.pass_slots(2)  # nothing comes back with a release
    assert files_of(newsroom, STORY_ID) == set()


def test_what_readers_were_sending_to_a_removed_story_is_dropped_at_the_round(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.send("Too late.", waits_for_round=True)
    remove(newsroom)
    assert newsroom.move_inbox().unreadable_count == 0
    assert newsroom.read_table("comments") == []
    assert newsroom.needed_cells() == set()
    assert newsroom.find_receipt(sent.code) is None


def test_files_of_a_removed_story_are_deleted_by_the_next_start_after_a_crash(
    newsroom: NewsroomHarness,
) -> None:
    remove_story.remove(newsroom.database, newsroom.rules, STORY_ID, random=secrets.token_bytes)
    assert files_of(newsroom, STORY_ID)
    newsroom.run_scheduler()
    assert files_of(newsroom, STORY_ID) == set()


def test_a_removed_story_can_be_declared_again(newsroom: NewsroomHarness) -> None:
    newsroom.publish_new("Old.")
    remove(newsroom)
    edition = Edition(tag="en", title="Again", url="https://news.example/en/ferry")
    declare_story.add(newsroom.database, newsroom.rules, STORY_ID, edition)
    write_public_files.write_stale(newsroom.components.file_writer)
    page = newsroom.read_file("en/index.html")
    assert "Again" in page
    assert "Old." not in page


def test_removing_an_unknown_story_changes_nothing(newsroom: NewsroomHarness) -> None:
    before = newsroom.read_all_files()
    with pytest.raises(NoSuchStory):
        remove(newsroom, "nosuch")
    assert newsroom.read_all_files() == before
    assert newsroom.read_table("sites")[0]["pending_purge_id"] is None


def test_an_edition_goes_and_its_comments_stay(newsroom: NewsroomHarness) -> None:
    written = newsroom.publish_new("Written in English.", edition="en")
    close(newsroom)
    remove_edition(newsroom, "en")
    assert not (newsroom.files_dir / SITE_ID / STORY_ID / "en").exists()
    page = newsroom.read_file("km/index.html")
    assert "Written in English." in page
    assert "/en/" not in page.replace("news.example/en/", "")
    assert "Written in English." in newsroom.read_file(f"km/comment/{written.id}.html")
    newsroom.pass_slots(2)


def test_the_only_edition_and_an_unknown_one_are_refused(sqlite_newsroom: NewsroomHarness) -> None:
    close(sqlite_newsroom)
    with pytest.raises(InvalidInput, match="has no edition fr; it has en, km"):
        remove_edition(sqlite_newsroom, "fr")
    remove_edition(sqlite_newsroom, "km")
    with pytest.raises(InvalidInput, match="the only edition"):
        remove_edition(sqlite_newsroom, "en")


def test_a_renamed_story_has_all_its_comments_at_another_address(
    newsroom: NewsroomHarness,
) -> None:
    published = newsroom.publish_new("Published.")
    reply = newsroom.publish_new("A reply.", parent_id=published.id)
    rejected = newsroom.send("No.")
    newsroom.reject(rejected.id)
    newsroom.pass_slots()
    close(newsroom)
    before, cells = newsroom.cells(), newsroom.needed_cells()
    assert cells
    rename(newsroom)
    assert files_of(newsroom, STORY_ID) == set()
    assert not (newsroom.files_dir / SITE_ID / STORY_ID).exists()
    for key in ("index.html", f"comment/{reply.id}.html", "page/1.html"):
        page = (newsroom.files_dir / SITE_ID / NEW_ID / "en" / key).read_text(encoding="utf-8")
        assert "A reply." in page
        assert f"/{STORY_ID}/" not in page
    receipt = newsroom.find_receipt(published.code, story_id=NEW_ID)
    assert receipt is not None
    assert newsroom.needed_cells() == set()
    assert overwritten(newsroom, before, cells)
    receipts.request_withdrawal(newsroom.inbox, receipt, when="now")
    newsroom.run_scheduler()
    assert "Published." not in (
        newsroom.files_dir / SITE_ID / NEW_ID / "en" / "index.html"
    ).read_text(encoding="utf-8")


def test_comments_verify_after_their_story_was_renamed_or_an_edition_removed(
    newsroom: NewsroomHarness,
) -> None:
    """A signature names story and edition. Control: without the file outside the database it does not."""
    newsroom.publish_new("Written in English.", edition="en")
    close(newsroom)
    remove_edition(newsroom, "en")
    rename(newsroom)
    assert rebuild_all(newsroom.components).withheld == 0
    (newsroom.components.settings.secrets_dir / "moves").unlink()
    assert rebuild_all(newsroom.components).withheld == 1


@pytest.mark.parametrize("state", ["in the inbox", "pending", "held", "rejected"])
def test_a_story_is_not_renamed_while_something_under_it_waits(
    newsroom: NewsroomHarness, state: str
) -> None:
    """Its envelope names the story: the desk would refuse it, and a reader's comment would be lost."""
    sent = newsroom.send("Waits.", waits_for_round=state == "in the inbox")
    if state == "held":
        newsroom.publish(sent.id)
    elif state == "rejected":
        newsroom.reject(sent.id)
    close(newsroom)
    before = newsroom.read_table("stories")
    with pytest.raises(InvalidInput, match="1 comments under ferry wait"):
        rename(newsroom)
    with pytest.raises(InvalidInput, match="1 comments under ferry wait"):
        remove_edition(newsroom, "km")
    assert newsroom.read_table("stories") == before
    if state == "rejected":  # it can no longer be undone
        newsroom.pass_slots()
        rename(newsroom)


@pytest.mark.parametrize(
    ("new_id", "says"),
    [
        ("a/b", "a story id has"),
        (STORY_ID, "there is a story ferry already"),
        ("..", "not . or .."),
    ],
)
def test_a_new_id_must_be_valid_and_free(
    sqlite_newsroom: NewsroomHarness, new_id: str, says: str
) -> None:
    close(sqlite_newsroom)
    with pytest.raises(InvalidInput, match=says):
        rename(sqlite_newsroom, new_id)


def test_an_open_story_is_not_renamed(sqlite_newsroom: NewsroomHarness) -> None:
    with pytest.raises(InvalidInput, match="yobal story close ferry"):
        rename(sqlite_newsroom)
    assert sqlite_newsroom.now == START
