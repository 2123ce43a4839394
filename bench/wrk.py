"""Readers who all come at once: wrk with 64 connections that accept gzip."""

import re
import shutil
import subprocess
import urllib.request
from typing import Final

from bench.serving import NotThere

CONNECTIONS: Final = 64
_RATE: Final = re.compile(r"Requests/sec:\s+([\d.]+)")
_BAD: Final = ("Non-2xx", "Socket errors")


def need() -> str:
    found = shutil.which("wrk")
    if found is None:
        raise NotThere("wrk is missing: sudo apt-get install wrk")
    return found


def rate(url: str, *, seconds: float) -> float:
    """Requests a second; every answer was a whole 200, or this raises ValueError."""
    command = [
        need(),
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{max(1, round(seconds))}s",
        "-H",
        "Accept-Encoding: gzip",
        url,
    ]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = _RATE.search(said)
    if found is None or any(bad in said for bad in _BAD):
        raise ValueError(said)
    return float(found[1])


def body(url: str) -> bytes:
    """What is sent to a reader who accepts gzip, still packed."""
    request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request) as answer:
        if answer.headers["Content-Encoding"] != "gzip":
            raise ValueError(f"{url} did not come packed")
        read: bytes = answer.read()
    return read
