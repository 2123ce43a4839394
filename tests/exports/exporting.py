"""A newsroom with everything that a thread can have, and what a technician does with an export."""

import csv
import shutil
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from tests.conftest import copied_newsroom
from tests.harness import SITE_ID, SLOT, STORY_ID, NewsroomHarness
from tests.imports.importing import bring_in, published, sign
from yobal.actions import change_story, declare_story
from yobal.actions.change_story import StoryChanges
from yobal.cli import export_commands
from yobal.core.thread import Edition
from yobal.server.rebuild import rebuild_all
from yobal.server.scheduler.maintenance import prepare_files

DAM: Final = "dam"
DAM_URL: Final = "https://news.example/en/dam"
EDITED: Final = "Call me at ▮▮▮▮▮▮▮▮."
# What a careless writer of XML, CSV or HTML would break.
HARD_TEXT: Final = (
    '=HYPERLINK("https://evil.example";"x")\n\n  <b>5 &lt; 6</b> & ]]> "quotes", \'more\'; ភាសាខ្មែរ'
)
PENDING: Final = "Nobody has decided on this."
HELD: Final = "This waits for its release."
REJECTED: Final = "This was rejected."
REMOVED: Final = "This was removed."
WITHDRAWN: Final = "Its author took this back."


def fill(newsroom: NewsroomHarness, folder: Path, *, comments: int = 58) -> None:
    """Two stories: pages, pages of replies, edits, removed ones, gaps; and some that are not public."""
    declare_story.add(
        newsroom.database, newsroom.rules, DAM, Edition(tag="en", title="The dam <1>", url=DAM_URL)
    )
    changes = StoryChanges(
        closes=int(newsroom.now) // SLOT * SLOT + 900 * 86_400,
        question="Why?",
        pinned_note="Be kind.\nAll.",
    )
    change_story.change(newsroom.database, newsroom.rules, DAM, changes)
    _import(newsroom, folder, comments)
    first = newsroom.publish_new("=1+1 is two", name="-Sokha")
    nested = newsroom.publish_new("@Sokha no", name="Dara", parent_id=first.id)
    newsroom.publish_new("A reply to a reply.", parent_id=nested.id, edition="km")
    newsroom.publish_new(HARD_TEXT, name="<i>Vann & Co</i>")
    withdrawn = newsroom.publish_new(WITHDRAWN)
    removed = newsroom.publish_new(REMOVED)
    newsroom.publish_new("A reply to what was removed.", parent_id=removed.id)
    edited = newsroom.send("Call me at 012 345 678.")
    newsroom.publish_edited(edited.id, EDITED)
    newsroom.pass_slots(newsroom.rules.schedule.max_hold_slots)
    newsroom.remove(removed.id)
    newsroom.request_withdrawal(withdrawn.code)
    newsroom.pass_slots(3)
    newsroom.send(PENDING, name="Pending Person")
    rejected = newsroom.send(REJECTED)
    newsroom.reject(rejected.id, note="A note to the author.")
    held = newsroom.send(HELD)
    newsroom.publish(held.id)


def _import(newsroom: NewsroomHarness, folder: Path, comments: int) -> None:
    file = folder / "old.csv"
    with file.open("w", newline="", encoding="utf-8") as opened:
        writer = csv.writer(opened)
        writer.writerow(("id", "parent", "url", "time", "name", "text", "state"))
        for number in range(comments):
            parent = "n3" if number % 5 == 4 else ""
            day = f"2022-05-{number % 28 + 1:02}"
            row = (f"n{number}", parent, DAM_URL, day, f"Reader {number}", f"Old comment {number}.")
            writer.writerow((*row, "public"))
    bring_in(newsroom, file, "csv")
    sign(newsroom)
    newsroom.pass_slots()


def export(newsroom: NewsroomHarness, format_: str, file: Path) -> Path:
    export_commands.export(newsroom.components, format_, file)
    return file


def empty_copy(newsroom: NewsroomHarness, folder: Path, server_url: str | None) -> NewsroomHarness:
    """Another newsroom with the same settings, without any story; it replaces the first one's database."""
    now = newsroom.now
    newsroom.close()
    folder.mkdir()
    copy = copied_newsroom(folder, server_url)
    with copy.database.writing() as conn:
        for table in ("editions", "stories", "stale_files"):
            conn.execute(sa.text(f"delete from {table}"))
    shutil.rmtree(copy.files_dir / SITE_ID / STORY_ID, ignore_errors=True)
    copy.now = now
    copy.run_scheduler()
    prepare_files(copy.components)
    return copy


def take_over(newsroom: NewsroomHarness, file: Path, format_: str, **options: Any) -> str:
    """Import, sign, and let the slot pass. Returns what was printed first."""
    output = bring_in(newsroom, file, format_, **options)
    assert output.warned == [], output
    sign(newsroom)
    newsroom.pass_slots()
    return output.summary


def public_files(newsroom: NewsroomHarness) -> dict[str, bytes]:
    """Every file, as a rebuild writes it: not what happens to be older than the database."""
    rebuild_all(newsroom.components)
    return newsroom.read_all_files()


def rows_by_text(newsroom: NewsroomHarness) -> dict[str, dict[str, Any]]:
    return published(newsroom)
