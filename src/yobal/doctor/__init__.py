"""Checks what breaks promises on this machine, and says what to do. Changes nothing."""

import time
from collections.abc import Callable
from pathlib import Path

from yobal.core.errors import UnsupportedEnvironment, YobalError
from yobal.doctor import clocks, databases, permissions, process_memory, settings_checks
from yobal.doctor.finding import Finding, fail
from yobal.server.settings import Settings

__all__ = ["Finding", "examine"]


def examine(
    settings: Settings, file: Path, *, clock: Callable[[], float] = time.time
) -> list[Finding]:
    """Every check. One that cannot run is a finding, too. `file` is the settings file."""
    missing = permissions.missing_database(settings)
    if missing is not None:
        return [missing]
    checks: dict[str, Callable[[], list[Finding]]] = {
        "files": lambda: permissions.examine(settings, file),
        "database": lambda: databases.examine(settings),
        "clock": lambda: clocks.examine(settings, clock=clock),
        "addresses": lambda: settings_checks.addresses(settings),
        "schedule": lambda: settings_checks.schedule(settings),
        "memory": process_memory.examine,
    }
    return [finding for name, check in checks.items() for finding in _run(name, check)]


def _run(name: str, check: Callable[[], list[Finding]]) -> list[Finding]:
    try:
        return check()
    except UnsupportedEnvironment as error:
        return [fail(name, str(error))]
    except YobalError as error:
        reason = f"{type(error).__name__}, {error}"
        return [
            fail(
                name,
                f"could not be checked ({reason}): start the database, or correct the settings",
            )
        ]
    except OSError as error:
        reason = f"{error.filename or 'the system'}: {error.strerror}"
        return [fail(name, f"could not be checked ({reason}): run it as root or as Yobal's user")]
