"""What a phone downloads: a compressed page of 50 comments of 300 characters, and its stylesheet."""

from pathlib import Path
from typing import Final

from bench import newsroom, seed
from bench.interleave import Pace
from bench.result import Row
from yobal.core import paths

COMMENTS: Final = 50
LIMITS: Final = {"en": 15.0, "km": 25.0}
LANGUAGES: Final = {"en": "English", "km": "Khmer"}


def measure(_pace: Pace, folder: Path) -> list[Row]:
    return [_measure_page(folder / f"page-size-{lang}", lang) for lang in LIMITS]


def _measure_page(folder: Path, lang: str) -> Row:
    seeded = newsroom.seed(folder)
    seed.add_published(seeded, COMMENTS, lang=lang)
    seed.write_files(seeded)
    files = seeded.settings.files_dir
    page = files / paths.thread_folder(newsroom.SITE_ID, newsroom.STORY_ID, lang) / "index.html"
    style = files / paths.style(newsroom.SITE_ID)
    size_bytes = sum(Path(f"{path}.gz").stat().st_size for path in (page, style))
    has_script = b"<script" in page.read_bytes().lower()
    seeded.components.close()
    return Row(
        name=f"page of 50 with styles, {LANGUAGES[lang]}",
        unit="kB",
        sense="at most",
        figure=None if has_script else size_bytes / 1_000,
        limit=LIMITS[lang],
        note="there is a script on the page" if has_script else "",
    )
