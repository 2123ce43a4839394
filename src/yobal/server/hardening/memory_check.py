"""Tests at start whether this process overwrites memory that it frees, and shows the result in its name.

Whether `GLIBC_TUNABLES` took effect cannot be read from outside: glibc empties it in the environment
that /proc shows. The name of a process can be read, and ends with it, so `doctor` reads that.
"""

import ctypes
import os
import sys
from pathlib import Path
from typing import Any, Final

WIPED: Final = "yobal wiped"  # a process name has at most 15 bytes
UNWIPED: Final = "yobal unwiped"
_PATTERN: Final = b"yobal test data "
# Each size is managed differently; larger blocks return to the kernel at once.
_SIZES_BYTES: Final = (64, 512, 4_096, 65_536)
_MEMORY: Final = Path("/proc/self/mem")
_PR_SET_NAME: Final = 15  # prctl(2)


def memory_is_wiped() -> bool:
    """Write a pattern to memory, free it, and look for the pattern; name the process by the result."""
    if not _MEMORY.exists():
        return False  # not Linux: it cannot be tested
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    libc.malloc.argtypes = (ctypes.c_size_t,)
    libc.free.argtypes = (ctypes.c_void_p,)
    is_wiped = not any(_survives_free(libc, size) or _survives_del(size) for size in _SIZES_BYTES)
    libc.prctl(_PR_SET_NAME, (WIPED if is_wiped else UNWIPED).encode(), 0, 0, 0)
    return is_wiped


def _survives_free(libc: Any, size: int) -> bool:
    address = libc.malloc(size)
    ctypes.memmove(address, _PATTERN * (size // len(_PATTERN)), size)
    buffer = bytearray(size)  # allocated before the block is freed, so that it cannot reuse it
    libc.free(address)
    return _pattern_is_at(address, buffer)


def _survives_del(size: int) -> bool:
    content = _PATTERN * (size // len(_PATTERN))
    address = id(content) + sys.getsizeof(b"") - 1  # where the content of a bytes object begins
    buffer = bytearray(size)
    del content
    return _pattern_is_at(address, buffer)


def _pattern_is_at(address: int, buffer: bytearray) -> bool:
    """Reads through the kernel: memory that was returned is an error there, not a crash."""
    memory = os.open(_MEMORY, os.O_RDONLY)
    try:
        os.preadv(memory, [buffer], address)
    except OSError:
        return False
    finally:
        os.close(memory)
    return _PATTERN in buffer
