"""What each setting takes, with an example. `settings.py` asks before it reads a value."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Literal, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from yobal.adapters import age_file
from yobal.adapters.rendering.catalogue_file import catalogue_languages
from yobal.core import ids, language_tag, listen_address
from yobal.core import text as texts
from yobal.core.expiry import NOTICE_DAYS
from yobal.core.schedule import DAY_SECONDS
from yobal.core.thread import EmbeddedForm
from yobal.core.web_url import is_origin, is_web_url
from yobal.store import diagnostics

Canary = Literal["daily", "off"]
NoticeProcess = Literal["serve", "command"]  # which one sends notices

MAX_HOLD_SLOTS_MAX: Final = 8
SESSION_HOURS_MAX: Final = 168  # a week
IDLE_LOCK_MINUTES_MAX: Final = 120
EPOCH_DAYS_MAX: Final = 90  # a key that is stolen opens what was sealed in so many days
BACKUPS_MAX: Final = 400  # a year of daily ones; more would keep what was removed too long
DAYS_MAX: Final = 200  # of receipts, sealed originals and undecided comments
PENDING_HOURS_MAX: Final = 720  # 30 days
_DATABASE_PREFIXES: Final = ("sqlite:////", "postgresql://", "postgresql+psycopg://")
# Not a place: the zone that the machine is set to, which readers could not be told, and a placeholder.
_NAMELESS_ZONES: Final = frozenset({"localtime", "posixrules", "Factory"})
_NEVER_IN_FRAME_ANCESTOR: Final = frozenset(" ;,'\"")


class SettingCheck(msgspec.Struct, frozen=True):
    """What one setting takes. `is_secret`: its value may hold a password, so no error repeats it."""

    setting: str
    is_valid: Callable[[Any], bool]
    takes: str
    example: str
    is_secret: bool = False

    @property
    def expectation(self) -> str:
        return f"it takes {self.takes}, for example {self.example}"


def _number(setting: str, lowest: int, highest: int, *, example: int) -> SettingCheck:
    takes = f"a whole number, {lowest} to {highest}"
    return SettingCheck(setting, lambda number: lowest <= number <= highest, takes, str(example))


def _is_plain_line(text: str) -> bool:
    return not texts.line_problem(text)


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


_EMBEDDED_FORMS: Final = get_args(EmbeddedForm)
_CANARIES: Final = get_args(Canary)
_NOTICE_PROCESSES: Final = get_args(NoticeProcess)
_ORIGIN: Final = "a scheme and a host in lower case, a port only if it is not the usual one, and no slash at the end"
_FOLDER: Final = "the absolute path of a folder, or nothing"
_LISTEN: Final = (
    "an IP address and a port, ADDRESS:PORT, or unix: and the absolute path of a socket"
)
_DATABASE: Final = "postgresql://USER@HOST/NAME, sqlite:////ABSOLUTE/PATH, or nothing"
_DIFFERENT_TIMES: Final = "different times of day, HH:MM"
_COUNT_MAX: Final = 10_000_000  # more is a mistake, and would not fit every column or date
SETTING_CHECKS: Final = (
    # The site
    SettingCheck("site_id", ids.is_site_id, "1 to 63 of a-z, 0-9 and hyphens", '"river-post"'),
    SettingCheck("site_name", _is_plain_line, "one line of plain text", '"The River Post"'),
    SettingCheck("site_names", _are_site_names, "a name for each edition", '{ km = "ប៉ុស្តិ៍ទន្លេ" }'),
    SettingCheck("site_url", _is_web_url, "a URL, or nothing", '"https://news.example/"'),
    # Addresses
    SettingCheck("public_url", is_origin, _ORIGIN, '"https://comments.example"'),
    SettingCheck("desk_url", is_origin, _ORIGIN, '"https://desk.example"'),
    SettingCheck("intake_listen", listen_address.is_valid, _LISTEN, '"127.0.0.1:8600"'),
    SettingCheck("desk_listen", listen_address.is_valid, _LISTEN, '"127.0.0.1:8601"'),
    SettingCheck(
        "metrics_listen",
        lambda address: not address or listen_address.is_valid(address),
        f"{_LISTEN}, or nothing",
        '"127.0.0.1:8602"',
    ),
    SettingCheck("socket_group", _is_group_name, "the name of a group, or nothing", '"www-data"'),
    SettingCheck(
        "frame_ancestors",
        _are_frame_ancestors,
        "a list of schemes and hosts",
        '["https://news.example"]',
    ),
    SettingCheck("embedded_form", _EMBEDDED_FORMS.__contains__, '"frame" or "page"', '"frame"'),
    # Where data is kept
    SettingCheck("data_dir", _is_path, "the path of a folder", '"data"'),
    SettingCheck(
        "database", _is_database, _DATABASE, '"postgresql://yobal@/yobal"', is_secret=True
    ),
    SettingCheck(
        "intake_database", _is_database, _DATABASE, '"postgresql://intake@/yobal"', is_secret=True
    ),
    # The schedule
    SettingCheck("time_zone", _is_time_zone, "the name of a time zone", '"Asia/Phnom_Penh"'),
    SettingCheck("release_times", _are_release_times, _DIFFERENT_TIMES, '["06:00", "18:00"]'),
    _number("release_interval_seconds", 0, DAY_SECONDS, example=20),  # 0: none
    _number("max_hold_slots", 1, MAX_HOLD_SLOTS_MAX, example=2),
    _number("min_batch_size", 1, _COUNT_MAX, example=3),
    SettingCheck("round_times", _are_times, f"{_DIFFERENT_TIMES}, or none", '["05:00", "17:00"]'),
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
    SettingCheck("preset_notes_file", _is_optional_path, "the path of a file", '"notes.toml"'),
    # Backups
    SettingCheck("backup_dir", _is_absolute_or_empty, _FOLDER, '"/var/backups/yobal"'),
    SettingCheck(
        "backup_recipient",
        _is_recipient,
        "a recipient of age, or nothing",
        '"age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"',
    ),
    _number("backups_kept", 1, BACKUPS_MAX, example=14),
    _number("backup_hours_max", 0, PENDING_HOURS_MAX, example=30),
    SettingCheck("purge_list_dir", _is_absolute_or_empty, _FOLDER, '"/srv/elsewhere/yobal"'),
    # Notices
    SettingCheck("notice_urls_file", _is_optional_path, "the path of a file", '"notices.txt"'),
    SettingCheck(
        "notice_urls", _are_urls, "URLs with spaces between them", '"mailto://x"', is_secret=True
    ),
    SettingCheck("notice_times", _are_times, f"{_DIFFERENT_TIMES}, or none", '["09:00"]'),
    _number("notice_pending_hours_max", 0, PENDING_HOURS_MAX, example=48),  # 0: no limit
    SettingCheck("notice_language", _has_catalogue, "a language that Yobal has words in", '"en"'),
    SettingCheck("notice_subject", _is_plain_line, "one line of plain text", '"Note"'),
    SettingCheck("notice_sender", _is_optional_line, "one line of plain text", '"Night desk"'),
    SettingCheck("canary", _CANARIES.__contains__, '"daily" or "off"', '"daily"'),
    SettingCheck(
        "notice_process", _NOTICE_PROCESSES.__contains__, '"serve" or "command"', '"serve"'
    ),
)
