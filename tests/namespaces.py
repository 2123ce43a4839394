"""Tests in a namespace of their own: a network that leads nowhere, or disks that only they see.

`python -m tests.namespaces ARGUMENTS` is what runs in there: pytest, with an eye on every connection.
"""

import fcntl
import os
import socket
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal

import pytest

ROOT: Final = Path(__file__).parent.parent
SECONDS_MAX: Final = 300
REACHED_OUT: Final = 77  # an exit code that pytest has no use for
_GET_FLAGS, _SET_FLAGS, _UP, _LOOPBACK = 0x8913, 0x8914, 0x1, b"lo"  # linux/sockios.h, if.h
_HERE: Final = ("127.", "::1", "localhost")


def run_apart(what: Literal["net", "mount"], *given: str) -> "subprocess.CompletedProcess[str]":
    """pytest with these arguments, in there; skipped where this machine has no namespaces."""
    inside = ("unshare", f"--{what}") if os.geteuid() == 0 else ("unshare", "-r", f"--{what}")
    if subprocess.run([*inside, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this machine allows no namespaces: run as root, or allow user namespaces")
    command = [*inside, sys.executable, "-m", "tests.namespaces", "-p", "no:cacheprovider", *given]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS_MAX, check=False
    )


def main(given: Sequence[str]) -> int:
    """Run pytest here; a connection that was tried to anywhere else is a failure of its own."""
    raise_loopback()
    reached: set[str] = set()
    sys.addaudithook(lambda event, given: _note(event, given, reached))
    code = int(pytest.main([*given]))
    if reached:
        print("reached out to:", *sorted(reached))
    return code or (REACHED_OUT if reached else 0)


def raise_loopback() -> None:
    """A new network has a loopback that is down, and nothing else."""
    with socket.socket() as any_socket:
        asked = fcntl.ioctl(any_socket, _GET_FLAGS, struct.pack("16sh14x", _LOOPBACK, 0))
        (flags,) = struct.unpack_from("16xh", asked)
        if not flags & _UP:
            fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh14x", _LOOPBACK, flags | _UP))


def _note(event: str, given: tuple[Any, ...], reached: set[str]) -> None:
    """Python tells of every connection and every name looked up, also of those that then fail."""
    if event == "socket.connect" and isinstance(given[1], tuple):
        place = str(given[1][0])
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        place = str(given[0])
    else:
        return
    if not place.startswith(_HERE):
        reached.add(place)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
