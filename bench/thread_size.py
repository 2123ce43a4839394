"""Releasing one comment: into a thread of 100,000, beside one of 100."""

import shutil
import time
from pathlib import Path
from typing import Final

from bench import newsroom, seed
from bench.interleave import Pace, in_turns, ratio, spread
from bench.newsroom import SITE_ID, STORY_ID, SeededNewsroom
from bench.result import Row
from yobal.core import paths
from yobal.core.schedule import next_slot
from yobal.core.thread import PAGE_COMMENTS, page_of
from yobal.server.scheduler.maintenance import run_once

FEW: Final = 100
ROUNDS_MORE: Final = 3  # a release takes a hundredth of a second, so it is measured more often


def measure(pace: Pace, folder: Path) -> list[Row]:
    """A whole look of the desk's loop: release, files, sync and purge."""
    large = Thread(folder / "large", pace.comments)
    small = Thread(folder / "small", FEW)
    for one in (large, small):
        one.release()  # templates, statements and folders are warm
    figures = in_turns(pace.rounds * ROUNDS_MORE, large.release, small.release)
    note = spread({f"{pace.comments:,} comments": figures[0], f"{FEW}": figures[1]}, "s")
    return [
        Row(
            name=f"releasing into {pace.comments:,} : into {FEW}",
            figure=ratio(*figures),
            sense="at most",
            bar=1.5,
            note=note,
        )
    ]


class Thread:
    """A thread with its files, and a clock that goes from slot to slot."""

    def __init__(self, folder: Path, comments: int) -> None:
        self._template_newsroom = newsroom.seed(folder)
        seed.publish(self._template_newsroom, comments)
        _write_pages(self._template_newsroom, comments)
        self._now = time.time()

    def release(self) -> float:
        """Hold one comment, let its slot come, and measure what the desk's loop does then."""
        parts = self._template_newsroom.components
        self._now = next_slot(parts.rules.schedule, self._now)
        seed.hold(self._template_newsroom, due=int(self._now))
        started = time.perf_counter()
        released = run_once(parts, now=self._now).released
        took = time.perf_counter() - started
        if released is None or released.comments != 1:
            raise ValueError("nothing was released")
        return took


def _write_pages(seeded: SeededNewsroom, comments: int) -> None:
    """As many files as such a thread has. All but the last page are copies: nobody reads them."""
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
    assert comments % PAGE_COMMENTS == 0, "both threads begin a new page with the next comment"
