"""After a power cut at any step of a release, the next start finishes it."""

import shutil
from typing import Any

import pytest

from tests.actions.power_cut import STEPS, PowerCut, power_cut
from tests.harness import SLOT, NewsroomHarness, SentComment, catch_up
from yobal.actions import mark_all_stale
from yobal.adapters import public_files
from yobal.adapters.public_files import PublicFiles
from yobal.core.errors import PublicFilesUnavailable
from yobal.server import rebuild
from yobal.server.scheduler import maintenance


@pytest.mark.parametrize("is_before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("step", STEPS)
def test_the_next_start_finishes_a_release_after_a_power_cut_at_any_step(
    newsroom: NewsroomHarness, step: str, *, is_before: bool
) -> None:
    leaving, withdrawn = _ready(newsroom)
    arrived = newsroom.send("Comes with this round.", waits_for_round=True)
    with power_cut(step, is_before=is_before), pytest.raises(PowerCut):
        newsroom.pass_slots()
    catch_up(newsroom.components, now=newsroom.now)

    assert newsroom.state(arrived.id) == "pending"
    assert len(newsroom.read_table("comments")) == 3
    assert newsroom.inbox.count_comments() == {}
    assert newsroom.state(leaving.id) == "published"
    assert newsroom.state(withdrawn.id) == "withdrawn"
    assert "Comes with this release." in newsroom.read_file("en/index.html")
    everything = b"".join(newsroom.read_all_files().values())
    assert b"Goes with this release." not in everything
    assert newsroom.read_table("stale_files") == []
    assert not list(newsroom.files_dir.rglob(f"{public_files.TEMPORARY_PREFIX}*"))
    if newsroom.database.is_sqlite:
        for path in newsroom.files_dir.parent.parent.glob("yobal.sqlite*"):
            assert b"Goes with this release." not in path.read_bytes()
    assert newsroom.read_table("sites")[0]["pending_purge_id"] is None
    before = newsroom.read_all_files()
    shutil.rmtree(newsroom.files_dir)
    rebuild.rebuild_all(newsroom.components)
    assert newsroom.read_all_files() == before


def _ready(newsroom: NewsroomHarness) -> tuple[SentComment, SentComment]:
    withdrawn = newsroom.publish_new("Goes with this release.")
    leaving = newsroom.send("Comes with this release.")
    newsroom.publish(leaving.id)
    newsroom.request_withdrawal(withdrawn.code, "next")
    return leaving, withdrawn


def test_a_full_disk_keeps_the_old_files_and_the_next_run_writes_the_new_ones(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.publish_new("Old.")
    before = newsroom.read_all_files()
    sent = newsroom.send("New.")
    newsroom.publish(sent.id)

    def is_full(*_: Any, **__: Any) -> Any:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(public_files, "_write_temporary", is_full)
        newsroom.now += SLOT
        result = maintenance.run_once(newsroom.components, now=newsroom.now)
    assert isinstance(result.files_problem, PublicFilesUnavailable)
    assert result.released is not None
    assert newsroom.read_all_files() == before
    assert newsroom.state(sent.id) == "published"
    newsroom.run_scheduler()
    assert "New." in newsroom.read_file("en/index.html")


def test_a_file_that_becomes_stale_while_it_is_written_is_written_again(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent, other = newsroom.publish_new("Stays."), newsroom.publish_new("Removed meanwhile.")
    real, shown = PublicFiles.write, []

    def removed_meanwhile(self: PublicFiles, files: Any, *, slot: int) -> None:
        monkeypatch.undo()
        newsroom.remove_only(other.id)
        real(self, files, slot=slot)
        shown.append("Removed meanwhile." in newsroom.read_file("en/index.html"))

    mark_all_stale.mark_site_stale(newsroom.database, newsroom.rules)
    monkeypatch.setattr(PublicFiles, "write", removed_meanwhile)
    newsroom.run_scheduler()
    assert shown == [True], "rendered before the removal"
    assert "Removed meanwhile." not in newsroom.read_file("en/index.html")
    assert newsroom.state(sent.id) == "published"
