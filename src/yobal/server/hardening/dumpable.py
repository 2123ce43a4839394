"""Keeps this process's memory away from core dumps, and from other programs of the same user.

The limit on core files does not bind a program that the kernel pipes them to (core(5)), and some systems
have one that stores them. Not dumpable, the process is not dumped at all, and only root can read its memory.
"""

import ctypes
from typing import Final

_PR_SET_DUMPABLE: Final = 4  # prctl(2)


def forbid() -> None:
    """After `memory_check`, which reads its own memory. Does nothing where there is no prctl."""
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
