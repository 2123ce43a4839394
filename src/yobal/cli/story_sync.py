"""`yobal story sync`: declares the stories of a feed or a sitemap, some at a time. Safe to repeat at any point."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Final
from urllib.parse import urlsplit

import msgspec

from yobal.actions import declare_story, write_public_files
from yobal.adapters import download, feed_reader
from yobal.adapters.feed_reader import ChildSitemap, FeedPage
from yobal.cli.site import open_site, write_files
from yobal.cli.sync_plan import PageProblem, PlannedEdition, Planner, PlanOptions
from yobal.cli.terminal import counted
from yobal.core.errors import CannotReadFeed
from yobal.core.schedule import DAY_SECONDS, Slot, slot_from
from yobal.core.web_url import is_web_url, join
from yobal.server.wiring import Components
from yobal.store import stories

DECLARED_TOGETHER_MAX: Final = 500  # in one transaction, and between two lines of progress
CHILD_SITEMAPS_MAX: Final = 1_000
PROBLEMS_SHOWN_MAX: Final = 20
STANDARD_INPUT: Final = "-"
Show = Callable[[str], None]


class SyncOptions(msgspec.Struct, frozen=True, kw_only=True):
    plan: PlanOptions
    close_after_days: int | None = None
    is_dry_run: bool = False


class SyncResult(msgspec.Struct):
    """What a sync found and did."""

    pages: int = 0
    new_stories: int = 0
    editions: int = 0  # new or changed
    problems: int = 0

    def summary(self, *, is_dry_run: bool) -> str:
        would = "would be " if is_dry_run else ""
        return (
            f"{counted(self.pages, 'page')} read: {counted(self.new_stories, 'new story', 'new stories')},"
            f" {counted(self.editions, 'edition')} {would}declared or changed, {self.problems:,} skipped"
        )


def sync(path: Path, source: str, options: SyncOptions, *, say: Show, warn: Show) -> str:
    """`say` gets what a dry run would do, `warn` progress and problems. Raises CannotFetch, CannotReadFeed."""
    with open_site(path) as components:
        with components.database.reading() as conn:
            declared = stories.all_editions(conn, components.rules.site_id)
        planner, result = Planner(declared, options.plan), SyncResult()
        batch: list[PlannedEdition] = []
        try:
            for planned in _plan(_pages(source, warn), planner, result, warn):
                if options.is_dry_run:
                    say(str(planned))
                    continue
                batch.append(planned)
                if len(batch) == DECLARED_TOGETHER_MAX:
                    _declare(components, batch, options)
                    warn(f"{result.pages} pages read, {result.editions} editions declared")
                    batch = []
        finally:  # also what came before a mistake in the file
            if batch:
                _declare(components, batch, options)
            if not options.is_dry_run:
                write_files(components)
    return result.summary(is_dry_run=options.is_dry_run)


def _plan(
    pages: Iterable[FeedPage], planner: Planner, result: SyncResult, warn: Show
) -> Iterator[PlannedEdition]:
    """Counts, and reports the first problems."""
    for page in pages:
        result.pages += 1
        is_counted = False
        for planned in planner.plan(page):
            if isinstance(planned, PageProblem):
                result.problems += 1
                if result.problems <= PROBLEMS_SHOWN_MAX:
                    warn(str(planned))
                elif result.problems == PROBLEMS_SHOWN_MAX + 1:
                    warn("and more, which are counted only")
                continue
            result.editions += 1
            result.new_stories += planned.is_new_story and not is_counted
            is_counted = True
            yield planned


def _declare(components: Components, batch: list[PlannedEdition], options: SyncOptions) -> None:
    declare_story.add_many(
        components.database,
        components.rules,
        [planned.declaration for planned in batch],
        closes_slots=_closes_slots(components, batch, options.close_after_days),
    )
    write_public_files.write_stale(components.file_writer)


def _closes_slots(
    components: Components, batch: Iterable[PlannedEdition], days: int | None
) -> dict[str, Slot]:
    """When new stories close: so many days after they were published, or after now if nothing says when."""
    if days is None:
        return {}
    schedule, now = components.rules.schedule, time.time()
    published = {
        item.declaration.story_id: now if item.published_at is None else item.published_at
        for item in batch
        if item.is_new_story
    }
    return {
        story_id: slot_from(schedule, at + days * DAY_SECONDS) for story_id, at in published.items()
    }


def _pages(source: str, warn: Show) -> Iterator[FeedPage]:
    """The pages of a feed or a sitemap, and of the sitemaps that an index names. Raises CannotFetch, CannotReadFeed."""
    with _open(source) as file:
        children: list[str] = []
        for item in feed_reader.read(file, source):
            if isinstance(item, FeedPage):
                yield item
            else:
                children.append(_child_url(item, source))
                if len(children) > CHILD_SITEMAPS_MAX:
                    raise CannotReadFeed(f"{source} names more than {CHILD_SITEMAPS_MAX} sitemaps")
    for child in children:
        warn(f"reading {child}")
        with _open(child) as file:
            for item in feed_reader.read(file, child):
                if isinstance(item, ChildSitemap):
                    raise CannotReadFeed(f"{child} is an index inside an index of sitemaps")
                yield item


def _child_url(child: ChildSitemap, source: str) -> str:
    """On the same host only: an index says what else is fetched. Raises CannotReadFeed."""
    if not _is_url(source):
        raise CannotReadFeed(
            f"{source} is an index of sitemaps: give its address, or one of its sitemaps as a file"
        )
    url = join(source, child.url)
    if not is_web_url(url) or _host(url) != _host(source):
        raise CannotReadFeed(f"{source} names a sitemap on another host: {url}")
    return url


def _host(url: str) -> str:
    """With the port: on another one, another program answers."""
    return urlsplit(url).netloc.lower()


def _open(source: str) -> IO[bytes]:
    """Raises CannotFetch, OSError."""
    if _is_url(source):
        return download.fetch(source).file
    if source == STANDARD_INPUT:
        return download.unpack(sys.stdin.buffer, "standard input")
    return download.read_file(Path(source))


def _is_url(source: str) -> bool:
    return "://" in source
