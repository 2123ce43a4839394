"""What the file system says about a file that a running server may delete meanwhile."""

import os
from pathlib import Path


def of(path: Path, *, follow_symlinks: bool = True) -> os.stat_result | None:
    """None if it is gone: the server replaces files, and deletes its temporary ones."""
    try:
        return path.stat(follow_symlinks=follow_symlinks)
    except FileNotFoundError:
        return None
