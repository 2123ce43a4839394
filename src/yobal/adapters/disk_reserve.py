"""Whether the disk has less free space than is kept back for decisions, releases and the purge."""

import shutil
from pathlib import Path
from typing import Final

_MIB: Final = 1_024 * 1_024


def is_low(folder: Path, reserve_mib: int) -> bool:
    """False for a reserve of 0. Raises OSError if the folder does not exist."""
    return shutil.disk_usage(folder).free < reserve_mib * _MIB
