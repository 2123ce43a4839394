"""Releasing one comment into a thread of 100,000 comments, compared with one of 100."""

import shutil
import time
from pathlib import Path
from typing import Final

from bench import newsroom, seed
from bench.interleave import Pace, interleave, medians, ratio
from bench.newsroom import SITE_ID, STORY_ID, SeededNewsroom
from bench.result import Row
from yobal.core import paths
from yobal.core.schedule import next_slot
from yobal.core.thread import PAGE_COMMENTS, page_of
from yobal.server.scheduler.maintenance import run_once
from yobal.store import published_comments

FEW: Final = 100
ROUNDS_MORE: Final = 3  # a release is short, so it is measured more often


def measure(pace: Pace, folder: Path) -> list[Row]:
    """A whole maintenance pass: release, public files, sync and purge."""
    large = Thread(folder / "large", pace.comments)
    small = Thread(folder / "small", FEW)
    for thread in (large, small):
        thread.release()  # so that templates, statements and folders are warm
    figures = interleave(pace.rounds * ROUNDS_MORE, large.release, small.release)
    note = medians({f"{pace.comments:,} comments": figures[0], f"{FEW}": figures[1]}, "s")
    return [
        Row(
            name=f"release into {pace.comments:,} : into {FEW}",
            figure=ratio(*figures),
            sense="at most",
            limit=1.5,
            note=note,
        )
    ]


class Thread:
    """A thread with its public files, and a clock that moves from slot to slot."""

    def __init__(self, folder: Path, comments: int) -> None:
        self._seeded = newsroom.seed(folder)
        seed.add_published(self._seeded, comments)
        _write_pages(self._seeded, comments)
        self._now = time.time()

    def release(self) -> float:
        """Hold one comment, move to its slot, and time the maintenance pass."""
        components = self._seeded.components
        self._now = next_slot(components.rules.schedule, self._now)
        seed.add_held(self._seeded, due=int(self._now))
        started = time.perf_counter()
        released = run_once(components, now=self._now).released
        seconds = time.perf_counter() - started
        if released is None or released.comments != 1:
            raise ValueError("nothing was released")
        return seconds


def _write_pages(seeded: SeededNewsroom, comments: int) -> None:
    """Write as many files as such a thread has; all but the last page are copies, which no test reads."""
    last = page_of(comments - 1)
    run_once(seeded.components, now=time.time())
    for edition in newsroom.TITLES:
        folder = seeded.settings.files_dir / paths.thread_folder(SITE_ID, STORY_ID, edition)
        (folder / "page").mkdir(exist_ok=True)
        for number in range(1, last + 1):
            for suffix in ("html", "fragment.html", "json"):
                target = folder / paths.page(number, suffix)
                shutil.copyfile(folder / paths.NEWEST, target)
                shutil.copyfile(folder / f"{paths.NEWEST}.gz", f"{target}.gz")
    _write_comment_pages(seeded)
    assert comments % PAGE_COMMENTS == 0, "both threads begin a new page with the next comment"


def _write_comment_pages(seeded: SeededNewsroom) -> None:
    """An empty file for each comment, because only the size of their folder matters."""
    folder = seeded.settings.files_dir / paths.thread_folder(SITE_ID, STORY_ID, "en")
    with seeded.components.database.reading() as conn:
        comment_ids = published_comments.ids_of_story(conn, SITE_ID, STORY_ID)
    (folder / paths.comment("x")).parent.mkdir(exist_ok=True)
    for comment_id in comment_ids:
        target = folder / paths.comment(comment_id)
        target.touch()
        target.with_name(f"{target.name}.gz").touch()
