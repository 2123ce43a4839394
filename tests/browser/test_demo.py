"""In a demonstration every page of the desk says that it is one."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser.actors import Actors
from tests.browser.gallery import served_demo


def test_every_page_of_the_demo_desk_shows_the_demo_banner(tmp_path: Path, actors: Actors) -> None:
    for demo in served_demo(tmp_path):
        page = actors.context().new_page()
        mark = page.locator("aside.demo")
        for path in ("recover", "join", ""):
            page.goto(demo.desk_url + path)
            expect(mark).to_be_visible()
        page.locator("#pseudonym").fill(demo.pseudonym)
        page.locator("#passphrase").fill(demo.passphrase)
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.locator("#queue-title")).to_be_visible()
        for tab in ("History", "People", "Queue"):
            page.get_by_role("link", name=tab, exact=True).click()
            expect(mark).to_be_visible()
