"""Checks what breaks promises on this machine, and says what to do. Changes nothing."""

import time
from collections.abc import Callable
from pathlib import Path

from yobal.core.errors import UnsupportedEnvironment, YobalError
from yobal.doctor import (
    canaries,
    cells,
    clocks,
    database_urls,
    databases,
    disks,
    imports,
    notices,
    permissions,
    preset_notes,
    process_memory,
    rosters,
    rounds,
    settings_checks,
    signatures,
    weak_settings,
    working,
)
from yobal.doctor.finding import Finding, fail
from yobal.server import service_user
from yobal.server.settings import Settings

__all__ = ["Finding", "examine"]


def examine(
    settings: Settings, file: Path, *, clock: Callable[[], float] = time.time
) -> list[Finding]:
    """Every check. One that cannot run is a finding, too. `file` is the settings file.

    Root may read every process, and then goes on as the owner of the data: root could write to a
    folder, or to the last blocks of a disk, where the server could not.
    """
    missing = permissions.missing_database(settings)
    if missing is not None:
        return [missing]
    memory = _run("memory", process_memory.examine)
    service_user.become_owner_of(settings.folder)
    checks: dict[str, Callable[[], list[Finding]]] = {
        "settings": lambda: working.settings_are_readable(file),
        "owners": lambda: working.owners(settings),
        "files": lambda: permissions.examine(settings, file),
        "disks": lambda: disks.examine(settings),
        "database URLs": lambda: database_urls.examine(settings),
        "database": lambda: databases.examine(settings),
        "cells": lambda: cells.examine(settings),
        "roster": lambda: rosters.examine(settings),
        "signatures": lambda: signatures.examine(settings),
        "imports": lambda: imports.examine(settings),
        "work": lambda: working.examine(settings),
        "clock": lambda: clocks.examine(settings, clock=clock),
        "rounds": lambda: rounds.examine(settings, clock=clock),
        "canary": lambda: canaries.examine(settings, clock=clock),
        "notices": lambda: notices.examine(settings, file),
        "preset notes": lambda: preset_notes.examine(settings),
        "addresses": lambda: settings_checks.addresses(settings),
        "schedule": lambda: settings_checks.schedule(settings),
        "weak settings": lambda: weak_settings.examine(settings),
    }
    return [finding for name, check in checks.items() for finding in _run(name, check)] + memory


def _run(name: str, check: Callable[[], list[Finding]]) -> list[Finding]:
    try:
        return check()
    except UnsupportedEnvironment as error:
        return [fail(name, str(error))]
    except YobalError as error:
        return [fail(name, f"could not be checked, because {error}")]
    except OSError as error:
        reason = f"{error.filename or 'the system'}: {error.strerror}"
        return [fail(name, f"could not be checked ({reason}): run it as root or as Yobal's user")]
