"""Settings: one frozen typed object, read once from `yobal.toml` and `YOBAL_*`.

An unknown key or variable is an error that names it. `docs/settings.md` lists every setting.
"""

import json
import os
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import msgspec

from yobal.core import listen_address
from yobal.core.errors import InvalidSettings
from yobal.core.notices import NoticeRules
from yobal.core.schedule import Schedule
from yobal.core.site_rules import SiteRules
from yobal.core.submission import Limits
from yobal.core.thread import EmbeddedForm
from yobal.server.setting_checks import SETTING_CHECKS, Canary, NoticeProcess, SettingCheck
from yobal.store import diagnostics

PREFIX: Final = "YOBAL_"
NOT_SETTINGS: Final = frozenset({"YOBAL_CONFIG", "YOBAL_MEMORY_HARDENED"})
CELLS_PER_PENDING: Final = 4  # cells in a new file for each comment that may be pending
CELLS_AT_FIRST_MAX: Final = 65_536  # 2 MiB
_TOO_LONG_TOGETHER: Final = (
    "text_graphemes_max and name_graphemes_max are too large: the longest comment they allow does "
    "not fit an envelope of 32 KiB; 2000 and 60 fit, for example"
)

# Names of development versions, so that the error can give the new name.
RENAMED: Final = {
    "site": "site_id",
    "slots": "release_times",
    "every_seconds": "release_interval_seconds",
    "hold_slots": "max_hold_slots",
    "batch_min": "min_batch_size",
    "text_letters_max": "text_graphemes_max",
    "name_letters_max": "name_graphemes_max",
    "waiting_story_max": "max_pending_per_story",
    "waiting_site_max": "max_pending_per_site",
    "appeal_days": "original_retention_days",
    "frame_hosts": "frame_ancestors",
    "database_intake": "intake_database",
}
_DEFAULTS: Final = SiteRules(site_id="")  # the only place where they are written


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Every setting with its default. Paths are relative to the folder of the settings file."""

    site_id: str
    site_name: str
    site_names: dict[str, str] = {}  # by edition, where it is another
    site_url: str = ""  # the newsroom's own front page
    public_url: str = "http://127.0.0.1:8600"
    desk_url: str = "http://localhost:8601"
    intake_listen: str = "127.0.0.1:8600"
    desk_listen: str = "127.0.0.1:8601"
    metrics_listen: str = ""  # empty: no port
    socket_group: str = ""  # who may connect to unix sockets; empty: the process's own group
    frame_ancestors: tuple[str, ...] = ()
    embedded_form: EmbeddedForm = "frame"
    data_dir: str = "data"
    database: str = ""  # empty: SQLite in `data_dir`
    intake_database: str = ""  # `serve intake` on PostgreSQL: its own role
    time_zone: str = _DEFAULTS.schedule.time_zone
    release_times: tuple[str, ...] = _DEFAULTS.schedule.release_times
    release_interval_seconds: int = _DEFAULTS.schedule.release_interval_seconds
    max_hold_slots: int = _DEFAULTS.schedule.max_hold_slots
    min_batch_size: int = _DEFAULTS.schedule.min_batch_size
    round_times: tuple[str, ...] = _DEFAULTS.schedule.round_times  # empty: an hour before each slot
    round_interval_seconds: int = _DEFAULTS.schedule.round_interval_seconds
    text_graphemes_max: int = _DEFAULTS.limits.text_graphemes_max
    name_graphemes_max: int = _DEFAULTS.limits.name_graphemes_max
    receipt_days: int = _DEFAULTS.receipt_days
    original_retention_days: int = _DEFAULTS.original_retention_days
    pending_days: int = _DEFAULTS.pending_days
    max_pending_per_story: int = _DEFAULTS.max_pending_per_story
    max_pending_per_site: int = _DEFAULTS.max_pending_per_site
    disk_reserve_mib: int = 256
    session_hours: int = _DEFAULTS.session_hours
    idle_lock_minutes: int = _DEFAULTS.idle_lock_minutes
    epoch_days: int = _DEFAULTS.epoch_days
    preset_notes_file: str = ""  # relative to the folder of the settings file
    backup_dir: str = ""
    backup_recipient: str = ""  # of age; its key is on another machine
    backups_kept: int = 14
    backup_hours_max: int = 30  # 0: never say that a backup is missing
    purge_list_dir: str = ""  # best on another disk: it must outlive the database
    notice_urls_file: str = ""  # relative to the folder of the settings file
    notice_urls: str = ""  # secret; usually a variable
    notice_times: tuple[str, ...] = ("09:00",)
    notice_pending_hours_max: int = 48
    notice_language: str = "en"
    notice_subject: str = "Note"
    notice_sender: str = ""  # empty: `site_name`
    notice_process: NoticeProcess = "serve"
    canary: Canary = "daily"  # a comment that the server sends to its own form

    @property
    def folder(self) -> Path:
        return Path(self.data_dir)

    @property
    def written_dir(self) -> Path:
        """Where comments are written: beside SQLite's file, otherwise the data folder."""
        file = diagnostics.sqlite_file(self.database_url)
        return file.parent if file is not None else self.folder

    @property
    def files_dir(self) -> Path:
        return self.folder / "public"

    @property
    def secrets_dir(self) -> Path:
        return self.folder / "secrets"

    @property
    def cells_file(self) -> Path:
        return self.secrets_dir / "cells"

    @property
    def cells_min(self) -> int:
        """Room for a full queue that is held, several times over. More cells are made as needed."""
        return min(CELLS_PER_PENDING * self.max_pending_per_site, CELLS_AT_FIRST_MAX)

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.folder.absolute() / 'yobal.sqlite'}"

    @property
    def figures_file(self) -> Path:
        return self.folder / "figures.json"

    @property
    def notices_file(self) -> Path:
        return self.folder / "notices.json"

    @property
    def has_notices(self) -> bool:
        return bool(self.notice_urls or self.notice_urls_file)

    def notice_rules(self) -> NoticeRules:
        return NoticeRules(
            schedule=self.rules().schedule,
            times=self.notice_times,
            pending_hours_max=self.notice_pending_hours_max,
        )

    def limits(self) -> Limits:
        return Limits(self.text_graphemes_max, self.name_graphemes_max)

    def rules(self) -> SiteRules:
        return SiteRules(
            site_id=self.site_id,
            schedule=Schedule(
                time_zone=self.time_zone,
                release_times=self.release_times,
                release_interval_seconds=self.release_interval_seconds,
                max_hold_slots=self.max_hold_slots,
                min_batch_size=self.min_batch_size,
                round_times=self.round_times,
                round_interval_seconds=self.round_interval_seconds,
            ),
            limits=self.limits(),
            receipt_days=self.receipt_days,
            original_retention_days=self.original_retention_days,
            pending_days=self.pending_days,
            max_pending_per_story=self.max_pending_per_story,
            max_pending_per_site=self.max_pending_per_site,
            session_hours=self.session_hours,
            idle_lock_minutes=self.idle_lock_minutes,
            epoch_days=self.epoch_days,
        )


_FIELDS: Final = {field.name: field for field in msgspec.structs.fields(Settings)}


def load(path: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Read and check. Raises InvalidSettings with everything that is wrong."""
    values = _read_file(path)
    values |= _read_environment(os.environ if environment is None else environment)
    problems = list(_problems(values))
    if problems:
        raise InvalidSettings("; ".join(problems))
    settings = msgspec.convert(values, Settings, strict=False)
    problems = list(_problems_together(settings))
    if problems:
        raise InvalidSettings("; ".join(problems))
    folder = path.absolute().parent
    urls_file = settings.notice_urls_file and str(folder / settings.notice_urls_file)
    notes_file = settings.preset_notes_file and str(folder / settings.preset_notes_file)
    return msgspec.structs.replace(
        settings,
        data_dir=str(folder / settings.data_dir),
        notice_urls_file=urls_file,
        preset_notes_file=notes_file,
    )


def _read_file(path: Path) -> dict[str, object]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InvalidSettings(f"{path} does not exist; `yobal init` writes one") from None
    except OSError as error:
        raise InvalidSettings(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise InvalidSettings(f"{path} is not a text file in UTF-8: save it as one") from None
    except tomllib.TOMLDecodeError as error:
        raise InvalidSettings(f"{path} is not a TOML file: {error}") from None
    unknown = sorted(set(values) - _FIELDS.keys())
    if unknown:
        names = ", ".join(
            f"{name} (now {RENAMED[name]})" if name in RENAMED else name for name in unknown
        )
        raise InvalidSettings(f"{path}: not a setting of Yobal: {names}")
    return values


def _read_environment(environment: Mapping[str, str]) -> dict[str, object]:
    values: dict[str, object] = {}
    for variable, text in environment.items():
        if not variable.startswith(PREFIX) or variable in NOT_SETTINGS:
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name not in _FIELDS:
            new_name = RENAMED.get(name)
            hint = f"; it is now {PREFIX}{new_name.upper()}" if new_name else ""
            raise InvalidSettings(f"{variable} is not a setting of Yobal{hint}")
        values[name] = _parse_variable(text, _FIELDS[name].type)
    return values


def _parse_variable(text: str, setting_type: Any) -> Any:
    """Lists are separated by commas, and so are names by edition: `km=…, en=…`."""
    if setting_type not in (tuple[str, ...], dict[str, str]):
        return text
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if setting_type == tuple[str, ...]:
        return parts
    return {tag.strip(): name.strip() for tag, _, name in (part.partition("=") for part in parts)}


def _problems(values: Mapping[str, Any]) -> Iterator[str]:
    """One sentence for each setting that is missing or has a value that it does not take."""
    for check in SETTING_CHECKS:
        if check.setting in values:
            problem = _value_problem(check, values[check.setting])
            if problem is not None:
                yield problem
        elif _FIELDS[check.setting].required:
            yield f"{check.setting} is missing: {check.expectation}"


def value_problem(setting: str, value: object) -> str | None:
    """Why a setting does not take a value, in one sentence."""
    (check,) = (check for check in SETTING_CHECKS if check.setting == setting)
    return _value_problem(check, value)


def _value_problem(check: SettingCheck, value: object) -> str | None:
    try:
        if check.is_valid(msgspec.convert(value, _FIELDS[check.setting].type, strict=False)):
            return None
    except msgspec.ValidationError:
        pass
    shown = "" if check.is_secret else f" = {json.dumps(value, ensure_ascii=False, default=str)}"
    return f"{check.setting}{shown} is not valid: {check.expectation}"


def _problems_together(settings: Settings) -> Iterator[str]:
    """Settings that are valid alone and cannot work together."""
    if not settings.limits().fit_an_envelope():
        yield _TOO_LONG_TOGETHER
    intake, desk = settings.intake_listen, settings.desk_listen
    if listen_address.overlap(intake, desk):
        yield (
            f'intake_listen = "{intake}" and desk_listen = "{desk}" are the same address: each side '
            'needs its own, for example "127.0.0.1:8600" and "127.0.0.1:8601"'
        )
    if settings.metrics_listen and any(
        listen_address.overlap(settings.metrics_listen, other) for other in (intake, desk)
    ):
        yield (
            f'metrics_listen = "{settings.metrics_listen}" is the address of another side: it needs '
            'its own, for example "127.0.0.1:8602"'
        )
    if settings.public_url == settings.desk_url:
        yield (
            f'public_url and desk_url are both "{settings.desk_url}": the desk needs a host name of '
            'its own, for example "https://comments.example" and "https://desk.example"'
        )
