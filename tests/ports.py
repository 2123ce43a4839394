"""Ports for what tests start, which nothing else takes before the test listens there.

They lie below those that the kernel gives to outgoing connections (32,768 and more), and each worker
of a run has its own. Another run on the same machine begins at another place.
"""

import itertools
import os
import secrets
import socket
from typing import Final

FIRST: Final = 11_000  # Chromium refuses some ports up to 10,080
COUNT_PER_WORKER: Final = 2_000
WORKERS: Final = 10


def _own_ports() -> range:
    """The part of this worker; a run without workers has the last one."""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", f"gw{WORKERS - 1}").removeprefix("gw"))
    first = FIRST + worker % WORKERS * COUNT_PER_WORKER
    return range(first, first + COUNT_PER_WORKER)


def _in_turn() -> "itertools.cycle[int]":
    own, start = _own_ports(), secrets.randbelow(COUNT_PER_WORKER)
    return itertools.cycle([*own[start:], *own[:start]])


_turn: Final = _in_turn()


def free_ports(count: int) -> list[int]:
    """Ports that follow each other and are not in use."""
    while True:
        ports = [next(_turn) for _ in range(count)]
        if ports[-1] - ports[0] == count - 1 and all(map(_is_free, ports)):
            return ports


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
