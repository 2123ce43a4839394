"""Files that are complete from the start, on the disk when they can be read, and without a time of reading."""

import contextlib
import os
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_FOLDER_MODE: Final = 0o700
_FILE_MODE: Final = 0o600
_UNTRACED: Final = getattr(os, "O_NOATIME", 0)  # Linux only


def create_atomically(path: Path, content: bytes, *, modified_at: float | None = None) -> None:
    """Make a file that nothing can read half written. The first of several processes wins."""
    temporary = _write_beside(path, content, modified_at=modified_at)
    with contextlib.suppress(FileExistsError):
        os.link(temporary, path)
    temporary.unlink()
    sync_folder(path.parent)


def replace_atomically(path: Path, content: bytes, *, modified_at: float | None = None) -> None:
    """The old content or the new one, whenever it is read."""
    _write_beside(path, content, modified_at=modified_at).replace(path)
    sync_folder(path.parent)


def _write_beside(path: Path, content: bytes, *, modified_at: float | None) -> Path:
    """A temporary file with this content, synced."""
    path.parent.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE)
    try:
        with naming(path), os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            if modified_at is not None:
                os.utime(file.fileno(), (modified_at, modified_at))
            os.fsync(file.fileno())
    except BaseException:  # a full disk would fill with the beginnings of files
        temporary.unlink(missing_ok=True)
        raise
    return temporary


@contextlib.contextmanager
def naming(path: Path) -> Iterator[None]:
    """An error of writing names no file, so a technician would not know which disk is full."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = os.fspath(path)
        raise


def read_untraced(path: str | Path) -> bytes:
    """Its content, and no access time: that would show when somebody read a page, or used a receipt.

    Only the owner of a file may ask for that. Others leave the time that the file system keeps.
    """
    with open(path, "rb", opener=_open_untraced) as file:  # Path.open has no opener
        return file.read()


def _open_untraced(path: str, flags: int) -> int:
    try:
        return os.open(path, flags | _UNTRACED)
    except PermissionError:
        return os.open(path, flags)


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
