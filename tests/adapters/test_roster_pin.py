"""What the server has verified: changed by one process at a time, and without the time of a change."""

from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import msgspec

from yobal.adapters.roster_pin import FormerRoster, Pin, RosterPin

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


# The copy, on another disk

FIRST, OTHER = "ab" * 32, "cd" * 32


def _with_copy(tmp_path: Path) -> RosterPin:
    return RosterPin(tmp_path / "secrets", copy_path=tmp_path / "elsewhere" / "river-post.roster")


def _put_back(tmp_path: Path, pin: Pin) -> None:
    (tmp_path / "secrets" / "roster").write_bytes(msgspec.json.encode(pin))


def test_an_older_file_of_secrets_is_noticed_by_the_copy(tmp_path: Path) -> None:
    newest = Pin(first=FIRST, length=7, head="77" * 32)
    _with_copy(tmp_path).update(lambda _: newest)
    _put_back(tmp_path, Pin(first=FIRST, length=3, head="33" * 32, founder_key="f0"))
    assert _with_copy(tmp_path).read() == msgspec.structs.replace(newest, founder_key="f0")
    assert RosterPin(tmp_path / "secrets").read().length == 3, "control: without the copy"


def test_a_copy_vouches_for_no_roster(tmp_path: Path) -> None:
    """Somebody who can write the other disk, and the database, is not believed."""
    _with_copy(tmp_path).update(lambda _: Pin(first=OTHER, length=9, head="99" * 32))
    (tmp_path / "secrets" / "roster").unlink()
    assert _with_copy(tmp_path).read() == Pin()
    _put_back(tmp_path, Pin(first=FIRST, length=3, head="33" * 32))
    pin = _with_copy(tmp_path).read()
    assert (pin.first, pin.length, pin.is_restored) == (FIRST, 3, True), "it refuses more, not less"


def test_the_copy_of_a_former_roster_says_nothing(tmp_path: Path) -> None:
    _with_copy(tmp_path).update(lambda _: Pin(first=OTHER, length=9, head="99" * 32))
    former = (FormerRoster(OTHER, 9, "99" * 32),)
    newest = Pin(first=FIRST, length=2, head="22" * 32, former=former)
    _put_back(tmp_path, newest)
    assert _with_copy(tmp_path).read() == newest


def test_the_copy_never_gets_shorter_unless_the_technician_gives_up_the_rest(
    tmp_path: Path,
) -> None:
    pin = _with_copy(tmp_path)
    pin.update(lambda _: Pin(first=FIRST, length=7, head="77" * 32))
    _put_back(tmp_path, Pin(first=FIRST, length=3, head="33" * 32))
    pin.write_copy()
    assert pin.read_copy().length == 7
    pin.replace_copy()
    assert pin.read_copy().length == 3


def test_the_copy_has_no_key_and_a_damaged_copy_changes_nothing(tmp_path: Path) -> None:
    pin = _with_copy(tmp_path)
    pin.update(lambda _: Pin(first=FIRST, length=1, head=FIRST, founder_key="f0" * 32))
    copy = tmp_path / "elsewhere" / "river-post.roster"
    assert b"f0f0" not in copy.read_bytes()
    copy.write_bytes(b"{")
    assert pin.read().length == 1
    pin.write_copy()
    assert pin.read_copy().length == 1
