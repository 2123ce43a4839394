"""Fixtures of tests in Chromium: the system's browser, newsrooms set up through it, and their people.

All are per module: Playwright keeps an event loop in this thread while it runs, and tests of other
parts want to start their own.
"""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from tests.browser.actors import Actors, Moderator
from tests.browser.newsroom import STILL_SECONDS, BrowserNewsroom

ARGUMENTS: Final = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
LEAD: Final = "Heron"
SLOT_SECONDS: Final = 1


def chromium_path() -> str:
    """The whole browser, for tests of what it writes to its profile."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    assert path, "Chromium is not installed; Debian's package is `chromium`"
    return path


def headless_path() -> str:
    """The same browser without its own windows where there is one: it draws a page in two thirds of the time."""
    return shutil.which("chromium-headless-shell") or chromium_path()


def chromium_arguments() -> list[str]:
    # Chromium's sandbox does not work for root.
    return [*ARGUMENTS, "--no-sandbox"] if os.geteuid() == 0 else list(ARGUMENTS)


@pytest.fixture(scope="module")
def playwright_here() -> Iterator[Playwright]:
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="module")
def browser_here(playwright_here: Playwright) -> Iterator[Browser]:
    browser = playwright_here.chromium.launch(
        executable_path=headless_path(), args=chromium_arguments()
    )
    yield browser
    browser.close()


@pytest.fixture
def actors(browser_here: Browser) -> Iterator[Actors]:
    """The people of one test; at its end, nothing forbidden may have happened on their pages."""
    actors = Actors(browser_here)
    yield actors
    actors.close()
    assert actors.watch.seen == []


class NewsroomWithLead:
    """A newsroom with its first lead, made through the browser, and how that lead signs in."""

    def __init__(self, newsroom: BrowserNewsroom, lead: Moderator) -> None:
        self.newsroom = newsroom
        self.pseudonym = lead.pseudonym
        self.passphrase = lead.passphrase
        self.sheet = lead.sheet
        self._lead = lead

    def lead(self, actors: Actors) -> Moderator:
        """The lead in the browser that made the keys, on a new page; it stays signed in for others."""
        return actors.reopen(self._lead)

    def lead_in_fresh_browser(self, actors: Actors, **options: object) -> Moderator:
        """The lead in a fresh browser, signed in: for tests that end sessions or use another device."""
        return actors.moderator(self.newsroom, **options).sign_in(self.pseudonym, self.passphrase)


class Colleague:
    """A second moderator of the newsroom, Egret, who joined by a link."""

    def __init__(self, served: NewsroomWithLead, people: Actors) -> None:
        lead = served.lead(people)
        self.link = lead.invite("moderator")
        self._joined = people.moderator(served.newsroom)
        self._joined.register(self.link, "Egret")
        lead.confirm("Egret", self._joined.read_words())
        self._joined.settled()

    def at_desk(self, actors: Actors) -> Moderator:
        return actors.reopen(self._joined)


def serve_newsroom(
    browser: Browser,
    folder: Path,
    *,
    release_interval_seconds: int,
    database: str = "",
    may_report: str = "",
    **settings: object,
) -> Iterator[NewsroomWithLead]:
    """Serve a new newsroom, and let the first lead set it up.

    The server must print nothing, but for lines in which the pattern `may_report` is found.
    """
    newsroom = BrowserNewsroom(
        folder, release_interval_seconds=release_interval_seconds, database=database, **settings
    )
    newsroom.start()
    people = Actors(browser)
    try:
        lead = people.moderator(newsroom).join_first(newsroom.first_link, LEAD)
        yield NewsroomWithLead(newsroom, lead)
    finally:
        people.close()
        output = newsroom.stop()
    lines = output.splitlines()
    assert [line for line in lines if not (may_report and re.search(may_report, line))] == []


@pytest.fixture(scope="module")
def quick(
    browser_here: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NewsroomWithLead]:
    """A newsroom that releases every second."""
    yield from serve_newsroom(
        browser_here, tmp_path_factory.mktemp("quick"), release_interval_seconds=SLOT_SECONDS
    )


@pytest.fixture(scope="module")
def still(
    browser_here: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NewsroomWithLead]:
    """A newsroom whose next slot does not come during a test: every decision can be undone."""
    yield from serve_newsroom(
        browser_here, tmp_path_factory.mktemp("still"), release_interval_seconds=STILL_SECONDS
    )


@pytest.fixture(scope="module")
def colleague(still: NewsroomWithLead, browser_here: Browser) -> Iterator[Colleague]:
    people = Actors(browser_here)
    yield Colleague(still, people)
    people.close()
