"""Many readers at once, by wrk: it costs the machine that it shares with the server the least."""

import re
import shutil
import subprocess
import urllib.request
from pathlib import Path
from typing import Final

import msgspec

from bench.serving import NotAvailable

CONNECTIONS: Final = 64
_RATE: Final = re.compile(r"Requests/sec:\s+([\d.]+)")
_SENT: Final = re.compile(r"sent (\d+) refused (\d+) seconds ([\d.]+)")
_SCRIPT: Final = Path(__file__).parent / "requests.lua"
_TIMEOUT_SECONDS: Final = 10
_BAD: Final = ("Non-2xx", "Socket errors")


class SendResult(msgspec.Struct, frozen=True):
    """How many requests were accepted and refused, in how many seconds."""

    accepted: int
    refused: int
    seconds: float

    @property
    def rate(self) -> float:
        return self.accepted / self.seconds


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


def send(requests: Path, *, port: int, seconds: float, connections: int) -> SendResult:
    """Send prepared requests, each once. What is in flight at the end is not counted."""
    command = [
        find_wrk(),
        "-t1",
        f"-c{connections}",
        f"-d{max(1, round(seconds))}s",
        f"--timeout={_TIMEOUT_SECONDS}s",
        f"--script={_SCRIPT}",
        f"http://127.0.0.1:{port}/",
        "--",
        str(requests),
    ]
    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    sent = _SENT.search(output)
    if sent is None:
        raise ValueError(output)
    responses, refused = int(sent[1]), int(sent[2])
    return SendResult(responses - refused, refused, float(sent[3]))


def body(url: str) -> bytes:
    """The compressed body that a reader who accepts gzip is sent."""
    request = urllib.request.Request(url, headers={"Accept-Encoding": "gzip"})
    with urllib.request.urlopen(request) as response:
        if response.headers["Content-Encoding"] != "gzip":
            raise ValueError(f"{url} was not compressed")
        content: bytes = response.read()
    return content
