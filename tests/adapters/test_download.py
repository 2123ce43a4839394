"""What is fetched has a limit in size, time, redirects and schemes, and every failure is one sentence."""

import gzip
import io
import re
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import IO

import pytest

from tests.web_server import Answer, WebServer, web_server
from yobal.adapters import download
from yobal.adapters.download import FetchLimits
from yobal.core.errors import CannotFetch

SMALL = FetchLimits(size_bytes_max=1_000, seconds_max=1.0, redirects_max=2)
BOMB = gzip.compress(b"\0" * 5_000_000)


@pytest.fixture(scope="module")
def server() -> Iterator[WebServer]:
    with web_server() as served:
        yield served


def content(file: IO[bytes]) -> bytes:
    with file:
        return file.read()


def redirect(to: str) -> Answer:
    return Answer(status=302, headers={"Location": to})


def test_a_file_comes_as_it_is_and_says_where_it_came_from(server: WebServer) -> None:
    server.answers |= {"/a": redirect("/b"), "/b": Answer(b"<rss/>", headers={"X-Served-By": "c"})}
    fetched = download.fetch(f"{server.url}/a", SMALL)
    assert content(fetched.file) == b"<rss/>"
    assert fetched.url == f"{server.url}/b"
    assert fetched.headers["x-served-by"] == "c"
    agent = server.requests[-1][1]["user-agent"]
    assert "yobal" not in agent.lower()


@pytest.mark.parametrize("headers", [{}, {"Content-Encoding": "gzip"}])
def test_a_packed_file_is_unpacked(server: WebServer, headers: dict[str, str]) -> None:
    server.answers["/packed"] = Answer(gzip.compress(b"<rss/>" * 100), headers=headers)
    assert content(download.fetch(f"{server.url}/packed", SMALL).file) == b"<rss/>" * 100


def drip(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    try:
        for _ in range(30):
            handler.wfile.write(b"<")
            handler.wfile.flush()
            time.sleep(0.1)
    except OSError:
        return  # the client has gone, as it should


FAILURES: dict[str, tuple[Answer | Callable[[BaseHTTPRequestHandler], None], str]] = {
    "/large": (Answer(b"x" * 1_001), "more than"),
    "/bomb": (Answer(BOMB), "more than"),
    "/encoded-bomb": (Answer(BOMB, headers={"Content-Encoding": "gzip"}), "more than"),
    "/damaged": (Answer(gzip.compress(b"x" * 500)[:20] + b"?" * 9), "damaged gzip|ends in"),
    "/short": (Answer(gzip.compress(bytes(range(256)))[:-9]), "ends in the middle"),
    "/brotli": (Answer(b"x", headers={"Content-Encoding": "br"}), "packed as br"),
    "/drip": (drip, "takes too long"),
    "/loop": (redirect("/loop"), "redirects more than 2 times"),
    "/file": (redirect("file:///etc/passwd"), "is not an address with https://"),
    "/gopher": (redirect("gopher://127.0.0.1/"), "is not an address with https://"),
    "/missing": (Answer(b"", 404), "answered with 404"),
    "/empty-redirect": (Answer(b"", 302), "answered with 302"),
}


@pytest.mark.parametrize("path", FAILURES)
def test_what_is_beyond_the_limits_is_refused_in_one_sentence(server: WebServer, path: str) -> None:
    answer, says = FAILURES[path]
    server.answers[path] = answer
    with pytest.raises(CannotFetch, match=says) as raised:
        download.fetch(f"{server.url}{path}", SMALL)
    assert "\n" not in str(raised.value)


def test_where_no_redirect_is_followed_both_addresses_are_named(server: WebServer) -> None:
    server.answers["/desk"] = redirect("/other")
    both = f"{server.url}/desk redirects to {server.url}/other"
    with pytest.raises(CannotFetch, match=re.escape(both)):
        download.fetch(f"{server.url}/desk", FetchLimits(redirects_max=0))


def test_control_the_same_files_are_read_within_wider_limits(server: WebServer) -> None:
    wide = FetchLimits(size_bytes_max=6_000_000, seconds_max=60)
    server.answers["/bomb"] = Answer(BOMB)
    assert len(content(download.fetch(f"{server.url}/bomb", wide).file)) == 5_000_000


def test_an_encrypted_address_does_not_redirect_to_one_that_is_not() -> None:
    with pytest.raises(CannotFetch, match="which is not encrypted"):
        download._redirected("https://news.example/a", "http://news.example/a")


@pytest.mark.parametrize(
    "target",
    ["https://127.0.0.1:8081/", "https://[::1]/", "https://169.254.169.254/", "//10.0.0.1/"],
)
def test_a_page_of_the_web_does_not_redirect_into_this_machine_or_its_network(target: str) -> None:
    with pytest.raises(CannotFetch, match="inside this machine or its network"):
        download._redirected("https://192.0.9.1/feed", target)


@pytest.mark.parametrize("target", ["https://[", "https://news\u2100.example/"])
def test_a_redirect_that_cannot_be_read_is_refused(target: str) -> None:
    with pytest.raises(CannotFetch, match="is not an address"):
        download._redirected("https://news.example/feed", target)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "ftp://127.0.0.1/", "http://", "http://[::1"]
)
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(CannotFetch):
        download.fetch(url, SMALL)


def test_a_server_that_is_not_there_is_named() -> None:
    with pytest.raises(
        CannotFetch, match=r"http://127\.0\.0\.1:1/ could not be fetched: Connection refused"
    ):
        download.fetch("http://127.0.0.1:1/", SMALL)


def test_a_file_on_the_disk_has_the_same_limit(tmp_path: Path) -> None:
    path = tmp_path / "feed.xml.gz"
    path.write_bytes(gzip.compress(b"<rss/>"))
    assert content(download.read_file(path, SMALL)) == b"<rss/>"
    path.write_bytes(BOMB)
    with pytest.raises(CannotFetch, match="more than"):
        download.read_file(path, SMALL)
    with pytest.raises(CannotFetch, match="standard input has more than"):
        download.unpack(io.BytesIO(b"x" * 1_001), "standard input", SMALL)


def test_a_packed_file_is_unpacked_in_small_pieces() -> None:
    """A small file that becomes a large one must not be in memory before its size is known."""
    pieces = list(download._unpacked([BOMB], "bomb"))
    assert max(map(len, pieces)) <= 64 * 1_024
    assert sum(map(len, pieces)) == 5_000_000
