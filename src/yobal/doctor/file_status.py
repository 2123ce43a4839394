"""What the file system says about files and folders that a running server may delete meanwhile."""

import os
from collections.abc import Iterator
from pathlib import Path


def of(path: Path, *, follow_symlinks: bool = True) -> os.stat_result | None:
    """None if it is gone: the server replaces files, and deletes its temporary ones."""
    try:
        return path.stat(follow_symlinks=follow_symlinks)
    except FileNotFoundError:
        return None


def all_below(folder: Path) -> Iterator[Path]:
    """Files and folders. `Path.rglob` fails if a folder is deleted before it is listed."""
    for parent, folders, files in os.walk(folder):
        yield from (Path(parent, name) for name in (*folders, *files))
