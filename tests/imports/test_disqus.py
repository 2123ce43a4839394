"""A Disqus export, from the file to the public pages, on both databases."""

from pathlib import Path

import pytest

from tests.conftest import copied_newsroom
from tests.harness import NewsroomHarness
from tests.imports.importing import SAMPLES, bring_in, published, sign
from yobal.core.errors import CannotReadImport

FIRST = "The ferry was late again."
SECOND = "They never do."
THIRD = "Except on paydays."


@pytest.fixture
def imported(newsroom: NewsroomHarness) -> NewsroomHarness:
    bring_in(newsroom, "disqus.xml", edition="en")
    sign(newsroom)
    newsroom.pass_slots()
    return newsroom


def test_a_dry_run_says_what_would_be_done_and_writes_nothing(newsroom: NewsroomHarness) -> None:
    output = bring_in(newsroom, "disqus.xml", edition="en", is_written=False)
    assert output.summary == (
        "10 comments read: 6 public, 0 for moderators, 0 imported before, 4 skipped; 1 new story"
    )
    assert output.printed[-1].startswith("Nothing was written")
    tables = ("imports", "imported_comments", "staged_comments", "comments")
    assert [newsroom.read_table(table) for table in tables] == [[], [], [], []]
    assert [row["story_id"] for row in newsroom.read_table("stories")] == ["ferry"]


def test_nothing_is_public_before_a_lead_has_signed(newsroom: NewsroomHarness) -> None:
    before = newsroom.read_all_files()
    output = bring_in(newsroom, "disqus.xml")
    newsroom.pass_slots(2)
    assert "wait for a lead" in output.printed[-1]
    assert newsroom.read_table("published_comments") == []
    assert not any(SECOND.encode() in content for content in newsroom.read_all_files().values())
    assert before.keys() == newsroom.read_all_files().keys()


def test_signed_comments_appear_with_the_next_slot_in_their_threads(
    newsroom: NewsroomHarness,
) -> None:
    bring_in(newsroom, "disqus.xml", edition="en")
    sign(newsroom)
    newsroom.run_scheduler()
    assert published(newsroom) == {}
    newsroom.pass_slots()
    rows = published(newsroom)
    assert len(rows) == 6
    assert rows[SECOND]["parent_id"] == rows[SECOND]["root_id"] == rows[FIRST]["id"]
    assert (rows[THIRD]["parent_id"], rows[THIRD]["root_id"]) == (
        rows[SECOND]["id"],
        rows[FIRST]["id"],
    )
    page = newsroom.read_file("en/index.html")
    assert page.index(FIRST) < page.index(SECOND) < page.index(THIRD)
    assert newsroom.read_table("staged_comments") == []
    (story,) = [row for row in newsroom.read_table("stories") if row["story_id"] == "ferry"]
    assert (story["comments_total"], story["next_position"]) == (4, 2)


def test_lines_paragraphs_links_and_entities_are_what_readers_saw(
    imported: NewsroomHarness,
) -> None:
    assert published(imported)[FIRST]["text"] == (
        "The ferry was late again.\nNobody told us why.\n\n"
        "Ask the ministry (https://ministry.example/ferry), they say &quot;soon&quot; <always>."
    )


def test_addresses_names_and_mail_of_authors_are_dropped_and_counted(
    newsroom: NewsroomHarness,
) -> None:
    output = bring_in(newsroom, "disqus.xml", edition="en")
    assert output.printed[-2] == (
        "Not taken over: 1 network address, 0 browsers, 1 e-mail address, 1 user name or id,"
        " 0 authors' websites, 1 name"
    )
    stored = str([newsroom.read_table(table) for table in ("imports", "staged_comments")])
    for secret in ("203.0.113.9", "reader.example", "dara_1982"):
        assert secret not in stored
    assert "Sokha" in stored


def test_names_are_dropped_if_the_technician_says_so(newsroom: NewsroomHarness) -> None:
    output = bring_in(newsroom, "disqus.xml", edition="en", names="drop")
    assert {row["name"] for row in newsroom.read_table("staged_comments")} == {""}
    assert output.printed[-2].endswith(" 6 names")


def test_each_skipped_row_is_reported_with_line_and_reason_and_without_its_words(
    newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    report = tmp_path / "report.csv"
    output = bring_in(newsroom, "disqus.xml", report=report)
    assert report.read_text().splitlines() == [
        "87,it was marked as spam",
        "96,it was deleted",
        "115,its time cannot be read",
        "133,its story is not declared: https://news.example/en/bridge",
        "143,its story is not declared: https://news.example/en/bridge",
        "124,it has no text",
        '105,"the comment that it replies to is missing, so it becomes a top-level comment"',
    ]
    assert "line 87: it was marked as spam" in output.warned


def test_days_are_those_of_the_sites_zone(tmp_path: Path) -> None:
    newsroom = copied_newsroom(tmp_path, None, time_zone="Asia/Phnom_Penh")
    bring_in(newsroom, "disqus.xml")
    sign(newsroom)
    newsroom.pass_slots()
    page = newsroom.read_file("en/index.html")
    assert 'datetime="2019-05-03"' in page
    assert "2019-05-02" not in page  # written at 18:30 in UTC, which is the next day there
    assert {row["slot"] % 86_400 for row in newsroom.read_table("published_comments")} == {18_000}
    newsroom.close()


def test_http_and_https_slash_fragment_and_tracking_are_one_thread(
    imported: NewsroomHarness,
) -> None:
    rows = published(imported)
    assert rows[FIRST]["story_id"] == rows[THIRD]["story_id"] == "ferry"
    assert {row["story_id"] for row in imported.read_table("stories")} == {"ferry", "bridge"}


def test_a_missing_story_is_declared_in_the_edition_that_is_named(
    imported: NewsroomHarness,
) -> None:
    (bridge,) = [row for row in imported.read_table("editions") if row["story_id"] == "bridge"]
    assert (bridge["tag"], bridge["title"]) == ("en", "The bridge & its price")
    reply = published(imported)["This answer is in the file before its question."]
    assert reply["parent_id"] is not None


def test_a_second_import_of_the_file_brings_nothing(imported: NewsroomHarness) -> None:
    output = bring_in(imported, "disqus.xml", edition="en")
    assert output.summary.startswith(
        "10 comments read: 0 public, 0 for moderators, 6 imported before"
    )
    assert output.printed[-1] == "There was nothing new."
    assert len(imported.read_table("imports")) == 1


def test_a_moderator_can_remove_an_imported_comment(imported: NewsroomHarness) -> None:
    imported.remove(published(imported)[SECOND]["id"])
    page = imported.read_file("en/index.html")
    assert SECOND not in page
    assert THIRD in page


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("<!DOCTYPE x [<!ENTITY a 'aaaa'>]><disqus>&a;</disqus>", "document type or entities"),
        ("<rss></rss>", "begins with <rss>"),
        ("<disqus><post></disqus>", "not whole XML: line 1"),
    ],
)
def test_other_files_are_refused_with_a_sentence(
    sqlite_newsroom: NewsroomHarness, tmp_path: Path, content: str, problem: str
) -> None:
    file = tmp_path / "other.xml"
    file.write_text(content)
    with pytest.raises(CannotReadImport, match=problem):
        bring_in(sqlite_newsroom, file)


def test_a_character_that_xml_forbids_ends_nothing(
    sqlite_newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    file = tmp_path / "broken.xml"
    content = (SAMPLES / "disqus.xml").read_bytes()
    file.write_bytes(content.replace(b"They never do.", b"They\x0b never\xff do."))
    assert ": 4 public" in bring_in(sqlite_newsroom, file).summary
    assert "They never\ufffd do." in [
        row["text"] for row in sqlite_newsroom.read_table("staged_comments")
    ]
