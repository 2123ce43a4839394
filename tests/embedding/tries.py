"""What has to work on a story page, whatever system made it; and how a test starts that system."""

import contextlib
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, Final

from playwright.sync_api import Browser, Page, expect

from tests.harness import SITE_ID
from tests.ports import free_ports
from tests.serving import ROOT, Served, is_listening, serving, wait_for
from yobal.actions import declare_story
from yobal.core.thread import Edition

EXAMPLES: Final = ROOT / "examples" / "embed"


def address_of(served: Served) -> str:
    """The address of all threads, as an operator writes it into a template."""
    return f"http://127.0.0.1:{served.intake}/{SITE_ID}"


@contextlib.contextmanager
def framed_by(folder: Path, port: int, **settings: Any) -> Iterator[Served]:
    """A served newsroom whose form may be framed by the news site on this port."""
    with serving(folder, frame_ancestors=[f"http://localhost:{port}"], **settings) as served:
        yield served


def declare(served: Served, story_id: str, url: str, *, edition: str = "en") -> None:
    declare_story.add(
        served.newsroom.database,
        served.newsroom.rules,
        story_id,
        Edition(tag=edition, title="Ferry", url=url),
    )
    served.newsroom.run_scheduler()


def one_free_port() -> int:
    return free_ports(1)[0]


@contextlib.contextmanager
def running(
    command: Sequence[str | Path], folder: Path, *, port: int, environment: Mapping[str, str]
) -> Iterator[None]:
    """A program that listens on the port until the context ends."""
    with (folder / "output").open("ab") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=dict(environment), stdout=output, stderr=output
        )
    try:
        wait_for(lambda: process.poll() is not None or is_listening(port), f"{command[0]} listens")
        assert process.poll() is None, (folder / "output").read_text(errors="replace")[-2_000:]
        yield
    finally:
        process.terminate()
        process.wait(timeout=120)


@contextlib.contextmanager
def static_site(folder: Path, port: int) -> Iterator[str]:
    """The folder served as files, as behind any web server. Yields its origin."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            """Silent: a test's output is for its failures."""

    server = ThreadingHTTPServer(("127.0.0.1", port), partial(Quiet, directory=str(folder)))
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://localhost:{port}"
    server.shutdown()
    server.server_close()


def check_thread_and_form(
    page: Page, url: str, served: Served, story_id: str, *, edition: str = "en"
) -> None:
    """The thread is drawn on the page, and a comment that is sent in its frame reaches the newsroom."""
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    words = "They have carried us for years."
    served.newsroom.publish_new(words, name="Dara", story_id=story_id, edition=edition)
    page.goto(url)
    thread = page.locator("yobal-comments")
    expect(thread).to_have_count(1)
    thread.scroll_into_view_if_needed()
    expect(thread.get_by_text(words).first).to_be_visible()
    thread.locator(".form.is-shown").scroll_into_view_if_needed()
    form = thread.frame_locator(".form > iframe")
    form.get_by_role("textbox", name="Your comment").fill("From a page of the news site.")
    form.get_by_role("button", name="Send to the moderators").click()
    expect(form.locator(".yobal-preview")).to_be_visible()
    form.get_by_role("button", name="Send to the moderators").click()
    expect(form.get_by_role("heading", name="Your comment reached us")).to_be_visible()
    assert page.url == url
    assert errors == []
    served.newsroom.move_inbox()
    waiting = [row for row in served.newsroom.read_table("comments") if row["state"] == "pending"]
    assert [row["story_id"] for row in waiting] == [story_id]


def check_nothing_is_shown(page: Page, url: str) -> None:
    """The page of a story that is not declared: no thread, no link, no message, no room."""
    page.goto(url)
    thread = page.locator("yobal-comments")
    expect(thread).to_have_count(1)
    expect(thread.locator("a")).to_be_hidden()
    wait_for(lambda: thread.evaluate("host => host.offsetHeight") == 0, "it takes no room")


def check_link_without_script(
    browser: Browser, url: str, served: Served, story_id: str, *, edition: str = "en"
) -> None:
    """Without JavaScript the link leads to the complete page."""
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(url)
    page.locator("yobal-comments a").click()
    expect(page.get_by_role("heading", name="Add your comment")).to_be_visible()
    assert page.url == f"{address_of(served)}/{story_id}/{edition}/"
    context.close()
