"""A picture of every page: phone, desktop and a 27-inch screen, light and dark, English, Khmer and right to left.

`python -m tests.browser.screenshots [FOLDER]`, which `make screenshots` does.
"""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final, Literal

from playwright.sync_api import Page, ViewportSize, sync_playwright

from tests.browser.actors import DESKTOP, Actors
from tests.browser.bulk import open_bulk_harness
from tests.browser.fixtures import SLOT_SECONDS, chromium_arguments, headless_path, serve_newsroom
from tests.browser.gallery import Gallery, served_demo

# What each language needs to be drawn at all, and the Debian package that brings it.
FONTS: Final = {"km": "fonts-noto-core", "ar": "fonts-noto-core", "ja": "fonts-noto-cjk"}
SHAPES: Final = {
    "phone": ViewportSize(width=360, height=740),  # a cheap one
    "desktop": DESKTOP["viewport"],
    "wide": ViewportSize(width=2560, height=1440),
}
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")


class Camera:
    """Takes each page in every shape and colour, in full length."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.pictures = 0

    def take(self, name: str, page: Page) -> None:
        for shape, size in SHAPES.items():
            page.set_viewport_size(size)
            for scheme in SCHEMES:
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                path = self._folder / f"{name}-{shape}-{scheme}.png"
                page.screenshot(path=path, full_page=True)
                self.pictures += 1
        page.set_viewport_size(SHAPES["desktop"])


def missing_fonts() -> list[str]:
    """Debian's packages without which a language would be drawn as boxes."""
    missing = set()
    for lang, package in FONTS.items():
        found = subprocess.run(
            ["fc-list", f":lang={lang}"], capture_output=True, text=True, check=True
        )
        if not found.stdout.strip():
            missing.add(package)
    return sorted(missing)


def take_all(folder: Path) -> int:
    """Every page into a folder; how many pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    camera = Camera(folder)
    with tempfile.TemporaryDirectory() as rooms, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=headless_path(), args=chromium_arguments()
        )
        actors = Actors(browser)
        for demo in served_demo(Path(rooms)):
            for served in serve_newsroom(
                browser, Path(rooms) / "quick", release_interval_seconds=SLOT_SECONDS
            ):
                for bulk in open_bulk_harness(served):
                    gallery = Gallery(served, bulk, demo, actors, camera.take)
                    for edition in ("en", "km", "ar"):
                        gallery.readers(edition)
                    gallery.moderators()
        actors.close()
        browser.close()
    return camera.pictures


def main() -> int:
    missing = missing_fonts()
    if missing:
        print(f"Fonts are missing. On Debian: apt-get install {' '.join(missing)}", file=sys.stderr)
        return 1
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots")
    print(f"{take_all(folder)} pictures in {folder}/")
    return 0


if __name__ == "__main__":
    sys.exit(main())
