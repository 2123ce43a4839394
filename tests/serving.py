"""Runs `yobal serve` as a child process for tests, and sends requests over raw sockets.

Everything a test starts writes below one folder (its data, logs, temporary files, a core), so that
a search of that folder is a search of all that was written. Waits are for conditions.
"""

import contextlib
import json
import os
import re
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

from tests.harness import SITE_ID, STORY_ID, NewsroomHarness, make_newsroom
from tests.ports import free_ports
from yobal.core import idempotency
from yobal.server.hardening import allocators

ROOT: Final = Path(__file__).parent.parent
READY_SECONDS: Final = 90  # a busy machine needs half a minute to start a server
THREAD: Final = f"/{SITE_ID}/{STORY_ID}/en/"
SERVE: Final = """
import sys
sys.argv = ["yobal", "serve"]
from yobal.cli.main import main
main()
"""


def needed(program: str, package: str) -> str:
    """The path of a program that a test needs. Fails with the name of its package."""
    found = shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")
    assert found, f"{program} is missing: install the Debian package {package}"
    return found


def wait_for(condition: Callable[[], Any], what: str, *, seconds: float = READY_SECONDS) -> Any:
    """Waits until the condition is true and returns its value."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        value = condition()
        if value:
            return value
        time.sleep(0.02)
    raise AssertionError(f"waited {seconds} s for this: {what}")


def is_listening(port: int, host: str = "127.0.0.1") -> bool:
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
        return True
    return False


# Requests and responses


@dataclass(frozen=True)
class Response:
    """A response as it was received."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    raw: bytes = b""

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")

    def header(self, name: str) -> str | None:
        values = [value for key, value in self.headers if key.lower() == name.lower()]
        assert len(values) < 2, f"{name} came {len(values)} times"
        return values[0] if values else None

    @property
    def is_received(self) -> bool:
        return self.status == 200 and "Your comment reached us" in self.text

    @property
    def code(self) -> str | None:
        match = re.search(r"yobal-code[^>]*>([0-9A-Z ]{23})<", self.text)
        return match[1].replace(" ", "-") if match else None


def ask(
    port: int,
    method: str = "GET",
    path: str = THREAD,
    *,
    body: bytes = b"",
    headers: Mapping[str, str] | None = None,
    source: str = "",
    host: str = "127.0.0.1",
) -> Response:
    """One request on a connection of its own, from a chosen loopback address."""
    origin = (source, 0) if source else None
    with socket.create_connection((host, port), timeout=90, source_address=origin) as connection:
        named = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        all_headers = {"Host": named, "Connection": "close"} | dict(headers or {})
        if body or method == "POST":
            all_headers["Content-Length"] = str(len(body))
        lines = [
            f"{method} {path} HTTP/1.1",
            *(f"{k}: {v}" for k, v in all_headers.items()),
            "",
            "",
        ]
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall("\r\n".join(lines).encode() + body)
        return read_response(connection, is_head=method == "HEAD")


def read_response(connection: socket.socket, *, is_head: bool = False) -> Response:
    """Read until the connection ends. Raises ConnectionError for an incomplete response."""
    raw = b""
    while chunk := connection.recv(65_536):
        raw += chunk
    head, mark, rest = raw.partition(b"\r\n\r\n")
    if not mark:
        raise ConnectionError("no response")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    known = {name.lower(): value for name, value in headers}
    if known.get("transfer-encoding") == "chunked":
        rest = _whole(rest)
    elif "content-length" in known and not is_head and len(rest) < int(known["content-length"]):
        raise ConnectionError("an incomplete response")
    return Response(int(first.split()[1]), headers, rest, raw)


def _whole(chunked: bytes) -> bytes:
    body = b""
    while True:
        size, mark, chunked = chunked.partition(b"\r\n")
        if not mark:
            raise ConnectionError("an incomplete response")
        if int(size, 16) == 0:
            return body
        body, chunked = body + chunked[: int(size, 16)], chunked[int(size, 16) + 2 :]


def new_form() -> str:
    """The idempotency key of a form, as the intake makes it."""
    return idempotency.new_idempotency_key(secrets.token_bytes, today=datetime.now(UTC).date())


def form(text: str, **fields: str) -> dict[str, str]:
    """The fields of a reader's form that asks for a receipt."""
    return {"step": "send", "idempotency_key": new_form(), "text": text, "receipt": "yes"} | fields


def post(
    port: int,
    fields: Mapping[str, str] | bytes,
    *,
    path: str = THREAD,
    headers: Mapping[str, str] | None = None,
    source: str = "",
    host: str = "127.0.0.1",
) -> Response:
    body = fields if isinstance(fields, bytes) else urlencode(fields).encode()
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    return ask(
        port, "POST", path, body=body, headers=kind | dict(headers or {}), source=source, host=host
    )


# The server


@dataclass
class Served:
    """A newsroom on disk that `yobal serve` serves as a child process."""

    folder: Path
    newsroom: NewsroomHarness
    intake: int
    desk: int
    environment: dict[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None
    before: tuple[str, ...] = ()
    script: str = ""  # run before `yobal serve` in its process; a control removes a guard with it

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def workers(self) -> list[int]:
        """The server's process and all its children."""
        return [self.pid, *children(self.pid)]

    def start(self) -> None:
        """Start and wait until intake and desk listen."""
        self.begin()
        wait_for(self.is_ready, "`yobal serve` listens on both ports")

    def begin(self) -> None:
        """Start without waiting."""
        program = ("-c", self.script + SERVE) if self.script else ("-m", "yobal", "serve")
        command = [*self.before, sys.executable, *program]
        logs = self.folder / "logs"
        with (logs / "stdout").open("ab") as out, (logs / "stderr").open("ab") as err:
            self.process = subprocess.Popen(
                command, cwd=self.folder, env=self._environment(), stdout=out, stderr=err
            )

    def stop(self) -> int:
        """Stop it as a service manager does. Returns the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(timeout=READY_SECONDS)

    def kill(self) -> None:
        """Kill the process, as a power cut would."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(timeout=READY_SECONDS)

    def close(self) -> None:
        """Stop the server if it runs. For the end of a test, even if it failed."""
        if self.process is not None and self.process.poll() is None:
            self.stop()
        self.newsroom.close()

    def log(self) -> str:
        names = ("stdout", "stderr")
        return "".join((self.folder / "logs" / name).read_text(errors="replace") for name in names)

    def is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, f"`yobal serve` ended: {self.log()[-2000:]}"
        return is_listening(self.intake) and is_listening(self.desk)

    def _environment(self) -> dict[str, str]:
        inherited = {
            key: value for key, value in os.environ.items() if not key.startswith("YOBAL_")
        }
        # The process would restart itself without the script, so the restart is prevented.
        hardened = {**allocators.SETTINGS, allocators.ENV_FLAG: "1"} if self.script else {}
        return inherited | {"TMPDIR": str(self.folder / "tmp")} | hardened | self.environment


def make_served(folder: Path, database_url: str = "", **settings: Any) -> Served:
    """A newsroom with a lead, a story and a settings file. Nothing runs yet."""
    intake, desk = free_ports(2)
    for name in ("logs", "tmp"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    defaults: dict[str, Any] = {
        "public_url": f"http://127.0.0.1:{intake}",
        "desk_url": f"http://localhost:{desk}",
        "intake_listen": f"127.0.0.1:{intake}",
        "desk_listen": f"127.0.0.1:{desk}",
        "max_pending_per_story": 1_000_000,
        "max_pending_per_site": 1_000_000,
        "canary": "off",  # a comment that no test has sent; tests/server/test_canary.py is about it
    }
    url = database_url or f"sqlite:///{folder / 'data' / 'yobal.sqlite'}"
    newsroom = make_newsroom(folder, url, now=time.time(), **(defaults | settings))
    written = {
        "site_id": SITE_ID,
        "site_name": "The River Post",
        "time_zone": "UTC",
        "min_batch_size": 1,
        "max_hold_slots": 1,
        "database": url,
        **defaults,
        **settings,
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in written.items()]
    (folder / "yobal.toml").write_text("\n".join([*lines, ""]), encoding="utf-8")
    return Served(folder, newsroom, intake, desk)


@contextlib.contextmanager
def serving(
    folder: Path,
    database_url: str = "",
    *,
    environment: Mapping[str, str] | None = None,
    script: str = "",
    **settings: Any,
) -> Iterator[Served]:
    """A newsroom that is served until the context ends."""
    served = make_served(folder, database_url, **settings)
    served.environment, served.script = dict(environment or {}), script
    try:
        served.start()
        yield served
    finally:
        served.close()


def is_alive(pid: int) -> bool:
    """Running: neither ended nor a zombie."""
    try:
        return " Z " not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2][:4]
    except (FileNotFoundError, ProcessLookupError):
        return False


def children(pid: int) -> list[int]:
    """All descendants of a process."""
    descendants: list[int] = []
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has ended
        for task in Path(f"/proc/{pid}/task").iterdir():
            with contextlib.suppress(
                FileNotFoundError, ProcessLookupError
            ):  # a thread that has ended
                for child in (task / "children").read_text().split():
                    descendants += [int(child), *children(int(child))]
    return descendants
