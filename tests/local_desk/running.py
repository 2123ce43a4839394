"""Runs `yobal desk` as a child process, and a server that answers what a test wants."""

import json
import os
import re
import signal
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple

from tests.ports import free_ports
from tests.serving import Response, ask
from yobal import __version__

ADDRESS = re.compile(r"http://(127\.0\.0\.1:\d+)/#token=([\w-]{43})")
JSON = {"Content-Type": "application/json"}


class Answer(NamedTuple):
    body: bytes = b"{}"
    status: int = 200
    headers: Mapping[str, str] = JSON


class Request(NamedTuple):
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class FakeServer:
    """Answers every path like a desk's server with nothing in it, unless a test says otherwise."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.about = {
            "version": __version__,
            "site_id": "post",
            "site_name": "The Post",
            "desk_url": "https://evil.example",
            "is_demo": False,
        }
        self.answers: dict[str, Answer | Callable[[BaseHTTPRequestHandler], None]] = {}
        self.requests: list[Request] = []

    def answer(self, path: str) -> Answer | Callable[[BaseHTTPRequestHandler], None]:
        if path == "/api/desk/about" and path not in self.answers:
            return Answer(json.dumps(self.about).encode())
        return self.answers.get(path, Answer())

    def sent_to(self, name: str) -> list[Request]:
        return [request for request in self.requests if request.path == f"/api/desk/{name}"]


@contextmanager
def fake_server(certificate: tuple[str, str] | None = None) -> Iterator[FakeServer]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            headers = {name.lower(): value for name, value in self.headers.items()}
            fake.requests.append(Request(self.command, self.path, headers, body))
            answer = fake.answer(self.path)
            if not isinstance(answer, Answer):
                answer(self)
                return
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_POST = do_GET  # noqa: N815  # the name that http.server looks for

        def log_message(self, *_: object) -> None:
            """Nothing on standard error."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A client that refuses a certificate is no error here."""

    server = Server(("127.0.0.1", 0), Handler)
    scheme = "http"
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        scheme = "https"
    fake = FakeServer(f"{scheme}://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield fake
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class LocalDesk(NamedTuple):
    """A running `yobal desk`."""

    process: "subprocess.Popen[str]"
    address: str
    token: str
    lines: list[str]

    @property
    def port(self) -> int:
        return int(self.address.partition(":")[2])

    @property
    def url(self) -> str:
        """As it was printed."""
        return f"http://{self.address}/#token={self.token}"

    def post(
        self, name: str, *, body: bytes = b"{}", headers: Mapping[str, str | None] | None = None
    ) -> Response:
        """As the desk's own page sends it; `headers` replace some, None leaves one out."""
        own: dict[str, str | None] = {
            "Host": self.address,
            "Origin": f"http://{self.address}",
            "Content-Type": "application/json",
            "Yobal-Token": self.token,
        }
        kept = {
            key: value for key, value in (own | dict(headers or {})).items() if value is not None
        }
        return ask(self.port, "POST", f"/api/desk/{name}", body=body, headers=kept)

    def stop(self, stop_signal: signal.Signals = signal.SIGINT) -> tuple[int, str, str]:
        """Exit code, what it printed at the end, and errors."""
        self.process.send_signal(stop_signal)
        stdout, stderr = self.process.communicate(timeout=120)
        return self.process.returncode, stdout, stderr


def command(
    *arguments: str, environment: Mapping[str, str] | None = None
) -> "subprocess.Popen[str]":
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("YOBAL_")}
    return subprocess.Popen(
        [sys.executable, "-m", "yobal", *arguments],
        env=inherited | dict(environment or {}),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def refused(*arguments: str, environment: Mapping[str, str] | None = None) -> tuple[int, str]:
    """The exit code and the sentence of a command that cannot do its work."""
    _, stderr = (process := command(*arguments, environment=environment)).communicate(timeout=120)
    return process.returncode, stderr


@contextmanager
def local_desk(
    desk_url: str, *, port: int = 0, environment: Mapping[str, str] | None = None
) -> Iterator[LocalDesk]:
    """Until the block ends; checks that it stops cleanly if the test has not stopped it."""
    port = port or free_ports(1)[0]
    process = command("desk", "--of", desk_url, "--port", str(port), environment=environment)
    lines: list[str] = []
    try:
        assert process.stdout is not None
        for line in process.stdout:
            lines.append(line.rstrip())
            if "Ctrl-C" in line:
                break
        found = ADDRESS.search("\n".join(lines))
        assert found is not None, (lines, process.communicate(timeout=120))
        desk = LocalDesk(process, found[1], found[2], lines)
        yield desk
        if process.poll() is None:
            code, _, errors = desk.stop()
            assert (code, errors) == (0, "")
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def json_of(response: Response) -> Any:
    return json.loads(response.body)
