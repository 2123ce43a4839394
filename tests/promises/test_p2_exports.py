"""P2: an export has only what is public: nothing that is waiting, held, rejected, removed, withdrawn or withheld."""

import zipfile
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa

from tests.exports import exporting
from tests.exports.exporting import export, fill
from tests.harness import NewsroomHarness
from yobal.server.rebuild import rebuild_all

FORMATS: Final = ("jsonl", "wordpress", "csv", "archive")
FORGED: Final = "Written into the database."
NOT_PUBLIC: Final = (
    exporting.PENDING,
    "Pending Person",
    exporting.HELD,
    exporting.REJECTED,
    "A note to the author.",
    exporting.REMOVED,
    exporting.WITHDRAWN,
    "012 345 678",
    "Heron",
    FORGED,
)


@pytest.fixture
def filled(newsroom: NewsroomHarness, tmp_path: Path) -> NewsroomHarness:
    """Also with a row that somebody has changed, and that a rebuild has withheld."""
    fill(newsroom, tmp_path, comments=1)
    with newsroom.database.writing() as conn:
        statement = "update published_comments set text = :forged where text = '=1+1 is two'"
        assert conn.execute(sa.text(statement), {"forged": FORGED}).rowcount == 1
    assert rebuild_all(newsroom.components).withheld == 1
    return newsroom


def _exported(newsroom: NewsroomHarness, folder: Path) -> dict[str, str]:
    """What is in the file of each format."""
    contents = {}
    for format_ in FORMATS:
        file = export(newsroom, format_, folder / format_)
        if format_ != "archive":
            contents[format_] = file.read_text(encoding="utf-8")
            continue
        with zipfile.ZipFile(file) as archive:
            pages = (archive.read(name).decode() for name in archive.namelist())
            contents[format_] = "".join(pages)
    return contents


def test_no_export_has_anything_that_is_not_public(filled: NewsroomHarness, tmp_path: Path) -> None:
    for format_, content in _exported(filled, tmp_path).items():
        assert "Call me at " in content, format_  # edited, and public
        assert [words for words in NOT_PUBLIC if words in content] == [], format_


def test_control_a_held_text_is_found_once_it_is_public(
    filled: NewsroomHarness, tmp_path: Path
) -> None:
    filled.pass_slots()
    for format_, content in _exported(filled, tmp_path).items():
        assert exporting.HELD in content, format_


def test_control_without_the_check_a_withheld_text_is_found(
    filled: NewsroomHarness, tmp_path: Path
) -> None:
    with filled.database.writing() as conn:
        conn.execute(sa.text("update published_comments set is_withheld = false"))
    for format_, content in _exported(filled, tmp_path).items():
        assert FORGED in content, format_
