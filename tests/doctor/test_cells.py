"""`yobal doctor` finds what keeps an overwritten key readable."""

import os
from pathlib import Path

import pytest

from tests.doctor.test_doctor import failures, settings
from yobal.adapters.cell_file import CELL_BYTES
from yobal.doctor import cells
from yobal.server.settings import Settings

__all__ = ["settings"]
ONE_NAME = "the file of cells has one owner and one name"


def test_a_missing_file_of_cells_is_a_failure(settings: Settings) -> None:
    settings.cells_file.unlink()
    assert "put it back" in failures(settings)["cells"]


def test_cells_with_a_second_name_are_a_failure(settings: Settings) -> None:
    os.link(settings.cells_file, settings.folder.parent / "snapshot")
    assert "is linked" in failures(settings)[ONE_NAME]


def test_cells_behind_a_link_are_a_failure(settings: Settings) -> None:
    elsewhere = settings.folder.parent / "elsewhere"
    settings.cells_file.rename(elsewhere)
    settings.cells_file.symlink_to(elsewhere)
    assert "is linked" in failures(settings)[ONE_NAME]


@pytest.mark.skipif(os.geteuid() != 0, reason="did not run: only root can give a file away")
def test_cells_of_another_user_are_a_failure(settings: Settings) -> None:
    os.chown(settings.cells_file, 12_345, -1)
    assert "belongs to another user" in failures(settings)[ONE_NAME]


def test_cells_that_others_can_read_are_a_failure(settings: Settings) -> None:
    settings.cells_file.chmod(0o644)
    assert list(failures(settings).values()) == [f"chmod go= {settings.cells_file}"]


@pytest.mark.parametrize("size_bytes", [CELL_BYTES, 4 * 5_000 * CELL_BYTES + 1])
def test_a_file_that_was_cut_is_a_failure(settings: Settings, size_bytes: int) -> None:
    os.truncate(settings.cells_file, size_bytes)
    assert failures(settings)["the file of cells is whole"] == "start `yobal serve` once"


@pytest.mark.parametrize("name", ["secrets/cells.bak", "cells", "../cells-2026-11-26"])
def test_a_copy_of_the_cells_beside_the_data_is_a_failure(settings: Settings, name: str) -> None:
    (settings.folder / name).write_bytes(settings.cells_file.read_bytes())
    (settings.folder / name).chmod(0o600)
    assert Path(name).name in failures(settings)["no copy of the cells lies beside the data"]


@pytest.mark.parametrize(
    ("name", "status"), [("ext4", "ok"), ("xfs", "ok"), ("btrfs", "warn"), ("fuse.sshfs", "warn")]
)
def test_a_file_system_that_keeps_old_blocks_is_named(
    tmp_path: Path, name: str, status: str
) -> None:
    mountinfo = tmp_path / "mountinfo"
    mountinfo.write_text(f"22 1 8:1 / / rw - {name} /dev/sda1 rw\n")
    finding = cells._file_system(tmp_path, mountinfo)
    assert finding.status == status
    assert status == "ok" or name in finding.advice


def test_an_unknown_file_system_is_a_warning(tmp_path: Path) -> None:
    assert cells._file_system(tmp_path, tmp_path / "none").status == "warn"


def test_cells_that_are_nearly_all_in_use_are_named(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, few = cells._in_use(settings.cells_file, settings)
    assert (few.check, few.status) == ("4 of 20000 cells are in use", "ok")
    monkeypatch.setattr("yobal.store.cells.all_needed", lambda _: set(range(19_000)))
    _, many = cells._in_use(settings.cells_file, settings)
    assert many.status == "warn"


def test_keys_of_members_that_no_cell_opens_are_a_failure(settings: Settings) -> None:
    settings.cells_file.write_bytes(bytes(settings.cells_file.stat().st_size))
    advice = failures(settings)["the sealed keys of members can be opened"]
    assert advice.startswith("3 of 3 cannot")
