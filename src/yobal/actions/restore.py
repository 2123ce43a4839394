"""Brings a backup back into an empty database, without what was removed or withdrawn since.

What was hidden and not destroyed is hidden again, and all of it waits for a lead.
"""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import msgspec

from yobal.actions import erase_published
from yobal.actions.undo_by_system import undo_by_system
from yobal.adapters import age_file
from yobal.adapters.cell_file import CellFile
from yobal.core import hidden_text, ids
from yobal.core.backup_format import BackupParser, Header
from yobal.core.decisions import SYSTEM
from yobal.core.errors import BackupInvalid
from yobal.core.ids import RandomBytes
from yobal.core.purged import Purged, PurgedComment, PurgedEpoch, PurgedMember
from yobal.core.schedule import next_slot
from yobal.core.site_rules import SiteRules
from yobal.core.states import HELD, PUBLISHED, REMOVED
from yobal.core.terms import TERMS_VERSION
from yobal.store import (
    cells,
    comments,
    decisions,
    epochs,
    hidden_texts,
    identities,
    pending_purge,
    people,
    published_comments,
    published_decisions,
    sites,
    table_rows,
)
from yobal.store.comments import Comment
from yobal.store.database import Connection, Database
from yobal.store.decisions import Decision

ShowRead = Callable[[int, int], None]  # gets the bytes that were read, and the size of the file


class BackupContent(msgspec.Struct, frozen=True):
    """What a whole backup holds: the number of rows by table."""

    header: Header
    rows: dict[str, int]
    was_stored: bool = False  # by an earlier `restore`, perhaps from another backup


def check(path: Path, identity: Any, *, show: ShowRead = lambda *_: None) -> BackupContent:
    """Read all of it, and write nothing. `show` gets the bytes read, and their total. Raises BackupInvalid."""
    parser, rows = BackupParser(), dict[str, int]()

    def take(piece: bytes) -> None:
        for table, _ in parser.feed(piece):
            rows[table] = rows.get(table, 0) + 1

    age_file.decrypt(path, identity, _showing(take, path, show))
    return BackupContent(parser.end(), rows)


def restore(
    database: Database,
    path: Path,
    identity: Any,
    *,
    site_id: str,
    schema: str,
    show: ShowRead = lambda *_: None,
) -> BackupContent:
    """All of its rows or none, marked as unfinished until `end`. Raises BackupInvalid, DatabaseUnavailable.

    Anyone who knows the recipient can write a backup, so its published rows are withheld until
    `verify_published` has compared them with what members signed. If an earlier restore was stopped
    after it had stored the rows, they are not stored again, but withheld again.
    """
    with database.reading() as conn:
        is_stored = sites.is_restoring(conn)
    if is_stored:
        content = check(path, identity, show=show)
        _check_fits(content.header, site_id=site_id, schema=schema)
        with database.writing() as conn:  # this run may have no roster to verify them with
            published_decisions.withhold_all(conn)
        return msgspec.structs.replace(content, was_stored=True)
    parser, rows = BackupParser(), dict[str, int]()
    with database.writing() as conn:
        if sites.get(conn) is not None:
            raise BackupInvalid("this database has a site already, and only an empty one takes it")

        def take(piece: bytes) -> None:
            complete = list(parser.feed(piece))
            if parser.header is None:
                return
            _check_fits(parser.header, site_id=site_id, schema=schema)
            table_rows.insert_all(conn, complete, parser.header.columns)
            for table, _ in complete:
                rows[table] = rows.get(table, 0) + 1

        age_file.decrypt(path, identity, _showing(take, path, show))
        header = parser.end()
        sites.forget_files(conn)
        sites.set_restoring(conn, is_restoring=True)
        published_decisions.withhold_all(conn)
        hidden_texts.wait_for_lead_after_restore(conn, site_id)
    return BackupContent(header, rows)


def end(database: Database) -> None:
    """The server may start: what was removed after the backup is erased, and what is shown is verified."""
    with database.writing() as conn:
        sites.set_restoring(conn, is_restoring=False)


class PurgedAgain(msgspec.Struct, frozen=True):
    """How many comments and moderators the backup would have brought back."""

    comments: int
    members: int


class PurgeAgain(msgspec.Struct, frozen=True, kw_only=True):
    """What is needed to erase, and to hide, what the purge list names."""

    database: Database
    cell_file: CellFile
    rules: SiteRules
    now: float
    random: RandomBytes

    def run(self, purged: Iterable[Purged]) -> PurgedAgain:
        """Erase or hide what was removed, withdrawn or destroyed after the backup."""
        comment_count = member_count = 0
        for item in purged:
            match item:
                case PurgedComment():
                    comment_count += self._purge_comment(item)
                case PurgedMember():
                    member_count += self._shut_out(item.signing_key)
                case PurgedEpoch():
                    with self.database.writing() as conn:
                        slot = sites.released_slot(conn, self.rules.site_id)
                        epochs.destroy(conn, [item.epoch_id], slot=slot)
        return PurgedAgain(comment_count, member_count)

    def _shut_out(self, signing_key: str) -> bool:
        """Without keys, and suspended: the restored roster does not say yet that this is no member.

        The desk asks a lead to remove this person again, which only a lead can sign.
        """
        site_id = self.rules.site_id
        with self.database.writing() as conn:
            moderator = people.get_by_key(conn, site_id, signing_key)
            if moderator is None:
                return False
            people.suspend(conn, site_id, moderator.pseudonym)
            identities.delete_of(conn, signing_key)
            epochs.delete_wraps(conn, site_id, moderator.pseudonym)
        return True

    def _purge_comment(self, item: PurgedComment) -> bool:
        with self.database.reading() as conn:
            comment = comments.get(conn, item.id)
        if comment is None:
            return False
        is_public = comment.state == PUBLISHED
        if item.state == "hidden":
            return self._hide(comment, item.clause) if is_public else self._return_held(comment)
        with self.database.writing() as conn:
            pending_purge.request(conn, self.rules.site_id, random=self.random)
            if item.state == "removed" and is_public:
                return self._remove(conn, comment, item.clause)
            if item.state == "removed" and comment.state == REMOVED:
                hidden_texts.delete(conn, comment.id)
                return False
            return comment.state != "withdrawn" and erase_published.withdraw(conn, comment)

    def _hide(self, comment: Comment, clause: str | None) -> bool:
        """Its text came back in clear, and a lead can still bring it back."""
        find_used = partial(cells.find_used, self.database)
        with (
            self.cell_file.allocate(1, find_used=find_used) as (cell,),
            self.database.writing() as conn,
        ):
            pending_purge.request(conn, self.rules.site_id, random=self.random)
            removal = self._record_removal(conn, comment, clause)
            published_comment = published_comments.get(conn, comment.id)
            if published_comment is None or removal is None:
                return False
            destroy_slot = hidden_text.destroy_slot(
                self.rules.schedule, max(self.now, removal.slot)
            )
            erase_published.hide(
                conn,
                published_comment,
                removal,
                cell=cell,
                destroy_slot=destroy_slot,
                waits_for_lead=True,
            )
        return True

    def _return_held(self, comment: Comment) -> bool:
        """It was released and hidden after the backup: moderators decide once more."""
        with self.database.writing() as conn:
            released = sites.released_slot(conn, self.rules.site_id)
            slot = next_slot(self.rules.schedule, max(self.now, released))
            return undo_by_system(
                conn, self.rules, comment.id, from_=HELD, slot=slot, random=self.random
            )

    def _remove(self, conn: Connection, comment: Comment, clause: str | None) -> bool:
        published_comment = published_comments.get(conn, comment.id)
        if published_comment is not None:
            erase_published.erase_published(
                conn, published_comment, removal="removed", clause=clause
            )
        return self._record_removal(conn, comment, clause) is not None

    def _record_removal(
        self, conn: Connection, comment: Comment, clause: str | None
    ) -> Decision | None:
        """The moderator's own decision came after the backup, so the system's decision replaces it."""
        slot = sites.released_slot(conn, self.rules.site_id)
        changed = comments.transition(
            conn, comment.id, from_=PUBLISHED, to=REMOVED, decided_slot=slot
        )
        if changed == 0:
            return None
        removal = Decision(
            id=ids.new_id(self.random),
            site_id=self.rules.site_id,
            comment_id=comment.id,
            verdict="remove",
            clause=clause,
            decided_by=SYSTEM,
            slot=slot,
            terms_version=TERMS_VERSION,
        )
        decisions.add(conn, removal)
        return removal


def _showing(take: Callable[[bytes], None], path: Path, show: ShowRead) -> Callable[[bytes], None]:
    """Passes each piece on, and says how much of the file it was. Encryption adds next to nothing."""
    total, done = path.stat().st_size, 0

    def take_and_show(piece: bytes) -> None:
        nonlocal done
        take(piece)
        done += len(piece)
        show(done, total)

    return take_and_show


def _check_fits(header: Header, *, site_id: str, schema: str) -> None:
    if header.site_id != site_id:
        raise BackupInvalid(f"it is of the site {header.site_id}, and the settings say {site_id}")
    if header.schema != schema:
        raise BackupInvalid(
            f"its schema is {header.schema}, and this version's is {schema}: restore it with"
            f" Yobal {header.version}, then upgrade"
        )
