"""The journal says when Yobal cannot do its work: once for each change, and never at a reader's time."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.harness import SITE_ID, SLOT, NewsroomHarness
from tests.namespaces import run_in_namespace
from tests.serving import form, post, serving, wait_for
from yobal.server.health_probe import HealthProbe
from yobal.server.rebuild import rebuild_all

ROLES = ("intake", "desk")
QUICK = "from yobal.server import health_probe\nhealth_probe.PROBE_SECONDS = 0.05\n"
SLOT_12 = "the slot 2026-11-22 12:00 (UTC)"


def probe_of(newsroom: NewsroomHarness, *roles: str) -> HealthProbe:
    return HealthProbe(newsroom.components, roles or ROLES, clock=lambda: newsroom.now)


def test_a_healthy_newsroom_prints_nothing(
    newsroom: NewsroomHarness, capfd: pytest.CaptureFixture[str]
) -> None:
    probe = probe_of(newsroom)
    probe.probe()
    probe.probe()
    assert capfd.readouterr().err == ""


def test_a_state_is_printed_once_with_its_slot_and_again_when_it_ends(
    newsroom: NewsroomHarness, capfd: pytest.CaptureFixture[str]
) -> None:
    probe = probe_of(newsroom)
    page = newsroom.files_dir / SITE_ID / "ferry" / "km" / "index.html"
    page.unlink()
    probe.probe()
    newsroom.now += SLOT / 4
    probe.probe()
    first = capfd.readouterr().err
    assert first.startswith(f"yobal: cannot show every public page since {SLOT_12}: 1 files")
    assert first.count("\n") == 1
    rebuild_all(newsroom.components)
    newsroom.now += SLOT
    probe.probe()
    assert capfd.readouterr().err == (
        "yobal: can show every public page again since the slot 2026-11-22 18:00 (UTC)\n"
    )


def test_a_missing_folder_of_files_and_of_keys_is_printed(
    newsroom: NewsroomHarness, capfd: pytest.CaptureFixture[str]
) -> None:
    newsroom.components.settings.secrets_dir.rename(newsroom.files_dir.parent / "elsewhere")
    probe_of(newsroom).probe()
    assert "cannot rotate its keys" in capfd.readouterr().err


def test_an_intake_of_its_own_asks_only_whether_it_can_store(
    newsroom: NewsroomHarness, capfd: pytest.CaptureFixture[str]
) -> None:
    (newsroom.files_dir / SITE_ID / "@" / "comments.css").unlink()
    probe_of(newsroom, "intake").probe()
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("role", ROLES)
def test_a_roster_that_is_refused_is_printed_with_the_rule_that_it_breaks(
    newsroom: NewsroomHarness, capfd: pytest.CaptureFixture[str], role: str
) -> None:
    probe = probe_of(newsroom, role)
    with newsroom.database.writing() as conn:
        row = conn.execute(
            sa.text("select statement from statements where number = 1")
        ).scalar_one()
        change = sa.text("update statements set statement = :statement where number = 1")
        conn.execute(change, {"statement": row.replace("{", "{ ", 1)})
    probe.probe()
    printed = capfd.readouterr().err
    assert printed.startswith(
        f"yobal: cannot verify the signed list of members and keys since {SLOT_12}"
    )
    assert "rule “" in printed
    assert "statement 1" in printed
    with newsroom.database.writing() as conn:
        conn.execute(change, {"statement": row})
    probe.probe()
    assert "can verify the signed list of members and keys again" in capfd.readouterr().err


def test_a_probe_leaves_no_row_and_no_file(newsroom: NewsroomHarness) -> None:
    tables = ("comments", "envelopes", "sites", "stale_files")
    before = [newsroom.read_table(table) for table in tables]
    newsroom.database.purge()
    files = {path: path.stat().st_size for path in newsroom.files_dir.parent.rglob("*")}
    probe_of(newsroom).probe()
    assert [newsroom.read_table(table) for table in tables] == before
    assert {path: path.stat().st_size for path in newsroom.files_dir.parent.rglob("*")} == files


FULL = """
from yobal.core.errors import DatabaseUnavailable
from yobal.store import sqlite_inbox
def insert(inbox, entries, on_conflict=""):
    raise DatabaseUnavailable("the disk is full")
sqlite_inbox._insert = insert
"""


def test_a_request_that_fails_prints_nothing(tmp_path: Path) -> None:
    """The probe found everything well at the start, and comes again in a minute."""
    with serving(tmp_path, script=FULL) as served:
        wait_for(lambda: "desk: " in served.log(), "it says where it listens")
        before = served.log()
        for number in range(5):
            assert post(served.intake, form(f"Refused {number}.")).status == 503
        assert served.log() == before


def test_a_disk_that_is_full_and_a_folder_that_is_read_only_are_printed() -> None:
    """In a namespace, with a file system of six megabytes."""
    ran = run_in_namespace("mount", "tests/server/small_disk.py")
    assert ran.returncode == 0, ran.stdout[-3000:] + ran.stderr[-1000:]


def test_control_the_output_of_a_served_newsroom_is_read(tmp_path: Path) -> None:
    with serving(tmp_path, script=QUICK) as served:
        (served.newsroom.files_dir / SITE_ID / "@" / "comments.css").unlink()
        wait_for(lambda: "cannot show every public page" in served.log(), "it is in the journal")
