"""`yobal import disqus --write`: how many comments a second, and how much memory."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import msgspec

from bench.interleave import Pace
from bench.result import Row
from yobal.actions import setup_site
from yobal.server.settings import load
from yobal.server.wiring import build_components, prepare_storage

COMMENTS_MAX: Final = 1_000_000
LIMIT_PER_SECOND: Final = 5_000.0
LIMIT_MEGABYTES: Final = 300.0
_COMMENTS_PER_STORY: Final = 1_000
_COMMENTS_OF_PACE: Final = 10  # the pace counts submissions, which are a tenth as fast
_START: Final = datetime(2016, 1, 1, tzinfo=UTC)
_HEAD: Final = (
    '<?xml version="1.0" encoding="utf-8"?>\n<disqus xmlns="http://disqus.com"'
    ' xmlns:dsq="http://disqus.com/disqus-internals">\n'
)
_WORDS: Final = (
    "The ferry was late again this morning &amp; nobody told us why. I have taken it for twenty years.",
    "Ask the <a href='https://ministry.example/ferry'>ministry</a>, they have the money.",
    "ខ្ញុំយល់ស្រប ប៉ុន្តែតម្លៃសំបុត្រខ្ពស់ពេកសម្រាប់ពួកយើង។",
    "Except on paydays.<br>Then there are two of them, and both are empty.",
)


def measure(pace: Pace, folder: Path) -> list[Row]:
    """A million comments if the pace has them; two thirds are replies."""
    comments = min(pace.comments * _COMMENTS_OF_PACE, COMMENTS_MAX)
    _make_site(folder)
    file = folder / "disqus.xml"
    with file.open("w", encoding="utf-8") as opened:
        opened.writelines(_export(comments))
    imported = _import(folder)
    again = _import(folder)
    if f"{comments:,} public" not in imported.printed or "read: 0 public" not in again.printed:
        raise RuntimeError(imported.printed + again.printed)
    name = f"import of {comments:,} comments from Disqus"
    return [
        Row(
            name=name,
            figure=comments / imported.seconds,
            sense="at least",
            limit=LIMIT_PER_SECOND,
            unit="/s",
            note=f"{file.stat().st_size / 1_000_000:.0f} MB of XML; {imported.cpu_seconds:.0f} s of a"
            f" processor; the same file again at {comments / again.seconds:,.0f}/s",
        ),
        Row(
            name=f"{name}, memory",
            figure=imported.megabytes,
            sense="at most",
            limit=LIMIT_MEGABYTES,
            unit="MB",
        ),
    ]


def _make_site(folder: Path) -> None:
    path = folder / "yobal.toml"
    path.write_text('site_id = "river-post"\nsite_name = "The River Post"\n', encoding="utf-8")
    settings = load(path, {})
    prepare_storage(settings)
    components = build_components(settings)
    setup_site.create_site(
        components.database, components.rules, name="The River Post", now=time.time()
    )
    components.close()


def _export(comments: int) -> Iterator[str]:
    yield _HEAD
    for story in range(-(-comments // _COMMENTS_PER_STORY)):
        yield (
            f'<thread dsq:id="t{story}"><id>story-{story}</id><forum>riverpost</forum>'
            f"<link>https://news.example/en/story-{story}</link><title>Story {story}</title>"
            "<createdAt>2016-01-01T00:00:00Z</createdAt></thread>\n"
        )
    for number in range(comments):
        yield _post(number)
    yield "</disqus>\n"


def _post(number: int) -> str:
    story = number // _COMMENTS_PER_STORY
    is_reply = number % 3 != 0 and number % _COMMENTS_PER_STORY > 0
    parent = f'<parent dsq:id="{number - 1}" />' if is_reply else ""
    written = _START + timedelta(minutes=number % 4_000_000)
    return (
        f'<post dsq:id="{number}"><id /><message><![CDATA[<p>{_WORDS[number % len(_WORDS)]}</p>'
        f"<p>Comment {number}.</p>]]></message><createdAt>{written:%Y-%m-%dT%H:%M:%SZ}</createdAt>"
        "<isDeleted>false</isDeleted><isSpam>false</isSpam>"
        f"<author><email>reader{number}@mail.example</email><name>Reader {number % 977}</name>"
        f"<isAnonymous>false</isAnonymous><username>reader{number}</username></author>"
        f"<ipAddress>203.0.113.{number % 256}</ipAddress>"
        f'<thread dsq:id="t{story}" />{parent}</post>\n'
    )


class _Run(msgspec.Struct, frozen=True, kw_only=True):
    seconds: float
    cpu_seconds: float
    megabytes: float  # the most that the process held
    printed: str


def _import(folder: Path) -> _Run:
    words = ["import", "disqus", "disqus.xml", "--names", "keep", "--edition", "en", "--write"]
    started = time.perf_counter()
    with (folder / "printed").open("w+b") as printed:
        process = subprocess.Popen(
            [sys.executable, "-m", "yobal", *words],
            cwd=folder,
            stdout=printed,
            stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            raise RuntimeError(f"yobal import ended with {process.returncode}")
        printed.seek(0)
        return _Run(
            seconds=time.perf_counter() - started,
            cpu_seconds=usage.ru_utime + usage.ru_stime,
            megabytes=usage.ru_maxrss * 1_024 / 1_000_000,
            printed=printed.read().decode(),
        )
