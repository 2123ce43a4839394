"""Thousands of connections that never finish a request stop neither readers nor the desk."""

import contextlib
import resource
import select
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.harness import SITE_ID
from tests.nginx import EXAMPLE, Nginx, make_nginx, nginx_before, with_tls
from tests.serving import THREAD, Served, form, post, serving, wait_for
from yobal.server.http_server import HEADER_SECONDS

pytestmark = pytest.mark.nginx

FLOOD: Final = 2_200
LARGER_FLOOD: Final = 6_000  # more than either server has room for
ANSWER_SECONDS: Final = 5.0
NO_ANSWER_SECONDS: Final = 2.0  # for controls, where the test is that nothing happens
HALF_A_HEADER: Final = f"GET {THREAD} HTTP/1.1\r\nHost: x\r\n".encode()
HALF_A_FORM: Final = (
    f"POST {THREAD} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    "Content-Length: 5000\r\n\r\nstep=send&text=Half+a"
).encode()
HALF_A_HANDSHAKE: Final = b"\x16\x03\x01\x02\x00\x01\x00"  # a TLS record that announces 512 bytes
KINDS: Final = {"nothing": b"", "half a header": HALF_A_HEADER, "half a form": HALF_A_FORM}
LONG_BYTES_MAX: Final = 400 * 1024  # so that few connections fill it
MOST_OF_A_LONG_FORM: Final = (
    f"POST {THREAD} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
    f"Content-Length: 104000\r\n\r\nstep=send&text={100_000 * 'a'}"
).encode()
LITTLE_ROOM_FOR_LONG_FORMS: Final = f"""
from functools import partial
from yobal.web import intake_app
intake_app.BodyTimeout = partial(intake_app.BodyTimeout, long_bytes_max={LONG_BYTES_MAX})
"""
ONE_SHARED_LIMIT: Final = """
from yobal.server import open_files
open_files.intake_connections = lambda: 128
"""


@pytest.fixture(autouse=True)
def many_open_files() -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < LARGER_FLOOD + 1_000:
        pytest.skip(f"did not run: this machine allows {hard} open files only")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, LARGER_FLOOD + 1_000), hard))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@contextlib.contextmanager
def flooding(port: int, sent: bytes, *, count: int = FLOOD) -> Iterator[list[socket.socket]]:
    """Connections to a port, each of which has sent this much and waits."""
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(socket.socket()) for _ in range(count)]
        for client in clients:
            client.setblocking(False)  # noqa: FBT003  # the name says it
            client.connect_ex(("127.0.0.1", port))
            with contextlib.suppress(OSError):  # the server's queue may be full
                client.send(sent)
        time.sleep(0.5)  # nothing shows when the server has taken what it can take
        yield clients


def answers(port: int, path: str, *, host: str = "x", seconds: float = ANSWER_SECONDS) -> bool:
    """Whether a page comes within this time."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=seconds) as client:
            client.sendall(
                f"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode()
            )
            return client.recv(64).startswith(b"HTTP/1.1 200 ")
    except OSError:
        return False


def desk_answers(served: Served, port: int, *, seconds: float = ANSWER_SECONDS) -> bool:
    return answers(port, "/", host=f"localhost:{served.desk}", seconds=seconds)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("flood"), script=LITTLE_ROOM_FOR_LONG_FORMS) as made:
        yield made


@pytest.fixture(scope="module")
def nginx(served: Served) -> Iterator[Nginx]:
    with nginx_before(served.folder / "nginx", served) as made:
        yield made


# `yobal serve` alone


@pytest.mark.parametrize("sent", KINDS.values(), ids=KINDS)
def test_a_flood_of_the_public_side_stops_neither_readers_nor_the_desk(
    served: Served, sent: bytes
) -> None:
    with flooding(served.intake, sent):
        assert answers(served.intake, THREAD)
        assert post(served.intake, form("words")).is_received
        assert desk_answers(served, served.desk)


def test_an_unfinished_long_form_is_given_up_for_others_and_the_rest_is_received(
    served: Served,
) -> None:
    """Which one it is, the oldest, is in tests/web/test_body_timeout.py."""
    with contextlib.ExitStack() as stack:
        clients = []
        for _ in range(LONG_BYTES_MAX // 100_000 + 1):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", served.intake)))
            client.settimeout(ANSWER_SECONDS)
            client.sendall(MOST_OF_A_LONG_FORM)
            clients.append(client)
        given_up = select.select(clients, [], [], 4 * ANSWER_SECONDS)[0]  # 32 MB to read
        assert [client.recv(64)[:13] for client in given_up] == [b"HTTP/1.1 400 "]
        assert post(served.intake, form("words")).is_received
        other = next(client for client in clients if client not in given_up)
        other.sendall(3_985 * b"a")
        assert other.recv(64).startswith(b"HTTP/1.1 422 "), "too long, but read to its end"


def test_a_flood_of_the_desk_does_not_stop_readers(served: Served) -> None:
    with flooding(served.desk, HALF_A_HEADER):
        assert answers(served.intake, THREAD)


def test_control_with_the_connections_of_before_a_flood_stops_readers(tmp_path: Path) -> None:
    with (
        serving(tmp_path, script=ONE_SHARED_LIMIT) as old,
        flooding(old.intake, HALF_A_HEADER),
    ):
        assert not answers(old.intake, THREAD, seconds=NO_ANSWER_SECONDS)
        assert desk_answers(old, old.desk)


@pytest.mark.slow
def test_the_server_closes_a_connection_that_sends_nothing(served: Served) -> None:
    with socket.create_connection(("127.0.0.1", served.intake)) as silent:
        silent.settimeout(HEADER_SECONDS + ANSWER_SECONDS)
        assert not silent.recv(1_024).startswith(b"HTTP/1.1 200 ")


@pytest.mark.slow
def test_readers_are_answered_again_when_a_larger_flood_is_too_old(served: Served) -> None:
    with flooding(served.intake, HALF_A_HEADER, count=LARGER_FLOOD):
        assert desk_answers(served, served.desk)
        wait_for(lambda: answers(served.intake, THREAD), "readers are answered", seconds=40)


# nginx


@pytest.mark.parametrize("sent", KINDS.values(), ids=KINDS)
def test_a_flood_of_nginx_stops_neither_readers_nor_the_desk(
    served: Served, nginx: Nginx, sent: bytes
) -> None:
    with flooding(nginx.port, sent):
        assert answers(nginx.port, THREAD)
        assert desk_answers(served, nginx.desk)
        response = post(nginx.port, form("words"))
        assert response.is_received or (response.status == 503 and sent == HALF_A_FORM)


def test_a_flood_with_half_a_tls_handshake_does_not_stop_the_desk_or_readers(
    served: Served, tmp_path: Path
) -> None:
    nginx = make_nginx(tmp_path / "tls", served)
    plain = f"127.0.0.1:{nginx.plain}"
    nginx.text = with_tls(nginx.text, nginx.port, nginx.folder)
    try:
        nginx.start()
        with flooding(nginx.port, HALF_A_HANDSHAKE):
            assert desk_answers(served, nginx.desk)
            with socket.create_connection(("127.0.0.1", nginx.plain), ANSWER_SECONDS) as client:
                client.sendall(f"GET / HTTP/1.1\r\nHost: {plain}\r\n\r\n".encode())
                assert client.recv(64).startswith(b"HTTP/1.1 308 "), "the same process answers"
    finally:
        nginx.stop()


@pytest.mark.parametrize(
    "sent",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(HALF_A_HEADER, id="half a header", marks=pytest.mark.slow),
    ],
)
def test_control_with_the_limits_of_before_a_flood_stops_readers_and_desk(
    served: Served, tmp_path: Path, sent: bytes
) -> None:
    """Debian starts nginx with 1,024 open files, and one nginx served both."""
    conf = EXAMPLE.read_text(encoding="utf-8")
    for line, before in (
        ("worker_rlimit_nofile 8704;", "worker_rlimit_nofile 1024;"),
        ("client_header_timeout 10s;", ""),
        ("limit_conn forms 1000;", ""),
    ):
        assert line in conf
        conf = conf.replace(line, before)
    with (
        nginx_before(tmp_path / "old", served, text=conf, is_desk_apart=False) as nginx,
        flooding(nginx.port, sent),
    ):
        assert not answers(nginx.port, THREAD, seconds=NO_ANSWER_SECONDS)
        assert not desk_answers(served, nginx.desk, seconds=NO_ANSWER_SECONDS)


@pytest.mark.slow
def test_control_without_a_limit_on_forms_half_forms_take_yobals_connections(
    tmp_path: Path,
) -> None:
    conf = EXAMPLE.read_text(encoding="utf-8").replace("limit_conn forms 1000;", "")
    no_file = f"/{SITE_ID}/@/what-we-keep/en.html"
    with (
        serving(tmp_path, script=ONE_SHARED_LIMIT) as old,
        nginx_before(tmp_path / "old", old, text=conf) as nginx,
    ):
        assert answers(nginx.port, no_file)
        with flooding(nginx.port, HALF_A_FORM):
            assert answers(nginx.port, THREAD), "files need no connection to Yobal"
            assert not answers(nginx.port, no_file, seconds=NO_ANSWER_SECONDS)


@pytest.mark.slow
def test_a_flood_that_nginx_has_no_room_for_does_not_stop_the_desk(
    served: Served, nginx: Nginx
) -> None:
    with flooding(nginx.port, HALF_A_HEADER, count=LARGER_FLOOD):
        assert desk_answers(served, nginx.desk)
        wait_for(lambda: answers(nginx.port, THREAD), "readers are answered", seconds=40)
