"""Tells systemd that the server is ready, still works, or stops. Does nothing where no manager asks.

The protocol is one datagram: https://www.freedesktop.org/software/systemd/man/latest/sd_notify.html
"""

import contextlib
import os
import socket

READY = "READY=1"
WORKING = "WATCHDOG=1"
STOPPING = "STOPPING=1"


def notify(state: str) -> None:
    """A manager that does not listen any more is no reason to stop."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address.startswith(("/", "@")):
        return
    name = "\0" + address[1:] if address.startswith("@") else address
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.sendto(state.encode(), name)


def watchdog_seconds() -> float | None:
    """How often to say that the server works: twice in the time that the manager waits. None if it does not."""
    limit_microseconds = os.environ.get("WATCHDOG_USEC", "")
    is_ours = os.environ.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
    if not (limit_microseconds.isdecimal() and is_ours):
        return None
    return int(limit_microseconds) / 1_000_000 / 2
