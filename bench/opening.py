"""200 envelopes decrypted in Chromium: a moderator signs in to the real desk and loads four pages.

The desk records how long decrypting each page took (`yobal-decrypt`). Rendering and unlocking the key at
sign-in are not counted.
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
from bench.serving import NotAvailable

PAGES: Final = 4
PAGE_COMMENTS: Final = 50
NAME: Final = "200 envelopes decrypted in Chromium"
_ENTRIES: Final = """() => performance.getEntriesByName("yobal-decrypt")
  .map((entry) => [entry.detail, entry.duration])"""
ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def measure(pace: Pace, folder: Path) -> list[Row]:
    """Every round uses a new browser, so that nothing is compiled beforehand."""
    try:
        chromium = chromium_path()
    except NotAvailable as missing:
        return [_row(None, str(missing))]
    seeded = newsroom.seed(folder / "opening")
    seed.add_pending(seeded, PAGES * PAGE_COMMENTS + 1)
    with serving.yobal(seeded, "desk"), sync_playwright() as playwright:
        seconds = []
        for _ in range(pace.rounds):
            browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            seconds.append(_open(seeded, browser))
            browser.close()
    return [_row(median(seconds), "the sum for four pages of fifty, as recorded by the desk")]


def _open(seeded: SeededNewsroom, browser: Browser) -> float:
    page = browser.new_page()
    page.goto(seeded.settings.desk_url)
    page.get_by_label("Pseudonym").fill(newsroom.PSEUDONYM)
    page.get_by_label("Passphrase").fill(seeded.passphrase)
    page.get_by_role("button", name="Sign in", exact=True).click()
    entries = _read_entries(page, pages=1)
    for page_number in range(1, PAGES):
        page.locator("button.secondary", has_text="more waiting").click()
        entries = _read_entries(page, pages=page_number + 1)
    if [count for count, _ in entries] != [PAGE_COMMENTS] * PAGES:
        raise ValueError(f"the desk decrypted {entries}")
    return sum(took_ms for _, took_ms in entries) / 1_000


def _read_entries(page: Page, *, pages: int) -> list[tuple[int, float]]:
    page.wait_for_function(f"() => performance.getEntriesByName('yobal-decrypt').length >= {pages}")
    entries: list[Any] = page.evaluate(_ENTRIES)
    return [(count, took_ms) for count, took_ms in entries]


def _row(figure: float | None, note: str) -> Row:
    return Row(name=NAME, figure=figure, unit="s", sense="at most", limit=0.5, note=note)


def chromium_path() -> str:
    """Raises NotAvailable."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise NotAvailable("Chromium is missing: sudo apt-get install chromium")
    return path
