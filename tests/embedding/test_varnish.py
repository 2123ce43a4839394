"""Thread and form put into story pages by Varnish, with the shipped example."""

import os
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from tests.embedding.tries import (
    EXAMPLES,
    declare,
    framed_by,
    one_free_port,
    running,
    static_site,
)
from tests.harness import SITE_ID
from tests.serving import Served, ask, needed

STORY = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Ferry</title>
<h1>Ferry workers</h1>
<esi:include src="/{site}/{story}/en/thread.fragment.html"/>
<esi:include src="/{site}/{story}/en/form.fragment.html"/>
<footer>Imprint</footer></html>"""


def _example(served: Served, news: int) -> str:
    text = (EXAMPLES / "varnish.vcl").read_text(encoding="utf-8")
    for before, after in (
        ('"8080"', f'"{news}"'),
        ('"8460"', f'"{served.intake}"'),
        ("/river-post/", f"/{SITE_ID}/"),
    ):
        assert before in text
        text = text.replace(before, after)
    return text


def test_varnish_includes_thread_and_form_and_nothing_for_an_undeclared_story(
    tmp_path: Path, browser_here: Browser, page: Page
) -> None:
    news, port = one_free_port(), one_free_port()
    with framed_by(tmp_path / "yobal", port) as served:
        pages = tmp_path / "news"
        pages.mkdir()
        for story in ("ferry", "undeclared"):
            html = STORY.format(site=SITE_ID, story=story)
            (pages / f"{story}.html").write_text(html, encoding="utf-8")
        folder = tmp_path / "varnish"
        folder.mkdir()
        (folder / "example.vcl").write_text(_example(served, news), encoding="utf-8")
        options = ["-F", "-a", f"127.0.0.1:{port}", "-f", str(folder / "example.vcl")]
        options += ["-n", str(folder / "work"), "-j", "none", "-s", "malloc,16m"]
        command = [needed("varnishd", "varnish"), *options]
        with (
            static_site(pages, news),
            running(command, folder, port=port, environment=os.environ),
        ):
            declare(served, "ferry", f"http://localhost:{port}/ferry.html")
            served.newsroom.publish_new("They have carried us.", name="Dara", story_id="ferry")
            page.goto(f"http://localhost:{port}/ferry.html")
            expect(page.get_by_text("They have carried us.")).to_be_visible()
            expect(page.get_by_text("Imprint")).to_be_visible()
            _send_without_script(browser_here, page.url, served)
            page.goto(f"http://localhost:{port}/undeclared.html")
            assert page.locator("body").inner_text().split("\n")[0] == "Ferry workers"
            assert page.locator("body > *").evaluate_all("list => list.map(e => e.tagName)") == [
                "H1",
                "FOOTER",
            ]
            alone = ask(port, path=f"/{SITE_ID}/ferry/en/thread.fragment.html")
            assert alone.status == 404
            served.stop()
            page.goto(f"http://localhost:{port}/undeclared.html?2")
            expect(page.get_by_text("Imprint")).to_be_visible()


def _send_without_script(browser: Browser, url: str, served: Served) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(url)
    page.get_by_role("textbox", name="Your comment").fill("From an included form.")
    page.get_by_role("button", name="Send to the moderators").click()
    page.get_by_role("button", name="Send to the moderators").click()
    expect(page.get_by_role("heading", name="Your comment reached us")).to_be_visible()
    assert page.url.startswith(f"http://127.0.0.1:{served.intake}/")
    context.close()
