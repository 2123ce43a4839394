"""Settings: one frozen typed object, read once from `yobal.toml` and `YOBAL_*`.

An unknown key or variable is an error that names it. `docs/settings.md` lists every one.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from yobal.core import ids
from yobal.core.errors import InvalidSettings
from yobal.core.schedule import Schedule
from yobal.core.site_rules import SiteRules
from yobal.core.submission import Limits

PREFIX: Final = "YOBAL_"
OWN_VARIABLES: Final = frozenset({"YOBAL_CONFIG", "YOBAL_MEMORY_HARDENED"})  # not settings
RECEIPT_DAYS_MAX: Final = 200
_DATABASES: Final = ("sqlite:////", "postgresql://", "postgresql+psycopg://")
_DEFAULT_PORTS: Final = {"http": ":80", "https": ":443"}  # a browser leaves them away
_NEVER_IN_HOST: Final = frozenset("/?#@\\ \t\r\n")


# Names of development versions, so that the error can say what a setting is called now.
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
    """Every setting with its default. Paths are relative to the file they stand in."""

    site_id: str
    site_name: str
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
            limits=Limits(self.text_graphemes_max, self.name_graphemes_max),
            receipt_days=self.receipt_days,
            original_retention_days=self.original_retention_days,
            max_pending_per_story=self.max_pending_per_story,
            max_pending_per_site=self.max_pending_per_site,
            session_hours=self.session_hours,
        )


def load(path: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Read and check. Raises InvalidSettings, whose sentence names what is wrong."""
    found = _read(path)
    found |= _from_environment(os.environ if environment is None else environment)
    settings = _typed(found)
    settings = msgspec.structs.replace(
        settings, data_dir=str(path.absolute().parent / settings.data_dir)
    )
    _check(settings)
    return settings


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InvalidSettings(f"{path} does not exist; `yobal init` writes one") from None
    except OSError as error:
        raise InvalidSettings(f"{path}: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidSettings(f"{path}: {error}") from None


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    fields = {field.name: field for field in msgspec.structs.fields(Settings)}
    found: dict[str, Any] = {}
    for variable, value in environment.items():
        if not variable.startswith(PREFIX) or variable in OWN_VARIABLES:
            continue
        name = variable.removeprefix(PREFIX).lower()
        if name not in fields:
            new_name = RENAMED.get(name)
            hint = f"; it is now {PREFIX}{new_name.upper()}" if new_name else ""
            raise InvalidSettings(f"{variable} is not a setting of Yobal{hint}")
        is_list = fields[name].type == tuple[str, ...]
        found[name] = (
            [part.strip() for part in value.split(",") if part.strip()] if is_list else value
        )
    return found


def _typed(found: dict[str, Any]) -> Settings:
    known = {field.name for field in msgspec.structs.fields(Settings)}
    unknown = sorted(set(found) - known)
    if unknown:
        raise InvalidSettings(f"not a setting of Yobal: {', '.join(map(_with_new_name, unknown))}")
    try:
        return msgspec.convert(found, Settings, strict=False)
    except msgspec.ValidationError as error:
        raise InvalidSettings(str(error)) from None


def _with_new_name(name: str) -> str:
    return f"{name} (now {RENAMED[name]})" if name in RENAMED else name


def _check(settings: Settings) -> None:
    problems = [sentence for is_wrong, sentence in _rules_of(settings) if is_wrong]
    if problems:
        raise InvalidSettings("; ".join(problems))


def _rules_of(settings: Settings) -> list[tuple[bool, str]]:
    limits = Limits(settings.text_graphemes_max, settings.name_graphemes_max)
    counts = (settings.max_pending_per_story, settings.max_pending_per_site, settings.session_hours)
    return [
        (
            not ids.is_site(settings.site_id),
            "site_id: lower-case letters, digits and hyphens, 63 at most",
        ),
        (not settings.site_name.strip(), "site_name: is empty"),
        (not _is_zone(settings.time_zone), f"time_zone: {settings.time_zone} is not known"),
        (
            not _are_times(settings.release_times),
            "release_times: at least one time such as 06:00, none twice",
        ),
        (settings.release_interval_seconds < 0, "release_interval_seconds: 0 (off) or more"),
        (not 1 <= settings.max_hold_slots <= 8, "max_hold_slots: 1 to 8"),
        (settings.min_batch_size < 1, "min_batch_size: at least 1"),
        (
            min(limits.text_graphemes_max, limits.name_graphemes_max) < 1,
            "text_graphemes_max, name_graphemes_max: at least 1",
        ),
        (not limits.fit_an_envelope(), "text_graphemes_max: does not fit an envelope of 32 KiB"),
        (not 1 <= settings.receipt_days <= RECEIPT_DAYS_MAX, "receipt_days: 1 to 200"),
        (
            not 0 <= settings.original_retention_days <= RECEIPT_DAYS_MAX,
            "original_retention_days: 0 to 200",
        ),
        (min(counts) < 1, "max_pending_per_story, max_pending_per_site, session_hours: at least 1"),
        (
            not _is_origin(settings.public_url),
            "public_url: scheme and host, such as https://comments.example",
        ),
        (
            not _is_origin(settings.desk_url),
            "desk_url: scheme and host, such as https://desk.example",
        ),
        (
            not all(map(_is_frame_host, settings.frame_ancestors)),
            "frame_ancestors: each a host, such as https://news.example",
        ),
        (
            not all(map(_is_database, (settings.database, settings.intake_database))),
            "database: sqlite:////ABSOLUTE/PATH or postgresql://USER@HOST/NAME",
        ),
        (
            not all(map(_is_listen, (settings.intake_listen, settings.desk_listen))),
            "listen: ADDRESS:PORT",
        ),
    ]


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _are_times(slots: tuple[str, ...]) -> bool:
    shapes = [
        len(slot) == 5 and slot[2] == ":" and slot.replace(":", "").isdecimal() for slot in slots
    ]
    in_day = all(shapes) and all(slot[:2] < "24" and slot[3:] < "60" for slot in slots)
    return bool(slots) and in_day and len(set(slots)) == len(slots)


def _is_origin(url: str) -> bool:
    """As a browser writes it in `Origin`, which is compared letter by letter."""
    scheme, _, host = url.partition("://")
    if scheme not in _DEFAULT_PORTS or not host or host.endswith(_DEFAULT_PORTS[scheme]):
        return False
    return host.isascii() and host == host.lower() and not set(host) & _NEVER_IN_HOST


def _is_frame_host(host: str) -> bool:
    """What may stand in a policy among others."""
    return host.isascii() and host.isprintable() and not set(host) & set(" ;,'\"")


def _is_database(url: str) -> bool:
    return not url or url.startswith(_DATABASES)


def _is_listen(listen: str) -> bool:
    host, _, port = listen.rpartition(":")
    return bool(host) and port.isdecimal() and int(port) < 65_536
