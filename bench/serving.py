"""Start a server as a technician would, wait until it listens, and stop it; ours and those of peers."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from bench.newsroom import SeededNewsroom

START_SECONDS: Final = 30
STOP_SECONDS: Final = 20

Process = subprocess.Popen[bytes]


class NotAvailable(Exception):
    """A program that a measurement needs is missing; the message says how to install it."""


@contextlib.contextmanager
def yobal(seeded: SeededNewsroom, role: str = "") -> Iterator[Process]:
    """`yobal serve` in a process of its own, with memory hardening; `role` is intake, desk or both."""
    settings = seeded.settings
    command = [sys.executable, "-m", "yobal", "serve", *([role] if role else [])]
    listen = settings.desk_listen if role == "desk" else settings.intake_listen
    environment = {"YOBAL_CONFIG": str(seeded.config)}
    with running(command, port=port_of(listen), environment=environment) as process:
        yield process


@contextlib.contextmanager
def running(
    command: Sequence[str],
    *,
    port: int,
    environment: Mapping[str, str] | None = None,
    is_quiet: bool = False,
) -> Iterator[Process]:
    """Run a process that listens on a local port, until the block ends."""
    process = subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL if is_quiet else None,
        env={**os.environ, **(environment or {})},
    )
    try:
        _wait_until_listening(process, port)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)  # SIGINT is ignored below a script's background job
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def port_of(listen: str) -> int:
    return int(listen.rpartition(":")[2])


def _wait_until_listening(process: Process, port: int) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise NotAvailable(f"it did not start: {process.args!r}")
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise NotAvailable(f"it does not listen after {START_SECONDS} s: {process.args!r}")
