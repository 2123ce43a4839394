"""What the server has verified: changed by one process at a time, and without the time of a change."""

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import msgspec

from yobal.adapters.roster_pin import Pin, RosterPin

PROCESSES, CHANGES = 4, 25


def _count_up(folder: Path) -> None:
    pin = RosterPin(folder)  # one for each process
    for _ in range(CHANGES):
        pin.update(lambda before: msgspec.structs.replace(before, length=before.length + 1))


def test_no_change_of_another_process_is_lost(tmp_path: Path) -> None:
    with ProcessPoolExecutor(PROCESSES) as pool:
        list(pool.map(_count_up, [tmp_path] * PROCESSES))
    assert RosterPin(tmp_path).read().length == PROCESSES * CHANGES


def test_the_file_does_not_show_when_a_member_came_or_left(tmp_path: Path) -> None:
    RosterPin(tmp_path).update(lambda _: Pin(length=1))
    assert (tmp_path / "roster").stat().st_mtime == 0


def test_a_waiting_link_of_the_technician_stays(tmp_path: Path) -> None:
    pin = RosterPin(tmp_path)
    pin.update(lambda _: Pin(first="a" * 64, length=1, head="a" * 64))
    pin.expect_founder(b"k" * 32)
    assert pin.read() == Pin(founder_key=(b"k" * 32).hex(), first="a" * 64, length=1, head="a" * 64)
