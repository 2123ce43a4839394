"""Free space that is kept back: the journal and the doctor say when it is used up."""

import shutil

import msgspec

from tests.harness import NewsroomHarness
from yobal.adapters import disk_reserve
from yobal.server import health
from yobal.server.settings import Settings

MIB = 1_024 * 1_024


def _with_reserve(newsroom: NewsroomHarness, mib: int) -> Settings:
    return msgspec.structs.replace(newsroom.components.settings, disk_reserve_mib=mib)


def test_a_disk_below_its_reserve_is_a_problem_with_advice(newsroom: NewsroomHarness) -> None:
    settings = _with_reserve(newsroom, 0)
    free_mib = shutil.disk_usage(settings.folder).free // MIB
    assert health.disk_reserve_problems(settings) == []
    assert health.disk_reserve_problems(_with_reserve(newsroom, max(1, free_mib // 2))) == []
    (problem,) = health.disk_reserve_problems(_with_reserve(newsroom, free_mib * 2 + 1_024))
    assert problem.task == "accept comments"
    assert "`disk_reserve_mib`" in problem.reason
    assert "from the next slot on" in problem.reason


def test_no_reserve_is_never_used_up(newsroom: NewsroomHarness) -> None:
    assert not disk_reserve.is_low(newsroom.components.settings.folder, 0)
