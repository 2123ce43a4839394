"""Sends notices to the newsroom's addresses, and says which of them they did not reach.

An address is a URL of apprise and may hold a password or a token, so no log repeats one: an address is
named by its number and its scheme.
"""

import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, Literal
from urllib.parse import unquote

import msgspec

from yobal.core.errors import NoticeNotSent

Recipients = Literal["all", "queue", "alerts"]
Outcome = Literal["sent", "failed", "unknown", "late"]
SEND_SECONDS_MAX: Final = 120.0  # for all addresses together; then the process is killed
_WAIT_SECONDS: Final = 0.5
_GROUP_AND_OTHERS: Final = 0o077
_LINE: Final = re.compile(r"(?:(queue|alerts)=)?([A-Za-z][A-Za-z0-9+.-]*://\S+)")
_SECRET_LENGTH_MIN: Final = 3
_COMMAND: Final = (sys.executable, "-P", "-m", "yobal.adapters.apprise_process")


class Address(msgspec.Struct, frozen=True):
    """`number` counts from 1, in the order of the settings."""

    number: int
    url: str
    recipients: Recipients

    def __str__(self) -> str:
        return f"address {self.number} ({self.url.partition('://')[0]})"


class Message(msgspec.Struct, frozen=True):
    url: str
    body: str


class Task(msgspec.Struct, frozen=True, kw_only=True):
    """What the process reads from its standard input."""

    sender: str
    subject: str
    messages: tuple[Message, ...]


class Result(msgspec.Struct, frozen=True):
    """What happened to one message. `detail` may repeat parts of the URL: see `without_secrets`."""

    outcome: Outcome
    detail: str = ""


def read_addresses(urls: str, file: str) -> list[Address]:
    """The addresses of both settings. Raises NoticeNotSent with the number of a line, never with the line."""
    lines = urls.split()
    if file:
        lines += _read_lines(Path(file))
    addresses = []
    for number, line in enumerate(lines, start=1):
        match = _LINE.fullmatch(line)
        if match is None:
            raise NoticeNotSent(
                f"address {number} of the notices is not SCHEME://…, queue=SCHEME://… or alerts=SCHEME://…"
            )
        addresses.append(Address(number, match[2], _recipients(match[1])))
    return addresses


def _read_lines(path: Path) -> list[str]:
    """Lines that are empty or begin with # do not count."""
    try:
        if path.stat().st_mode & _GROUP_AND_OTHERS:
            raise NoticeNotSent(
                f"{path} may hold passwords, and others can read it: chmod go= {path}"
            )
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise NoticeNotSent(f"{path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise NoticeNotSent(f"{path} is not a text file in UTF-8: save it as one") from None
    lines = (line.strip() for line in text.splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def _recipients(prefix: str | None) -> Recipients:
    return "queue" if prefix == "queue" else "alerts" if prefix == "alerts" else "all"


def send(task: Task, *, is_stopped: Callable[[], bool] = lambda: False) -> list[Result]:
    """Send in a process of its own, for a bounded time; one result for each message."""
    process = subprocess.Popen(
        _COMMAND,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("YOBAL_", "NOTIFY_", "WATCHDOG_"))
        },
    )
    until = time.monotonic() + SEND_SECONDS_MAX
    task_bytes: bytes | None = msgspec.json.encode(task)
    while True:
        try:
            output, _ = process.communicate(task_bytes, timeout=_WAIT_SECONDS)
            break
        except subprocess.TimeoutExpired:
            task_bytes = None
            if is_stopped() or time.monotonic() > until:
                process.kill()
    results = [msgspec.json.decode(line, type=Result) for line in output.splitlines()]
    return results + [Result("late")] * (len(task.messages) - len(results))


def without_secrets(detail: str, url: str) -> str:
    """What apprise says of a failure, without any part of the URL but its scheme and a mail server's name.

    For other services, the host part of the URL can be a token.
    """
    scheme, _, rest = url.partition("://")
    parts = set(re.split(r"[/?&=:@,;]", rest))
    if scheme.startswith("mailto"):
        host = rest.partition("?")[0].rpartition("@")[2]
        parts -= {re.split(r"[/:]", host)[0]}
    secrets = {form for part in parts for form in (part, unquote(part))}
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= _SECRET_LENGTH_MIN:
            detail = detail.replace(secret, "…")
    return detail
