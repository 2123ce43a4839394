"""A thread of fifty on a newsroom's page in Chromium, on a slow phone; and Isso's widget beside it.

Both load the same comments over the same emulated network, compressed, and each round uses a new browser. A widget
is everything but the comments. The frame with the form is apart: its size is that of the form's page. The page notes
the time of its first comment by itself, because a tool that asks it again and again keeps a slow phone busy.

Another page has the same thread without a script: its web server includes the fragment (SSI). Two further pages show
what no widget can avoid: one has nothing, and one has the words of the comments as paragraphs.
"""

import contextlib
import html
import json
import random
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import Any, Final
from urllib.parse import urlsplit

import msgspec
from playwright.sync_api import Browser, CDPSession, sync_playwright

from bench import isso, newsroom, nginx, seed, serving, texts
from bench.interleave import Pace, ratio
from bench.newsroom import SITE_ID, STORY_ID, SeededNewsroom
from bench.opening import ARGUMENTS, chromium_path
from bench.result import Row
from bench.serving import NotAvailable

COMMENTS: Final = 50
CPU_SLOWDOWN: Final = 6  # of a cheap phone against this machine, as in the limit
NETWORK: Final = {  # "Slow 4G" of Chromium's developer tools
    "offline": False,
    "latency": 150,
    "downloadThroughput": 1_600_000 / 8,
    "uploadThroughput": 750_000 / 8,
}
_HOST: Final = """
    gzip on;
    gzip_types application/javascript text/javascript application/json text/css;
    gzip_proxied any;
    server {{
        listen 127.0.0.1:{port};
        root {pages};
        ssi on;
        location /threads/ {{ internal; alias {threads}/; }}
        location /isso/ {{ proxy_pass http://localhost:{isso}/; proxy_set_header Host localhost; }}
    }}
"""
_PAGE: Final = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Ferry workers</title>
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">{links}
<style>yobal-comments, #isso-thread {{ display: block; min-height: 100vh }}</style>
<script>
  window.shifts = 0;
  new PerformanceObserver((list) => {{
    for (const entry of list.getEntries()) window.shifts += entry.value;
  }}).observe({{ type: "layout-shift", buffered: true }});
  (function look() {{
    if ({first_comment}) window.shownAt = performance.now();
    else requestAnimationFrame(look);
  }})();
</script>
<body><h1>Ferry workers</h1>{thread}</html>"""
# Whether the first comment is on the page.
_OURS: Final = 'document.querySelector("yobal-comments")?.shadowRoot?.querySelector(".yobal-text")'
_FIRST_COMMENT: Final = {
    "one-line": _OURS,
    "preloaded": _OURS,
    "included": 'document.querySelector(".yobal-text")',
    "isso": 'document.querySelector(".isso-text")',
    "empty": "true",
    "words": "true",
}
_MAIN_THREAD: Final = ("ScriptDuration", "LayoutDuration", "RecalcStyleDuration")


class Load(msgspec.Struct):
    """What one load of a page took."""

    first_comment_seconds: float = 0
    main_thread_ms: float = 0
    shift: float = 0
    bytes_of: dict[str, int] = {}  # msgspec copies an empty default

    def bytes_without(self, comments: str) -> int:
        """Of everything but the file whose URL contains this."""
        return sum(size for url, size in self.bytes_of.items() if comments not in url)


def measure(pace: Pace, folder: Path) -> list[Row]:
    try:
        chromium = chromium_path()
        with _pages(folder) as origin, sync_playwright() as playwright:
            loads: dict[str, list[Load]] = {name: [] for name in _FIRST_COMMENT}
            for _ in range(pace.rounds):
                for name, its_loads in loads.items():
                    browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
                    its_loads.append(_load(browser, f"{origin}/{name}.html"))
                    browser.close()
    except NotAvailable as missing:
        return [_row("embed: thread of 50", None, 0, "", note=str(missing))]
    return [
        *_rows_of_ours(loads),
        *_rows_beside(loads),
    ]


def _rows_of_ours(loads: dict[str, list[Load]]) -> list[Row]:
    ours, empty = loads["preloaded"], loads["empty"]
    busy_ms, included_ms, words_ms = (
        _beyond(those, empty) for those in (ours, loads["included"], loads["words"])
    )
    sizes = ours[0].bytes_of
    script = sum(size for url, size in sizes.items() if url.endswith("embed.js"))
    thread = sum(size for url, size in sizes.items() if url.endswith("index.json"))
    origins = {urlsplit(url).netloc for url in sizes}
    return [
        _row("embed: thread of 50, padded", thread / 1_000, 16, "kB"),
        _row("embed: script", script / 1_000, 6, "kB"),
        _row("embed: requests", len(sizes), 3, ""),
        _row("embed: origins that are asked", len(origins), 1, ""),
        _row("embed: layout shift", max(load.shift for load in ours), 0, ""),
        _row(
            f"embed: main thread, {CPU_SLOWDOWN} × slower",
            median(busy_ms),
            50,
            "ms",
            note=f"beyond what the page without it takes: {_list(busy_ms)}; "
            f"with SSI: {_list(included_ms)}; the words alone, as paragraphs: {_list(words_ms)}",
        ),
    ]


def _beyond(loads: list[Load], empty: list[Load]) -> list[float]:
    """What each page took beyond the page without a thread in the same round."""
    return [
        load.main_thread_ms - other.main_thread_ms for load, other in zip(loads, empty, strict=True)
    ]


def _list(figures: list[float]) -> str:
    return ", ".join(f"{figure:.0f}" for figure in figures)


def _rows_beside(loads: dict[str, list[Load]]) -> list[Row]:
    widget = loads["preloaded"][0].bytes_without("index.json")
    theirs = loads["isso"][0].bytes_without("?uri=")
    return [
        _row(
            "embed: bytes : Isso's widget",
            widget / theirs,
            0.5,
            note=f"{widget:,} and {theirs:,} bytes",
        ),
        _row_of_time("preloads", loads["preloaded"], loads),
        _row_of_time("the one line alone", loads["one-line"], loads),
        _row_of_time("SSI", loads["included"], loads),
    ]


def _row_of_time(way: str, ours: list[Load], loads: dict[str, list[Load]]) -> Row:
    seconds, peer_seconds, empty_seconds = (
        [load.first_comment_seconds for load in those]
        for those in (ours, loads["isso"], loads["empty"])
    )
    return _row(
        f"embed: time to the first comment, with {way} : Isso's",
        ratio(seconds, peer_seconds),
        0.5,
        note=f"{median(seconds):.2f} s and {median(peer_seconds):.2f} s; the page without a thread "
        f"has its first frame after {median(empty_seconds):.2f} s",
    )


def _row(name: str, figure: float | None, limit: float, unit: str = "×", note: str = "") -> Row:
    return Row(name=name, figure=figure, unit=unit, sense="at most", limit=limit, note=note)


# The pages


@contextlib.contextmanager
def _pages(folder: Path) -> Iterator[str]:
    """A news site's pages with our thread, with Isso's, and with none; yields its origin."""
    port, pages = newsroom.free_port(), folder / "pages"
    pages.mkdir(parents=True)
    origin = f"http://127.0.0.1:{port}"
    seeded = newsroom.seed(folder / "embedded", embedded_form="page")
    comment_texts = _publish(seeded)
    with (
        isso.running(folder / "isso", origin=origin) as peer,
        serving.yobal(seeded, "intake"),
        nginx.running(
            _HOST.format(port=port, pages=pages, threads=seeded.settings.files_dir, isso=peer.port),
            folder / "n",
            port=port,
        ),
    ):
        _send_to_isso(f"{origin}/isso", comment_texts, origin)
        threads = f"{seeded.settings.public_url}/{SITE_ID}"
        ours = (
            f'<script src="{threads}/@/embed.js" async></script>'
            f'<yobal-comments story="{STORY_ID}" edition="en"></yobal-comments>'
        )
        theirs = (
            '<script data-isso="/isso/" src="/isso/js/embed.min.js" async></script>'
            '<section id="isso-thread" data-isso-id="/ferry"></section>'
        )
        files = (f"{threads}/{STORY_ID}/en/index.json", f"{threads}/@/comments.css")
        preloads = (f'<link rel="preload" as="fetch" crossorigin href="{file}">' for file in files)
        _write_page(pages, "one-line", ours)
        _write_page(pages, "preloaded", ours, "".join(preloads))
        _write_page(
            pages,
            "included",
            _included(f"{STORY_ID}/en/thread.fragment.html"),
            links=f"<style>{_included('@/comments.css')}</style>",
        )
        _write_page(pages, "isso", theirs)
        _write_page(pages, "empty", "")
        _write_page(pages, "words", "".join(f"<p>{html.escape(text)}" for text in comment_texts))
        yield origin
    seeded.components.close()


def _included(file: str) -> str:
    """The directive for nginx's SSI that puts this public file here."""
    return f'<!--# include virtual="/threads/{SITE_ID}/{file}" -->'


def _write_page(pages: Path, name: str, thread: str, links: str = "") -> None:
    page = _PAGE.format(thread=thread, links=links, first_comment=_FIRST_COMMENT[name])
    (pages / f"{name}.html").write_text(page)


def _publish(seeded: SeededNewsroom) -> list[str]:
    """The texts of the comments, the same for both."""
    seed.add_published(seeded, COMMENTS)
    seed.write_files(seeded)
    rng = random.Random(7)
    return [texts.comment("en", rng) for _ in range(COMMENTS)]


def _send_to_isso(address: str, comment_texts: list[str], origin: str) -> None:
    for text in comment_texts:
        request = urllib.request.Request(
            f"{address}/new?uri=/ferry",
            json.dumps({"text": text, "title": "Ferry workers"}).encode(),
            {"Content-Type": "application/json", "Origin": origin},
        )
        with urllib.request.urlopen(request) as response:
            response.read()


# One load


def _load(browser: Browser, url: str) -> Load:
    page = browser.new_page(viewport={"width": 360, "height": 740})
    session = page.context.new_cdp_session(page)
    sizes = _record_sizes(session)
    session.send("Network.emulateNetworkConditions", NETWORK)
    session.send("Emulation.setCPUThrottlingRate", {"rate": CPU_SLOWDOWN})
    # Of the thread's own time: others use the same processors.
    session.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(url, wait_until="networkidle")
    shown_at = page.wait_for_function("window.shownAt").json_value()
    metrics = {
        row["name"]: row["value"] for row in session.send("Performance.getMetrics")["metrics"]
    }
    return Load(
        first_comment_seconds=shown_at / 1_000,
        main_thread_ms=sum(metrics[name] for name in _MAIN_THREAD) * 1_000,
        shift=page.evaluate("window.shifts"),
        bytes_of={other: size for other, size in sizes.items() if other != url},
    )


def _record_sizes(session: CDPSession) -> dict[str, int]:
    """The bytes on the wire of each URL, headers included, as they come in."""
    urls: dict[str, str] = {}
    sizes: dict[str, int] = {}

    def on_request(event: dict[str, Any]) -> None:
        if not event["request"]["url"].startswith("data:"):
            urls[event["requestId"]] = event["request"]["url"]

    def on_finished(event: dict[str, Any]) -> None:
        if event["requestId"] in urls:
            sizes[urls[event["requestId"]]] = int(event["encodedDataLength"])

    session.on("Network.requestWillBeSent", on_request)
    session.on("Network.loadingFinished", on_finished)
    session.send("Network.enable")
    return sizes
