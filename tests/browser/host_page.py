"""A news site that embeds threads: its own pages on a host of its own, or on the host of the threads."""

import contextlib
import threading
from collections.abc import Iterator, Mapping
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Page

from tests.harness import SITE_ID, STORY_ID
from tests.ports import free_ports
from tests.serving import Served, serving

STORY_PAGE: Final = "/en/ferry"
# As strict as a page can be that embeds a thread: no inline style, no markup from strings.
STRICT: Final = (
    "default-src 'none'; script-src {threads} 'nonce-host'; connect-src {threads}; "
    "frame-src {threads}; base-uri 'none'; form-action {threads}; "
    "require-trusted-types-for 'script'; trusted-types 'none'"
)


class NewsSite:
    """`origin` is another than that of the threads; `show` opens a story page there or on theirs.

    With `threads_port` the threads are also below a path of this host, as in `examples/nginx-path.conf`.
    """

    def __init__(self, port: int) -> None:
        self.origin = f"http://localhost:{port}"
        self.threads_port: int | None = None
        self._pages: dict[str, tuple[str, Mapping[str, str]]] = {}
        site = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self._forward(self.rfile.read(int(self.headers["Content-Length"])))

            def do_GET(self) -> None:
                if site.threads_port and self.path.startswith(f"/{SITE_ID}/"):
                    self._forward(b"")
                    return
                html, headers = site._pages.get(self.path, ("", {}))
                self.send_response(200 if html else 404)
                for name, value in {"Content-Type": "text/html; charset=utf-8", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(html.encode())

            def _forward(self, body: bytes) -> None:
                threads = HTTPConnection("127.0.0.1", site.threads_port)
                headers = {"Content-Type": self.headers.get("Content-Type", "")}
                threads.request(self.command, self.path, body, headers)
                response = threads.getresponse()
                self.send_response(response.status)
                for name, value in response.getheaders():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(response.read())
                threads.close()

            def log_message(self, format: str, *args: object) -> None:
                """Silent: a test's output is for its failures."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def add(self, path: str, body: str, headers: Mapping[str, str]) -> None:
        self._pages[path] = (body, headers)

    def show(
        self, page: Page, html: str, *, policy: str = "", threads_origin: str = "", path: str = ""
    ) -> None:
        """With `threads_origin` the page is on the host of the threads, as behind one web server."""
        path = path or STORY_PAGE
        headers = {"Content-Security-Policy": policy} if policy else {}
        if threads_origin:
            page.route(
                threads_origin + path,
                lambda route: route.fulfill(
                    body=html, headers={"Content-Type": "text/html; charset=utf-8", **headers}
                ),
            )
        else:
            self.add(path, html, headers)
        page.goto((threads_origin or self.origin) + path)


def story_page(
    threads: str,
    *,
    story_id: str = STORY_ID,
    edition: str = "en",
    before: str = "",
    after: str = "<footer>Imprint</footer>",
    scheme: str = "light",
) -> str:
    """An article, the one line of the template, and what stands after it."""
    words = "The raise did not come, and the ropes at the landing were still tied. " * 30
    return f"""<!doctype html><html lang="{edition}"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="{scheme}">
<title>Ferry workers</title>
<script src="{threads}/{SITE_ID}/@/embed.js" async></script>{before}
<main><h1>Ferry workers</h1><p>{words}</p>
<yobal-comments story="{story_id}" edition="{edition}"
  ><a href="{threads}/{SITE_ID}/{story_id}/{edition}/">Comments</a></yobal-comments></main>
{after}</html>"""


@contextlib.contextmanager
def news_site_with_threads(folder: Path, **settings: Any) -> Iterator[tuple[NewsSite, Served]]:
    """A news site, and a served newsroom that allows it to frame the form."""

    (port,) = free_ports(1)
    site = NewsSite(port)
    try:
        with serving(folder, **({"frame_ancestors": [site.origin]} | settings)) as served:
            yield site, served
    finally:
        site.close()
