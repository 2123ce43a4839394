"""Make freed memory forget: allocator settings that only count if they are there from the start.

Freed memory keeps its words. Three allocators live in the process: Python's own, glibc's (pyrage
uses it) and the jemalloc inside granian's wheel. A crash must not write it all into a core file,
either. Imported before everything else, and imports nothing of ours itself.
"""

import os
import resource
import sys
from collections.abc import Mapping, Sequence

SETTINGS = {
    "PYTHONMALLOC": "malloc",
    "GLIBC_TUNABLES": (
        "glibc.malloc.perturb=165:glibc.malloc.tcache_count=0"
        # Two heaps, for the loop and the thread that stores: with one they wait for each other, and
        # with one for each thread a busy server's memory grows. What is freed is filled in any.
        ":glibc.malloc.arena_max=2"
    ),
    "_RJEM_MALLOC_CONF": "junk:free",
}
# A mark of our own: glibc shortens GLIBC_TUNABLES in the environment that /proc shows.
ENV_FLAG = "YOBAL_MEMORY_HARDENED"


def is_hardened(environment: Mapping[str, str]) -> bool:
    """Whether this process was started with all of them."""
    return environment.get(ENV_FLAG) == "1"


def reexec(arguments: Sequence[str]) -> None:
    """Replace this process by itself with the settings in force; returns only if they are."""
    if is_hardened(os.environ):
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    environment = {**os.environ, **SETTINGS, ENV_FLAG: "1"}
    command = [sys.executable, "-m", "yobal", *arguments]
    os.execve(sys.executable, command, environment)  # noqa: S606  # itself, with other settings
