"""From the press of a button to the first comment on screen, in Chromium: with seven words, and with a passkey.

The authenticator is Chromium's own, which needs no person; a touch takes as long as the person takes.
"""

from pathlib import Path
from statistics import median
from typing import Any, Final

from playwright.sync_api import Browser, Page, sync_playwright

from bench import newsroom, seed, serving
from bench.interleave import Pace
from bench.newsroom import SeededNewsroom
from bench.opening import ARGUMENTS, chromium_path
from bench.result import Row
from bench.serving import NotAvailable

COMMENTS: Final = 60  # more than a page
WORDS: Final = "sign-in with words to the first comment"
PASSKEY: Final = "sign-in with a passkey to the first comment"
LIMITS: Final = {WORDS: 1.5, PASSKEY: 1.0}
AUTHENTICATOR: Final[dict[str, Any]] = {
    "protocol": "ctap2",
    "ctap2Version": "ctap2_1",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "hasPrf": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
# The comment counts when the frame that shows it has been painted.
_MEASURE: Final = """(selector) => new Promise((resolve) => {
  const began = performance.now();
  new MutationObserver((_changes, observer) => {
    if (document.querySelector("#focus[data-id]") === null) return;
    observer.disconnect();
    requestAnimationFrame(() => setTimeout(() => resolve(performance.now() - began)));
  }).observe(document.body, { childList: true, subtree: true });
  document.querySelector(selector).click();
})"""


def measure(pace: Pace, folder: Path) -> list[Row]:
    """Every round uses a new browser, so that nothing is compiled beforehand."""
    try:
        chromium = chromium_path()
    except NotAvailable as missing:
        return [_row(name, None, str(missing)) for name in LIMITS]
    seeded = newsroom.seed(folder / "signing-in")
    seed.add_pending(seeded, COMMENTS)
    seconds: dict[str, list[float]] = {name: [] for name in LIMITS}
    with serving.yobal(seeded, "desk"), sync_playwright() as playwright:
        for _ in range(pace.rounds):
            browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
            for name, took in _sign_in_twice(seeded, browser).items():
                seconds[name].append(took)
            browser.close()
    return [_row(name, median(took), "") for name, took in seconds.items()]


def _sign_in_twice(seeded: SeededNewsroom, browser: Browser) -> dict[str, float]:
    page = browser.new_page()
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    page.goto(seeded.settings.desk_url)
    page.get_by_label("Pseudonym").fill(newsroom.PSEUDONYM)
    page.get_by_label("Passphrase").fill(seeded.passphrase)
    words = float(page.evaluate(_MEASURE, "button[type=submit]"))
    _add_passkey(page, seeded)
    page.evaluate(
        "() => fetch('/api/desk/sign-out', {method: 'POST', body: '{}',"
        " headers: {'Content-Type': 'application/json'}})"
    )
    page.goto(seeded.settings.desk_url)
    page.locator("#use-passkey").wait_for()
    passkey = float(page.evaluate(_MEASURE, "#use-passkey"))
    return {WORDS: words / 1_000, PASSKEY: passkey / 1_000}


def _add_passkey(page: Page, seeded: SeededNewsroom) -> None:
    page.get_by_role("link", name="My keys", exact=True).click()
    page.locator("#new-passkey-name").fill("Bench")
    page.locator("#passkey-words").fill(seeded.passphrase)
    page.get_by_role("button", name="Add a passkey", exact=True).click()
    page.locator("#keys-result").wait_for()


def _row(name: str, figure: float | None, note: str) -> Row:
    return Row(name=name, figure=figure, unit="s", sense="at most", limit=LIMITS[name], note=note)
