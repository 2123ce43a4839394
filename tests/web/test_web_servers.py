"""What the shipped examples of nginx, Caddy and Apache have in common, with the real servers."""

import gzip
import http.server
import os
import re
import subprocess
import threading
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin

import pytest

from tests.harness import SITE_ID
from tests.nginx import EXAMPLE, make_certificate
from tests.serving import THREAD, Response, Served, ask, form, make_served, needed, post, serving
from tests.web_servers import (
    APACHE_EXAMPLE,
    CADDY_EXAMPLE,
    WEB_SERVERS,
    WebServer,
    web_server_before,
)
from yobal.store import queue

pytestmark = pytest.mark.nginx

KHMER = "សាឡាងឈប់ដំណើរការពេលយប់"
# The two may differ in their own names, in lengths, and in the validators that only Yobal can send.
OWN: Final = {
    "server",
    "date",
    "connection",
    "etag",
    "last-modified",
    "content-length",
    "transfer-encoding",
    "vary",
    "accept-ranges",
}
EXAMPLES: Final = {"nginx": EXAMPLE, "caddy": CADDY_EXAMPLE, "apache": APACHE_EXAMPLE}
READER: Final = "127.0.0.77"
# What keeps validators of files out of caches.
GUARDS: Final = {
    "nginx": ("etag off;", "if_modified_since off;", 'add_header Last-Modified "";'),
    "caddy": ("\t\t\t-Etag\n", "\t\trequest_header -If-None-Match\n"),
    "apache": ("FileETag None\n", "    RequestHeader unset If-None-Match early\n"),
}
ACCESS_LOGS: Final = {
    "nginx": ("access_log off;", "access_log {folder}/access.log combined;"),
    "caddy": (
        "\nCOMMENTS.EXAMPLE {\n",
        "\nCOMMENTS.EXAMPLE {\n\tlog {\n\t\toutput file {folder}/access.log\n\t}\n",
    ),
    "apache": (
        "MaxRanges none\n",
        "MaxRanges none\n    LogFormat %h plain\n    CustomLog {folder}/access.log plain\n",
    ),
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served")) as made:
        yield made


@pytest.fixture(scope="module", params=WEB_SERVERS)
def front(served: Served, request: pytest.FixtureRequest) -> Iterator[WebServer]:
    with web_server_before(request.param, served) as made:
        yield made


@pytest.mark.parametrize(
    "path",
    [
        THREAD,
        f"{THREAD}index.html",
        f"{THREAD}index.json",
        f"/{SITE_ID}/@/comments.css",
        f"/{SITE_ID}/@/terms/en.html",
        f"/{SITE_ID}/@/what-we-keep/en.html",
        f"{THREAD}form.fragment.html",
        f"/{SITE_ID}/@/icon.svg",
        f"{THREAD}form.frame.html",
        f"/{SITE_ID}/@/embed.js",
    ],
)
def test_files_have_the_same_headers_as_from_yobal(
    served: Served, front: WebServer, path: str
) -> None:
    direct, through = ask(served.intake, path=path), ask(front.port, path=path)
    assert through.status == direct.status == 200
    assert through.body == direct.body
    headers = [
        {(name.lower(), value) for name, value in response.headers if name.lower() not in OWN}
        for response in (direct, through)
    ]
    assert headers[0] == headers[1]
    assert through.header("content-security-policy")


def test_a_gzipped_page_is_the_precompressed_file(served: Served, front: WebServer) -> None:
    gzipped = ask(front.port, headers={"Accept-Encoding": "gzip, br"})
    assert gzipped.header("content-encoding") == "gzip"
    assert gzipped.header("vary") == "Accept-Encoding"
    headers = served.newsroom.files_dir / THREAD.strip("/") / "index.html.gz"
    assert gzipped.body == headers.read_bytes()
    assert gzip.decompress(gzipped.body) == ask(front.port).body


def test_head_is_get_without_the_page(front: WebServer) -> None:
    get, head = ask(front.port), ask(front.port, "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.header("content-length") == str(len(get.body))
    assert head.header("cache-control") == "public, max-age=60, must-revalidate"


def test_a_cache_is_never_told_that_a_removed_comment_is_unchanged(
    served: Served, front: WebServer
) -> None:
    """A removal keeps the file's time (of its slot), and here its size too."""
    page = served.newsroom.files_dir / SITE_ID / "ferry" / "en" / "page" / "1.html"
    page.parent.mkdir(exist_ok=True)
    _write(page, b"<p>remove me</p>")
    before = ask(front.port, path=f"{THREAD}page/1.html")
    _write(page, b"<p>is removed</p>"[:16])
    validators = _marks(before, page)
    for sent in (*({name: value} for name, value in validators.items()), validators):
        after = ask(front.port, path=f"{THREAD}page/1.html", headers=sent)
        assert (after.status, b"remove me" in after.body) == (200, False), sent
    page.unlink()
    page.with_name("1.html.gz").unlink()


def test_ranges_are_ignored(front: WebServer) -> None:
    response = ask(front.port, headers={"Range": "bytes=0-9,20-29"})
    assert response.status == 200
    assert response.header("accept-ranges") is None


@pytest.mark.parametrize("length", [1, 500, 2_000])
def test_a_khmer_comment_of_any_length_arrives(
    served: Served, front: WebServer, length: int
) -> None:
    text = (KHMER * 200)[:length]
    response = post(front.port, form(text))
    assert response.is_received
    assert response.code
    assert text in _waiting_texts(served)
    assert response.header("cache-control") == "no-store, no-transform"
    assert response.header("x-content-type-options") == "nosniff"


def test_a_refused_text_of_five_thousand_characters_is_given_back(front: WebServer) -> None:
    for text in ((KHMER * 250)[:5_000], "паром" * 1_000):
        response = post(front.port, form(text, name="Dara"))
        assert response.status == 422
        assert text in response.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH", "BREW"])
@pytest.mark.parametrize("path", [THREAD, "/nowhere/"])
def test_another_method_is_refused_with_the_intakes_page(
    front: WebServer, method: str, path: str
) -> None:
    response = ask(front.port, method, path)
    assert response.status == 405
    assert response.header("allow") == "GET, HEAD, POST"
    assert "This page does not accept that request" in response.text


def test_a_missing_page_is_answered_with_the_intakes_page(front: WebServer) -> None:
    response = ask(front.port, path=f"/{SITE_ID}/nothing/en/")
    assert response.status == 404
    assert "This page does not exist" in response.text


def test_a_removed_comments_address_says_so_and_leads_to_the_thread(
    served: Served, front: WebServer
) -> None:
    path = f"{THREAD}comment/{'a' * 26}.html"
    for response in (ask(front.port, path=path), ask(served.intake, path=path)):
        assert response.status == 404
        assert "This comment is not here" in response.text
        assert f'href="{THREAD}"' in response.text
        assert response.header("cache-control") == "no-store"


def test_an_address_without_its_last_slash_redirects(front: WebServer) -> None:
    response = ask(front.port, path=THREAD.rstrip("/"))
    assert (response.status, response.header("location")) == (308, THREAD)


@pytest.mark.parametrize("name", [".yobal-0123", "index.html.gz", "%2e%2e/%2e%2e/secret"])
def test_unfinished_and_other_files_are_not_served(
    served: Served, front: WebServer, name: str
) -> None:
    (served.newsroom.files_dir / THREAD.strip("/") / ".yobal-0123").write_bytes(b"half a page")
    (served.newsroom.files_dir / "secret").write_bytes(b"no page either")
    response = ask(front.port, path=THREAD + name)
    (served.newsroom.files_dir / THREAD.strip("/") / ".yobal-0123").unlink()
    (served.newsroom.files_dir / "secret").unlink()
    assert response.status == 404


def test_a_comment_that_is_far_too_long_is_given_back(front: WebServer) -> None:
    response = post(front.port, form("ក" * 12_000))
    assert response.status == 422
    assert "ក" * 12_000 in response.text


@pytest.mark.parametrize("name", WEB_SERVERS)
def test_no_header_about_the_browser_is_passed_on(tmp_path: Path, name: str) -> None:
    """Only the headers that the intake needs to read the form."""
    served, seen = make_served(tmp_path), []

    class Upstream(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append({name.lower(): value for name, value in self.headers.items()})
            self.rfile.readline() if self.headers["transfer-encoding"] else self.rfile.read(
                int(self.headers["content-length"])
            )
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_args: Any) -> None:
            pass

    upstream = http.server.ThreadingHTTPServer(("127.0.0.1", served.intake), Upstream)
    thread = threading.Thread(target=upstream.serve_forever)
    thread.start()
    browser_headers = {
        "User-Agent": "marker",
        "Cookie": "a=b",
        "X-Forwarded-For": "198.51.100.7",
        "X-Real-IP": "198.51.100.7",
        "CF-Connecting-IP": "198.51.100.7",
        "True-Client-IP": "198.51.100.7",
        "Referer": "/x",
        "Forwarded": "for=198.51.100.7",
        "Accept-Language": "km",
    }
    try:
        with web_server_before(name, served) as front:
            post(front.port, form("words"), headers=browser_headers)
    finally:
        upstream.shutdown()
        thread.join()
        upstream.server_close()
        served.close()
    passed_on = {"host", "connection", "content-type", "content-length", "transfer-encoding"}
    from_the_server_itself = {"user-agent", "accept-encoding"} if name == "caddy" else set()
    (headers,) = seen
    assert set(headers) <= passed_on | from_the_server_itself
    assert not {"marker", "a=b", "198.51.100.7", "127.0.0.1", "km"} & set(headers.values())


@pytest.mark.parametrize("name", WEB_SERVERS)
def test_if_yobal_is_down_readers_are_told_that_nothing_was_received(
    tmp_path: Path, name: str
) -> None:
    served = make_served(tmp_path)
    with web_server_before(name, served) as front:
        response = post(front.port, form("words"))
        page = ask(front.port, path=address_of_link_back(response))
    served.close()
    assert response.status == 503
    assert "Nothing was received" in response.text
    assert page.status == 200, "reading goes on without Yobal"
    assert "Ferry workers" in page.text


def test_the_desk_has_a_server_of_its_own(served: Served, front: WebServer) -> None:
    direct = {"Host": f"localhost:{served.desk}"}
    response = ask(front.desk, path="/", headers=direct)
    assert response.status == 200
    assert "frame-ancestors 'none'" in (response.header("content-security-policy") or "")
    assert ask(front.desk, path="/").status == 403, "another host's name is refused"
    assert ask(front.port, path="/api/desk/queue", headers=direct).status == 404, (
        "not under the readers'"
    )


def _waiting_texts(served: Served) -> set[str]:
    served.newsroom.move_inbox()
    with served.newsroom.database.reading() as conn:
        rows = queue.page(conn, SITE_ID, pseudonym="Heron", after=None, limit=100)
    return {served.newsroom.decrypt(row.comment_id).text for row in rows}


@pytest.mark.parametrize("name", WEB_SERVERS)
def test_control_with_validators_of_files_a_removed_comment_stays_in_caches(
    tmp_path: Path, name: str
) -> None:
    text = EXAMPLES[name].read_text(encoding="utf-8")
    for guard in GUARDS[name]:
        assert guard in text
        text = text.replace(guard, "")
    with serving(tmp_path) as served, web_server_before(name, served, text=text) as front:
        page = served.newsroom.files_dir / SITE_ID / "ferry" / "en" / "page" / "2.html"
        page.parent.mkdir(exist_ok=True)
        _write(page, b"<p>remove me</p>")
        before = ask(front.port, path=f"{THREAD}page/2.html")
        _write(page, b"<p>is removed</p>"[:16])
        validators = {"If-None-Match": before.header("etag") or ""}
        assert ask(front.port, path=f"{THREAD}page/2.html", headers=validators).status == 304


def test_a_body_that_is_too_large_is_refused_with_a_page(front: WebServer) -> None:
    response = post(front.port, b"step=send&text=" + b"x" * 257 * 1_024)
    assert response.status == 413
    assert "no-store" in (response.header("cache-control") or "")
    assert response.header("content-security-policy")


def _ask_for_all_that_is_logged(front: WebServer) -> None:
    """What an access log names, and what an error log does."""
    ask(front.port, source=READER)
    ask(front.port, "BREW", source=READER)
    ask(front.port, path="/%2e%2e/secret", source=READER)
    post(front.port, form("words"), source=READER)
    post(front.port, form("ក" * 12_000), source=READER)
    post(front.port, b"x" * 257 * 1_024, source=READER)


def _files_that_name_the_reader(folder: Path) -> list[str]:
    return [
        path.name
        for path in folder.rglob("*")
        if path.is_file() and READER.encode() in path.read_bytes()
    ]


def test_no_log_names_a_reader(front: WebServer) -> None:
    _ask_for_all_that_is_logged(front)
    assert _files_that_name_the_reader(front.folder) == []


@pytest.mark.parametrize("name", WEB_SERVERS)
def test_control_an_access_log_would_name_the_reader(tmp_path: Path, name: str) -> None:
    text = EXAMPLES[name].read_text(encoding="utf-8")
    shipped, changed = ACCESS_LOGS[name]
    assert shipped in text
    text = text.replace(shipped, changed.replace("{folder}", str(tmp_path / name)))
    with serving(tmp_path) as served, web_server_before(name, served, text=text) as front:
        _ask_for_all_that_is_logged(front)
    assert _files_that_name_the_reader(tmp_path / name) == ["access.log"]


def test_plain_http_redirects_both_hosts_to_https(front: WebServer) -> None:
    if not front.plain:
        pytest.skip("Caddy redirects by itself, with certificates that this machine cannot get")
    for host, port in (("comments.example", ""), ("desk.example", ":8443")):
        response = ask(front.plain, path="/a/b?c=d", headers={"Host": host})
        assert response.status == 308
        assert response.header("location") == f"https://{host}{port}/a/b?c=d"


def test_plain_http_answers_the_renewal_of_a_certificate(front: WebServer) -> None:
    if not front.plain:
        pytest.skip("Caddy renews its certificates by itself")
    challenges = front.folder / "acme" / ".well-known" / "acme-challenge"
    challenges.mkdir(parents=True)
    (challenges / "token").write_text("token.thumbprint")
    for host in ("comments.example", "desk.example"):
        headers = {"Host": host}
        path = "/.well-known/acme-challenge/"
        assert ask(front.plain, path=f"{path}token", headers=headers).text == "token.thumbprint"
        assert ask(front.plain, path=f"{path}none", headers=headers).status == 404


def test_the_shipped_caddyfile_is_valid(tmp_path: Path) -> None:
    """As it stands, with the certificates that Caddy would fetch."""
    result = _checked(
        needed("caddy", "caddy"), "adapt", "--config", CADDY_EXAMPLE, "--validate", folder=tmp_path
    )
    assert result.returncode == 0, result.stderr
    for port in (":443", ":8443"):
        assert f'"{port}"' in result.stdout


def test_the_shipped_apache_configuration_is_valid_with_tls(tmp_path: Path) -> None:
    text = APACHE_EXAMPLE.read_text(encoding="utf-8")
    key, certificate = make_certificate(tmp_path)
    text, count = re.subn(r"/etc/ssl/[A-Z.]+/fullchain.pem", str(certificate), text)
    text = re.sub(r"/etc/ssl/[A-Z.]+/privkey.pem", str(key), text)
    assert count == 3
    text = text.replace("/run/apache2", str(tmp_path)).replace("/etc/apache2", str(tmp_path))
    (tmp_path / "apache.conf").write_text(text, encoding="utf-8")
    result = _checked(
        needed("apache2", "apache2-bin"), "-t", "-f", tmp_path / "apache.conf", folder=tmp_path
    )
    assert result.returncode == 0, result.stderr


def _checked(*command: str | Path, folder: Path) -> "subprocess.CompletedProcess[str]":
    home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    return subprocess.run(
        command, env=os.environ | home, capture_output=True, text=True, check=False
    )


def address_of_link_back(response: Response) -> str:
    """Where the link on one of nginx's own pages leads, from the address of the form."""
    (href,) = re.findall("<a href='([^']*)'>Back to the comments</a>", response.text)
    return urljoin(THREAD, str(href))


def _write(page: Path, content: bytes) -> None:
    """As PublicFiles does it: with a .gz file beside it, both with the time of a slot."""
    for path, bytes_ in ((page, content), (page.with_name(page.name + ".gz"), content)):
        path.write_bytes(bytes_)
        os.utime(path, (1_760_000_000, 1_760_000_000))


def _marks(response: Any, page: Path) -> dict[str, str]:
    """Validators that a cache could send although it was given none."""
    headers = {"If-Modified-Since": formatdate(page.stat().st_mtime, usegmt=True)}
    tag = f'"{int(page.stat().st_mtime):x}-{page.stat().st_size:x}"'
    assert response.header("last-modified") is None
    assert response.header("etag") is None
    return headers | {"If-None-Match": tag}
