"""The power goes at every step of a release, and the next start finishes it."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.actions.power_cut import STEPS, PowerCut, power_cut
from tests.harness import NewsroomHarness, Sent
from yobal.actions import mark_all_stale, remove
from yobal.adapters import public_files
from yobal.adapters.public_files import PublicFiles
from yobal.core.errors import PublicFilesUnavailable
from yobal.server.scheduler import maintenance


@pytest.mark.parametrize("is_before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_a_power_cut_at_any_step_is_finished_at_the_next_start(
    room: NewsroomHarness, step: str, *, is_before: bool
) -> None:
    leaving, withdrawn = _ready(room)
    with power_cut(step, is_before=is_before), pytest.raises(PowerCut):
        room.pass_slots()
    maintenance.catch_up(room.components, now=room.now)

    assert room.state(leaving.id) == "published"
    assert room.state(withdrawn.id) == "withdrawn"
    assert "Comes with this release." in room.file("en/index.html")
    everything = b"".join(room.all_files().values())
    assert b"Goes with this release." not in everything
    assert room.rows("touched") == []
    assert not list(room.files.rglob(f"{public_files.BESIDE}*"))
    if room.database.is_sqlite:
        (wal,) = room.files.parent.parent.glob("*-wal")
        assert wal.stat().st_size == 0
    before = room.all_files()
    shutil.rmtree(room.files)
    maintenance.rebuild_all(room.components)
    assert room.all_files() == before


def _ready(room: NewsroomHarness) -> tuple[Sent, Sent]:
    withdrawn = room.published("Goes with this release.")
    leaving = room.send("Comes with this release.")
    room.publish(leaving.id)
    room.wish(withdrawn.code, "next")
    return leaving, withdrawn


def test_a_full_disk_keeps_the_old_files_whole_and_the_next_look_writes_the_new(
    room: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    room.published("Old.")
    before = room.all_files()
    sent = room.send("New.")
    room.publish(sent.id)

    def is_full(*_: Any, **__: Any) -> Any:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", is_full)
        with pytest.raises(PublicFilesUnavailable):
            room.pass_slots()
    assert room.all_files() == before
    assert room.state(sent.id) == "published"
    room.tend()
    assert "New." in room.file("en/index.html")


def test_a_file_touched_while_it_is_written_is_written_again(
    room: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent, other = room.published("Stays."), room.published("Removed meanwhile.")
    real, shown = PublicFiles.write, []

    def removed_meanwhile(self: PublicFiles, files: Any, *, at: int) -> None:
        monkeypatch.undo()
        remove.remove(room.database, room.desk(), other.id, clause="spam")
        real(self, files, at=at)
        shown.append("Removed meanwhile." in room.file("en/index.html"))

    mark_all_stale.mark_site_stale(room.database, room.rules)
    monkeypatch.setattr(PublicFiles, "write", removed_meanwhile)
    room.tend()
    assert shown == [True], "drawn before it was removed"
    assert "Removed meanwhile." not in room.file("en/index.html")
    assert room.state(sent.id) == "published"
