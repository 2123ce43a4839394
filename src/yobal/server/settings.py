"""Settings: one frozen typed object, read once from `yobal.toml` and `YOBAL_*`.

An unknown key or variable is an error that names it. `docs/settings.md` lists every setting.
"""

import json
import os
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from yobal.adapters import age_file
from yobal.adapters.rendering.catalogue_file import catalogue_languages
from yobal.core import ids, language_tag, listen_address
from yobal.core import text as texts
from yobal.core.errors import InvalidSettings
from yobal.core.expiry import NOTICE_DAYS
from yobal.core.notices import NoticeRules
from yobal.core.schedule import DAY_SECONDS, Schedule
from yobal.core.site_rules import SiteRules
from yobal.core.submission import Limits
from yobal.core.thread import EmbeddedForm
from yobal.core.web_url import is_origin, is_web_url
from yobal.store import diagnostics

PREFIX: Final = "YOBAL_"
NOT_SETTINGS: Final = frozenset({"YOBAL_CONFIG", "YOBAL_MEMORY_HARDENED"})
MAX_HOLD_SLOTS_MAX: Final = 8
SESSION_HOURS_MAX: Final = 168  # a week
IDLE_LOCK_MINUTES_MAX: Final = 120
EPOCH_DAYS_MAX: Final = 90  # a key that is stolen opens what was sealed in so many days
CELLS_PER_PENDING: Final = 4  # cells in a new file for each comment that may be pending
CELLS_AT_FIRST_MAX: Final = 65_536  # 2 MiB
BACKUPS_MAX: Final = 400  # a year of daily ones; more would keep what was removed too long
DAYS_MAX: Final = 200  # of receipts and sealed originals
PENDING_HOURS_MAX: Final = 720  # 30 days
_DATABASE_PREFIXES: Final = ("sqlite:////", "postgresql://", "postgresql+psycopg://")
# Not a place: whatever the machine is set to, which readers could not be told, and a placeholder.
_NAMELESS_ZONES: Final = frozenset({"localtime", "posixrules", "Factory"})
_NEVER_IN_FRAME_ANCESTOR: Final = frozenset(" ;,'\"")

Canary = Literal["daily", "off"]
NoticeProcess = Literal["serve", "command"]  # which one sends notices

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
    metrics_listen: str = ""  # empty: nobody can ask
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
    for check in _CHECKS:
        if check.setting in values:
            problem = _value_problem(check, values[check.setting])
            if problem is not None:
                yield problem
        elif _FIELDS[check.setting].required:
            yield f"{check.setting} is missing: {check.expectation}"


def value_problem(setting: str, value: object) -> str | None:
    """Why a setting does not take a value, in one sentence."""
    (check,) = (check for check in _CHECKS if check.setting == setting)
    return _value_problem(check, value)


def _value_problem(check: "_Check", value: object) -> str | None:
    try:
        if check.is_valid(msgspec.convert(value, _FIELDS[check.setting].type, strict=False)):
            return None
    except msgspec.ValidationError:
        pass
    shown = "" if check.is_secret else f" = {json.dumps(value, ensure_ascii=False, default=str)}"
    return f"{check.setting}{shown} is not valid: {check.expectation}"


def _is_plain_line(text: str) -> bool:
    return not texts.line_problem(text)


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


def _is_time_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return name not in _NAMELESS_ZONES


def _is_path(path: str) -> bool:
    return bool(path.strip()) and len(path.splitlines()) == 1 and "\0" not in path


def _is_absolute_or_empty(path: str) -> bool:
    return not path or (_is_path(path) and Path(path).is_absolute())


def _is_recipient(text: str) -> bool:
    return not text or age_file.is_recipient(text)


def _is_optional_path(path: str) -> bool:
    return not path or _is_path(path)


def _is_optional_line(text: str) -> bool:
    return not text or _is_plain_line(text)


def _are_urls(text: str) -> bool:
    return all("://" in url for url in text.split())


def _is_group_name(name: str) -> bool:
    return not name or (_is_plain_line(name) and not set(name) & set(": "))


def _has_catalogue(language: str) -> bool:
    return language in catalogue_languages()


def _are_release_times(times: tuple[str, ...]) -> bool:
    return bool(times) and _are_times(times)


def _are_times(times: tuple[str, ...]) -> bool:
    return all(map(_is_time, times)) and len(set(times)) == len(times)


def _is_time(text: str) -> bool:
    hour, colon, minute = text[:2], text[2:3], text[3:]
    has_shape = len(text) == 5 and colon == ":" and (hour + minute).isdecimal()
    return has_shape and hour < "24" and minute < "60"


def _are_site_names(names: Mapping[str, str]) -> bool:
    return all(language_tag.is_known(tag) and _is_plain_line(name) for tag, name in names.items())


def _is_web_url(url: str) -> bool:
    return not url or is_web_url(url)


def _are_frame_ancestors(hosts: tuple[str, ...]) -> bool:
    """Scheme and host. They are written into a header, where some characters would end the list."""
    return all(
        host.isascii()
        and host.isprintable()
        and not set(host) & _NEVER_IN_FRAME_ANCESTOR
        and (name := host.removeprefix("https://").removeprefix("http://")) not in ("", "*")
        and "/" not in name
        for host in hosts
    )


def _is_database(url: str) -> bool:
    return not url or (url.startswith(_DATABASE_PREFIXES) and diagnostics.is_url(url))


class _Check(msgspec.Struct, frozen=True):
    """What one setting takes. `is_secret`: its value may hold a password, so no error repeats it."""

    setting: str
    is_valid: Callable[[Any], bool]
    takes: str
    example: str
    is_secret: bool = False

    @property
    def expectation(self) -> str:
        return f"it takes {self.takes}, for example {self.example}"


def _number(setting: str, lowest: int, highest: int, *, example: int) -> _Check:
    takes = f"a whole number, {lowest} to {highest}"
    return _Check(setting, lambda number: lowest <= number <= highest, takes, str(example))


_EMBEDDED_FORMS: Final = get_args(EmbeddedForm)
_CANARIES: Final = get_args(Canary)
_NOTICE_PROCESSES: Final = get_args(NoticeProcess)
_FIELDS: Final = {field.name: field for field in msgspec.structs.fields(Settings)}
_ORIGIN: Final = "a scheme and a host in lower case, and a port only if it is not the usual one"
_FOLDER: Final = "the absolute path of a folder, or nothing"
_LISTEN: Final = (
    "an IP address and a port, ADDRESS:PORT, or unix: and the absolute path of a socket"
)
_DATABASE: Final = "postgresql://USER@HOST/NAME, sqlite:////ABSOLUTE/PATH, or nothing"
_DIFFERENT_TIMES: Final = "different times of day, HH:MM"
_COUNT_MAX: Final = 10_000_000  # more is a mistake, and would not fit every column or date
_TOO_LONG_TOGETHER: Final = (
    "text_graphemes_max and name_graphemes_max are too large: the longest comment they allow does "
    "not fit an envelope of 32 KiB; 2000 and 60 fit, for example"
)
_CHECKS: Final = (
    # The site
    _Check("site_id", ids.is_site_id, "1 to 63 of a-z, 0-9 and hyphens", '"river-post"'),
    _Check("site_name", _is_plain_line, "one line of plain text", '"The River Post"'),
    _Check("site_names", _are_site_names, "a name for each edition", '{ km = "ប៉ុស្តិ៍ទន្លេ" }'),
    _Check("site_url", _is_web_url, "a URL, or nothing", '"https://news.example/"'),
    # Addresses
    _Check("public_url", is_origin, _ORIGIN, '"https://comments.example"'),
    _Check("desk_url", is_origin, _ORIGIN, '"https://desk.example"'),
    _Check("intake_listen", listen_address.is_valid, _LISTEN, '"127.0.0.1:8600"'),
    _Check("desk_listen", listen_address.is_valid, _LISTEN, '"127.0.0.1:8601"'),
    _Check(
        "metrics_listen",
        lambda address: not address or listen_address.is_valid(address),
        f"{_LISTEN}, or nothing",
        '"127.0.0.1:8602"',
    ),
    _Check("socket_group", _is_group_name, "the name of a group, or nothing", '"www-data"'),
    _Check(
        "frame_ancestors",
        _are_frame_ancestors,
        "a list of schemes and hosts",
        '["https://news.example"]',
    ),
    _Check("embedded_form", _EMBEDDED_FORMS.__contains__, '"frame" or "page"', '"frame"'),
    # Where data is kept
    _Check("data_dir", _is_path, "the path of a folder", '"data"'),
    _Check("database", _is_database, _DATABASE, '"postgresql://yobal@/yobal"', is_secret=True),
    _Check(
        "intake_database", _is_database, _DATABASE, '"postgresql://intake@/yobal"', is_secret=True
    ),
    # The schedule
    _Check("time_zone", _is_time_zone, "the name of a time zone", '"Asia/Phnom_Penh"'),
    _Check("release_times", _are_release_times, _DIFFERENT_TIMES, '["06:00", "18:00"]'),
    _number("release_interval_seconds", 0, DAY_SECONDS, example=20),  # 0: none
    _number("max_hold_slots", 1, MAX_HOLD_SLOTS_MAX, example=2),
    _number("min_batch_size", 1, _COUNT_MAX, example=3),
    _Check("round_times", _are_times, f"{_DIFFERENT_TIMES}, or none", '["05:00", "17:00"]'),
    _number("round_interval_seconds", 0, DAY_SECONDS, example=3_600),  # 0: none
    # Limits
    _number("text_graphemes_max", 1, _COUNT_MAX, example=2_000),
    _number("name_graphemes_max", 1, _COUNT_MAX, example=60),
    _number("max_pending_per_story", 1, _COUNT_MAX, example=500),
    _number("max_pending_per_site", 1, _COUNT_MAX, example=5_000),
    _number("disk_reserve_mib", 0, _COUNT_MAX, example=256),  # 0: none
    # How long data is kept
    _number("receipt_days", 1, DAYS_MAX, example=30),
    _number("original_retention_days", 0, DAYS_MAX, example=14),
    _number("pending_days", NOTICE_DAYS + 1, DAYS_MAX, example=30),
    _number("session_hours", 1, SESSION_HOURS_MAX, example=12),
    _number("idle_lock_minutes", 1, IDLE_LOCK_MINUTES_MAX, example=10),
    _number("epoch_days", 1, EPOCH_DAYS_MAX, example=7),
    # The desk
    _Check("preset_notes_file", _is_optional_path, "the path of a file", '"notes.toml"'),
    # Backups
    _Check("backup_dir", _is_absolute_or_empty, _FOLDER, '"/var/backups/yobal"'),
    _Check(
        "backup_recipient",
        _is_recipient,
        "a recipient of age, or nothing",
        '"age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"',
    ),
    _number("backups_kept", 1, BACKUPS_MAX, example=14),
    _number("backup_hours_max", 0, PENDING_HOURS_MAX, example=30),
    _Check("purge_list_dir", _is_absolute_or_empty, _FOLDER, '"/srv/elsewhere/yobal"'),
    # Notices
    _Check("notice_urls_file", _is_optional_path, "the path of a file", '"notices.txt"'),
    _Check(
        "notice_urls", _are_urls, "URLs with spaces between them", '"mailto://x"', is_secret=True
    ),
    _Check("notice_times", _are_times, f"{_DIFFERENT_TIMES}, or none", '["09:00"]'),
    _number("notice_pending_hours_max", 0, PENDING_HOURS_MAX, example=48),  # 0: no limit
    _Check("notice_language", _has_catalogue, "a language that Yobal has words in", '"en"'),
    _Check("notice_subject", _is_plain_line, "one line of plain text", '"Note"'),
    _Check("notice_sender", _is_optional_line, "one line of plain text", '"Night desk"'),
    _Check("canary", _CANARIES.__contains__, '"daily" or "off"', '"daily"'),
    _Check("notice_process", _NOTICE_PROCESSES.__contains__, '"serve" or "command"', '"serve"'),
)
