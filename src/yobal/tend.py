"""What the desk's side does on its own: carry out wishes, release at every slot, purge.

One thread of one process; the release lock keeps `yobal release` and a second desk apart.
"""

import threading
import time
from collections.abc import Callable
from typing import Final

from yobal.actions import expire, rebuild, release, withdraw, write_files
from yobal.actions.release import Released
from yobal.core.schedule import last_slot
from yobal.newsroom import Newsroom, built
from yobal.outlets import mishaps
from yobal.store import stories
from yobal.store.locks import release_lock

LOOK_SECONDS: Final = 1.0  # a wish is carried out within ten


def tend_once(newsroom: Newsroom, *, now: float) -> Released | None:
    """One look: wishes, then the release if a slot has come, then the purge, then the files."""
    database, rules = newsroom.database, newsroom.rules
    with release_lock(database):
        with database.reading() as db:
            is_due = stories.released_slot(db, rules.site) < last_slot(rules.schedule, now)
        went = withdraw.carry_out(database, rules, with_release=is_due)
        released = release.release(database, rules, now=now) if is_due else None
        if is_due:
            expire.expire(database, newsroom.keyring, rules, now=now)
        is_changed = bool(went) or is_due
        if is_changed:
            database.purge()  # before the files, which a full disk may hold up
        was_behind = write_files.write_touched(newsroom.press)
        if was_behind and not is_changed:
            database.purge()  # a moderator's act, which a crash may have kept from purging
    return released


def catch_up(newsroom: Newsroom, *, now: float) -> None:
    """At the start: sweep what a crash left, write what it left out, and what this version draws anew."""
    with release_lock(newsroom.database):
        newsroom.press.bucket.sweep()
        write_files.write_assets(newsroom.press, style=built("letters.css"), icon=built("icon.svg"))
    tend_once(newsroom, now=now)
    newsroom.database.purge()  # a crash may have come between a withdrawal and its purge


def rebuild_all(newsroom: Newsroom) -> int:
    """Every file again from the store, and nothing else in the folder; how many files."""
    press = newsroom.press
    with release_lock(newsroom.database):
        rebuild.touch_everything(newsroom.database, newsroom.rules)
        written = write_files.write_assets(
            press, style=built("letters.css"), icon=built("icon.svg")
        ) + write_files.write_touched(press)
        press.bucket.remove(set(press.bucket.keys()) - set(written))
    return len(written)


class Tending:
    """The loop, in a thread. A failure is reported and tried again at the next look."""

    def __init__(self, newsroom: Newsroom, clock: Callable[[], float] = time.time) -> None:
        self._newsroom = newsroom
        self._clock = clock
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="tend", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._is_over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._is_over.wait(LOOK_SECONDS):
            try:
                tend_once(self._newsroom, now=self._clock())
            except Exception as error:  # noqa: BLE001  # the loop outlives what it meets
                mishaps.report(error)
