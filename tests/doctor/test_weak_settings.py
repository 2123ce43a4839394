"""Each setting: a value that is refused, one that the doctor fails or warns of, and one that is well."""

from pathlib import Path
from typing import Any, Final

import msgspec
import pyrage
import pytest

from yobal.core.errors import InvalidSettings
from yobal.doctor import database_urls, settings_checks, weak_settings
from yobal.doctor.finding import Finding
from yobal.server.settings import Settings, load

BASE: Final[dict[str, Any]] = {
    "site_id": "river-post",
    "site_name": "The River Post",
    "public_url": "https://comments.example",
    "desk_url": "https://desk.example",
}
DATABASE: Final = "postgresql://yobal@/yobal"
_RECIPIENT: Final = pyrage.x25519.Identity.generate().to_public()


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """Values of one setting; None where there is none of that kind."""

    refused: Any = None
    failed: Any = None
    warned: Any = None
    well: Any
    others: dict[str, Any] = {}  # what other settings must be for it to matter


ROWS: Final[dict[str, Row]] = {
    "site_id": Row(refused="River Post", well="river-post"),
    "site_name": Row(refused="two\nlines", well="The River Post"),
    "site_names": Row(refused={"not a tag": "x"}, well={"km": "ប៉ុស្តិ៍ទន្លេ"}),
    "site_url": Row(refused="river", warned="http://news.example/", well="https://news.example/"),
    "public_url": Row(
        refused="comments", failed="http://comments.example", well="https://comments.example"
    ),
    "desk_url": Row(refused="desk", failed="http://desk.example", well="https://desk.example"),
    "intake_listen": Row(refused="8600", failed="0.0.0.0:8600", well="127.0.0.1:8600"),
    "desk_listen": Row(refused="localhost:8601", failed="[::]:8601", well="127.0.0.1:8601"),
    "frame_ancestors": Row(
        refused=["https://a;b"], failed=["https://*.example"], well=["https://news.example"]
    ),
    "time_zone": Row(refused="Asia/Atlantis", well="Asia/Phnom_Penh"),
    "data_dir": Row(refused="", well="data"),
    "database": Row(
        refused="mysql://x/y", failed="postgresql://yobal@db.example/yobal", well=DATABASE
    ),
    "intake_database": Row(
        refused="x",
        failed=DATABASE,  # the same role
        well="postgresql://intake@/yobal",
        others={"database": DATABASE},
    ),
    "release_times": Row(
        refused=["24:00"],
        failed=[f"{hour:02}:00" for hour in range(24)],
        warned=[f"{hour:02}:00" for hour in range(0, 24, 4)],
        well=["06:00", "18:00"],
    ),
    "release_interval_seconds": Row(refused=-1, failed=3_600, well=0),
    "max_hold_slots": Row(refused=9, warned=1, well=2),
    "min_batch_size": Row(refused=0, warned=1, well=3),
    "round_times": Row(
        refused=["5"], warned=[f"{hour:02}:00" for hour in range(2, 24, 3)], well=["05:00", "17:00"]
    ),
    "round_interval_seconds": Row(refused=-1, warned=600, well=0),
    "text_graphemes_max": Row(refused=0, well=2_000),
    "name_graphemes_max": Row(refused=0, warned=300, well=60),
    "max_pending_per_story": Row(refused=0, warned=6_000, well=500),
    "max_pending_per_site": Row(refused=0, warned=1_000_000, well=5_000),
    "disk_reserve_mib": Row(refused=-1, warned=0, well=256),
    "receipt_days": Row(refused=201, warned=200, well=30),
    "original_retention_days": Row(refused=201, warned=60, well=14),
    "pending_days": Row(refused=7, warned=60, well=30),
    "backup_dir": Row(
        refused="backups", well="/var/backups/yobal", others={"purge_list_dir": "/mnt/x"}
    ),
    "backup_recipient": Row(refused="age1x", well=str(_RECIPIENT)),
    "backup_hours_max": Row(refused=721, well=30),
    "backups_kept": Row(refused=0, warned=400, well=14),
    "purge_list_dir": Row(
        refused="x", warned="", well="/mnt/x", others={"backup_dir": "/var/backups/yobal"}
    ),
    "epoch_days": Row(refused=91, warned=60, well=7),
    "preset_notes_file": Row(refused="a\nb", well=""),
    "notice_urls_file": Row(refused="a\nb", well="notices.txt"),
    "notice_urls": Row(refused="desk@news.example", well="mailto://x"),
    "notice_times": Row(refused=["9"], well=["09:00"]),
    "notice_pending_hours_max": Row(refused=721, well=48),
    "notice_language": Row(refused="xx", well="en"),
    "notice_subject": Row(refused="two\nlines", well="Note"),
    "notice_sender": Row(refused="two\nlines", well="Night desk"),
    "notice_process": Row(refused="mail", well="serve"),
    "canary": Row(refused="hourly", well="off"),
    "metrics_listen": Row(refused="8602", failed="0.0.0.0:8602", well="127.0.0.1:8602"),
    "socket_group": Row(refused="two words", well="www-data"),
    "embedded_form": Row(refused="popup", well="frame"),
    "idle_lock_minutes": Row(refused=0, warned=60, well=10),
    "session_hours": Row(refused=100_000, warned=100, well=12),
}


def _load(folder: Path, **changed: Any) -> Settings:
    path = folder / "yobal.toml"
    lines = [
        f"{name} = {_toml(value)}" for name, value in (BASE | changed).items() if value is not None
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return load(path, {})


def _toml(value: Any) -> str:
    if isinstance(value, dict):
        pairs = ", ".join(f"{_toml(key)} = {_toml(item)}" for key, item in value.items())
        return f"{{ {pairs} }}"
    return msgspec.json.encode(value).decode()


def _findings(settings: Settings) -> list[Finding]:
    return [
        *database_urls.examine(settings),
        *settings_checks.addresses(settings),
        *settings_checks.schedule(settings),
        *weak_settings.examine(settings),
    ]


def test_every_setting_has_a_row_and_every_weakness_a_setting() -> None:
    names = {field.name for field in msgspec.structs.fields(Settings)}
    assert set(ROWS) == names
    assert {weakness.setting for weakness in weak_settings.WEAKNESSES} <= names


def test_the_defaults_weaken_nothing(tmp_path: Path) -> None:
    assert [str(f) for f in _findings(_load(tmp_path)) if f.status != "ok"] == []


@pytest.mark.parametrize("name", ROWS)
def test_a_value_outside_the_range_is_refused_by_its_name(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidSettings, match=name):
        _load(tmp_path, **{name: ROWS[name].refused})


@pytest.mark.parametrize("name", ROWS)
def test_the_doctor_judges_each_value_and_says_what_to_do(tmp_path: Path, name: str) -> None:
    row = ROWS[name]
    for value, status in ((row.failed, "fail"), (row.warned, "warn"), (row.well, "ok")):
        if value is None and status != "ok":
            continue
        findings = _findings(_load(tmp_path, **row.others, **{name: value}))
        others = [str(finding) for finding in findings if finding.status != "ok"]
        statuses = {finding.status for finding in findings}
        if status == "ok":
            assert others == []
        else:
            assert status in statuses, (name, value)
            assert all(finding.advice for finding in findings if finding.status != "ok")
            assert ("fail" in statuses) == (status == "fail"), others


@pytest.mark.parametrize("name", ["intake_listen", "desk_listen", "metrics_listen"])
def test_a_unix_socket_is_judged_by_its_folder(tmp_path: Path, name: str) -> None:
    private, public = tmp_path / "private", tmp_path / "public"
    private.mkdir(mode=0o755)
    public.mkdir()
    public.chmod(0o1777)
    for folder, status in ((private, "ok"), (private / "later", "ok"), (public, "fail")):
        findings = settings_checks.addresses(_load(tmp_path, **{name: f"unix:{folder}/s"}))
        assert {finding.status for finding in findings} == {"ok", status}, folder


def test_a_setting_that_is_missing_is_named(tmp_path: Path) -> None:
    for name in ("site_id", "site_name"):
        with pytest.raises(InvalidSettings, match=f"{name} is missing"):
            _load(tmp_path, **{name: None})
