"""`yobal status`: waiting comments, what is late or wrong, and that a sample of pages matches the database."""

import json
import time
from pathlib import Path

import msgspec
import pytest

from tests.cli.command import run
from tests.harness import SITE_ID, SLOT, STORY_ID, NewsroomHarness
from tests.imports.importing import bring_in, sign
from tests.serving import make_served
from yobal.adapters import state_file
from yobal.adapters.backup_folder import BackupFolder
from yobal.core import notices
from yobal.core.notices import NoticeKind, NoticeState
from yobal.core.schedule import HOUR_SECONDS
from yobal.server import figures
from yobal.server import status as site_status
from yobal.server.notices import check
from yobal.server.status import Status
from yobal.store.site_counts import SiteCounts


def status_of(newsroom: NewsroomHarness) -> Status:
    return site_status.read(newsroom.components, now=newsroom.now)


def test_a_newsroom_that_is_well_needs_no_person(newsroom: NewsroomHarness) -> None:
    newsroom.publish_new("Published.")
    newsroom.publish(newsroom.send("Held.").id)
    newsroom.send("Waits.")
    newsroom.send("In the inbox.", waits_for_round=True)
    status = status_of(newsroom)
    assert status.needs_person == []
    assert (status.pending_count, status.held_count, status.published_count) == (1, 1, 1)
    assert (status.members_count, status.is_roster_valid, status.epoch_age_days) == (1, True, 0)
    assert (status.sampled_stories_count, status.differing_files) == (1, [])
    assert status.last_release == "2026-11-22T18:00+00:00"
    assert status.next_release == "2026-11-23T00:00+00:00"
    assert status.last_round == "2026-11-22T17:00+00:00"
    assert status.next_round == "2026-11-22T23:00+00:00"


def test_pending_comments_are_counted_by_age_in_slots(newsroom: NewsroomHarness) -> None:
    newsroom.send("First.")
    newsroom.pass_slots(3)
    for _ in range(2):
        newsroom.send("Later.")
    status = status_of(newsroom)
    assert status.pending_by_age_slots == {1: 2, 4: 1}
    assert status.oldest_round == "2026-11-22T11:00+00:00"


def test_a_public_file_that_was_changed_or_deleted_is_found(newsroom: NewsroomHarness) -> None:
    page = newsroom.files_dir / SITE_ID / STORY_ID / "en" / "index.html"
    page.write_bytes(page.read_bytes() + b"<!-- changed -->")
    (page.parent.parent / "km" / "index.html").unlink()
    status = status_of(newsroom)
    folder = f"{SITE_ID}/{STORY_ID}"
    assert status.differing_files == [f"{folder}/en/index.html", f"{folder}/km/index.html"]
    assert "yobal rebuild" in "".join(status.needs_person)


def test_the_page_of_a_comment_is_in_the_sample(newsroom: NewsroomHarness) -> None:
    sent = newsroom.publish_new("Published.")
    (page,) = (newsroom.files_dir / SITE_ID / STORY_ID / "en").rglob(f"*{sent.id}*.html")
    page.write_bytes(b"changed")
    assert [key.rpartition("/")[2] for key in status_of(newsroom).differing_files] == [page.name]


def test_rounds_and_releases_that_did_not_come_are_reported(newsroom: NewsroomHarness) -> None:
    newsroom.now += SLOT
    assert status_of(newsroom).needs_person == []
    newsroom.now += 2 * SLOT
    late = status_of(newsroom).needs_person
    assert ["not moved" in late[0], "nothing was released" in late[1]] == [True, True]


def test_everything_else_that_needs_a_person_is_one_sentence(newsroom: NewsroomHarness) -> None:
    newsroom.send("Waits too long.")
    newsroom.now += 30 * 24 * 3_600
    settings = msgspec.structs.replace(
        newsroom.components.settings, disk_reserve_mib=9_000_000, notice_urls="mailto://x"
    )
    newsroom.components = msgspec.structs.replace(newsroom.components, settings=settings)
    state_file.write(settings.notices_file, NoticeState(failed=("address 1 (mailto)",)))
    newsroom.files_dir.rename(newsroom.files_dir.with_name("elsewhere"))
    text = "\n".join(status_of(newsroom).needs_person)
    for part in ("the clock shows", "cannot write public", "nearly full", "48 hours", "address 1"):
        assert part in text


def test_a_backup_that_is_missing_or_too_old_needs_a_person(
    newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    assert "backup" not in "".join(status_of(newsroom).needs_person), "none is configured"
    settings = msgspec.structs.replace(
        newsroom.components.settings, backup_dir=str(tmp_path / "backups")
    )
    newsroom.components = msgspec.structs.replace(newsroom.components, settings=settings)
    (late,) = status_of(newsroom).needs_person
    assert late.startswith("no backup in ")
    assert notices_due(newsroom) == ["backup"]
    folder = BackupFolder(Path(settings.backup_dir), SITE_ID)
    folder.folder.mkdir()
    folder.path(newsroom.now - 31 * HOUR_SECONDS).touch()
    (late,) = status_of(newsroom).needs_person
    assert late.startswith(f"the last backup is of {status_of(newsroom).last_backup} in ")
    folder.path(newsroom.now - 29 * HOUR_SECONDS).touch()
    assert status_of(newsroom).needs_person == notices_due(newsroom) == []


def notices_due(newsroom: NewsroomHarness) -> list[NoticeKind]:
    settings = newsroom.components.settings
    conditions = check._conditions(newsroom.components, None, newsroom.now)
    return notices.due(settings.notice_rules(), NoticeState(), conditions, at=int(newsroom.now))


def test_comments_that_are_destroyed_within_a_week_need_a_person(
    newsroom: NewsroomHarness,
) -> None:
    newsroom.send("Nobody decides.")
    newsroom.now += 22 * 24 * HOUR_SECONDS
    newsroom.run_scheduler()
    assert status_of(newsroom).expiring_count == 0
    newsroom.now += 24 * HOUR_SECONDS
    newsroom.run_scheduler()
    assert status_of(newsroom).expiring_count == 1
    assert "1 comments will be destroyed unread" in "".join(status_of(newsroom).needs_person)
    assert figures.record(newsroom.components, None).expiring_count == 1


def test_an_import_that_waits_for_a_lead_needs_a_person(newsroom: NewsroomHarness) -> None:
    bring_in(newsroom, "disqus.xml")
    (unsigned,) = status_of(newsroom).needs_person
    assert unsigned.startswith("an import waits for a lead")
    sign(newsroom)
    assert status_of(newsroom).needs_person == []


def test_a_roster_that_does_not_verify_needs_a_person(newsroom: NewsroomHarness) -> None:
    (newsroom.components.settings.secrets_dir / "roster").unlink()
    newsroom.components.roster_reader._verified = None  # as in a new process
    status = status_of(newsroom)
    assert not status.is_roster_valid
    assert "yobal roster" in "".join(status.needs_person)


@pytest.fixture
def folder(tmp_path: Path, database_url: str) -> Path:
    """A newsroom with its settings file, on each database."""
    make_served(tmp_path, database_url).newsroom.close()
    return tmp_path


def test_the_command_prints_lines_or_json_and_its_exit_code_says_whether_a_person_is_needed(
    folder: Path,
) -> None:
    done = run(folder, "status")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    assert "waiting    0\n" in done.stdout
    page = folder / "data/public" / SITE_ID / STORY_ID / "en/index.html"
    page.unlink()
    done = run(folder, "status", "--json")
    assert done.returncode == 1
    assert json.loads(done.stdout)["differing_files"] == [f"{SITE_ID}/{STORY_ID}/en/index.html"]
    assert run(folder, "status", "--quiet").stdout == "".join(
        line for line in run(folder, "status").stdout.splitlines(keepends=True) if "see to" in line
    )
    done = run(folder, "status")
    assert "see to     1 public files differ" in done.stdout


def test_a_quiet_doctor_prints_only_what_failed(folder: Path) -> None:
    loud, quiet = run(folder, "doctor"), run(folder, "doctor", "--quiet")
    assert "ok  " in loud.stdout
    assert all(line.startswith("fail") for line in quiet.stdout.splitlines())
    (folder / "data" / "secrets").chmod(0o755)
    quiet = run(folder, "doctor", "--quiet")
    assert quiet.returncode == 1
    assert "chmod go=" in quiet.stdout
    assert "ok  " not in quiet.stdout


def test_ten_thousand_rounds_are_aged_in_a_moment(sqlite_newsroom: NewsroomHarness) -> None:
    """Short intervals make many slots: no more of them are counted than are shown."""
    begun = time.process_time()
    rules = msgspec.structs.replace(
        sqlite_newsroom.rules.schedule, release_interval_seconds=1, round_interval_seconds=0
    )
    counts = SiteCounts(
        pending_by_round=dict.fromkeys(range(10_000), 1),
        held_count=0,
        published_count=0,
        stale_files_count=0,
        unsigned_imports_count=0,
        epoch_slot=None,
    )
    by_age = site_status._by_age(rules, counts, 10_000_000)
    assert by_age == {site_status.AGE_SLOTS_MAX: 10_000}
    assert time.process_time() - begun < 2
