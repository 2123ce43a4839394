"""`yobal import`: reads a file of another comment system, and says what it would bring, or brings it."""

import csv
import gzip
import secrets
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from yobal.actions import store_import
from yobal.actions.import_comments import (
    ImportContext,
    ImportCounts,
    Importer,
    ImportTarget,
)
from yobal.adapters.import_formats.formats import FORMATS, ImportFile, open_file
from yobal.adapters.import_formats.options import ImportOptions
from yobal.cli import progress, sync_plan
from yobal.cli.import_stories import ImportStories
from yobal.cli.site import open_site, write_files
from yobal.cli.terminal import counted
from yobal.core import language
from yobal.core.errors import CannotReadImport, InvalidSettings
from yobal.core.import_rows import SEALED_SLOT, ImportedRow, PlacedComment
from yobal.core.schedule import Slot
from yobal.server.wiring import Components
from yobal.store import imports, sites, staged_comments, stories
from yobal.store.imports import Import
from yobal.store.scratch_ids import ScratchIds

PROBLEMS_SHOWN_MAX: Final = 20
REASONS_SHOWN_MAX: Final = 20
Show = Callable[[str], None]
Report = Callable[[int, str], None]  # gets a line of the file and a sentence
_WRITE_HINT: Final = "Nothing was written: the same command with --write does it."
_ALL_SKIPPED_HINT: Final = "Nothing was written, and --write would import nothing: every comment was skipped, for the reasons above."
_ALL_SKIPPED: Final = "Nothing was imported: every comment was skipped, for the reasons above."
_KINDS: Final = {
    "address": ("network address", "network addresses"),
    "agent": ("browser", "browsers"),
    "email": ("e-mail address", "e-mail addresses"),
    "user_id": ("user name or id", "user names or ids"),
    "website": ("author's website", "authors' websites"),
}


class ImportRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What the technician typed."""

    format: str
    file: Path
    names: Literal["keep", "drop"]
    source: str = ""
    edition: str = ""  # in which stories that are missing are declared; empty: they are not
    base_url: str = ""
    time_zone: str = ""
    columns: tuple[str, ...] = ()
    report: Path | None = None
    is_written: bool = False


class _DryRunTarget:
    """Remembers ids only, in a place that vanishes."""

    def __init__(self, components: Components, scratch: ScratchIds, *, keeps_ids: bool) -> None:
        self._database, self._scratch = components.database, scratch
        self._keeps_ids = keeps_ids
        with self._database.reading() as conn:
            roster = components.roster_reader.read(conn)
        self._can_seal = roster is not None and bool(roster.epochs)

    def imported_slots(self, comment_ids: set[str]) -> dict[str, Slot]:
        with self._database.reading() as conn:
            slots = staged_comments.imported_slots(conn, comment_ids)
            if self._keeps_ids:
                slots = staged_comments.existing_slots(conn, comment_ids) | slots
        return slots | self._scratch.numbers(comment_ids)

    def store(self, comments: Sequence[PlacedComment]) -> dict[str, str]:
        refused = {
            comment.comment_id: store_import.NO_LEAD
            for comment in comments
            if not comment.is_public and not self._can_seal
        }
        self._scratch.add(
            (comment.comment_id, comment.slot if comment.is_public else SEALED_SLOT)
            for comment in comments
            if comment.comment_id not in refused
        )
        return refused


def check_request(format_: str, names: str, edition: str) -> None:
    """Raises InvalidSettings."""
    if format_ not in FORMATS:
        raise InvalidSettings(f"{format_} is not a format: use one of {', '.join(FORMATS)}")
    if names not in ("keep", "drop"):
        raise InvalidSettings(f"--names {names}: it takes keep or drop")
    if edition and not sync_plan.is_edition(edition):
        raise InvalidSettings(f"--edition {edition} is not a language tag such as km or en")


class _Opened(msgspec.Struct, frozen=True):
    """Where comments go; `import_` is None in a dry run."""

    target: ImportTarget
    import_: Import | None
    id_key: bytes


def run_import(path: Path, request: ImportRequest, *, warn: Show) -> Iterator[str]:
    """Lines to print; `warn` gets problems as they come. Raises CannotReadImport, InvalidSettings, OSError."""
    with open_site(path) as components:
        yield from read_into(components, request, warn=warn)


def read_into(components: Components, request: ImportRequest, *, warn: Show) -> Iterator[str]:
    """The same for a site that is open."""
    reader = _FileReader(request, _options(components, request))
    with _reporting(request.report, warn) as report, _opened(components, request) as opened:
        yield from _run(components, request, opened, reader, report)


def _run(
    components: Components,
    request: ImportRequest,
    opened: _Opened,
    reader: "_FileReader",
    report: Report,
) -> Iterator[str]:
    database, rules = components.database, components.rules
    language.load_scripts()
    with database.reading() as conn:
        declared = stories.all_editions(conn, rules.site_id)
        last_slot = sites.released_slot(conn, rules.site_id)
    finder = ImportStories(
        declared,
        edition=request.edition,
        base_url=request.base_url,
        declare_in=(database, rules) if request.is_written else None,
    )
    with progress.showing() as show:
        context = ImportContext(
            rules=rules,
            id_key=opened.id_key,
            keeps_names=request.names == "keep",
            keeps_ids=request.format == store_import.EXPORT_FORMAT,
            last_slot=last_slot,
            report=report,
            show_progress=lambda counts: show(reader.done(), reader.pace(counts.read)),
        )
        importer = Importer(opened.target, finder, context)
        importer.run(reader.rows)
    yield from _summary(importer.counts, finder)
    is_all_skipped = 0 < importer.counts.read == sum(importer.counts.skipped.values())
    if opened.import_ is None:
        yield _ALL_SKIPPED_HINT if is_all_skipped else _WRITE_HINT
        return
    finished = store_import.finish(database, opened.import_)
    write_files(components)
    yield _ALL_SKIPPED if is_all_skipped and finished is None else _next_step(finished)


@contextmanager
def _opened(components: Components, request: ImportRequest) -> Iterator[_Opened]:
    database, rules = components.database, components.rules
    source = request.source or request.format
    if not request.is_written:
        with database.reading() as conn:
            earlier = imports.of_source(conn, rules.site_id, source)
        id_key = earlier[0].id_key if earlier else secrets.token_bytes()
        with closing(ScratchIds()) as scratch:
            keeps_ids = request.format == store_import.EXPORT_FORMAT
            dry_target = _DryRunTarget(components, scratch, keeps_ids=keeps_ids)
            yield _Opened(dry_target, None, id_key)
        return
    import_ = store_import.begin(
        database, rules, source=source, format_=request.format, random=secrets.token_bytes
    )
    target = store_import.DatabaseTarget(
        database,
        components.cell_file,
        rules,
        import_,
        roster_reader=components.roster_reader,
        random=secrets.token_bytes,
    )
    yield _Opened(target, import_, import_.id_key)


class _FileReader:
    """Reads the file from its beginning each time it is asked, and knows how far it is."""

    def __init__(self, request: ImportRequest, options: ImportOptions) -> None:
        self._request, self._options = request, options
        self._file: ImportFile | None = None
        self._started = time.monotonic()

    def rows(self) -> Iterator[ImportedRow]:
        """Raises CannotReadImport, OSError."""
        read = FORMATS[self._request.format]
        with closing(open_file(self._request.file)) as file:
            self._file = file
            try:
                yield from read(file.file, str(self._request.file), self._options)
            except (gzip.BadGzipFile, zlib.error, EOFError):
                raise CannotReadImport(f"{self._request.file} is a damaged gzip file") from None
            finally:
                self._file = None

    def done(self) -> float:
        """Which part of the file was read, from 0 to 1."""
        return self._file.position / max(self._file.size_bytes, 1) if self._file else 1.0

    def pace(self, count: int) -> str:
        seconds = max(time.monotonic() - self._started, 0.001)
        return f"{count:,} comments read, {count / seconds:,.0f} a second"


@contextmanager
def _reporting(path: Path | None, warn: Show) -> Iterator[Report]:
    """The first problems are shown, and all of them go to a file if one is named. Never the words of a comment."""
    shown = 0
    file = path.open("w", encoding="utf-8", newline="") if path is not None else None
    writer = csv.writer(file) if file is not None else None

    def report(line: int, reason: str) -> None:
        nonlocal shown
        shown += 1
        if shown <= PROBLEMS_SHOWN_MAX:
            warn(f"line {line}: {reason}")
        elif shown == PROBLEMS_SHOWN_MAX + 1:
            warn(
                "and more, which --report FILE lists" if file is None else "and more in the report"
            )
        if writer is not None:
            writer.writerow((line, reason))

    try:
        yield report
    finally:
        if file is not None:
            file.close()


def _options(components: Components, request: ImportRequest) -> ImportOptions:
    """Raises InvalidSettings."""
    columns = {}
    for column in request.columns:
        name, equals, title = column.partition("=")
        if not (equals and name and title):
            raise InvalidSettings(f"--column {column}: it takes NAME=TITLE, for example text=Body")
        columns[name] = title
    zone = components.rules.schedule.zone
    if request.time_zone:
        try:
            zone = ZoneInfo(request.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise InvalidSettings(
                f"--time-zone {request.time_zone}: there is no such zone; it takes a name such as Asia/Phnom_Penh"
            ) from None
    return ImportOptions(zone=zone, columns=columns, base_url=request.base_url)


def _summary(counts: ImportCounts, finder: ImportStories) -> Iterator[str]:
    skipped = sum(counts.skipped.values())
    yield (
        f"{counted(counts.read, 'comment')} read: {counts.public:,} public, {counts.sealed:,} for moderators,"
        f" {counts.repeated:,} imported before, {skipped:,} skipped;"
        f" {counted(finder.new_stories, 'new story', 'new stories')}"
    )
    for reason, count in counts.skipped.most_common(REASONS_SHOWN_MAX):
        yield f"skipped {count:,}: {reason}"
    if len(counts.skipped) > REASONS_SHOWN_MAX:
        yield f"and {len(counts.skipped) - REASONS_SHOWN_MAX:,} more reasons"
    if counts.orphans == 1:
        yield "1 reply without its parent becomes a top-level comment"
    elif counts.orphans:
        yield f"{counts.orphans:,} replies without their parents become top-level comments"
    dropped = [counted(counts.personal_data[kind], *title) for kind, title in _KINDS.items()]
    yield f"Not taken over: {', '.join(dropped)}, {counted(counts.names_dropped, 'name')}"


def _next_step(finished: Import | None) -> str:
    if finished is None:
        return "There was nothing new."
    if finished.comments_total == 1:
        return (
            "1 comment waits for a lead, who checks and signs it at the desk under Imports."
            " It appears with the slot after that; until then readers do not see it."
        )
    if not finished.comments_total:
        return "They are waiting in the queue, as if readers had just sent them."
    return (
        f"{finished.comments_total:,} comments wait for a lead, who checks and signs them at the desk under Imports."
        " They appear with the slot after that; until then readers do not see them."
    )
