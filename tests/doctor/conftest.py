"""Folders on a disk: in memory, where `make test` keeps what tests write, the doctor warns of every newsroom."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    with folder_on_disk() as folder:
        yield folder


@contextmanager
def folder_on_disk() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="yobal-doctor-", dir="/var/tmp") as folder:
        yield Path(folder)
