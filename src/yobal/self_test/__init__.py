"""Plays what an observer could try against a scratch newsroom with the operator's settings.

It drives the product's own handlers and scheduler, and says what the observer would have learned.
"""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from yobal.doctor.finding import Finding, warn
from yobal.self_test import accepting, desk_polls, receipt_sizes, withdrawals
from yobal.self_test.scratch import CannotPlay, ScratchNewsroom, scratch_newsroom
from yobal.server import settings as settings_file
from yobal.server.settings import Settings

Attack = Callable[[ScratchNewsroom], Finding]
ATTACKS: Final[dict[str, Attack]] = {
    accepting.CHECK: accepting.play,
    desk_polls.CHECK: desk_polls.play,
    withdrawals.CHECK: withdrawals.play,
    receipt_sizes.CHECK: receipt_sizes.play,
}


def run(path: Path, *, show: Callable[[str], None]) -> bool:
    """Shows a line for each attack, as soon as it was played; returns whether none succeeded.

    Reads only the settings, so root need not become the owner of the data.
    """
    is_ok = True
    for finding in play_attacks(settings_file.load(path)):
        show(str(finding))
        is_ok = is_ok and not finding.is_failure
    return is_ok


def play_attacks(
    settings: Settings, *, clock: Callable[[], float] = time.time
) -> Iterator[Finding]:
    """Each attack has a newsroom of its own, so that it does not depend on another attack's data."""
    for check, play in ATTACKS.items():
        with scratch_newsroom(settings, clock=clock) as newsroom:
            try:
                finding = play(newsroom)
            except CannotPlay as error:
                finding = warn(check, f"could not be played with these settings: {error}")
        yield finding
