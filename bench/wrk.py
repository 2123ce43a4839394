"""Many readers at once: wrk with 64 connections that accept gzip."""

import re
import shutil
import subprocess
import urllib.request
from typing import Final

from bench.serving import NotAvailable

CONNECTIONS: Final = 64
_RATE: Final = re.compile(r"Requests/sec:\s+([\d.]+)")
_BAD: Final = ("Non-2xx", "Socket errors")


def find_wrk() -> str:
    path = shutil.which("wrk")
    if path is None:
        raise NotAvailable("wrk is missing: sudo apt-get install wrk")
    return path


def rate(url: str, *, seconds: float) -> float:
    """Requests per second. Raises ValueError unless every response was a complete 200."""
    command = [
        find_wrk(),
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{max(1, round(seconds))}s",
        "-H",
        "Accept-Encoding: gzip",
        url,
    ]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    rate_line = _RATE.search(output)
    if rate_line is None or any(bad in output for bad in _BAD):
        raise ValueError(output)
    return float(rate_line[1])


def body(url: str) -> bytes:
    """The compressed body that a reader who accepts gzip is sent."""
    request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request) as response:
        if response.headers["Content-Encoding"] != "gzip":
            raise ValueError(f"{url} was not compressed")
        content: bytes = response.read()
    return content
