"""Allocator settings that overwrite freed memory. They work only if they are set before Python starts.

Freed memory keeps its content. Three allocators are in the process: Python's own, glibc's (pyrage
uses it), and the jemalloc in granian's wheel. A crash must not write memory into a core dump either.
This module is imported before everything else and imports nothing of Yobal.
"""

import os
import resource
import sys
from collections.abc import Mapping, Sequence

SETTINGS = {
    "PYTHONMALLOC": "malloc",
    "GLIBC_TUNABLES": (
        "glibc.malloc.perturb=165:glibc.malloc.tcache_count=0"
        # Two arenas, for the event loop and the thread that commits: with one they wait for each
        # other, and with one per thread the memory of a busy server grows. Both are overwritten.
        ":glibc.malloc.arena_max=2"
    ),
    "_RJEM_MALLOC_CONF": "junk:free",
}
# A variable of our own: glibc shortens GLIBC_TUNABLES in the environment that /proc shows.
ENV_FLAG = "YOBAL_MEMORY_HARDENED"


def is_hardened(environment: Mapping[str, str]) -> bool:
    """Whether this process was started with all of the settings."""
    return environment.get(ENV_FLAG) == "1"


def reexec(arguments: Sequence[str]) -> None:
    """Replace this process by itself with the settings in force; returns only if they already are."""
    if is_hardened(os.environ):
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    environment = {**os.environ, **SETTINGS, ENV_FLAG: "1"}
    # -P: a module that lies in the current folder must not run in the server.
    command = [sys.executable, "-P", "-m", "yobal", *arguments]
    os.execve(sys.executable, command, environment)  # noqa: S606  # itself, with other settings
