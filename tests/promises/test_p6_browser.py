"""P6 in Chromium: everything that a reader does works without JavaScript, cookies or third parties.

Controls: a page that sets a cookie and loads a foreign picture is detected.
"""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect

from tests.browser.actors import PHONE, WAIT_MS, Actors, Reader, Watch, wait_for
from tests.browser.fixtures import NewsroomWithLead, chromium_arguments, chromium_path

COOKIES_BLOCKED = {"profile": {"default_content_setting_values": {"cookies": 2}}}
WORDS = "Nothing but plain text."


@pytest.fixture
def shut(playwright_here: Playwright, tmp_path: Path) -> Iterator[BrowserContext]:
    """A phone on which JavaScript is off and cookies and storage are blocked."""
    yield from _context(playwright_here, tmp_path, COOKIES_BLOCKED, javascript=False)


@pytest.fixture
def careless(playwright_here: Playwright, tmp_path: Path) -> Iterator[BrowserContext]:
    """A phone with default settings: it stores what a site wants to store."""
    yield from _context(playwright_here, tmp_path, {}, javascript=True)


def _context(
    playwright: Playwright, folder: Path, preferences: object, *, javascript: bool
) -> Iterator[BrowserContext]:
    profile = folder / "profile"
    (profile / "Default").mkdir(parents=True)
    (profile / "Default" / "Preferences").write_text(json.dumps(preferences), encoding="utf-8")
    context = playwright.chromium.launch_persistent_context(
        profile,
        executable_path=chromium_path(),
        args=chromium_arguments(),
        java_script_enabled=javascript,
        locale="en-GB",
        **PHONE,
    )
    context.set_default_timeout(WAIT_MS)
    yield context
    context.close()


def test_everything_works_with_javascript_off_and_cookies_blocked(
    quick: NewsroomWithLead, actors: Actors, shut: BrowserContext
) -> None:
    _walk(quick, actors, shut)


def test_a_phone_with_default_settings_stores_nothing(
    quick: NewsroomWithLead, actors: Actors, careless: BrowserContext
) -> None:
    page = _walk(quick, actors, careless)
    assert careless.cookies() == []
    assert _stored_bytes(page, quick.newsroom.public_url) == 0
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_control_a_page_that_sets_a_cookie_and_loads_a_foreign_picture_is_detected(
    careless: BrowserContext, telltale: str
) -> None:
    watch = Watch()
    watch.observe(careless)
    page = careless.new_page()
    page.goto(telltale)
    page.evaluate("localStorage.setItem('who', 'you')")
    assert [cookie["name"] for cookie in careless.cookies()] == ["who"]
    assert page.evaluate("localStorage.length") == 1
    assert watch.seen == ["request: http://pictures.example/pixel.png"]


def test_control_a_phone_that_blocks_cookies_stores_none(
    shut: BrowserContext, telltale: str
) -> None:
    page = shut.new_page()
    page.goto(telltale)
    assert shut.cookies() == []
    page.goto(telltale)
    expect(page.locator("b")).to_have_text("no cookie came")


@pytest.fixture
def telltale() -> Iterator[str]:
    """A page that does what our pages must not do."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Telltale)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


class _Telltale(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        came = self.headers.get("Cookie") or "no cookie came"
        self.send_response(200)
        self.send_header("Set-Cookie", "who=you; Max-Age=1000")
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(f"<b>{came}</b><img src=http://pictures.example/pixel.png>".encode())

    def log_message(self, format: str, *args: object) -> None:
        """Silent: a test's output is for its failures."""


def _walk(served: NewsroomWithLead, actors: Actors, context: BrowserContext) -> Page:
    """Read, write, look up, reply, withdraw; every request goes to the newsroom's own host."""
    watch, urls = Watch(), list[str]()
    watch.observe(context)
    context.on("request", lambda request: urls.append(request.url))
    story = served.newsroom.story("en", "km")
    reader = Reader(context.new_page(), story).open()
    code = reader.send(WORDS, name="Somebody")
    desk = served.lead(actors)
    desk.open(WORDS)
    desk.press("a")
    expect(desk.toast).to_contain_text("Published")
    wait_for(lambda: story.texts() == [WORDS])
    reader.until(code, "Your comment is published")
    reader.open()
    expect(reader.page.locator(".yobal-text")).to_have_text(WORDS)
    reader.reply("And a reply to it.")
    reader.open()
    reader.page.locator(".yobal-editions a").click()
    expect(reader.page.locator("html")).to_have_attribute("lang", "km")
    reader.find(code)
    reader.take_back("At the next release, among others")
    reader.until(code, "We found no receipt with this code")
    assert watch.seen == []
    assert all(url.startswith(served.newsroom.public_url + "/") for url in urls), urls
    # The browser's history holds only pages that every reader visits.
    pages = {url.partition("#")[0] for url in urls if url.endswith("/")}
    assert pages == {story.url, story.in_edition("km").url}
    return reader.page


def _stored_bytes(page: Page, origin: str) -> float:
    devtools = page.context.new_cdp_session(page)
    return float(devtools.send("Storage.getUsageAndQuota", {"origin": origin})["usage"])
