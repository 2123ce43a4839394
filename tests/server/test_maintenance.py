"""Maintenance: which clocks it trusts, what it repeats after a failure, and what has to wait for it."""

import os
import threading
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from tests.harness import SITE_ID, SLOT, STORY_ID, NewsroomHarness, SentComment, catch_up
from yobal.actions import declare_story, mark_all_stale, verify_published, write_public_files
from yobal.adapters import error_reporting, public_files
from yobal.adapters.cell_file import LockedCells
from yobal.adapters.public_files import PublicFiles
from yobal.adapters.rendering.pages import PageRenderer
from yobal.adapters.server_keys import Keyring
from yobal.core.errors import ClockNotTrusted, DatabaseUnavailable, PublicFilesUnavailable
from yobal.core.thread import Edition
from yobal.server import rebuild
from yobal.server.scheduler import maintenance
from yobal.server.scheduler.maintenance_thread import MaintenanceThread
from yobal.server.wiring import build_components
from yobal.store import arrivals, stale_files
from yobal.store.database import Database
from yobal.store.locks import release_lock
from yobal.store.tables import sites

DAY = 86_400


def is_full(*_: Any, **__: Any) -> Any:
    raise PublicFilesUnavailable("No space left on device")


def keys(newsroom: NewsroomHarness, kind: str) -> list[str]:
    return sorted(path.name for path in (newsroom.components.settings.secrets_dir / kind).iterdir())


# The clock


@pytest.mark.parametrize("leap", [8 * DAY, 4_000 * DAY, -2 * SLOT])
def test_a_clock_that_is_not_trusted_releases_and_destroys_nothing(
    newsroom: NewsroomHarness, leap: int
) -> None:
    published, refused = newsroom.publish_new("Published."), newsroom.send("Refused.")
    newsroom.reject(refused.id)
    held, withdrawn = newsroom.publish(newsroom.send("Held.").id), newsroom.send("Withdrawn.")
    newsroom.request_withdrawal(published.code, "next")
    newsroom.request_withdrawal(withdrawn.code)
    before = (
        newsroom.read_table("envelopes"),
        newsroom.read_table("receipts"),
        keys(newsroom, "day"),
        keys(newsroom, "pepper"),
    )
    assert len(before[0]) == 3
    result = maintenance.run_once(newsroom.components, now=newsroom.now + leap)
    assert "--trust-clock" in str(result.clock_problem)
    assert result.released is None
    assert newsroom.state(withdrawn.id) == "withdrawn", "an immediate withdrawal needs no clock"
    assert (newsroom.state(held.comment_id), newsroom.state(published.id)) == ("held", "published")
    assert [row for row in before[0] if row["comment_id"] != withdrawn.id] == newsroom.read_table(
        "envelopes"
    )
    assert len(newsroom.read_table("receipts")) == len(before[1]) - 1
    assert (keys(newsroom, "day"), keys(newsroom, "pepper")) == before[2:]


def test_a_newsroom_without_comments_may_start_weeks_after_its_setup(
    newsroom: NewsroomHarness,
) -> None:
    later = maintenance.run_once(newsroom.components, now=newsroom.now + 60 * DAY)
    assert later.released is not None
    newsroom.send()
    much_later = maintenance.run_once(newsroom.components, now=newsroom.now + 120 * DAY)
    assert much_later.clock_problem is not None
    assert much_later.released is None


def test_a_demo_may_be_stopped_for_a_month(sqlite_newsroom: NewsroomHarness) -> None:
    sqlite_newsroom.send()
    with sqlite_newsroom.database.writing() as conn:
        conn.execute(sites.update().values(is_demo=True))
    result = maintenance.run_once(sqlite_newsroom.components, now=sqlite_newsroom.now + 30 * DAY)
    assert result.released is not None


# Keys


def test_every_pass_makes_the_keys_of_tomorrow_and_destroys_old_ones_without_a_release(
    sqlite_newsroom: NewsroomHarness,
) -> None:
    midnight = int(sqlite_newsroom.now) // DAY * DAY + DAY
    sqlite_newsroom.now = midnight - 1
    sqlite_newsroom.run_scheduler()
    assert keys(sqlite_newsroom, "day") == ["2026-11-22", "2026-11-23"]
    sqlite_newsroom.now = midnight + DAY
    sqlite_newsroom.run_scheduler()  # the release of the slot
    assert keys(sqlite_newsroom, "day") == ["2026-11-23", "2026-11-24", "2026-11-25"]
    (sqlite_newsroom.components.settings.secrets_dir / "day" / "2026-11-20").write_bytes(bytes(32))
    assert sqlite_newsroom.run_scheduler() is None, "no slot has passed since"
    assert keys(sqlite_newsroom, "day") == ["2026-11-23", "2026-11-24", "2026-11-25"]


def test_the_first_comment_of_a_day_makes_no_key_and_changes_no_key_file(
    sqlite_newsroom: NewsroomHarness,
) -> None:
    sqlite_newsroom.run_scheduler()
    folder = sqlite_newsroom.components.settings.secrets_dir
    before = {path: path.stat().st_ctime_ns for path in folder.rglob("*")}
    sqlite_newsroom.now += DAY
    sqlite_newsroom.send(waits_for_round=True)
    assert {path: path.stat().st_ctime_ns for path in folder.rglob("*")} == before


def test_an_intake_in_its_own_process_rotates_its_keys(
    newsroom: NewsroomHarness,
) -> None:
    maintenance.rotate_keys_only(newsroom.components, now=newsroom.now)
    assert keys(newsroom, "day") == ["2026-11-22", "2026-11-23"]
    maintenance.rotate_keys_only(newsroom.components, now=newsroom.now + 3 * DAY)
    assert keys(newsroom, "day") == ["2026-11-25", "2026-11-26"]
    with pytest.raises(ClockNotTrusted):
        maintenance.rotate_keys_only(newsroom.components, now=newsroom.now + 4_000 * DAY)
    assert keys(newsroom, "day") == ["2026-11-25", "2026-11-26"]


# Purge


def test_a_full_disk_does_not_keep_withdrawn_text_in_the_write_ahead_log(
    sqlite_newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = sqlite_newsroom.publish_new("Unrepeatable words.")
    sqlite_newsroom.request_withdrawal(sent.code)
    with monkeypatch.context() as patch:
        patch.setattr(PublicFiles, "write", is_full)
        result = maintenance.run_once(sqlite_newsroom.components, now=sqlite_newsroom.now)
    assert result.files_problem is not None
    folder = sqlite_newsroom.files_dir.parent.parent
    left = [path for path in folder.glob("yobal.sqlite*") if b"Unrepeatable" in path.read_bytes()]
    assert left == []
    sqlite_newsroom.run_scheduler()
    assert "Unrepeatable" not in sqlite_newsroom.read_file("en/index.html")


def test_a_purge_that_failed_is_repeated_by_the_next_pass(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[bool] = []
    real = Database._try_purge

    def is_blocked(_database: Database) -> str:
        return "a reader needs the old pages"

    def counted(database: Database) -> str | None:
        done.append(True)
        return real(database)

    published = newsroom.publish_new()
    with monkeypatch.context() as patch:
        patch.setattr(Database, "_try_purge", is_blocked)
        with pytest.raises(DatabaseUnavailable):
            _remove_without_waiting(newsroom, published)
    monkeypatch.setattr(Database, "_try_purge", counted)
    newsroom.run_scheduler()
    assert done == [True]
    newsroom.run_scheduler()
    assert done == [True], "a purge is done once"


def _remove_without_waiting(newsroom: NewsroomHarness, published: SentComment) -> None:
    real = newsroom.database.purge
    newsroom.database.purge = lambda **_: real(seconds=0)
    try:
        newsroom.remove(published.id)
    finally:
        newsroom.database.purge = real


def test_the_release_lock_is_free_during_a_purge(
    sqlite_newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    free: list[bool] = []

    def looks(_database: Database) -> None:
        free.append(_is_free(sqlite_newsroom))

    monkeypatch.setattr(Database, "_try_purge", looks)
    sqlite_newsroom.publish_new()
    assert free
    assert all(free)


def _is_free(newsroom: NewsroomHarness) -> bool:
    """Whether another thread could take the release lock now."""
    got = threading.Event()

    def take() -> None:
        with release_lock(newsroom.database):
            got.set()

    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    thread.join(5)
    return got.is_set()


# Public files


@pytest.fixture
def archive(newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch) -> NewsroomHarness:
    """Nine stories, all of whose files are stale, and turns of two file sets."""
    newsroom.publish_new("Here.")
    for number in range(8):
        edition = Edition(tag="en", title=f"Title {number}", url="https://news.example/one")
        declare_story.add(newsroom.database, newsroom.rules, f"story-{number}", edition)
    newsroom.run_scheduler()
    mark_all_stale.mark_site_stale(newsroom.database, newsroom.rules)
    monkeypatch.setattr(write_public_files, "WRITTEN_TOGETHER_MAX", 2)
    return newsroom


def test_between_two_turns_of_a_rebuild_other_threads_get_the_release_lock(
    archive: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns: list[bool] = []
    real = write_public_files._write_rows

    def wait_for_lock(*args: Any) -> None:
        if len(turns) < 3:  # this thread waits for the lock until the turn ends
            waiting = threading.Thread(target=lambda: turns.append(_is_free(archive)))
            waiting.start()
        real(*args)

    monkeypatch.setattr(write_public_files, "_write_rows", wait_for_lock)
    rebuild.rebuild_all(archive.components)
    assert len(turns) >= 3
    assert archive.read_table("stale_files") == []


def test_a_pass_writes_a_part_of_a_large_archive_and_the_next_pass_continues(
    archive: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maintenance, "WRITING_TURNS_MAX", 2)
    left = len(archive.read_table("stale_files"))
    assert left > 8
    archive.run_scheduler()
    assert len(archive.read_table("stale_files")) == left - 4
    for _ in range(left):
        archive.run_scheduler()
    assert archive.read_table("stale_files") == []


def test_a_removal_writes_its_own_pages_and_leaves_the_rest_to_maintenance(
    archive: NewsroomHarness,
) -> None:
    (comment,) = [row["id"] for row in archive.read_table("published_comments")]
    archive.remove(comment)
    assert "Here." not in archive.read_file("en/index.html") + archive.read_file("km/page/1.html")
    left = {row["story_id"] for row in archive.read_table("stale_files")}
    assert left == {f"story-{number}" for number in range(8)}


def test_a_removal_whose_files_maintenance_wrote_first_writes_nothing(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.publish_new("Here.")
    done = newsroom.remove_only(sent.id)
    newsroom.run_scheduler()
    before = newsroom.read_all_files()
    write_public_files.write_files_now(newsroom.components.file_writer, done.story_id, done.files)
    assert newsroom.read_all_files() == before


def test_a_rebuild_removes_unknown_files_and_keeps_files_written_during_it(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom.publish_new("Here.")
    stray = newsroom.files_dir / SITE_ID / STORY_ID / "en" / "page" / "99.html"
    stale = newsroom.files_dir / SITE_ID / STORY_ID / "en" / "page" / "98.html"
    for path in (stray, stale):
        path.write_bytes(b"from another time")
        path.with_name(path.name + ".gz").write_bytes(b"")
    real = write_public_files.write_stale

    def write_during_rebuild(*args: Any, **kwargs: Any) -> int:
        newsroom.components.file_writer.public_files.write(
            {f"{SITE_ID}/{STORY_ID}/en/page/98.html": b"new"}, slot=0
        )
        return real(*args, **kwargs)

    monkeypatch.setattr(write_public_files, "write_stale", write_during_rebuild)
    assert rebuild.rebuild_all(newsroom.components).files == len(
        newsroom.components.file_writer.public_files.keys()
    )
    assert not stray.exists()
    assert not stray.with_name("99.html.gz").exists()
    assert stale.read_bytes() == b"new"
    assert "Here." in newsroom.read_file("en/index.html")


# The start


@pytest.mark.parametrize(
    "changed",
    [
        {"release_times": ("09:00",)},
        {"site_name": "The Other Post"},
        {"receipt_days": 7},
        {"public_url": "https://other.example"},
        {"text_graphemes_max": 100},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_a_start_with_other_settings_renders_every_page_again(
    newsroom: NewsroomHarness, changed: dict[str, Any]
) -> None:
    newsroom.publish_new("Here.")
    before = newsroom.read_all_files()
    catch_up(newsroom.components, now=newsroom.now)
    assert newsroom.read_all_files() == before
    other = build_components(msgspec.structs.replace(newsroom.components.settings, **changed))
    catch_up(other, now=newsroom.now)
    after = newsroom.read_all_files()
    rebuild.rebuild_all(other)
    rebuilt = newsroom.read_all_files()
    other.close()
    assert (
        after[f"{SITE_ID}/{STORY_ID}/en/index.html"]
        != before[f"{SITE_ID}/{STORY_ID}/en/index.html"]
    )
    assert rebuilt == after


def test_a_newer_version_renders_every_page_again(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    inode = _inode(newsroom)
    catch_up(newsroom.components, now=newsroom.now)
    assert _inode(newsroom) == inode
    monkeypatch.setattr("yobal.adapters.rendering.pages.__version__", "99.0")
    catch_up(newsroom.components, now=newsroom.now)
    assert _inode(newsroom) != inode


def _inode(newsroom: NewsroomHarness) -> int:
    return (newsroom.files_dir / SITE_ID / STORY_ID / "km" / "index.html").stat().st_ino


def test_after_a_crash_while_pages_are_marked_stale_they_are_marked_again(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(*_: Any) -> None:
        raise KeyboardInterrupt

    inode = _inode(newsroom)
    monkeypatch.setattr(PageRenderer, "fingerprint", "another")
    with monkeypatch.context() as patch:
        patch.setattr(mark_all_stale, "_mark_some", crash)
        with pytest.raises(KeyboardInterrupt):
            catch_up(newsroom.components, now=newsroom.now)
    catch_up(newsroom.components, now=newsroom.now)
    assert _inode(newsroom) != inode


def _fails(message: str) -> Callable[..., Any]:
    def fail(*_: Any, **__: Any) -> Any:
        raise OSError(28, message)

    return fail


@pytest.mark.parametrize("what", ["files", "keys", "store"])
def test_a_start_with_a_full_disk_serves_and_recovers(
    sqlite_newsroom: NewsroomHarness,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    what: str,
) -> None:
    (sqlite_newsroom.files_dir / SITE_ID / "@" / "comments.css").unlink()
    maintenance_thread = MaintenanceThread(
        sqlite_newsroom.components, is_desk=True, clock=lambda: sqlite_newsroom.now
    )
    with monkeypatch.context() as patch:
        if what == "files":
            patch.setattr(public_files, "_write_temporary", _fails("No space left on device"))
        elif what == "keys":
            patch.setattr(os, "link", _fails("No space left on device"))
            sqlite_newsroom.now += 2 * DAY
        else:
            patch.setattr(Database, "writing", is_full)
            patch.setattr(PageRenderer, "fingerprint", "another")
        monkeypatch.setattr("yobal.server.scheduler.maintenance_thread.TICK_SECONDS", 0.01)
        maintenance_thread.start()
        first = capfd.readouterr().err
    today = datetime.fromtimestamp(sqlite_newsroom.now, UTC).date().isoformat()
    _wait((sqlite_newsroom.files_dir / SITE_ID / "@" / "comments.css").exists)
    _wait(lambda: today in keys(sqlite_newsroom, "day"))
    maintenance_thread.stop()
    assert first.startswith("yobal: ")
    assert first.count("\n") == 1


@pytest.mark.parametrize("is_other_database", [True, False])
def test_a_start_with_another_database_destroys_no_key(
    newsroom: NewsroomHarness,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    *,
    is_other_database: bool,
) -> None:
    """As after `yobal init` with another `database` and the same `secrets/`: it has no rows that need a cell."""
    newsroom.publish(newsroom.send("Words.").id)
    with newsroom.database.writing() as conn:
        for table in ("held_texts", "envelopes", *(["statements"] if is_other_database else [])):
            conn.execute(sa.text(f"delete from {table}"))
    monkeypatch.setattr(error_reporting, "_counts", Counter())
    file = newsroom.components.cell_file.path
    before = file.read_bytes()
    with closing(build_components(newsroom.components.settings)) as components:  # a new process
        MaintenanceThread(components, is_desk=True, clock=lambda: newsroom.now)._tick()
    assert (file.read_bytes() == before) is is_other_database
    assert ("RosterInvalid" in capfd.readouterr().err) is is_other_database


def test_a_full_disk_stops_neither_the_purge_nor_the_rotation_of_keys(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    sent = newsroom.publish_new()
    newsroom.remove_only(sent.id)
    thread = MaintenanceThread(
        newsroom.components, is_desk=True, clock=lambda: newsroom.now + 2 * DAY
    )
    monkeypatch.setattr(error_reporting, "_counts", Counter())
    monkeypatch.setattr(PublicFiles, "write", is_full)
    thread._tick()
    assert "PublicFilesUnavailable" in capfd.readouterr().err
    assert newsroom.read_table("sites")[0]["pending_purge_id"] is None
    assert keys(newsroom, "day") == ["2026-11-23", "2026-11-24", "2026-11-25"]


@pytest.mark.parametrize("fails", ["files", "keys"])
def test_the_purge_waits_neither_for_the_files_nor_for_the_keys(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch, fails: str
) -> None:
    def cannot_write(*_: Any, **__: Any) -> Any:
        raise DatabaseUnavailable("database is full")

    sent = newsroom.publish_new()
    newsroom.remove_only(sent.id)
    if fails == "files":
        monkeypatch.setattr(stale_files, "remove", cannot_write)
    else:
        monkeypatch.setattr(Keyring, "prepare", cannot_write)
    with pytest.raises(DatabaseUnavailable, match="full"):
        maintenance.run_once(newsroom.components, now=newsroom.now)
    assert newsroom.read_table("sites")[0]["pending_purge_id"] is None


def test_a_round_that_fails_stops_no_withdrawal_and_no_release_and_is_repeated(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_full(*_: Any, **__: Any) -> Any:
        raise DatabaseUnavailable("the file of cells: No space left on device")

    published, held = newsroom.publish_new("Published."), newsroom.send("Held.")
    newsroom.publish(held.id)
    waiting = newsroom.send("Waiting.", waits_for_round=True)
    newsroom.request_withdrawal(published.code, waits_for_round=True)
    newsroom.now += SLOT
    with monkeypatch.context() as patch:
        patch.setattr(LockedCells, "write", is_full)
        result = maintenance.run_once(newsroom.components, now=newsroom.now)
    assert "cells" in str(result.inbox_problem)
    assert newsroom.state(published.id) == "withdrawn"
    assert newsroom.state(held.id) == "published"
    assert newsroom.state(waiting.id) is None
    newsroom.run_scheduler()
    assert newsroom.state(waiting.id) == "pending"


def test_rounds_that_fail_give_back_their_cells(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full database refuses the rows each second: without this the file of cells would grow without limit."""

    def is_full(*_: Any, **__: Any) -> Any:
        raise DatabaseUnavailable("database is full")

    newsroom.send(waits_for_round=True)
    newsroom.now += SLOT
    monkeypatch.setattr(arrivals, "insert_receipts", is_full)
    for _ in range(3):
        result = maintenance.run_once(newsroom.components, now=newsroom.now)
        assert "full" in str(result.inbox_problem)
        assert newsroom.components.cell_file.unsettled == set()


def test_a_blocked_purge_stops_neither_the_rotation_of_keys_nor_another_report(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    sent = newsroom.publish_new()
    newsroom.remove_only(sent.id)
    midnight = int(newsroom.now) // DAY * DAY + DAY
    monkeypatch.setattr(error_reporting, "_counts", Counter())
    monkeypatch.setattr(Database, "_try_purge", lambda _: "a reader needs the old pages")
    monkeypatch.setattr(maintenance, "PURGE_SECONDS", 0)
    monkeypatch.setattr(PublicFiles, "write", is_full)
    MaintenanceThread(newsroom.components, is_desk=True, clock=lambda: midnight + DAY)._tick()
    assert keys(newsroom, "day") == ["2026-11-23", "2026-11-24", "2026-11-25"]
    assert "PublicFilesUnavailable" in capfd.readouterr().err
    assert newsroom.read_table("sites")[0]["pending_purge_id"] is not None


def test_a_blocked_purge_is_reported_after_a_minute_and_then_once(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def tick(thread: MaintenanceThread, *, seconds: int) -> int:
        newsroom.now += seconds
        thread._tick()
        return capfd.readouterr().err.count("DatabaseUnavailable (a reader needs")

    sent = newsroom.publish_new()
    newsroom.remove_only(sent.id)
    monkeypatch.setattr(error_reporting, "_counts", Counter())
    monkeypatch.setattr(maintenance, "PURGE_SECONDS", 0)
    thread = MaintenanceThread(newsroom.components, is_desk=True, clock=lambda: newsroom.now)
    with monkeypatch.context() as patch:
        patch.setattr(Database, "_try_purge", lambda _: "a reader needs the old pages")
        assert [tick(thread, seconds=30) for _ in range(4)] == [0, 0, 1, 0]
    assert tick(thread, seconds=1) == 0
    assert newsroom.read_table("sites")[0]["pending_purge_id"] is None


def test_the_minute_begins_again_after_a_purge(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(error_reporting, "_counts", Counter())
    monkeypatch.setattr(maintenance, "PURGE_SECONDS", 0)
    thread = MaintenanceThread(newsroom.components, is_desk=True, clock=lambda: newsroom.now)
    for _ in range(4):
        newsroom.remove_only(newsroom.publish_new().id)
        with monkeypatch.context() as patch:
            patch.setattr(Database, "_try_purge", lambda _: "a reader needs the old pages")
            thread._tick()
        newsroom.now += 30
        thread._tick()
    assert "DatabaseUnavailable" not in capfd.readouterr().err


def test_a_blocked_purge_does_not_hide_that_the_clock_is_not_trusted(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    newsroom.request_withdrawal(newsroom.send().code)
    monkeypatch.setattr(error_reporting, "_counts", Counter())
    monkeypatch.setattr(Database, "_try_purge", lambda _: "a reader needs the old pages")
    monkeypatch.setattr(maintenance, "PURGE_SECONDS", 0)
    late = newsroom.now + 4_000 * DAY
    MaintenanceThread(newsroom.components, is_desk=True, clock=lambda: late)._tick()
    assert "ClockNotTrusted" in capfd.readouterr().err


def _wait(is_so: Callable[[], bool]) -> None:
    for _ in range(500):
        if is_so():
            return
        threading.Event().wait(0.02)
    raise AssertionError("it never happened")


def test_errors_of_requests_are_reported_after_the_slot(
    sqlite_newsroom: NewsroomHarness,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(error_reporting, "_counts", Counter({"ValueError at x": 3}))
    maintenance_thread = MaintenanceThread(
        sqlite_newsroom.components, is_desk=True, clock=lambda: sqlite_newsroom.now
    )
    maintenance_thread._tick()
    maintenance_thread._tick()
    assert capfd.readouterr().err == ""
    sqlite_newsroom.now += SLOT
    maintenance_thread._tick()
    assert "ValueError at x, fewer than 10 times" in capfd.readouterr().err


def test_a_rebuild_shows_how_far_each_of_its_steps_is(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify_published, "_ROWS", 2)
    for number in range(3):
        newsroom.publish_new(f"Number {number}.")
    files_before = len(newsroom.components.file_writer.public_files.keys())
    stray = newsroom.files_dir / SITE_ID / "stray.html"
    stray.write_text("not ours")
    shown: dict[str, list[tuple[int, int]]] = {}

    def shows(step: str) -> rebuild.Show:
        return lambda *counts: shown.setdefault(step, []).append(counts)

    steps = ("verified", "listed", "marked", "written", "compared", "removed")
    rebuilt = rebuild.rebuild_all(
        newsroom.components, rebuild.ShowSteps(**{step: shows(step) for step in steps})
    )
    assert list(shown) == list(steps), "each step is shown, in this order"
    assert shown["verified"] == [(0, 3), (2, 3), (3, 3)]
    assert shown["listed"][-1] == (files_before + 1, 0)
    assert shown["marked"] == [(0, 1), (1, 1)]
    assert shown["written"][0][0] == 0
    assert shown["written"][-1][0] == shown["written"][-1][1] > 3
    assert shown["compared"][-1] == (rebuilt.files + 1, 0)
    assert shown["removed"] == [(0, 1)]
    assert not stray.exists()
