"""`yobal export`: writes everything that is public to a file, in a format of choice, or as pages that need no server."""

import gzip
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final, cast

import msgspec

from yobal.actions import export_archive
from yobal.actions.export_site import SiteReader
from yobal.adapters.export_formats.formats import FORMATS
from yobal.adapters.new_file import new_file
from yobal.cli import progress
from yobal.cli.site import open_site
from yobal.core.errors import InvalidSettings
from yobal.core.export_rows import ExportedComment, ExportHead, StoryExport
from yobal.server.rebuild import read_assets
from yobal.server.wiring import Components

ARCHIVE: Final = "archive"
_GZIP_LEVEL: Final = 6
_SHOWN_EVERY: Final = 500  # comments


class ExportResult(msgspec.Struct):
    """What was written. `withheld`: comments that do not verify; only their line was written."""

    stories: int = 0
    comments: int = 0
    withheld: int = 0

    def __str__(self) -> str:
        text = f"Exported. Comments: {self.comments:,}; stories: {self.stories:,}."
        if self.withheld:
            text += (
                f" Comments without their words, because no approval of them verifies: {self.withheld:,}. See"
                " docs/trouble.md"
            )
        return text


def check_request(format_: str, file: Path | None) -> None:
    """Raises InvalidSettings."""
    if format_ not in (*FORMATS, ARCHIVE):
        names = ", ".join((*FORMATS, ARCHIVE))
        raise InvalidSettings(f"{format_} is not a format: use one of {names}")
    if format_ == ARCHIVE and file is None:
        raise InvalidSettings("an archive needs a name: yobal export archive comments.zip")
    if file is None and sys.stdout.isatty():
        raise InvalidSettings(
            f"name a file, or send it on: yobal export {format_} comments.{format_}"
        )


def run_export(path: Path, format_: str, file: Path | None) -> ExportResult:
    """Raises InvalidSettings, OSError."""
    target = file.absolute() if file is not None else None
    with open_site(path, is_only_read=True) as components:
        return export(components, format_, target)


def export(components: Components, format_: str, file: Path | None) -> ExportResult:
    """The same for an open site. Without a file, the export goes to standard output."""
    reader = SiteReader(components.database, components.rules)
    head = ExportHead(
        site_id=components.settings.site_id,
        site_name=components.settings.site_name,
        time_zone=str(components.rules.schedule.zone),
    )
    with progress.showing() as show, _opened(file) as opened:
        counter = _Counter(reader.total, show)
        stories = counter.counted(reader.stories())
        if format_ == ARCHIVE:
            export_archive.write(
                opened,
                stories,
                database=components.database,
                rules=components.rules,
                site_context=components.page_renderer.site_context,
                assets=read_assets(),
            )
        else:
            for piece in FORMATS[format_](head, stories):
                opened.write(piece)
    return counter.result


class _Counter:
    """Counts the rows that pass, and shows the count."""

    def __init__(self, total: int, show: progress.Show) -> None:
        self.result = ExportResult()
        self._total, self._show = total, show
        self._lines = 0
        self._started = time.monotonic()

    def counted(self, stories: Iterator[StoryExport]) -> Iterator[StoryExport]:
        for story in stories:
            self.result.stories += 1
            yield story._replace(comments=self._comments(story.comments))

    def _comments(self, comments: Iterator[ExportedComment]) -> Iterator[ExportedComment]:
        for comment in comments:
            self._lines += 1
            self.result.comments += comment.removal is None
            self.result.withheld += comment.removal == "withheld"
            if self._lines % _SHOWN_EVERY == 0:
                self._show(min(self._lines / max(self._total, 1), 1.0), self._pace())
            yield comment

    def _pace(self) -> str:
        seconds = max(time.monotonic() - self._started, 0.001)
        return f"{self._lines:,} comments exported, {self._lines / seconds:,.0f} a second"


@contextmanager
def _opened(file: Path | None) -> Iterator[IO[bytes]]:
    """Packed if its name ends with `.gz`."""
    if file is None:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    with new_file(file) as opened:
        if file.suffix != ".gz":
            yield opened
            return
        # Neither its name nor the time goes into the file.
        packed = gzip.GzipFile("", "wb", _GZIP_LEVEL, opened, mtime=0)
        yield cast("IO[bytes]", packed)
        packed.close()
