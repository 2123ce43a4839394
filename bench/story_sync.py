"""`yobal story sync` of a sitemap with 10,000 stories: how long it takes and how much memory."""

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import msgspec

from bench.interleave import Pace
from bench.result import Row
from yobal.actions import setup_site
from yobal.server.settings import load
from yobal.server.wiring import build_components, prepare_storage

STORIES_MAX: Final = 10_000
LIMIT_SECONDS: Final = 60.0
LIMIT_MEGABYTES: Final = 200.0
_REPEAT_SECONDS: Final = 10.0  # what a timer does every quarter of an hour
_HEAD: Final = (
    '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    ' xmlns:xhtml="http://www.w3.org/1999/xhtml">'
)


def measure(pace: Pace, folder: Path) -> list[Row]:
    """The first sync declares and writes everything; the second finds nothing new."""
    stories = min(pace.comments // 10, STORIES_MAX)
    _make_site(folder, stories)
    first, second = _sync(folder), _sync(folder)
    written = len(list((folder / "data" / "public").rglob("index.html")))
    if written != stories:
        raise RuntimeError(f"{written} pages instead of {stories}")
    name = f"sync of a sitemap with {stories:,} stories"
    return [
        Row(
            name=name,
            figure=first.seconds,
            sense="at most",
            limit=LIMIT_SECONDS,
            unit="s",
            note=f"{first.cpu_seconds:.0f} s of a processor",
        ),
        Row(
            name=f"{name}, memory",
            figure=first.megabytes,
            sense="at most",
            limit=LIMIT_MEGABYTES,
            unit="MB",
        ),
        Row(
            name=f"{name}, again",
            figure=second.seconds,
            sense="at most",
            limit=_REPEAT_SECONDS,
            unit="s",
            note=f"{second.cpu_seconds:.1f} s of a processor",
        ),
    ]


def _make_site(folder: Path, stories: int) -> None:
    path = folder / "yobal.toml"
    path.write_text('site_id = "river-post"\nsite_name = "The River Post"\n', encoding="utf-8")
    settings = load(path, {})
    prepare_storage(settings)
    components = build_components(settings)
    setup_site.create_site(
        components.database, components.rules, name="The River Post", now=time.time()
    )
    components.close()
    with (folder / "sitemap.xml").open("w", encoding="utf-8") as sitemap:
        sitemap.write(_HEAD)
        for number in range(stories):
            url = f"https://news.example/en/{number}-ferry-workers-strike"
            sitemap.write(f"<url><loc>{url}</loc><lastmod>2026-11-20</lastmod></url>")
        sitemap.write("</urlset>")


class _Run(msgspec.Struct, frozen=True, kw_only=True):
    seconds: float
    cpu_seconds: float
    megabytes: float  # the most that the process held


def _sync(folder: Path) -> _Run:
    words = [sys.executable, "-m", "yobal", "story", "sync", "sitemap.xml", "--edition", "en"]
    started = time.perf_counter()
    process = subprocess.Popen(
        words, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise RuntimeError(f"yobal story sync ended with {process.returncode}")
    return _Run(
        seconds=time.perf_counter() - started,
        cpu_seconds=usage.ru_utime + usage.ru_stime,
        megabytes=usage.ru_maxrss * 1_024 / 1_000_000,
    )
