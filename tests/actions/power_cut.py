"""A power cut at a step of a release: no code runs after it."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from yobal.actions import (
    destroy_epochs,
    destroy_hidden,
    expire,
    move_inbox,
    process_withdrawals,
    release,
)
from yobal.adapters import public_files
from yobal.adapters.cell_file import LockedCells
from yobal.adapters.public_files import PublicFiles
from yobal.store import cells, stale_files
from yobal.store.database import Database


class PowerCut(BaseException):
    """Not an Exception, so that no code catches it."""


STEPS: dict[str, tuple[Any, str]] = {
    "move the inbox": (move_inbox, "move"),
    "destroy the inbox": (move_inbox, "destroy_moved"),
    "collect": (process_withdrawals, "collect"),
    "withdraw": (process_withdrawals, "process"),
    "destroy what is hidden": (destroy_hidden, "destroy_due"),
    "release": (release, "release"),
    "expire": (expire, "expire"),
    "destroy epochs": (destroy_epochs, "destroy_emptied"),
    "overwrite cells": (LockedCells, "overwrite"),
    "take cells off the list": (cells, "remove_expired"),
    "purge": (Database, "purge"),
    "write": (PublicFiles, "write"),
    "remove files": (PublicFiles, "remove"),
    "forget touched": (stale_files, "remove"),
    "sync": (public_files, "_sync_file_system"),
    "a rename": (os, "rename"),
}


@contextmanager
def power_cut(step: str, *, is_before: bool) -> Iterator[None]:
    """Raise PowerCut before or after a step, whenever it is called inside the block."""
    with cut_at(*STEPS[step], is_before=is_before):
        yield


@contextmanager
def cut_at(where: Any, name: str, *, is_before: bool) -> Iterator[None]:
    """The same for any function."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(where, name, _cut(getattr(where, name), is_before=is_before))
        yield


def _cut(real: Callable[..., Any], *, is_before: bool) -> Callable[..., Any]:
    def cut(*given: Any, **named: Any) -> Any:
        if not is_before:
            real(*given, **named)
        raise PowerCut

    return cut
