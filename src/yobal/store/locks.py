"""One lock for everything that writes public files: the scheduler, `yobal release`, `yobal rebuild`."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import sqlalchemy as sa

from yobal.store.database import Database, folder_of, translating_errors

_RELEASE: Final = 0x72656C65617365  # "release", for pg_advisory_lock


@contextmanager
def release_lock(database: Database) -> Iterator[None]:
    """Wait for the lock and hold it. It is freed if the process dies. Raises DatabaseUnavailable."""
    folder = folder_of(database)
    if folder is None:
        with translating_errors(), database.engine.connect() as conn:
            conn.execute(sa.text("select pg_advisory_lock(:lock)"), {"lock": _RELEASE})
            conn.commit()
            try:
                yield
            finally:
                conn.execute(sa.text("select pg_advisory_unlock(:lock)"), {"lock": _RELEASE})
                conn.commit()
        return
    descriptor = os.open(folder / "release.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
