"""Settings: one frozen typed object, read once from `yobal.toml` and `YOBAL_*`.

An unknown key or variable is an error that names it. `docs/settings.md` lists every setting.
"""

import json
import os
import tomllib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from yobal.core import ids
from yobal.core import text as texts
from yobal.core.errors import InvalidSettings
from yobal.core.schedule import Schedule
from yobal.core.site_rules import SiteRules
from yobal.core.submission import Limits

PREFIX: Final = "YOBAL_"
NOT_SETTINGS: Final = frozenset({"YOBAL_CONFIG", "YOBAL_MEMORY_HARDENED"})
MAX_HOLD_SLOTS_MAX: Final = 8
DAYS_MAX: Final = 200  # of receipts and sealed originals
_DATABASE_PREFIXES: Final = ("sqlite:////", "postgresql://", "postgresql+psycopg://")
_DEFAULT_PORTS: Final = {"http": ":80", "https": ":443"}  # a browser omits them
# Not a place: whatever the machine is set to, which readers could not be told, and a placeholder.
_NAMELESS_ZONES: Final = frozenset({"localtime", "posixrules", "Factory"})
_NEVER_IN_HOST: Final = frozenset("/?#@\\ \t\r\n")
_NEVER_IN_FRAME_ANCESTOR: Final = frozenset(" ;,'\"")

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
    frame_ancestors: tuple[str, ...] = ()
    data_dir: str = "data"
    database: str = ""  # empty: SQLite in `data_dir`
    intake_database: str = ""  # `serve intake` on PostgreSQL: its own role
    time_zone: str = "UTC"
    release_times: tuple[str, ...] = ("00:00", "06:00", "12:00", "18:00")
    release_interval_seconds: int = 0
    max_hold_slots: int = 2
    min_batch_size: int = 3
    text_graphemes_max: int = 2_000
    name_graphemes_max: int = 60
    receipt_days: int = 30
    original_retention_days: int = 14
    max_pending_per_story: int = 500
    max_pending_per_site: int = 5_000
    session_hours: int = 12

    @property
    def folder(self) -> Path:
        return Path(self.data_dir)

    @property
    def files_dir(self) -> Path:
        return self.folder / "public"

    @property
    def secrets_dir(self) -> Path:
        return self.folder / "secrets"

    @property
    def database_url(self) -> str:
        return self.database or f"sqlite:///{self.folder.absolute() / 'yobal.sqlite'}"

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
            ),
            limits=self.limits(),
            receipt_days=self.receipt_days,
            original_retention_days=self.original_retention_days,
            max_pending_per_story=self.max_pending_per_story,
            max_pending_per_site=self.max_pending_per_site,
            session_hours=self.session_hours,
        )


def load(path: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Read and check. Raises InvalidSettings with everything that is wrong."""
    values = _read_file(path)
    values |= _read_environment(os.environ if environment is None else environment)
    problems = list(_problems(values))
    if problems:
        raise InvalidSettings("; ".join(problems))
    settings = msgspec.convert(values, Settings, strict=False)
    if not settings.limits().fit_an_envelope():
        raise InvalidSettings(_TOO_LONG_TOGETHER)
    data_dir = path.absolute().parent / settings.data_dir
    return msgspec.structs.replace(settings, data_dir=str(data_dir))


def _read_file(path: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InvalidSettings(f"{path} does not exist; `yobal init` writes one") from None
    except OSError as error:
        raise InvalidSettings(f"{path} cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidSettings(f"{path} is not a TOML file: {error}") from None
    unknown = sorted(set(values) - _FIELDS.keys())
    if unknown:
        names = ", ".join(
            f"{name} (now {RENAMED[name]})" if name in RENAMED else name for name in unknown
        )
        raise InvalidSettings(f"{path}: not a setting of Yobal: {names}")
    return values


def _read_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    values: dict[str, Any] = {}
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
        field = _FIELDS[check.setting]
        takes = f"it takes {check.takes}, for example {check.example}"
        if check.setting not in values:
            if field.required:
                yield f"{check.setting} is missing: {takes}"
            continue
        value = values[check.setting]
        try:
            is_valid = check.is_valid(msgspec.convert(value, field.type, strict=False))
        except msgspec.ValidationError:
            is_valid = False
        if not is_valid:
            shown = (
                ""
                if check.is_secret
                else f" = {json.dumps(value, ensure_ascii=False, default=str)}"
            )
            yield f"{check.setting}{shown} is not valid: {takes}"


def _is_plain_line(text: str) -> bool:
    return not texts.line_problem(text)


def _is_time_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return name not in _NAMELESS_ZONES


def _are_times(times: tuple[str, ...]) -> bool:
    return bool(times) and all(map(_is_time, times)) and len(set(times)) == len(times)


def _is_time(text: str) -> bool:
    hour, colon, minute = text[:2], text[2:3], text[3:]
    has_shape = len(text) == 5 and colon == ":" and (hour + minute).isdecimal()
    return has_shape and hour < "24" and minute < "60"


def _are_site_names(names: Mapping[str, str]) -> bool:
    return all(ids.is_language_tag(tag) and _is_plain_line(name) for tag, name in names.items())


def _is_web_url(url: str) -> bool:
    return not url or url.startswith(("https://", "http://"))


def _is_origin(url: str) -> bool:
    """As a browser writes it in `Origin`, because the two are compared character by character."""
    scheme, _, host = url.partition("://")
    if scheme not in _DEFAULT_PORTS or not host or host.endswith(_DEFAULT_PORTS[scheme]):
        return False
    return host.isascii() and host == host.lower() and not set(host) & _NEVER_IN_HOST


def _are_frame_ancestors(hosts: tuple[str, ...]) -> bool:
    """They are written into a header, where some characters would end the list."""
    return all(
        host.isascii() and host.isprintable() and not set(host) & _NEVER_IN_FRAME_ANCESTOR
        for host in hosts
    )


def _is_database(url: str) -> bool:
    return not url or url.startswith(_DATABASE_PREFIXES)


def _is_listen_address(address: str) -> bool:
    host, _, port = address.rpartition(":")
    return bool(host) and port.isdecimal() and int(port) < 65_536


def _at_least(lowest: int) -> Callable[[int], bool]:
    return lambda number: number >= lowest


def _between(lowest: int, highest: int) -> Callable[[int], bool]:
    return lambda number: lowest <= number <= highest


class _Check(msgspec.Struct, frozen=True):
    """What one setting takes. `is_secret`: its value may hold a password, so no error repeats it."""

    setting: str
    is_valid: Callable[[Any], bool]
    takes: str
    example: str
    is_secret: bool = False


_FIELDS: Final = {field.name: field for field in msgspec.structs.fields(Settings)}
_ORIGIN: Final = "a scheme and a host in lower case, and a port only if it is not the usual one"
_LISTEN: Final = "an address and a port"
_DATABASE: Final = "postgresql://USER@HOST/NAME, sqlite:////ABSOLUTE/PATH, or nothing"
_COUNT: Final = "a whole number from 1"
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
    _Check("public_url", _is_origin, _ORIGIN, '"https://comments.example"'),
    _Check("desk_url", _is_origin, _ORIGIN, '"https://desk.example"'),
    _Check("intake_listen", _is_listen_address, _LISTEN, '"127.0.0.1:8600"'),
    _Check("desk_listen", _is_listen_address, _LISTEN, '"127.0.0.1:8601"'),
    _Check("frame_ancestors", _are_frame_ancestors, "a list of hosts", '["https://news.example"]'),
    # Where data is kept
    _Check("data_dir", bool, "the path of a folder", '"data"'),
    _Check("database", _is_database, _DATABASE, '"postgresql://yobal@/yobal"', is_secret=True),
    _Check(
        "intake_database", _is_database, _DATABASE, '"postgresql://intake@/yobal"', is_secret=True
    ),
    # The schedule
    _Check("time_zone", _is_time_zone, "the name of a time zone", '"Asia/Phnom_Penh"'),
    _Check("release_times", _are_times, "a list of different times", '["06:00", "18:00"]'),
    _Check("release_interval_seconds", _at_least(0), "a whole number, 0 for none", "20"),
    _Check("max_hold_slots", _between(1, MAX_HOLD_SLOTS_MAX), f"1 to {MAX_HOLD_SLOTS_MAX}", "2"),
    _Check("min_batch_size", _at_least(1), _COUNT, "3"),
    # Limits
    _Check("text_graphemes_max", _at_least(1), _COUNT, "2000"),
    _Check("name_graphemes_max", _at_least(1), _COUNT, "60"),
    _Check("max_pending_per_story", _at_least(1), _COUNT, "500"),
    _Check("max_pending_per_site", _at_least(1), _COUNT, "5000"),
    # How long data is kept
    _Check("receipt_days", _between(1, DAYS_MAX), f"1 to {DAYS_MAX}", "30"),
    _Check("original_retention_days", _between(0, DAYS_MAX), f"0 to {DAYS_MAX}", "14"),
    _Check("session_hours", _at_least(1), _COUNT, "12"),
)
