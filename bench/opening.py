"""200 envelopes opened in Chromium, by the desk's own module on the desk's own page.

The module is built from `frontend/desk/envelope.ts` as the desk is; a signed-in desk opens fifty at
a time, so what it does for a page is done here for four. Unpacking the key is not counted:
it happens once, when a moderator signs in.
"""

import shutil
import subprocess
from pathlib import Path
from statistics import median
from typing import Any, Final

from playwright.sync_api import Page, sync_playwright

from bench import fill, newsroom, serving
from bench.api import Api
from bench.newsroom import Furnished
from bench.rounds import Pace
from bench.row import Row
from bench.serving import NotThere

ENVELOPES: Final = 200
NAME: Final = "200 envelopes opened in Chromium"
_FRONTEND: Final = Path(__file__).parent.parent / "frontend"
_ENTRY: Final = """
export { openRow } from "./desk/envelope.ts";
export { openerOf } from "./desk/keys/identity.ts";
"""
_OPEN: Final = """async ([identity, epoch, rows]) => {
  const openers = new Map([[epoch, await opening.openerOf(identity)]]);
  const started = performance.now();
  const opened = await Promise.all(rows.map((row) => opening.openRow(row, openers)));
  const seconds = (performance.now() - started) / 1000;
  return [seconds, opened.filter((one) => "envelope" in one && one.envelope.text !== "").length];
}"""
_ARGUMENTS: Final = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
)  # fmt: skip


def measure(pace: Pace, folder: Path) -> list[Row]:
    """Every round in a browser that has just begun, so that nothing is compiled beforehand."""
    try:
        chromium, script = _chromium(), _built(folder)
    except NotThere as missing:
        return [Row(name=NAME, figure=None, unit="s", sense="at most", bar=0.5, note=str(missing))]
    furnished = newsroom.furnish(folder / "opening")
    fill.wait(furnished, ENVELOPES)
    with serving.yobal(furnished, "desk"):
        rows = Api(furnished).queue(ENVELOPES)
        found = [_open(furnished, chromium, script, rows) for _ in range(pace.rounds)]
    return [Row(name=NAME, figure=median(found), unit="s", sense="at most", bar=0.5)]


def _open(furnished: Furnished, chromium: str, script: str, rows: list[dict[str, Any]]) -> float:
    given = [furnished.epoch_identity(), rows[0]["epoch"], rows]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
        page: Page = browser.new_page()
        page.goto(furnished.settings.desk_url)
        page.evaluate(script)
        seconds, opened = page.evaluate(_OPEN, given)
        browser.close()
    if opened != ENVELOPES:
        raise ValueError(f"{opened} of {ENVELOPES} were opened")
    return float(seconds)


def _built(folder: Path) -> str:
    """The module as one script that leaves `opening` behind."""
    found = sorted((_FRONTEND / "node_modules" / "@esbuild").glob("*/bin/esbuild"))
    if not found:
        raise NotThere("the front end's packages are missing: make build")
    command = [str(found[0]), "--bundle", "--minify", "--format=iife", "--global-name=opening",
               "--target=chrome111", "--loader=ts", "--log-level=warning"]  # fmt: skip
    done = subprocess.run(
        command, input=_ENTRY, check=True, capture_output=True, text=True, cwd=_FRONTEND
    )
    return done.stdout.replace("var opening", "globalThis.opening", 1)


def _chromium() -> str:
    found = shutil.which("chromium") or shutil.which("chromium-browser")
    if found is None:
        raise NotThere("Chromium is missing: sudo apt-get install chromium")
    return found
