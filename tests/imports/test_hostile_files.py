"""Files that were written to stop or to mislead the technician's command. Each run ends, soon and with a sentence."""

import gzip
import json
import re
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness import NewsroomHarness
from tests.imports.importing import bring_in
from tests.imports.test_importing import URL, write_csv
from tests.imports.test_other_formats import make_isso
from yobal.actions import import_comments
from yobal.adapters.import_formats import csv_file, moments, xml_stream
from yobal.core import html_text
from yobal.core.errors import CannotReadImport

SECONDS_MAX = (
    120  # without its guard, each of these takes many minutes, or more memory than there is
)


@pytest.fixture(autouse=True)
def _soon() -> Iterator[None]:
    started = time.monotonic()
    yield
    assert time.monotonic() - started < SECONDS_MAX


def disqus(folder: Path, inside: str) -> Path:
    file = folder / "disqus.xml"
    file.write_text(f"<disqus>{inside}</disqus>", encoding="utf-8")
    return file


# Order


def test_comments_that_reply_to_themselves_are_read_in_one_pass(
    newsroom: NewsroomHarness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_comments, "WAITING_COMMENTS_MAX", 3)
    count = 300
    rows = [{"id": f"n{number}", "parent": f"n{number}"} for number in range(count)]
    output = bring_in(newsroom, write_csv(tmp_path, rows), "csv")
    assert output.summary.startswith(f"{count} comments read: {count} public")
    assert f"{count} replies without" in "".join(output.printed)


def test_a_chain_of_replies_in_reverse_is_read_in_one_pass(
    newsroom: NewsroomHarness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_comments, "PASSES_MAX", 2)
    rows = [
        {"id": f"n{number}", "parent": f"n{number - 1}" if number else ""}
        for number in reversed(range(2_500))
    ]
    output = bring_in(newsroom, write_csv(tmp_path, rows), "csv")
    assert output.summary.startswith("2,500 comments read: 2,500 public")
    assert not any("replies without" in line for line in output.printed)


def test_a_file_is_not_read_again_endlessly(
    newsroom: NewsroomHarness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_comments, "WAITING_COMMENTS_MAX", 3)
    monkeypatch.setattr(import_comments, "PASSES_MAX", 4)
    rows = [
        {"id": f"n{number}", "parent": f"n{number - 1}" if number else ""}
        for number in reversed(range(50))
    ]
    output = bring_in(newsroom, write_csv(tmp_path, rows), "csv")
    assert output.summary.startswith("50 comments read: 50 public")
    assert any("replies without" in line for line in output.printed)


def test_replies_in_a_tree_and_in_a_circle_have_levels() -> None:
    parents = {"c": "b", "b": "a", "x": "y", "y": "z", "z": "y"}
    levels = import_comments.levels_of(parents)
    assert (levels["b"], levels["c"]) == (0, 1), "a is here already"
    assert sorted((levels["y"], levels["z"])) == [0, 1]
    assert levels["x"] == levels["y"] + 1


# Times


@pytest.mark.parametrize(
    "text",
    ["0001-01-01T00:00:00", "9999-12-31T23:59:59-12:00", "1e300", "inf", "nan", "-1", "1969-05-01"],
)
def test_a_time_that_no_comment_can_have_is_read_as_none(text: str) -> None:
    assert moments.parse(text) is None


def test_a_row_with_an_impossible_time_is_skipped(
    newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    rows = [{"id": "a", "time": "0001-01-01T00:00:00"}, {"id": "b"}]
    output = bring_in(newsroom, write_csv(tmp_path, rows), "csv", time_zone="America/New_York")
    assert output.summary.startswith("2 comments read: 1 public")


# XML


def test_too_many_nested_elements_are_refused(newsroom: NewsroomHarness, tmp_path: Path) -> None:
    """The path of each names all around it: 100,000 of them would need 40 GB."""
    with pytest.raises(CannotReadImport, match="nested elements"):
        bring_in(newsroom, disqus(tmp_path, "<post>" + "<elements>" * 100_000))


def test_an_unclosed_tag_is_refused(newsroom: NewsroomHarness, tmp_path: Path) -> None:
    with pytest.raises(CannotReadImport, match="does not end"):
        bring_in(newsroom, disqus(tmp_path, '<post a="' + "x" * (xml_stream.TOKEN_BYTES_MAX * 2)))


def test_only_a_part_of_a_huge_record_is_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(xml_stream, "RECORD_CHARACTERS_MAX", 1_000)
    inside = "".join(f'<e{number} a="xxxx">yyyy</e{number}>' for number in range(1_000))
    with disqus(tmp_path, f"<post>{inside}</post>").open("rb") as file:
        (record,) = xml_stream.read(file, "disqus.xml", records=("disqus/post",))
    fields = record.texts | record.attributes
    assert 0 < sum(len(path) + len(value) for path, value in fields.items()) <= 1_000


def test_a_bomb_of_entities_is_refused(newsroom: NewsroomHarness, tmp_path: Path) -> None:
    file = tmp_path / "bomb.xml"
    file.write_text('<!DOCTYPE d [<!ENTITY a "b">]><disqus>&a;</disqus>', encoding="utf-8")
    with pytest.raises(CannotReadImport, match="document type"):
        bring_in(newsroom, file)


def test_a_file_in_another_encoding_is_refused(newsroom: NewsroomHarness, tmp_path: Path) -> None:
    file = tmp_path / "old.xml"
    file.write_bytes(
        '<?xml version="1.0" encoding="ISO-8859-1"?><disqus>\xe9</disqus>'.encode("latin-1")
    )
    with pytest.raises(CannotReadImport, match="is in ISO-8859-1: save it in UTF-8"):
        bring_in(newsroom, file)


# HTML


@pytest.mark.parametrize("tag", ["<div>", "<ul><li>", "<pre>\n", "<b id=1><i><a>"])
def test_html_with_thousands_of_tags_is_skipped(
    newsroom: NewsroomHarness, tmp_path: Path, tag: str
) -> None:
    file = tmp_path / "tags.csv"
    html = tag * 50_000
    file.write_text(f'id,time,url,html\na,2022-05-01,{URL},"{html[:250_000]}"\n', encoding="utf-8")
    assert any("tags of HTML" in line for line in bring_in(newsroom, file, "csv").warned)


def test_html_below_the_limit_takes_seconds() -> None:
    started = time.monotonic()
    html_text.plain_text("<ul><li>" * (html_text.TAGS_MAX // 2))
    assert time.monotonic() - started < 10


# CSV and Remark42


@pytest.mark.parametrize("line", ['"' + "a,\n" * 500, "a," * 1_000, '"a\n",' * 500])
def test_an_endless_row_is_refused(
    newsroom: NewsroomHarness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str
) -> None:
    monkeypatch.setattr(csv_file, "ROW_CHARACTERS_MAX", 1_000)
    file = tmp_path / "long.csv.gz"
    file.write_bytes(gzip.compress(f"id,time,url,text\n{line}".encode()))
    with pytest.raises(CannotReadImport, match="longer than 1,000"):
        bring_in(newsroom, file, "csv")


def test_a_row_in_another_encoding_is_skipped_and_not_published_with_wrong_characters(
    newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    file = write_csv(tmp_path, [{"id": "a", "text": "caf\xe9"}, {"id": "b", "text": "tea"}])
    file.write_bytes(file.read_text(encoding="utf-8").encode("latin-1"))
    output = bring_in(newsroom, file, "csv")
    assert output.summary.startswith("2 comments read: 1 public")
    assert any("not in UTF-8" in line for line in output.warned)


def test_an_import_goes_on_after_half_a_character_in_json(
    newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    file = tmp_path / "remark42.json"
    comment = {"id": "\ud800", "text": "x", "locator": {"url": URL}, "time": "2022-05-01T12:00:00Z"}
    file.write_text(json.dumps({"version": 1}) + "\n" + json.dumps(comment), encoding="utf-8")
    assert "1 skipped" in bring_in(newsroom, file, "remark42").summary


# Addresses


@pytest.mark.parametrize("url", ["http://[", "https://[:::::]/x", "https://news\u2100.example/x"])
def test_an_import_goes_on_after_an_address_that_cannot_be_read(
    newsroom: NewsroomHarness, tmp_path: Path, url: str
) -> None:
    file = write_csv(tmp_path, [{"id": "a", "url": url}, {"id": "b"}])
    output = bring_in(newsroom, file, "csv", edition="en", base_url="https://news.example")
    assert output.summary.startswith("2 comments read: 1 public")


# Isso


ENDLESS_VIEW = (
    "alter table comments rename to c; create view comments as with recursive r(n) as"
    " (select 1 union all select n + 1 from r) select c.* from c, r;"
)


def altered_isso(folder: Path, statements: str) -> Path:
    file = make_isso(folder)
    with sqlite3.connect(file) as conn:
        conn.executescript(statements)
    conn.close()
    return file


@pytest.mark.parametrize(
    ("statements", "sentence"),
    [
        (
            ENDLESS_VIEW,
            "no table comments",
        ),
        ("drop table threads;", "no table threads"),
        (
            "alter table comments rename to c; create virtual table comments using fts5(id);",
            "no table",
        ),
        ("alter table comments drop column parent;", "no column parent"),
        (
            "alter table comments add column x generated always as (hex(zeroblob(100000000)));",
            "computes a column",
        ),
        ("pragma writable_schema = on; update sqlite_master set sql = 'x';", "that can be read"),
    ],
)
def test_a_database_that_computes_what_it_shows_is_refused(
    newsroom: NewsroomHarness, tmp_path: Path, statements: str, sentence: str
) -> None:
    with pytest.raises(CannotReadImport, match=re.escape(sentence)):
        bring_in(newsroom, altered_isso(tmp_path, statements), "isso")


def test_values_of_other_types_are_skipped_row_by_row(
    newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    file = altered_isso(
        tmp_path,
        "update comments set text = x'ff00' where id = 1; update comments set created = 9e999 where id = 2;"
        "update comments set mode = 'one' where id = 3; update threads set uri = x'00' where id = 7;",
    )
    output = bring_in(newsroom, file, "isso")
    assert output.summary.startswith("4 comments read: 0 public, 0 for moderators")


def test_a_file_with_a_value_larger_than_any_comment_is_refused(
    newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    file = altered_isso(tmp_path, "update comments set text = zeroblob(5000000) where id = 1;")
    with pytest.raises(CannotReadImport, match="too big"):
        bring_in(newsroom, file, "isso")
