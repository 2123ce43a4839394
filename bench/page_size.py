"""What a phone downloads: a page of 50 comments of 300 characters, compressed and padded."""

from pathlib import Path
from typing import Final

from bench import newsroom, seed
from bench.interleave import Pace
from bench.result import Row
from yobal.core import paths

COMMENTS: Final = 50
LIMITS: Final = {"en": 16.0, "km": 24.0}
LANGUAGES: Final = {"en": "English", "km": "Khmer"}


def measure(_pace: Pace, folder: Path) -> list[Row]:
    return [_measure_page(folder / f"page-size-{lang}", lang) for lang in LIMITS]


def _measure_page(folder: Path, lang: str) -> Row:
    seeded = newsroom.seed(folder)
    seed.add_published(seeded, COMMENTS, lang=lang)
    seed.write_files(seeded)
    files = seeded.settings.files_dir
    page = files / paths.thread_folder(newsroom.SITE_ID, newsroom.STORY_ID, lang) / "index.html"
    size_bytes = Path(f"{page}.gz").stat().st_size
    has_script = b"<script" in page.read_bytes().lower()
    seeded.components.close()
    return Row(
        name=f"page of 50, padded, {LANGUAGES[lang]}",
        unit="kB",
        sense="at most",
        figure=None if has_script else size_bytes / 1_000,
        limit=LIMITS[lang],
        note="there is a script on the page" if has_script else "",
    )
