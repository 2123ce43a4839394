"""Look for what breaks promises on this machine, and say how to mend it. Changes nothing."""

import time
from collections.abc import Callable
from pathlib import Path

from yobal.core.errors import UnsupportedEnvironment, YobalError
from yobal.doctor import clocks, databases, permissions, process_memory, settings_checks
from yobal.doctor.finding import Finding, mend
from yobal.server.settings import Settings

__all__ = ["Finding", "examine"]


def examine(
    settings: Settings, file: Path, *, clock: Callable[[], float] = time.time
) -> list[Finding]:
    """Every check; one that fails to run is a finding, too. `file` holds the settings."""
    missing = permissions.missing_store(settings)
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
    return [finding for name, check in checks.items() for finding in _tried(name, check)]


def _tried(name: str, check: Callable[[], list[Finding]]) -> list[Finding]:
    try:
        return check()
    except UnsupportedEnvironment as error:
        return [mend(name, str(error))]
    except YobalError as error:
        kind = f"{type(error).__name__}, {error}"
        return [mend(name, f"could not be looked at ({kind}): start the database, or set it right")]
    except OSError as error:
        what = f"{error.filename or 'the system'}: {error.strerror}"
        return [
            mend(name, f"could not be looked at ({what}): run it as root or as Yobal's own user")
        ]
