"""The intake connects to no other server: nothing that a reader sends makes it fetch an address.

Its test suite runs in a network without routes, where every attempt is recorded, even if its
failure is ignored. No module may import anything that could fetch, except for those named here.
Controls: an attempt whose failure is ignored is recorded, and every form of import is found.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.namespaces import CONNECTED_ELSEWHERE, ROOT, run_in_namespace

READERS: Final = (
    "tests/web/test_file_cache.py",
    "tests/web/test_receipts.py",
    "tests/web/test_submit.py",
    "tests/web/test_strictness.py",
    "tests/web/test_dispatch.py",
)
SWALLOWED: Final = """
import contextlib, socket
def test_it():
    with contextlib.suppress(OSError):
        socket.create_connection(("198.51.100.7", 80), timeout=1)
"""


@pytest.mark.parametrize(
    "given",
    [
        ("tests/web/test_submit.py",),
        pytest.param(READERS, marks=pytest.mark.slow),
        ("tests/promises/no_network.py",),
    ],
    ids=["what takes comments", "its whole suite", "the real server"],
)
def test_the_intake_passes_its_tests_in_a_network_without_routes(given: tuple[str, ...]) -> None:
    # On SQLite alone: a PostgreSQL on a socket of this machine would make no difference here.
    done = run_in_namespace("net", *given, "-k", "not postgresql")
    assert done.returncode == 0, done.stdout[-3_000:] + done.stderr[-3_000:]
    assert re.search(r"\d+ passed", done.stdout)
    assert "skipped" not in done.stdout


def test_control_an_attempt_is_recorded_even_if_its_failure_is_ignored(tmp_path: Path) -> None:
    path = tmp_path / "test_swallowed.py"
    path.write_text(SWALLOWED)
    done = run_in_namespace("net", "-c", str(ROOT / "pyproject.toml"), str(path))
    assert "1 passed" in done.stdout
    assert done.returncode == CONNECTED_ELSEWHERE
    assert "198.51.100.7" in done.stdout


# What could fetch, and the only modules that may: the server tries its own ports and waits for them, and
# notices are sent by a process of their own, which no other module imports.
FETCHING: Final = {
    "aiohttp",
    "apprise",
    "asyncio.open_connection",
    "ftplib",
    "http.client",
    "httpx",
    "litestar.testing",
    "requests",
    "smtplib",
    "socket",
    "socket.create_connection",
    "urllib.request",
    "urllib3",
}
ALLOWED: Final = {
    ("server/http_server.py", "asyncio.open_connection"),
    ("server/ports.py", "socket"),
    ("adapters/form_client.py", "http.client"),  # the canary: to `intake_listen` only
    ("adapters/form_client.py", "socket"),  # the same, on a unix socket
    ("server/service_manager.py", "socket"),  # of systemd, in the file system
    ("adapters/apprise_process.py", "apprise"),
    ("adapters/download.py", "socket"),  # to look at the address before it is asked
    ("adapters/download.py", "httpx"),  # for commands only: see the contract in pyproject.toml
    ("local_desk/forwarder.py", "httpx"),  # on a moderator's own machine
}


def test_only_the_named_modules_import_anything_that_could_fetch() -> None:
    package = ROOT / "src" / "yobal"
    found = {
        (path.relative_to(package).as_posix(), name)
        for path in package.rglob("*.py")
        for name in _named(ast.parse(path.read_text(encoding="utf-8")))
        if name in FETCHING
    }
    assert found == ALLOWED


def test_no_module_imports_the_process_that_sends_notices() -> None:
    importers = [
        path.name
        for path in (ROOT / "src" / "yobal").rglob("*.py")
        if "yobal.adapters.apprise_process" in _named(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert importers == []


def test_control_a_fetching_module_is_found_in_every_form_of_import() -> None:
    for line, name in (
        ("import urllib.request", "urllib.request"),
        ("from urllib import request", "urllib.request"),
        ("import http.client as x", "http.client"),
        ("from http.client import x", "http.client"),
        ("import asyncio\nasyncio.open_connection()", "asyncio.open_connection"),
        ("import socket", "socket"),
        ("from httpx import get", "httpx"),
        ("from apprise import Apprise", "apprise"),
    ):
        assert name in set(_named(ast.parse(line))) & FETCHING, line
    assert not set(_named(ast.parse("from urllib.parse import quote"))) & FETCHING


def _named(tree: ast.Module) -> Iterator[str]:
    """Every module and every dotted name in it, with all that they lie in."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for imported in node.names:
                yield from _and_above(imported.name)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for imported in node.names:
                yield from _and_above(f"{node.module}.{imported.name}")
        elif isinstance(node, ast.Attribute):
            yield ast.unparse(node)


def _and_above(dotted: str) -> Iterator[str]:
    parts = dotted.split(".")
    yield from (".".join(parts[:count]) for count in range(1, len(parts) + 1))
