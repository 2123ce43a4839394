"""Writes public files for a command, with every core: all stale ones, or all of them. Also the site's assets."""

from collections.abc import Callable, Collection, Iterator
from typing import Final

import msgspec

from yobal.actions import mark_all_stale, verify_published, write_public_files
from yobal.server.file_workers import file_workers
from yobal.server.wiring import Components, read_built_asset
from yobal.store import stale_files
from yobal.store.locks import release_lock

_ASSETS: Final = ("comments.css", "icon.svg", "embed.js")


Show = Callable[[int, int], None]  # gets how many are done, and of how many; 0 if that is not known


def _nothing(_done: int, _total: int) -> None:
    """For a caller that shows no progress."""


class ShowSteps(msgspec.Struct, frozen=True, kw_only=True):
    """What shows how far each step of a rebuild is, in this order."""

    verified: Show = _nothing  # comments
    listed: Show = _nothing  # files that exist
    marked: Show = _nothing  # stories
    written: Show = _nothing  # files
    compared: Show = _nothing  # files that exist now
    removed: Show = _nothing  # files


class Rebuilt(msgspec.Struct, frozen=True):
    files: int
    withheld: int  # published comments that do not verify, and are not shown

    def __str__(self) -> str:
        text = f"wrote {self.files} files"
        if self.withheld:
            text += (
                f"; {self.withheld} published comments were not approved in this form by any member,"
                " and are not shown: see docs/trouble.md"
            )
        return text


def write_all_stale(components: Components, *, show: Show = _nothing) -> None:
    """`show` gets the number of files that were written. Raises PublicFilesUnavailable."""
    with components.database.reading() as conn:
        total = stale_files.count(conn, components.rules.site_id)
    show(0, total)
    with file_workers(components, stale_count=total) as workers:
        write_public_files.write_stale(
            components.file_writer,
            workers=workers,
            show_written=lambda written: show(written, max(total, written)),
        )


def rebuild_all(components: Components, show: ShowSteps | None = None) -> Rebuilt:
    """Verify all that is published, write every public file from it, and remove all others.

    A file is removed if it existed before and was not written again, by us or by a running desk. Raises RosterInvalid
    before anything is changed.
    """
    show = show or ShowSteps()
    published = verify_published.withhold_unverified(
        components.database,
        components.rules,
        components.roster_reader,
        components.moves_file.read(),
        show=show.verified,
    )
    public_files = components.file_writer.public_files
    versions_before = public_files.versions(show_listed=lambda listed: show.listed(listed, 0))
    with release_lock(
        components.database
    ):  # which a desk holds while it unmarks what it has written
        mark_all_stale.mark_site_stale(components.database, components.rules, show=show.marked)
    write_assets(components)
    write_all_stale(components, show=show.written)
    with release_lock(components.database):
        versions_after = public_files.versions(show_listed=lambda listed: show.compared(listed, 0))
        old = [
            key for key, version in versions_after.items() if versions_before.get(key) == version
        ]
        public_files.remove(_counted(old, show.removed))
    return Rebuilt(len(versions_after) - len(old), published.withheld)


def _counted(keys: Collection[str], show: Show) -> Iterator[str]:
    for done, key in enumerate(keys):
        show(done, len(keys))
        yield key


def write_assets(components: Components) -> None:
    """Write the terms, and the files that all stories share. Raises PublicFilesUnavailable."""
    write_public_files.write_assets(components.file_writer, read_assets())


def read_assets() -> dict[str, bytes]:
    """The files that all stories share, by name. Raises UnsupportedEnvironment if they are not built."""
    return {name: read_built_asset(name) for name in _ASSETS}
