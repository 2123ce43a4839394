"""200 envelopes opened in Chromium: a moderator signs in at the real desk and turns four pages.

The desk itself notes how long opening each page took (`yobal-open`); drawing is not counted, nor is
the key that signing in unpacks once.
"""

import shutil
from pathlib import Path
from statistics import median
from typing import Any, Final

from playwright.sync_api import Browser, Page, sync_playwright

from bench import newsroom, seed, serving
from bench.interleave import Pace
from bench.newsroom import SeededNewsroom
from bench.result import Row
from bench.serving import NotThere

PAGES: Final = 4
A_PAGE: Final = 50
NAME: Final = "200 envelopes opened in Chromium"
_NOTED: Final = """() => performance.getEntriesByName("yobal-open")
  .map((one) => [one.detail, one.duration])"""
_ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def measure(pace: Pace, folder: Path) -> list[Row]:
    """Every round in a browser that has just begun: nothing is compiled beforehand."""
    try:
        chromium = _chromium()
    except NotThere as missing:
        return [_row(None, str(missing))]
    seeded = newsroom.seed(folder / "opening")
    seed.wait(seeded, PAGES * A_PAGE + 1)
    with serving.yobal(seeded, "desk"), sync_playwright() as playwright:
        found = []
        for _ in range(pace.rounds):
            browser = playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
            found.append(_open(seeded, browser))
            browser.close()
    return [_row(median(found), "the sum of four pages of fifty, as the desk noted it")]


def _open(seeded: SeededNewsroom, browser: Browser) -> float:
    page = browser.new_page()
    page.goto(seeded.settings.desk_url)
    page.get_by_label("Pseudonym").fill(newsroom.PSEUDONYM)
    page.get_by_label("Passphrase").fill(seeded.passphrase)
    page.get_by_role("button", name="Sign in", exact=True).click()
    noted = _noted(page, pages=1)
    for turned in range(1, PAGES):
        page.locator("button.second", has_text="more wait").click()
        noted = _noted(page, pages=turned + 1)
    if [count for count, _ in noted] != [A_PAGE] * PAGES:
        raise ValueError(f"the desk opened {noted}")
    return sum(took_ms for _, took_ms in noted) / 1_000


def _noted(page: Page, *, pages: int) -> list[tuple[int, float]]:
    page.wait_for_function(f"() => performance.getEntriesByName('yobal-open').length >= {pages}")
    noted: list[Any] = page.evaluate(_NOTED)
    return [(count, took_ms) for count, took_ms in noted]


def _row(figure: float | None, note: str) -> Row:
    return Row(name=NAME, figure=figure, unit="s", sense="at most", bar=0.5, note=note)


def _chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        raise NotThere("Chromium is missing: sudo apt-get install chromium")
    return found
