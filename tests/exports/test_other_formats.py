"""WXR and CSV: read by other programs, and again by Yobal, with the same words, replies and days."""

import csv
import xml.etree.ElementTree as ET
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.exports.exporting import HARD_TEXT, empty_copy, export, fill, take_over
from tests.harness import NewsroomHarness

WP = "{http://wordpress.org/export/1.2/}"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
Shown = dict[str, tuple[str, str | None, int]]


def shown(newsroom: NewsroomHarness) -> Shown:
    """Of every comment with words: its name, what it replies to, and its day, by its text."""
    rows = [row for row in newsroom.read_table("published_comments") if row["removal"] is None]
    texts: dict[Any, str] = {row["id"]: row["text"] for row in rows}
    return {
        row["text"]: (row["name"], texts.get(row["parent_id"]), row["slot"] // 86_400)
        for row in rows
    }


@pytest.mark.parametrize("format_", ["wordpress", "csv"])
def test_yobal_reads_again_what_it_has_exported(
    newsroom: NewsroomHarness, tmp_path: Path, request: pytest.FixtureRequest, format_: str
) -> None:
    fill(newsroom, tmp_path, comments=20)
    before, file = shown(newsroom), export(newsroom, format_, tmp_path / "exported")
    assert HARD_TEXT in before
    is_sqlite = newsroom.database.is_sqlite
    server = None if is_sqlite else request.getfixturevalue("postgresql")
    copy = empty_copy(newsroom, tmp_path / "copy", server)
    take_over(copy, file, format_, edition="en")
    after = shown(copy)
    copy.close()
    if format_ == "wordpress":  # HTML has no spaces at the beginning of a line
        after = {_as_typed(text): value for text, value in after.items()}
    assert after == before


def _as_typed(text: str) -> str:
    return text.replace("\n<b>", "\n  <b>")


def _wxr(newsroom: NewsroomHarness, folder: Path) -> ET.Element:
    file = export(newsroom, "wordpress", folder / "site.xml")
    return ET.parse(file).getroot()  # our own file, and strict


def test_wordpress_finds_every_reply_below_its_parent(
    sqlite_newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    """WordPress Importer goes by number: a parent with a higher one would be lost."""
    fill(sqlite_newsroom, tmp_path, comments=20)
    root = _wxr(sqlite_newsroom, tmp_path)
    assert root.findtext(f"channel/{WP}wxr_version") == "1.2"
    replies = 0
    for post in root.iterfind("channel/item"):
        assert (post.findtext(f"{WP}post_type"), post.findtext(f"{WP}post_date")) == ("post", "")
        seen: set[int] = set()
        for comment in post.iterfind(f"{WP}comment"):
            number, parent = (
                int(comment.findtext(f"{WP}{name}") or "")
                for name in ("comment_id", "comment_parent")
            )
            assert parent == 0 or parent in seen
            assert number > max(seen, default=0)
            seen.add(number)
            replies += parent != 0
    assert replies == 4 + 2  # what replied to a removed comment stands at the top


def test_for_wordpress_names_and_texts_are_html(
    sqlite_newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    """It removes what looks like a tag from a name."""
    fill(sqlite_newsroom, tmp_path, comments=3)
    comments = list(_wxr(sqlite_newsroom, tmp_path).iterfind(f"channel/item/{WP}comment"))
    assert "&lt;i&gt;Vann &amp; Co&lt;/i&gt;" in {
        comment.findtext(f"{WP}comment_author") for comment in comments
    }
    assert any(
        "<" not in text and "&lt;b&gt;" in text
        for comment in comments
        if (text := comment.findtext(f"{WP}comment_content"))
    )


def test_no_two_comments_have_the_same_time_and_wordpress_keeps_both(
    sqlite_newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    """WordPress Importer takes those with the same name and time for one."""
    fill(sqlite_newsroom, tmp_path, comments=60)
    times = [item.text or "" for item in _wxr(sqlite_newsroom, tmp_path).iter(f"{WP}comment_date")]
    assert len(times) == len(set(times)) > 60
    assert all(datetime.fromisoformat(time).hour == 12 for time in times)  # no more than the day


def test_no_cell_is_a_formula(sqlite_newsroom: NewsroomHarness, tmp_path: Path) -> None:
    fill(sqlite_newsroom, tmp_path, comments=1)
    file = export(sqlite_newsroom, "csv", tmp_path / "site.csv")
    with file.open(newline="", encoding="utf-8") as opened:
        rows = list(csv.reader(opened))
    cells = [cell for row in rows for cell in row]
    assert [cell for cell in cells if cell.startswith(FORMULA_STARTS)] == []
    assert f"'{HARD_TEXT}" in cells  # control: there was one
    assert "'-Sokha" in cells
