"""Yobal's own format: what is exported and imported into an empty site has the same public files, to the byte."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.exports.exporting import EDITED, empty_copy, export, fill, public_files, take_over
from tests.harness import SLOT, NewsroomHarness
from tests.imports.importing import bring_in, published
from yobal.core.errors import CannotReadImport
from yobal.server.rebuild import rebuild_all


@pytest.mark.parametrize("name", ["site.jsonl", "site.jsonl.gz"])
def test_an_import_of_an_export_gives_the_same_public_files(
    newsroom: NewsroomHarness, tmp_path: Path, request: pytest.FixtureRequest, name: str
) -> None:
    fill(newsroom, tmp_path)
    before, file = public_files(newsroom), export(newsroom, "jsonl", tmp_path / name)
    is_sqlite = newsroom.database.is_sqlite
    server = None if is_sqlite else request.getfixturevalue("postgresql")
    copy = empty_copy(newsroom, tmp_path / "copy", server)
    try:
        take_over(copy, file, "jsonl")
        after = public_files(copy)
    finally:
        copy.close()
    assert sorted(after) == sorted(before)
    assert [key for key in before if before[key] != after[key]] == []


def test_an_import_into_the_exported_site_changes_nothing(
    newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    fill(newsroom, tmp_path, comments=3)
    file = export(newsroom, "jsonl", tmp_path / "site.jsonl")
    before = newsroom.read_table("published_comments")
    output = bring_in(newsroom, file, "jsonl")
    assert output.printed[-1] == "There was nothing new."
    assert newsroom.read_table("published_comments") == before


def test_imported_comments_come_after_those_that_a_thread_has(
    sqlite_newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    newsroom = sqlite_newsroom
    fill(newsroom, tmp_path, comments=3)
    file = export(newsroom, "jsonl", tmp_path / "site.jsonl")
    copy = empty_copy(newsroom, tmp_path / "copy", None)
    lines = file.read_bytes().splitlines(keepends=True)
    part = tmp_path / "part.jsonl"  # an older export, with the first comments only
    part.write_bytes(
        b"".join(line for line in lines if b"@Sokha" not in line and b"reply to a" not in line)
    )
    take_over(copy, part, "jsonl")
    assert "2 public" in take_over(copy, file, "jsonl")
    rows = published(copy)
    assert rows["@Sokha no"]["root_id"] == rows["=1+1 is two"]["id"]
    assert rows["A reply to a reply."]["parent_id"] == rows["@Sokha no"]["id"]
    positions = [row["position"] for row in rows.values() if row["root_id"] is None]
    assert len(positions) - len(set(positions)) == 2  # of two stories
    copy.close()


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (b'"lang":"en"', b'"lang":"<x>"', "its language is not a language tag"),
        (b'"personal-data"', b'"nonsense"', "it names a clause that the terms do not have"),
        (
            b'"edit_kind":"masked"',
            b'"edit_kind":"painted"',
            "it is not a line of an export of Yobal",
        ),
        (b'"edition":"en"', b'"edition":"fr"', "its page is not in the file"),
        (b'"position":0', b'"position":1', "its position is one that its thread has not used"),
        (b'"position":0', b'"position":2147483647', "it is not a line of an export of Yobal"),
        (b'"slot":1', b'"slot":1000', "it is not a line of an export of Yobal"),
        (b'"next_reply_position":0', b'"next_reply_position":1000001', "it is not a line of an"),
    ],
)
def test_a_line_that_pages_could_not_show_is_skipped_with_its_reason(
    sqlite_newsroom: NewsroomHarness, tmp_path: Path, old: bytes, new: bytes, reason: str
) -> None:
    newsroom = sqlite_newsroom
    newsroom.send("Call me at 012 345 678.")
    (row,) = [item for item in newsroom.read_table("comments") if item["state"] == "pending"]
    newsroom.publish_edited(row["id"], EDITED)
    newsroom.pass_slots()
    file = export(newsroom, "jsonl", tmp_path / "site.jsonl")
    head, *lines = file.read_bytes().splitlines(keepends=True)
    changed = [line.replace(old, new) if b'"comment"' in line else line for line in lines]
    assert changed != lines
    file.write_bytes(head + b"".join(changed).replace(row["id"].encode(), b"b" * 26))
    output = bring_in(newsroom, file, "jsonl")
    assert "1 skipped" in output.summary
    assert reason in output.warned[0]


def test_a_story_that_closes_in_no_year_of_the_calendar_is_skipped(
    sqlite_newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    """No page could name the day, and all others would wait for that page."""
    sqlite_newsroom.publish_new("A comment.")
    file = export(sqlite_newsroom, "jsonl", tmp_path / "site.jsonl")
    content = file.read_bytes()
    assert b'"closes_slot":null' in content
    file.write_bytes(content.replace(b'"closes_slot":null', b'"closes_slot":9000000000000000'))
    copy = empty_copy(sqlite_newsroom, tmp_path / "copy", None)
    output = bring_in(copy, file, "jsonl")
    copy.close()
    assert "it is not a line of an export of Yobal" in output.warned[0]
    assert "its page is not in the file" in output.warned[1]


def test_a_story_closes_with_a_slot_of_this_site(
    sqlite_newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    sqlite_newsroom.publish_new("A comment.")
    file = export(sqlite_newsroom, "jsonl", tmp_path / "site.jsonl")
    slot = int(sqlite_newsroom.now) // SLOT * SLOT + 100 * SLOT
    content = file.read_bytes().replace(
        b'"closes_slot":null', f'"closes_slot":{slot - 60}'.encode()
    )
    file.write_bytes(content)
    copy = empty_copy(sqlite_newsroom, tmp_path / "copy", None)
    bring_in(copy, file, "jsonl")
    (story,) = [row for row in copy.read_table("stories") if row["closes_slot"] is not None]
    copy.close()
    assert story["closes_slot"] == slot


def test_a_published_name_is_kept_as_readers_saw_it_unless_no_site_allows_it(
    sqlite_newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    newsroom = sqlite_newsroom
    long_name, address = "Sokha " * 15 + "S", "sokha@news.example"
    for text, name in (("One.", "Dara"), ("Two.", "Vann"), ("Three.", "Chan")):
        newsroom.publish_new(text, name=name)
    file = export(newsroom, "jsonl", tmp_path / "site.jsonl")
    content = file.read_text(encoding="utf-8")
    for name, other in (("Dara", long_name), ("Vann", address), ("Chan", "x" * 100_000)):
        content = content.replace(f'"name":"{name}"', f'"name":"{other}"')
    file.write_text(content, encoding="utf-8")
    copy = empty_copy(newsroom, tmp_path / "copy", None)
    take_over(copy, file, "jsonl")
    names = {text: row["name"] for text, row in published(copy).items()}
    copy.close()
    assert names == {"One.": long_name, "Two.": address, "Three.": ""}


def test_a_file_of_another_kind_is_refused(
    sqlite_newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    file = tmp_path / "other.jsonl"
    file.write_text('{"line":"comment"}\n', encoding="utf-8")
    with pytest.raises(CannotReadImport, match="not an export of Yobal"):
        bring_in(sqlite_newsroom, file, "jsonl")


def test_a_comment_that_was_changed_after_the_signature_is_not_shown(
    sqlite_newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    """The words of a removed comment, or how a moderator edited one, cannot be put in afterwards."""
    newsroom = sqlite_newsroom
    fill(newsroom, tmp_path, comments=1)
    file = export(newsroom, "jsonl", tmp_path / "site.jsonl")
    copy = empty_copy(newsroom, tmp_path / "copy", None)
    take_over(copy, file, "jsonl")
    assert rebuild_all(copy.components).withheld == 0
    with copy.database.writing() as conn:
        conn.execute(
            sa.text(
                "update published_comments set edit_kind = 'reworded' where edit_kind = 'masked'"
            )
        )
    assert rebuild_all(copy.components).withheld == 1
    copy.close()
