"""Thousands of connections that send nothing: readers and moderators are served all the same.

Controls: with room for 128 connections, and with nginx's usual limit of open files, nobody is served.
"""

import contextlib
import resource
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.nginx import EXAMPLE, nginx_before
from tests.serving import THREAD, ask, form, post, serving

SILENT = 2_200
SECONDS_MAX = 5  # fewer than after which silent connections are closed
FEW_CONNECTIONS = """
from yobal.server import serve
serve.CONNECTIONS_MAX = 128
"""


@contextlib.contextmanager
def silent_connections(port: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 2 * SILENT:
        pytest.skip(f"needs {2 * SILENT} open files; the system permits {hard}")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2 * SILENT), hard))
    with contextlib.ExitStack() as stack:
        for _ in range(SILENT):
            connection = stack.enter_context(socket.socket())
            connection.setblocking(False)  # noqa: FBT003  # the name says it
            with contextlib.suppress(BlockingIOError):
                connection.connect(("127.0.0.1", port))
        time.sleep(0.5)  # so that the server has taken as many as it can
        yield


def _is_served(port: int, path: str) -> bool:
    try:
        return ask(port, path=path, timeout=SECONDS_MAX).status in (200, 403)
    except OSError:
        return False


@pytest.mark.parametrize("script", ["", FEW_CONNECTIONS], ids=["as shipped", "control: few"])
def test_silent_connections_to_yobal_alone_keep_nobody_out(tmp_path: Path, script: str) -> None:
    with serving(tmp_path, script=script) as served, silent_connections(served.intake):
        assert _is_served(served.desk, "/")
        assert _is_served(served.intake, THREAD) == (not script)
        if not script:
            assert post(served.intake, form("Sent in spite of it.")).is_received


@pytest.mark.nginx
@pytest.mark.parametrize("is_limited", [False, True], ids=["the example", "control: usual limits"])
def test_silent_connections_to_nginx_keep_nobody_out(tmp_path: Path, *, is_limited: bool) -> None:
    conf = EXAMPLE.read_text(encoding="utf-8")
    if is_limited:
        conf = conf.replace("worker_rlimit_nofile 65536;", "worker_rlimit_nofile 1024;")
    with (
        serving(tmp_path) as served,
        nginx_before(tmp_path / "nginx", served, text=conf) as nginx,
        silent_connections(nginx.port),
    ):
        assert _is_served(nginx.port, THREAD) == (not is_limited)
        if not is_limited:
            assert _is_served(nginx.desk, "/")
