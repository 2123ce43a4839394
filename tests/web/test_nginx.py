"""The shipped nginx example with the real nginx: reading, writing, and what it does not pass on."""

import gzip
import http.server
import os
import re
import subprocess
import threading
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pytest

from tests.harness import SITE_ID
from tests.nginx import (
    DESK_EXAMPLE,
    EXAMPLE,
    Nginx,
    make_nginx,
    nginx_before,
    temp_folders,
    with_tls,
)
from tests.serving import (
    ROOT,
    THREAD,
    Response,
    Served,
    ask,
    form,
    free_ports,
    is_listening,
    make_served,
    needed,
    post,
    serving,
    wait_for,
)
from yobal.store import queue

pytestmark = pytest.mark.nginx

EMBED = ROOT / "docs" / "embed.md"
KHMER = "សាឡាងឈប់ដំណើរការពេលយប់"
# The two may differ in their own names, in lengths, and in the validators that only Yobal can send.
OWN = {
    "server",
    "date",
    "connection",
    "etag",
    "last-modified",
    "content-length",
    "vary",
    "accept-ranges",
}


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("served")) as made:
        yield made


@pytest.fixture(scope="module")
def nginx(served: Served) -> Iterator[Nginx]:
    with nginx_before(served.folder / "nginx", served) as made:
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
def test_nginx_serves_files_with_the_same_headers_as_yobal(
    served: Served, nginx: Nginx, path: str
) -> None:
    direct, through = ask(served.intake, path=path), ask(nginx.port, path=path)
    assert through.status == direct.status == 200
    assert through.body == direct.body
    headers = [
        {(name.lower(), value) for name, value in response.headers if name.lower() not in OWN}
        for response in (direct, through)
    ]
    assert headers[0] == headers[1]
    assert through.header("content-security-policy")


def test_a_gzipped_page_is_the_precompressed_file(served: Served, nginx: Nginx) -> None:
    gzipped = ask(nginx.port, headers={"Accept-Encoding": "gzip, br"})
    assert gzipped.header("content-encoding") == "gzip"
    assert gzipped.header("vary") == "Accept-Encoding"
    headers = served.newsroom.files_dir / THREAD.strip("/") / "index.html.gz"
    assert gzipped.body == headers.read_bytes()
    assert gzip.decompress(gzipped.body) == ask(nginx.port).body


def test_head_is_get_without_the_page(nginx: Nginx) -> None:
    get, head = ask(nginx.port), ask(nginx.port, "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert head.header("content-length") == str(len(get.body))
    assert head.header("cache-control") == "public, max-age=60, must-revalidate"


def test_a_cache_is_never_told_that_a_removed_comment_is_unchanged(
    served: Served, nginx: Nginx
) -> None:
    """A removal keeps the file's time (of its slot), and here its size too."""
    page = served.newsroom.files_dir / SITE_ID / "ferry" / "en" / "page" / "1.html"
    page.parent.mkdir(exist_ok=True)
    _write(page, b"<p>remove me</p>")
    before = ask(nginx.port, path=f"{THREAD}page/1.html")
    _write(page, b"<p>is removed</p>"[:16])
    validators = _marks(before, page)
    for sent in (*({name: value} for name, value in validators.items()), validators):
        after = ask(nginx.port, path=f"{THREAD}page/1.html", headers=sent)
        assert (after.status, b"remove me" in after.body) == (200, False), sent
    page.unlink()
    page.with_name("1.html.gz").unlink()


def test_control_with_the_etags_of_nginx_a_removed_comment_stays_in_caches(
    served: Served,
) -> None:
    conf = EXAMPLE.read_text(encoding="utf-8")
    for guard in ("etag off;", "if_modified_since off;", 'add_header Last-Modified "";'):
        assert guard in conf
        conf = conf.replace(guard, "")
    page = served.newsroom.files_dir / SITE_ID / "ferry" / "en" / "page" / "2.html"
    page.parent.mkdir(exist_ok=True)
    with nginx_before(served.folder / "nginx-marks", served, text=conf) as with_etags:
        _write(page, b"<p>remove me</p>")
        before = ask(with_etags.port, path=f"{THREAD}page/2.html")
        _write(page, b"<p>is removed</p>"[:16])
        validators = {"If-None-Match": before.header("etag") or ""}
        assert ask(with_etags.port, path=f"{THREAD}page/2.html", headers=validators).status == 304
    page.unlink()
    page.with_name("2.html.gz").unlink()


def test_ranges_are_ignored(nginx: Nginx) -> None:
    response = ask(nginx.port, headers={"Range": "bytes=0-9,20-29"})
    assert response.status == 200
    assert response.header("accept-ranges") is None


@pytest.mark.parametrize("length", [1, 500, 2_000])
def test_a_khmer_comment_of_any_length_arrives_through_nginx(
    served: Served, nginx: Nginx, length: int
) -> None:
    text = (KHMER * 200)[:length]
    response = post(nginx.port, form(text))
    assert response.is_received
    assert response.code
    assert text in _waiting_texts(served)
    assert response.header("cache-control") == "no-store, no-transform"
    assert response.header("x-content-type-options") == "nosniff"


def test_a_refused_text_of_five_thousand_characters_is_given_back(nginx: Nginx) -> None:
    for text in ((KHMER * 250)[:5_000], "паром" * 1_000):
        response = post(nginx.port, form(text, name="Dara"))
        assert response.status == 422
        assert text in response.text


@pytest.mark.parametrize("method", ["PUT", "DELETE", "OPTIONS", "PATCH", "BREW"])
@pytest.mark.parametrize("path", [THREAD, "/nowhere/"])
def test_another_method_is_refused_with_the_intakes_page(
    nginx: Nginx, method: str, path: str
) -> None:
    response = ask(nginx.port, method, path)
    assert response.status == 405
    assert response.header("allow") == "GET, HEAD, POST"
    assert "This page does not accept that request" in response.text


def test_a_missing_page_is_answered_with_the_intakes_page(nginx: Nginx) -> None:
    response = ask(nginx.port, path=f"/{SITE_ID}/nothing/en/")
    assert response.status == 404
    assert "This page does not exist" in response.text


def test_a_removed_comments_address_says_so_and_leads_to_the_thread(
    served: Served, nginx: Nginx
) -> None:
    path = f"{THREAD}comment/{'a' * 26}.html"
    for response in (ask(nginx.port, path=path), ask(served.intake, path=path)):
        assert response.status == 404
        assert "This comment is not here" in response.text
        assert f'href="{THREAD}"' in response.text
        assert response.header("cache-control") == "no-store"


def test_an_address_without_its_last_slash_redirects(nginx: Nginx) -> None:
    response = ask(nginx.port, path=THREAD.rstrip("/"))
    assert (response.status, response.header("location")) == (308, THREAD)


@pytest.mark.parametrize("name", [".yobal-0123", "index.html.gz", "%2e%2e/%2e%2e/secret"])
def test_unfinished_and_other_files_are_not_served(served: Served, nginx: Nginx, name: str) -> None:
    (served.newsroom.files_dir / THREAD.strip("/") / ".yobal-0123").write_bytes(b"half a page")
    (served.newsroom.files_dir / "secret").write_bytes(b"no page either")
    response = ask(nginx.port, path=THREAD + name)
    (served.newsroom.files_dir / THREAD.strip("/") / ".yobal-0123").unlink()
    (served.newsroom.files_dir / "secret").unlink()
    assert response.status == 404


def test_a_comment_that_is_far_too_long_is_given_back(nginx: Nginx) -> None:
    response = post(nginx.port, form("ក" * 12_000))
    assert response.status == 422
    assert "ក" * 12_000 in response.text


def test_a_body_that_is_too_large_is_explained(nginx: Nginx) -> None:
    response = post(nginx.port, b"step=send&text=" + b"x" * 257 * 1_024)
    assert response.status == 413
    assert "This is far too long" in response.text
    assert response.header("cache-control") == "no-store"
    assert response.header("content-security-policy")
    assert ask(nginx.port, path=address_of_link_back(response)).status == 200


def address_of_link_back(response: Response) -> str:
    """Where the link on one of nginx's own pages leads, from the address of the form."""
    (href,) = re.findall("<a href='([^']*)'>Back to the comments</a>", response.text)
    return urljoin(THREAD, str(href))


def test_nginx_passes_on_no_header_about_the_browser(tmp_path: Path) -> None:
    """nginx passes on only the headers that the intake needs to read the form."""
    served, seen = make_served(tmp_path), []

    class Upstream(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append({name.lower() for name in self.headers})
            self.rfile.read(int(self.headers["content-length"]))
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
        "Referer": "/x",
        "Forwarded": "for=198.51.100.7",
        "Accept-Language": "km",
    }
    try:
        with nginx_before(tmp_path / "nginx", served) as nginx:
            post(nginx.port, form("words"), headers=browser_headers)
    finally:
        upstream.shutdown()
        thread.join()
        upstream.server_close()
        served.close()
    assert seen == [{"host", "connection", "content-type", "content-length"}]


def test_if_yobal_is_down_readers_are_told_that_nothing_was_received(tmp_path: Path) -> None:
    served = make_served(tmp_path)
    with nginx_before(tmp_path / "nginx", served) as nginx:
        response = post(nginx.port, form("words"))
        page = ask(nginx.port, path=address_of_link_back(response))
    served.close()
    assert response.status == 503
    assert "Nothing was received" in response.text
    assert page.status == 200, "reading goes on without Yobal"
    assert "Ferry workers" in page.text


def test_the_desk_has_a_server_of_its_own(served: Served, nginx: Nginx) -> None:
    direct = {"Host": f"localhost:{served.desk}"}
    response = ask(nginx.desk, path="/", headers=direct)
    assert response.status == 200
    assert "frame-ancestors 'none'" in (response.header("content-security-policy") or "")
    assert ask(nginx.desk, path="/").status == 403, "another host's name is refused"
    assert ask(nginx.port, path="/api/desk/queue", headers=direct).status == 404, (
        "not under the readers'"
    )


def test_the_desks_name_without_its_port_redirects_to_its_port(nginx: Nginx) -> None:
    response = ask(nginx.port, path="/join", headers={"Host": "desk.example"})
    assert (response.status, response.header("location")) == (308, "https://desk.example:8443/join")


def test_plain_http_redirects_both_hosts_to_https(nginx: Nginx) -> None:
    for host, port in (("comments.example", ""), ("desk.example", ":8443")):
        response = ask(nginx.plain, path="/a/b?c=d", headers={"Host": host})
        assert response.status == 308
        assert response.header("location") == f"https://{host}{port}/a/b?c=d"


def _newsroom_server(served: Served, port: int, stories: Path) -> str:
    """The newsroom's own server with the example of docs/embed.md, on a test's port and folders."""
    (example,) = re.findall(r"```nginx\n(.*?)```", EMBED.read_text(encoding="utf-8"), re.DOTALL)
    assert "ssi on;" in example
    example = example.replace("/srv/yobal/data/public", str(served.newsroom.files_dir))
    return f"server {{ listen 127.0.0.1:{port}; types {{ text/html html; }} root {stories}; {example} }}"


INCLUDES = (
    '<!--# include virtual="/{site}/{story}/en/thread.fragment.html" -->',
    '<!--# include virtual="/{site}/{story}/en/form.fragment.html" -->',
)


def test_a_story_includes_its_fragments_and_nothing_while_it_is_not_declared(
    served: Served, tmp_path: Path
) -> None:
    (port,) = free_ports(1)
    (tmp_path / "stories").mkdir()
    for story in ("ferry", "undeclared"):
        includes = "|".join(INCLUDES).format(site=SITE_ID, story=story)
        page = f"<title>{story}</title>\n<article>[{includes}]</article>"
        (tmp_path / "stories" / f"{story}.html").write_text(page, encoding="utf-8")
    extra = _newsroom_server(served, port, tmp_path)
    with nginx_before(tmp_path / "nginx", served, extra=extra):
        wait_for(lambda: is_listening(port), "the newsroom's server answers")
        declared = ask(port, path="/stories/ferry.html")
        undeclared = ask(port, path="/stories/undeclared.html")
        directly = ask(port, path=f"/{SITE_ID}/ferry/en/thread.fragment.html")
    assert 'name="text"' in declared.text
    assert "No comments yet" in declared.text
    assert undeclared.status == 200
    assert undeclared.text == "<title>undeclared</title>\n<article>[|]</article>"
    assert directly.body == b"", "fragments are for the newsroom's own pages"


@pytest.mark.parametrize("example", [EXAMPLE, DESK_EXAMPLE], ids=lambda path: path.name)
def test_the_example_is_valid_with_tls(tmp_path: Path, example: Path) -> None:
    """`nginx -t` on the shipped file, with test certificates."""
    nginx = needed("nginx", "nginx-light")
    served = make_served(tmp_path)
    folder = tmp_path / "nginx"
    made = make_nginx(folder, served)
    served.close()
    shipped = example.read_text(encoding="utf-8")
    is_desk = example == DESK_EXAMPLE
    servers = 1 if is_desk else 2  # the second one redirects to the desk's port
    assert shipped.count("ssl_certificate ") == shipped.count("ssl_certificate_key ") == servers
    conf = with_tls(
        made.desk_text if is_desk else made.text, made.desk if is_desk else made.port, folder
    )
    (folder / "nginx.conf").write_text(conf, encoding="utf-8")
    result = subprocess.run(
        [nginx, "-t", "-p", str(folder), "-c", str(folder / "nginx.conf"), "-e", "/dev/null"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stderr


@pytest.fixture
def news_site(served: Served, tmp_path: Path) -> Iterator[int]:
    """The port of a news site that has the comments below a path, as in `examples/nginx-path.conf`."""
    (port,) = free_ports(1)
    shipped = (ROOT / "examples" / "nginx-path.conf").read_text(encoding="utf-8")
    ours_by_shipped = {
        "RIVER-POST": SITE_ID,
        "/srv/yobal/data/public": str(served.newsroom.files_dir),
        "http://127.0.0.1:8600": f"http://127.0.0.1:{served.intake}",
    }
    for name, ours in ours_by_shipped.items():
        assert name in shipped
        shipped = shipped.replace(name, ours)
    http, server = shipped.split("# Into `server`")
    server = server.partition("\n")[2]
    folder = tmp_path / "news-site"
    (folder / "pages").mkdir(parents=True)
    (folder / "pages" / "story.html").write_text("<h1>A story</h1>", encoding="utf-8")
    text = (
        f"pid {folder}/pid; error_log /dev/null; worker_processes 1; events {{}}\n"
        f"{'user root;' if os.geteuid() == 0 else ''}\n"
        f"http {{ access_log {folder}/access.log;\n{temp_folders(folder)}\n{http}\n"
        f"server {{ listen 127.0.0.1:{port}; root {folder}/pages;\n{server} }} }}"
    )
    nginx = Nginx(folder, port, desk=0, plain=0, text=text, desk_text="")
    try:
        nginx.start()
        yield port
    finally:
        nginx.stop()


def test_comments_below_a_path_of_the_news_site_are_as_on_a_host_of_their_own(
    served: Served, news_site: int, tmp_path: Path
) -> None:
    assert ask(news_site, path="/story.html").text == "<h1>A story</h1>"
    for path in (
        THREAD,
        f"{THREAD}index.json",
        f"{THREAD}form.frame.html",
        f"{THREAD}nothing.json",
        f"/{SITE_ID}/@/embed.js",
        f"/{SITE_ID}/@/what-we-keep/en.html",
        f"{THREAD}index.html.gz",
    ):
        direct, through = ask(served.intake, path=path), ask(news_site, path=path)
        assert (through.status, through.body) == (direct.status, direct.body), path
        headers = [
            {(name.lower(), value) for name, value in response.headers if name.lower() not in OWN}
            for response in (direct, through)
        ]
        assert headers[0] == headers[1], path
    for path in (THREAD, f"{THREAD}form.frame.html"):
        assert post(news_site, form("Below a path."), path=path).is_received
    log = (tmp_path / "news-site" / "access.log").read_text(encoding="utf-8")
    assert "/story.html" in log
    assert SITE_ID not in log


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


def _waiting_texts(served: Served) -> set[str]:
    served.newsroom.move_inbox()
    with served.newsroom.database.reading() as conn:
        rows = queue.page(conn, SITE_ID, pseudonym="Heron", after=None, limit=100)
    return {served.newsroom.decrypt(row.comment_id).text for row in rows}
