"""Comments below a path of the news site's own host: the shipped examples of nginx, Caddy and Apache, with the real servers."""

import contextlib
import re
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import pytest

from tests.harness import SITE_ID
from tests.news_sites import PATH_EXAMPLES, NewsSite, news_site_before
from tests.serving import (
    THREAD,
    Served,
    ask,
    form,
    make_served,
    needed,
    post,
    serving,
    wait_for,
)
from tests.web.test_web_servers import OWN, address_of_link_back
from tests.web_servers import WEB_SERVERS, web_server_before

pytestmark = pytest.mark.nginx

READER: Final = "127.0.0.77"
CADDY: Final = PATH_EXAMPLES["caddy"].read_text(encoding="utf-8")
HANDLE_ERRORS: Final = CADDY[
    CADDY.index("\thandle_errors {") : CADDY.index("}\n\n# Into the block")
]
# What keeps readers out of the logs of the news site, by server, and what could stand there instead.
LOG_GUARDS: Final = {
    "nginx": (("access_log off;", ""),),
    "caddy": (("\tskip_log /RIVER-POST/*\n", ""),),
    "apache": (
        ('"^/RIVER-POST/" yobal\n', '"^/RIVER-POST/" other\n'),
        ("    SetEnv yobal 1\n", ""),
    ),
}
ERROR_LOG_GUARDS: Final = {
    "nginx": (("error_log /dev/null crit;", ""),),
    # Caddy 2.6 does not log what `handle_errors` has answered; other versions may.
    "caddy": (
        ("\t\texclude http.log.error http.handlers.reverse_proxy\n", "\t\tlevel INFO\n"),
        (HANDLE_ERRORS, ""),
    ),
    "apache": (("    LogLevel emerg\n", ""),),
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served")) as made:
        yield made


@pytest.fixture(scope="module", params=WEB_SERVERS)
def news_site(served: Served, request: pytest.FixtureRequest) -> Iterator[NewsSite]:
    with news_site_before(request.param, served, served.folder / request.param) as made:
        yield made


def test_comments_below_a_path_are_as_on_a_host_of_their_own(
    served: Served, news_site: NewsSite
) -> None:
    assert ask(news_site.port, path="/story.html").text == "<h1>A story</h1>"
    for path in (
        THREAD,
        f"{THREAD}index.html",
        f"{THREAD}index.json",
        f"{THREAD}form.frame.html",
        f"{THREAD}nothing.json",
        f"/{SITE_ID}/@/embed.js",
        f"/{SITE_ID}/@/what-we-keep/en.html",
        f"{THREAD}index.html.gz",
    ):
        direct, through = ask(served.intake, path=path), ask(news_site.port, path=path)
        assert (through.status, through.body) == (direct.status, direct.body), path
        headers = [
            {(name.lower(), value) for name, value in response.headers if name.lower() not in OWN}
            for response in (direct, through)
        ]
        assert headers[0] == headers[1], path
        assert through.header("etag") is None or through.status != 200
        gzipped = [
            ask(port, path=path, headers={"Accept-Encoding": "gzip"})
            for port in (served.intake, news_site.port)
        ]
        assert gzipped[0].header("content-encoding") == gzipped[1].header("content-encoding"), path


def test_forms_arrive_and_long_texts_are_given_back(news_site: NewsSite) -> None:
    for path in (THREAD, f"{THREAD}form.frame.html"):
        assert post(news_site.port, form("Below a path."), path=path).is_received
    refused = post(news_site.port, form("ក" * 12_000))
    assert (refused.status, "ក" * 12_000 in refused.text) == (422, True)
    assert post(news_site.port, b"step=send&text=" + b"x" * 257 * 1_024).status == 413


def test_validators_and_ranges_are_ignored(news_site: NewsSite) -> None:
    page = ask(news_site.port, headers={"Range": "bytes=0-9", "If-None-Match": '"1"'})
    assert (page.status, page.header("etag"), page.header("last-modified")) == (200, None, None)


def _ask_for_all_that_is_logged(port: int) -> None:
    ask(port, path="/story.html", source=READER)
    for path in (
        THREAD,
        f"{THREAD}%2e%2e/%2e%2e/secret",
        f"/./{THREAD[1:]}",
        f"{THREAD}nothing.html",
        f"/{SITE_ID}/",
    ):
        ask(port, path=path, source=READER)
    ask(port, "BREW", source=READER)
    for body in (form("words"), form("ក" * 12_000), b"x" * 257 * 1_024):
        with contextlib.suppress(ConnectionResetError):  # Caddy reads no long form if Yobal is down
            post(port, body, source=READER)


def _lines_about_readers(site: NewsSite) -> list[str]:
    """Of every log, without the news site's own page."""
    files = [site.folder / name for name in ("access.log", "error.log", "output")]
    lines = [line for path in files if path.exists() for line in path.read_text().splitlines()]
    return [line for line in lines if READER in line and "/story.html" not in line]


def test_the_logs_of_the_news_site_have_its_own_pages_only(news_site: NewsSite) -> None:
    _ask_for_all_that_is_logged(news_site.port)
    wait_for(lambda: READER in news_site.log(), "the story is logged")
    assert "/story.html" in news_site.log()
    assert SITE_ID not in news_site.log()
    assert _lines_about_readers(news_site) == []


@pytest.mark.parametrize("name", WEB_SERVERS)
def test_if_yobal_is_down_a_page_says_so_and_no_log_names_the_reader(
    tmp_path: Path, name: str
) -> None:
    served = make_served(tmp_path)
    with news_site_before(name, served, tmp_path / name) as site:
        response = post(site.port, form("words"), source=READER)
        page = ask(site.port, path=address_of_link_back(response) if name != "nginx" else THREAD)
        assert _lines_about_readers(site) == []
    served.close()
    assert response.status in {502, 503}
    assert page.status == 200, "reading goes on without Yobal"


@pytest.mark.parametrize("guards", [LOG_GUARDS, ERROR_LOG_GUARDS], ids=["access", "errors"])
@pytest.mark.parametrize("name", WEB_SERVERS)
def test_control_without_its_guard_a_log_names_the_reader(
    tmp_path: Path, name: str, guards: dict[str, tuple[tuple[str, str], ...]]
) -> None:
    text = PATH_EXAMPLES[name].read_text(encoding="utf-8")
    for shipped, changed in guards[name]:
        assert shipped in text
        text = text.replace(shipped, changed)
    served = make_served(tmp_path)  # and not started: that is an error
    with news_site_before(name, served, tmp_path / name, text=text) as site:
        _ask_for_all_that_is_logged(site.port)
        wait_for(lambda: _lines_about_readers(site), "the reader is in a log")
    served.close()


@pytest.mark.parametrize("below", ["host", "path"])
@pytest.mark.parametrize("name", WEB_SERVERS)
def test_no_form_is_written_to_a_file(
    served: Served, tmp_path: Path, name: str, below: str
) -> None:
    with contextlib.ExitStack() as stack:
        if below == "path":
            site = stack.enter_context(news_site_before(name, served, tmp_path / name))
            port, pids = site.port, site.pids
        else:
            front = stack.enter_context(
                web_server_before(name, served, folder=tmp_path / f"{name}-host")
            )
            port, pids = front.port, front.pids
        assert _files_written(port, pids, tmp_path) == []


BODY_GUARDS: Final = {
    "nginx": (
        ("    client_body_buffer_size 272k;\n", ""),
        ("    proxy_request_buffering off;\n", ""),
    ),
    "apache": (("SetEnv proxy-sendchunked 1", "SetEnv proxy-sendcl 1"),),
}


@pytest.mark.parametrize("name", BODY_GUARDS)
def test_control_without_its_guard_a_form_is_written_to_a_file(
    served: Served, tmp_path: Path, name: str
) -> None:
    """Caddy has no such guard: no setting makes it write a body to a file."""
    text = PATH_EXAMPLES[name].read_text(encoding="utf-8")
    for shipped, changed in BODY_GUARDS[name]:
        assert shipped in text
        text = text.replace(shipped, changed)
    with news_site_before(name, served, tmp_path / name, text=text) as site:
        assert _files_written(site.port, site.pids, tmp_path) != []


def _files_written(port: int, pids: list[int], folder: Path) -> list[str]:
    """The calls by which these processes open files to write while they pass long forms on, with and without a length."""
    trace, said = folder / "trace", folder / "strace"
    command = [needed("strace", "strace"), "-f", "-e", "trace=open,openat,creat,memfd_create"]
    every = {task.name for pid in pids for task in Path(f"/proc/{pid}/task").iterdir()}
    with said.open("wb") as errors:
        strace = subprocess.Popen(
            [*command, "-o", str(trace), *(word for pid in pids for word in ("-p", str(pid)))],
            stderr=errors,
        )
    try:
        wait_for(
            lambda: said.read_text().count("attached") >= len(every & set(map(str, pids))),
            "strace watches",
        )
        post(port, form("ក" * 12_000))
        _post_in_pieces(port, urlencode(form("ក" * 12_000)).encode())
    finally:
        strace.terminate()
        strace.wait()
    writing = re.compile(r"O_WRONLY|O_RDWR|O_CREAT|O_TMPFILE|creat\(|memfd_create")
    lines = trace.read_text().splitlines()
    return [line for line in lines if writing.search(line) and '"/dev/null"' not in line]


def _post_in_pieces(port: int, body: bytes) -> None:
    """Without a length, as a browser would not do it, but an attacker or a proxy might."""
    head = f"POST {THREAD} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n"
    head += "Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=30) as connection:
        connection.sendall(head.encode())
        for start in range(0, len(body), 30_000):
            piece = body[start : start + 30_000]
            connection.sendall(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        connection.sendall(b"0\r\n\r\n")
        while connection.recv(65_536):
            pass
