"""The secrets on disk, outside the database, public files and backups: day keys, peppers, the keys of
sessions and decisions.

A key is normally made in advance: if the first comment of a day made it, the time of its file would
be the time of that comment. A key file is complete from the start, and of several processes that
make the same key at once, all use the same one.
"""

import contextlib
import os
import secrets
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final

from yobal.adapters.durable_files import create_atomically, read_untraced, sync_folder
from yobal.core import idempotency, receipts

KEY_BYTES: Final = 32
_FOLDER_MODE: Final = 0o700


class Keyring:
    """`secrets/day/2026-11-22`, `secrets/pepper/2026-11-16`, `secrets/session`; each with mode 0600."""

    def __init__(self, folder: Path, *, receipt_days: int) -> None:
        self._folder = folder
        self._receipt_days = receipt_days
        self._cache: dict[Path, bytes] = {}
        # A day and its valid keys, in one value: several threads replace it.
        self._day_keys: tuple[date, dict[date, bytes]] | None = None
        self._newest_pepper: tuple[date, bytes] | None = None

    def day_keys(self, today: date) -> dict[date, bytes]:
        """The valid keys, newest first. Makes today's key if it does not exist yet."""
        cached = self._day_keys
        if cached is None or cached[0] != today:
            cached = self._day_keys = (today, self._read_day_keys(today))
        return cached[1]

    def prepare(self, today: date) -> None:
        """Make the keys of today and tomorrow, so that the arrival of a comment never makes one."""
        self.day_keys(today)
        for day in (today, today + timedelta(days=1)):
            self._get_or_make("day", day, today)
            self._get_or_make("pepper", receipts.week_of(day), today)

    def _read_day_keys(self, today: date) -> dict[date, bytes]:
        self._cache.clear()  # another process may have destroyed a cached key
        keys = {today: self._get_or_make("day", today, today)}
        for age_days in range(1, idempotency.KEY_DAYS):
            day = today - timedelta(days=age_days)
            key = self._read(self._path("day", day))
            if key is not None:
                keys[day] = key
        return keys

    def pepper(self, today: date) -> tuple[date, bytes]:
        """The week's pepper and the Monday that names it."""
        week = receipts.week_of(today)
        if self._newest_pepper is None or self._newest_pepper[0] != week:
            self._newest_pepper = (week, self._get_or_make("pepper", week, today))
        return self._newest_pepper

    def peppers(self, today: date) -> list[bytes]:
        """Every valid pepper, newest first."""
        self.pepper(today)
        weeks = [week for week in self._days("pepper") if self._is_pepper_valid(week, today)]
        peppers = (self._read(self._path("pepper", week)) for week in sorted(weeks, reverse=True))
        return [pepper for pepper in peppers if pepper is not None]

    def peppers_by_week(self, today: date) -> dict[date, bytes]:
        """What a backup holds, so that receipts work after a restore."""
        weeks = [week for week in self._days("pepper") if self._is_pepper_valid(week, today)]
        return {week: self._get_or_make("pepper", week, today) for week in sorted(weeks)}

    def restore_pepper(self, week: date, pepper: bytes) -> None:
        """From a backup. A pepper that this server has already stays."""
        path = self._path("pepper", week)
        modified_at = datetime.combine(week, time.min, UTC).timestamp()
        create_atomically(path, pepper, modified_at=modified_at)

    def oldest_week(self, today: date) -> date:
        """The oldest week whose receipts still work."""
        return min(
            (day for day in self._days("pepper") if self._is_pepper_valid(day, today)),
            default=receipts.week_of(today),
        )

    def session_key(self) -> bytes:
        return self._get_or_make("session", None)

    def decision_key(self) -> bytes:
        """With another key, no held comment is released: all of them must be decided again."""
        return self._get_or_make("decisions", None)

    def destroy_old(self, today: date) -> int:
        """Destroy day keys after 48 hours and peppers after their last day; returns how many."""
        oldest = today - timedelta(days=idempotency.KEY_DAYS - 1)
        expired = [self._path("day", day) for day in self._days("day") if day < oldest]
        expired += [
            self._path("pepper", day)
            for day in self._days("pepper")
            if not self._is_pepper_valid(day, today)
        ]
        return self._destroy(expired)

    def destroy_ahead(self, last: date) -> int:
        """Destroy the keys of later days and weeks, which a clock that was ahead has made."""
        ahead = [self._path("day", day) for day in self._days("day") if day > last]
        ahead += [self._path("pepper", week) for week in self._days("pepper") if week > last]
        return self._destroy(ahead)

    def _destroy(self, paths: Sequence[Path]) -> int:
        for path in paths:
            _destroy(path)
            self._cache.pop(path, None)
        if paths:
            self._day_keys = None
        return len(paths)

    def _is_pepper_valid(self, week: date, today: date) -> bool:
        return today <= receipts.last_day(week, receipt_days=self._receipt_days)

    def _path(self, key_kind: str, day: date | None) -> Path:
        return self._folder / key_kind / day.isoformat() if day else self._folder / key_kind

    def _days(self, key_kind: str) -> list[date]:
        with contextlib.suppress(FileNotFoundError):
            return [
                _parse_day(path.name)
                for path in (self._folder / key_kind).iterdir()
                if path.name[0] != "."
            ]
        return []

    def _read(self, path: Path) -> bytes | None:
        key = self._cache.get(path)
        if key is None:
            with contextlib.suppress(FileNotFoundError):
                key = self._cache[path] = read_untraced(path)
        return key

    def _get_or_make(self, key_kind: str, day: date | None, today: date | None = None) -> bytes:
        """The key file of a day or week has the time of a midnight, not of the moment it was needed."""
        path = self._path(key_kind, day)
        key = self._read(path)
        if key is None:
            self._folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
            midnight = min(day, today) if day and today else None
            modified_at = (
                datetime.combine(midnight, time.min, UTC).timestamp() if midnight else None
            )
            create_atomically(path, secrets.token_bytes(KEY_BYTES), modified_at=modified_at)
            key = self._cache[path] = read_untraced(path)
        return key


def _parse_day(name: str) -> date:
    return date.fromisoformat(name)


def _destroy(path: Path) -> None:
    """Overwrite, then unlink. A disk that moves blocks may keep a copy; see docs/threat-model.md."""
    with contextlib.suppress(FileNotFoundError):
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        sync_folder(path.parent)
