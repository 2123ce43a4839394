"""WordPress, Isso, Remark42 and CSV: what is special about each, on both databases."""

import gzip
import sqlite3
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import copied_newsroom
from tests.harness import NewsroomHarness
from tests.imports.importing import SAMPLES, bring_in, published, sign
from yobal.core.errors import CannotReadImport

# As Isso 0.13 makes it.
ISSO_SCHEMA = """
create table preferences (key varchar primary key, value varchar);
create table threads (id integer primary key, uri varchar(256) unique, title varchar(256));
create table comments (
  tid references threads(id), id integer primary key, parent integer, created float not null,
  modified float, mode integer, remote_addr varchar, text varchar, author varchar, email varchar,
  website varchar, likes integer default 0, dislikes integer default 0, voters blob not null,
  notification integer default 0
);
"""
CSV_COLUMNS = (
    *("id=Nr", "parent=Answer to", "url=Page", "time=Date"),
    *("name=Who", "text=Body", "email=E-Mail", "state=Shown"),
)


def show(newsroom: NewsroomHarness, file: str | Path, format_: str, **options: Any) -> list[str]:
    """What the command prints, after a lead has signed and a slot has passed."""
    printed = bring_in(newsroom, file, format_, **options).printed
    sign(newsroom)
    newsroom.pass_slots()
    return printed


def days(newsroom: NewsroomHarness) -> set[int]:
    return {row["slot"] // 86_400 for row in newsroom.read_table("published_comments")}


def test_wordpress_lines_and_entities_are_what_readers_saw(newsroom: NewsroomHarness) -> None:
    show(newsroom, "wordpress.xml", "wordpress")
    row = published(newsroom)["It was full."]
    assert row["text"] == (
        "It was full.\nNobody <counted> us.\n\n"
        "See my photo (https://sokha.example/photo) &amp; judge."
    )
    assert row["name"] == "Sokha & Dara"
    assert published(newsroom)["I was there."]["parent_id"] == row["id"]


def test_wordpress_personal_data_is_counted_and_pingbacks_are_skipped(
    newsroom: NewsroomHarness,
) -> None:
    printed = bring_in(newsroom, "wordpress.xml", "wordpress").printed
    assert printed[0].startswith("6 comments read: 3 public, 1 for moderators")
    assert "skipped 1: it is no comment, but a pingback or a trackback" in printed
    assert "skipped 1: it was marked as spam" in printed
    assert printed[-2].startswith(
        "Not taken over: 1 network address, 0 browsers, 1 e-mail address, 1 user name or id,"
        " 1 author's website"
    )
    stored = str(newsroom.read_table("staged_comments"))
    assert "203.0.113.9" not in stored
    assert "reader.example" not in stored


def test_wordpress_time_is_utc_where_the_file_has_it_and_local_elsewhere(tmp_path: Path) -> None:
    newsroom = copied_newsroom(tmp_path, None, time_zone="Asia/Phnom_Penh")
    show(newsroom, "wordpress.xml", "wordpress")
    # 22:30 UTC on 1 March is 2 March there, and so is 06:00 local time without a GMT.
    assert days(newsroom) == {(date(2020, 3, 2) - date(1970, 1, 1)).days}
    assert "2020-03-01" not in newsroom.read_file("en/index.html")
    newsroom.close()


def test_comments_that_were_not_approved_are_sealed_and_wait_for_moderators(
    newsroom: NewsroomHarness,
) -> None:
    bring_in(newsroom, "wordpress.xml", "wordpress")
    (row,) = newsroom.read_table("comments")
    assert row["state"] == "pending"
    envelope = newsroom.decrypt(row["id"])
    assert envelope.text == "Nobody has looked at this yet."
    everything = str([newsroom.read_table(t) for t in ("staged_comments", "comments", "envelopes")])
    assert "Nobody has looked" not in everything
    # Its place in the thread is inside, although what it replies to is not public yet.
    parents = {row["text"]: row["comment_id"] for row in newsroom.read_table("staged_comments")}
    assert envelope.parent_id == parents["I was there."]
    newsroom.publish(row["id"])
    sign(newsroom)
    newsroom.pass_slots()
    assert newsroom.state(row["id"]) == "published"


def test_a_public_reply_to_a_pending_comment_does_not_wait_for_it(
    newsroom: NewsroomHarness,
) -> None:
    show(newsroom, "wordpress.xml", "wordpress")
    assert published(newsroom)["A reply to what waits."]["parent_id"] is None


def make_isso(folder: Path) -> Path:
    file = folder / "isso.db"
    with sqlite3.connect(file) as conn:
        conn.executescript(ISSO_SCHEMA)
        conn.execute("insert into threads values (1, '/en/ferry/', 'Ferry workers')")
        rows = [
            (
                1,
                None,
                1_600_000_000.25,
                1,
                "A *first* word",
                "Sokha",
                "s@reader.example",
                "1.2.3.0",
            ),
            (2, 1, 1_600_000_900.5, 1, "A reply", None, None, "1.2.3.0"),
            (3, 1, 1_600_001_900.5, 2, "Not approved", "Dara", None, "1.2.4.0"),
            (4, None, 1_600_002_900.5, 4, "", None, None, "1.2.5.0"),
        ]
        conn.executemany(
            "insert into comments (tid, id, parent, created, mode, text, author, email, remote_addr,"
            " voters) values (1, ?, ?, ?, ?, ?, ?, ?, ?, x'00')",
            rows,
        )
    conn.close()
    return file


def test_isso_threads_are_matched_by_path(newsroom: NewsroomHarness, tmp_path: Path) -> None:
    file = make_isso(tmp_path)
    before = file.read_bytes()
    printed = show(newsroom, file, "isso", base_url="https://news.example")
    assert printed[0].startswith("4 comments read: 2 public, 1 for moderators")
    assert printed[-2].startswith("Not taken over: 4 network addresses, 0 browsers, 1 e-mail")
    rows = published(newsroom)
    assert rows["A reply"]["parent_id"] == rows["A *first* word"]["id"]
    assert days(newsroom) == {1_600_000_000 // 86_400}
    assert file.read_bytes() == before


def test_isso_without_a_base_url_matches_a_path_that_only_one_story_has(
    newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    assert ": 2 public" in bring_in(newsroom, make_isso(tmp_path), "isso").summary


def test_remark42_backup_is_read_packed_and_past_a_broken_line(
    newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    file = tmp_path / "backup.gz"
    file.write_bytes(gzip.compress((SAMPLES / "remark42.json").read_bytes()))
    printed = show(newsroom, file, "remark42")
    assert printed[0].startswith("5 comments read: 3 public")
    assert "skipped 1: it is not a comment in JSON, or a part of it is missing" in printed
    rows = published(newsroom)
    assert rows["Standing again."]["text"] == "Standing again.\nTwo hours.\n\nno ferry\nno bus"
    assert rows["After the broken line"]["parent_id"] == rows["Same here & there"]["id"]
    assert len({row["root_id"] for row in rows.values() if row["root_id"]}) == 1
    # 23:30 in New York on 31 January is 1 February in UTC.
    assert 'datetime="2021-02-01"' in newsroom.read_file("en/index.html")


def test_csv_columns_are_named_and_local_times_are_not_utc(
    newsroom: NewsroomHarness,
) -> None:
    printed = show(
        newsroom, "comments.csv", "csv", columns=CSV_COLUMNS, time_zone="Asia/Phnom_Penh"
    )
    assert printed[0].startswith("6 comments read: 3 public, 2 for moderators")
    assert "skipped 1: it has 5 columns and not 8" in printed
    rows = published(newsroom)
    assert rows["Two lines,"]["text"] == "Two lines,\nin quotes & not HTML"
    # 00:30 in Phnom Penh is the day before in UTC, which is the site's zone here.
    assert rows["Two lines,"]["slot"] // 86_400 == 19_112
    assert rows["As Unix time"]["slot"] // 86_400 == 19_113


def test_replies_between_comments_that_wait_keep_their_places(newsroom: NewsroomHarness) -> None:
    bring_in(newsroom, "comments.csv", "csv", columns=CSV_COLUMNS)
    waiting = {
        envelope.text: envelope
        for row in newsroom.read_table("comments")
        for envelope in [newsroom.decrypt(row["id"])]
    }
    reply = waiting["A reply that waits too"]
    parent = waiting["Nobody knows whether this was shown"]
    assert reply.parent_id == parent.comment_id
    assert reply.root_id == parent.root_id
    staged = {row["text"]: row["comment_id"] for row in newsroom.read_table("staged_comments")}
    assert parent.root_id == staged["Two lines,\nin quotes & not HTML"]


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ((), "has no column id: name it with --column id=TITLE"),
        (("id=Number",), "has no column Number; it has Nr"),
        (("number=Nr",), "--column number=…: it takes one of id"),
    ],
)
def test_csv_says_which_column_is_missing(
    sqlite_newsroom: NewsroomHarness, columns: tuple[str, ...], problem: str
) -> None:
    with pytest.raises(CannotReadImport, match=problem):
        bring_in(sqlite_newsroom, "comments.csv", "csv", columns=columns)


@pytest.mark.parametrize("format_", ["isso", "remark42", "wordpress", "disqus"])
def test_a_file_of_another_format_is_refused_with_a_sentence(
    sqlite_newsroom: NewsroomHarness, format_: str
) -> None:
    with pytest.raises(CannotReadImport):
        bring_in(sqlite_newsroom, "comments.csv", format_)
