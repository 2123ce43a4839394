"""Does this process forget what it frees? Tried at its start, and told in its own name.

Whether `GLIBC_TUNABLES` was heard cannot be read from outside: glibc empties it in the environment
that /proc shows. A process's name can be read, and dies with it, so `doctor` finds the answer there.
"""

import ctypes
import os
import sys
from pathlib import Path
from typing import Any, Final

WIPED: Final = "yobal forgets"
UNWIPED: Final = "yobal remembers"  # a name has 15 letters at most
_WORDS: Final = b"nobody's words, "
_SIZES: Final = (64, 512, 4_096, 65_536)  # each kept in another way; larger ones go back at once
_MEMORY: Final = Path("/proc/self/mem")
_NAME_IT: Final = 15  # PR_SET_NAME of prctl(2)


def memory_is_wiped() -> bool:
    """Fill memory, free it, look whether it still says what it said; name the process by that."""
    if not _MEMORY.exists():
        return False  # not Linux: it cannot be tried
    libc = ctypes.CDLL(None)
    libc.malloc.restype = ctypes.c_void_p
    libc.malloc.argtypes = (ctypes.c_size_t,)
    libc.free.argtypes = (ctypes.c_void_p,)
    is_forgetting = not any(
        _is_left_by_libc(libc, size) or _is_left_by_python(size) for size in _SIZES
    )
    libc.prctl(_NAME_IT, (WIPED if is_forgetting else UNWIPED).encode(), 0, 0, 0)
    return is_forgetting


def _is_left_by_libc(libc: Any, size: int) -> bool:
    address = libc.malloc(size)
    ctypes.memmove(address, _WORDS * (size // len(_WORDS)), size)
    found = bytearray(size)
    libc.free(address)
    return _is_said_at(address, found)


def _is_left_by_python(size: int) -> bool:
    held = _WORDS * (size // len(_WORDS))
    address = id(held) + sys.getsizeof(b"") - 1  # where its letters begin
    found = bytearray(size)
    del held
    return _is_said_at(address, found)


def _is_said_at(address: int, found: bytearray) -> bool:
    """Through the kernel: memory that was given back is an error there, not a crash."""
    memory = os.open(_MEMORY, os.O_RDONLY)
    try:
        os.preadv(memory, [found], address)
    except OSError:
        return False
    finally:
        os.close(memory)
    return _WORDS in found
