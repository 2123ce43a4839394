"""`yobal self-test` says what an observer learned: nothing, or what each test lets out by removing a guard."""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest
from typer.testing import CliRunner

from tests import pending_replies
from tests.harness import NewsroomHarness
from yobal import self_test
from yobal.cli.main import app
from yobal.core import submission
from yobal.core import text as texts
from yobal.doctor.finding import Finding
from yobal.self_test import accepting, desk_polls, receipt_sizes, scratch, withdrawals
from yobal.self_test.scratch import ScratchNewsroom
from yobal.self_test.wording import duration
from yobal.server.scheduler import maintenance
from yobal.server.settings import Settings
from yobal.server.wiring import Components
from yobal.store import admissions
from yobal.web import response_padding
from yobal.web.routes import DESK_ROUTES

CHANGING = {  # routes that change something, or that take no session
    *("sign-in/challenge", "sign-in", "sign-out", "open-invitation", "begin-roster", "register"),
    *("invite", "confirm-member", "discard-registration"),
    *("remove-member", "begin-epoch", "lift-suspension", "cancel-invitation"),
    *("hold-device-key", "set-pin", "lock", "lock-state", "unlock"),
    *("label-device", "end-session", "end-other-sessions", "end-sessions"),
    *("sign-in/passkey", "passkeys/open", "passkeys/add", "passkeys/remove", "renew-sheet"),
    *("recovery/challenge", "recovery/prove", "recovery/finish"),
    *("decide", "reject-many", "undo", "undo-many", "remove", "bring-back", "destroy-hidden"),
    *("return-statements", "extend-roster", "resume-roster", "store-pin"),
    *("import-sample", "sign-import", "refuse-import"),  # the first needs an import
}
PLACES = ("_dir", "_file", "_urls", "database", "_recipient")
NOTHING = "an observer learned nothing"
Run = Callable[..., tuple[int, str]]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """The command with these settings; its exit status and what it prints."""

    def run_command(only: Any = None, **settings: Any) -> tuple[int, str]:
        if only is not None:
            monkeypatch.setattr(self_test, "ATTACKS", {only.CHECK: only.play})
        values = {"site_id": '"river-post"', "site_name": '"The River Post"'} | settings
        path = tmp_path / "yobal.toml"
        path.write_text("".join(f"{name} = {value}\n" for name, value in values.items()))
        result = CliRunner().invoke(app, ["self-test", "--config", str(path)])
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result.exit_code, result.output

    return run_command


def test_with_the_default_settings_no_attack_succeeds(run: Run) -> None:
    status, printed = run()
    assert status == 0
    lines = printed.splitlines()
    assert [line[:4].strip() for line in lines] == ["ok"] * 4
    assert all(NOTHING in line for line in lines)
    assert "6 hours" in lines[1]
    assert "about 27 remain" in lines[1]


def test_rounds_of_seconds_are_a_warning_that_names_the_setting(run: Run) -> None:
    status, printed = run(desk_polls, round_interval_seconds=10, release_interval_seconds=20)
    assert (status, printed[:4]) == (0, "warn")
    assert "10 seconds" in printed
    assert "`round_interval_seconds`" in printed


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param(
            {"release_times": '["09:00"]', "max_hold_slots": 8, "min_batch_size": 50_000},
            marks=pytest.mark.slow,
        ),
        {"round_times": '["12:00"]', "session_hours": 1, "max_pending_per_site": 20},
        pytest.param(
            {
                "receipt_days": 1,
                "time_zone": '"Asia/Phnom_Penh"',
                "release_interval_seconds": 3_600,
            },
            marks=pytest.mark.slow,
        ),
    ],
    ids=["one slot a day", "one round a day", "a slot an hour"],
)
def test_attacks_can_be_played_with_unusual_settings(run: Run, settings: Any) -> None:
    status, printed = run(**settings)
    assert status == 0, printed
    assert "could not be played" not in printed


def test_limits_that_leave_no_room_are_said(run: Run) -> None:
    status, printed = run(withdrawals, max_pending_per_story=1)
    assert (status, printed[:4]) == (0, "warn")
    assert "could not be played with these settings: a comment was refused" in printed


def test_no_edit_that_the_desk_accepts_makes_a_receipt_longer(run: Run) -> None:
    for text_graphemes_max in (500, 2_000):
        status, printed = run(receipt_sizes, text_graphemes_max=text_graphemes_max)
        assert (status, NOTHING in printed) == (0, True), printed


# Controls: without its guard, each attack succeeds


def test_control_an_answer_that_is_decided_after_each_act_is_learned(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def run_and_decide(components: Components, **options: Any) -> maintenance.PassResult:
        result = maintenance.run_once(components, **options)
        with components.database.writing() as conn:
            admissions.decide(conn, components.rules, seed=bytes(32))
        return result

    monkeypatch.setattr(maintenance, "_has_round_come", lambda *_: True)  # nor is there an inbox
    monkeypatch.setattr(scratch, "run_once", run_and_decide)
    status, printed = run(accepting, max_pending_per_story=10)
    assert (status, printed[:4]) == (1, "fail")
    assert "changed when a moderator accepted a comment" in printed


def test_control_without_rounds_the_desk_shows_each_comment(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(maintenance, "_has_round_come", lambda *_: True)
    status, printed = run(desk_polls)
    assert (status, printed[:4]) == (1, "fail")
    assert "`queue` changed when a reader sent a comment" in printed


def test_control_a_line_that_pending_replies_keep_is_learned(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    pending_replies.show_in_tombstones(monkeypatch)
    status, printed = run(withdrawals)
    assert (status, printed[:4]) == (1, "fail")
    assert "somebody had replied to one of two comments, from river-post/self-test/" in printed


@pytest.mark.parametrize(
    ("module", "guard", "without", "cause"),
    [
        (submission, "has_too_many_marks", lambda *_: False, "random marks, which hardly compress"),
        (texts, "count_masks", lambda _: 0, "900 masks"),
    ],
)
def test_control_without_a_limit_in_bytes_a_receipt_is_longer(
    run: Run, monkeypatch: pytest.MonkeyPatch, *, module: Any, guard: str, without: Any, cause: str
) -> None:
    monkeypatch.setattr(module, guard, without)
    status, printed = run(receipt_sizes)
    assert (status, printed[:4]) == (1, "fail")
    assert cause in printed


def test_control_without_padding_receipts_have_many_sizes(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(response_padding, "_pad_plain", lambda body, _: body)
    status, printed = run(receipt_sizes)
    assert (status, printed[:4]) == (1, "fail")
    assert "the answer to a receipt had" in printed


# What it must not touch


def test_every_route_of_the_desk_that_changes_nothing_is_polled() -> None:
    routes = {route.path.removeprefix("/api/desk/") for route in DESK_ROUTES}
    assert routes - CHANGING == desk_polls.POLLED.keys()


def test_nothing_of_the_operators_is_opened(
    sqlite_newsroom: NewsroomHarness, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = sqlite_newsroom.components.settings.folder
    before = _files(folder)
    scratch_folders: list[Path] = []

    def note_folder(newsroom: ScratchNewsroom) -> Finding:
        scratch_folders.append(newsroom.components.settings.folder)
        return desk_polls.play(newsroom)

    attacks = {desk_polls.CHECK: note_folder, withdrawals.CHECK: withdrawals.play}
    monkeypatch.setattr(self_test, "ATTACKS", attacks)
    elsewhere = folder.parent / "elsewhere"
    elsewhere.mkdir()
    database = f'"sqlite:///{folder / "yobal.sqlite"}"'
    status, printed = run(
        data_dir=f'"{folder}"', database=database, purge_list_dir=f'"{elsewhere}"'
    )
    assert status == 0, printed
    assert "could not be played" not in printed
    assert _files(folder) == before
    assert _files(elsewhere) == {}, "the server would take its roster for another newsroom's"
    assert folder not in (scratch_folders[0], *scratch_folders[0].parents)
    assert not scratch_folders[0].exists()


def test_the_scratch_newsroom_gets_no_setting_that_names_a_place() -> None:
    marked: dict[str, Any] = {
        field.name: f"/srv/operators/{field.name}"
        for field in msgspec.structs.fields(Settings)
        if field.type is str and field.name.endswith(PLACES)
    }
    assert {"purge_list_dir", "backup_dir", "notice_urls_file"} <= marked.keys()
    settings = Settings(**({"site_id": "river-post", "site_name": "A"} | marked))
    used = scratch._scratch_settings(settings, Path("/tmp/scratch"))  # only a name
    assert "/srv/operators" not in repr(used)


def test_after_ctrl_c_nothing_is_left(tmp_path: Path) -> None:
    (tmp_path / "yobal.toml").write_text('site_id = "a"\nsite_name = "A"\n')
    (tmp_path / "tmp").mkdir()
    started = subprocess.Popen(
        [sys.executable, "-u", "-m", "yobal", "self-test"],
        cwd=tmp_path,
        env=os.environ | {"TMPDIR": str(tmp_path / "tmp")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert started.stdout is not None
    started.stdout.readline()  # the first attack was played, and the second one begins
    started.send_signal(signal.SIGINT)
    _, error = started.communicate(timeout=120)
    assert started.returncode == 130
    assert error == b"stopped: its scratch newsroom is deleted, and nothing else was changed\n"
    assert list((tmp_path / "tmp").iterdir()) == []
    assert Path(tempfile.gettempdir()) != tmp_path / "tmp"


def test_a_duration_is_said_in_the_largest_unit() -> None:
    assert [duration(seconds) for seconds in (1, 90, 5_400, 3_600, 86_400)] == [
        "1 second",
        "90 seconds",
        "90 minutes",
        "1 hour",
        "24 hours",
    ]


def _files(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        str(path): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_control_without_a_limit_on_what_hardly_compresses_a_receipt_is_longer(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submission, "compressed_bytes_max", lambda _: 1_000_000)
    status, printed = run(receipt_sizes)
    assert (status, printed[:4]) == (1, "fail")
    assert "because of characters with random marks" in printed
