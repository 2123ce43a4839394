"""A write that fails names the file, and leaves no beginning of it on the full disk."""

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pyrage
import pytest

from yobal.adapters import age_file
from yobal.adapters.durable_files import create_atomically, replace_atomically

RECIPIENT = str(pyrage.x25519.Identity.generate().to_public())


def _encrypt(path: Path, content: bytes) -> None:
    age_file.encrypt(path, iter([content]), RECIPIENT, lambda _: None)


@pytest.mark.parametrize("write", [create_atomically, replace_atomically, _encrypt])
def test_a_write_to_a_full_disk_names_the_file_and_leaves_nothing(
    tmp_path: Path, write: Callable[[Path, bytes], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", is_full)
    path = tmp_path / "figures.json"
    with pytest.raises(OSError, match="No space left") as raised:
        write(path, b"content")
    assert raised.value.filename == str(path)
    assert list(tmp_path.iterdir()) == []
