"""Runs tests in a Linux namespace of their own: a network without routes, or private mounts.

`python -m tests.namespaces ARGUMENTS` runs inside it: pytest, with a record of every connection
attempt.
"""

import fcntl
import os
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, Literal

import pytest

ROOT: Final = Path(__file__).parent.parent
SECONDS_MAX: Final = 300
CONNECTED_ELSEWHERE: Final = 77  # an exit code that pytest does not use
_GET_FLAGS, _SET_FLAGS, _UP, _LOOPBACK = 0x8913, 0x8914, 0x1, b"lo"  # linux/sockios.h, if.h
_HERE: Final = ("127.", "::1", "localhost")


def run_in_namespace(
    what: Literal["net", "mount"], *given: str
) -> "subprocess.CompletedProcess[str]":
    """Run pytest with these arguments in a namespace; skip where the machine does not allow one."""
    inside = ("unshare", f"--{what}") if os.geteuid() == 0 else ("unshare", "-r", f"--{what}")
    if subprocess.run([*inside, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this machine allows no namespaces: run as root, or allow user namespaces")
    command = [*inside, sys.executable, "-m", "tests.namespaces", "-p", "no:cacheprovider", *given]
    # A folder of its own: pytest runs that share one delete each other's leftovers at the same
    # moment, which is a warning and therefore a failure here.
    with tempfile.TemporaryDirectory(prefix="yobal-pytest-") as folder:
        return subprocess.run(
            command,
            cwd=ROOT,
            env={**os.environ, "PYTEST_DEBUG_TEMPROOT": folder},
            capture_output=True,
            text=True,
            timeout=SECONDS_MAX,
            check=False,
        )


def main(given: Sequence[str]) -> int:
    """Run pytest in this process; any connection attempt to elsewhere makes it fail."""
    raise_loopback()
    reached: set[str] = set()
    sys.addaudithook(lambda event, given: _note(event, given, reached))
    code = int(pytest.main([*given]))
    if reached:
        print("connected to:", *sorted(reached))
    return code or (CONNECTED_ELSEWHERE if reached else 0)


def raise_loopback() -> None:
    """Start the loopback interface, the only one that a new network namespace has."""
    with socket.socket() as any_socket:
        asked = fcntl.ioctl(any_socket, _GET_FLAGS, struct.pack("16sh14x", _LOOPBACK, 0))
        (flags,) = struct.unpack_from("16xh", asked)
        if not flags & _UP:
            fcntl.ioctl(any_socket, _SET_FLAGS, struct.pack("16sh14x", _LOOPBACK, flags | _UP))


def _note(event: str, given: tuple[Any, ...], reached: set[str]) -> None:
    """Record connections and name look-ups; Python reports also those that fail."""
    if event == "socket.connect" and isinstance(given[1], tuple):
        path = str(given[1][0])
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        path = str(given[0])
    else:
        return
    if not path.startswith(_HERE):
        reached.add(path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
