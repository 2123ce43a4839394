"""Brings a backup back into an empty database, without what was removed or withdrawn since."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from yobal.actions import erase_published
from yobal.adapters import age_file
from yobal.core.backup_format import BackupParser, Header
from yobal.core.errors import BackupInvalid
from yobal.core.ids import RandomBytes
from yobal.core.purged import Purged, PurgedComment, PurgedEpoch, PurgedMember
from yobal.core.states import PUBLISHED, REMOVED
from yobal.store import (
    comments,
    epochs,
    identities,
    pending_purge,
    people,
    published_comments,
    sites,
    table_rows,
)
from yobal.store.comments import Comment
from yobal.store.database import Connection, Database


class BackupContent(msgspec.Struct, frozen=True):
    """What a whole backup holds: the number of rows by table."""

    header: Header
    rows: dict[str, int]


def check(path: Path, identity: Any) -> BackupContent:
    """Read all of it, and write nothing. Raises BackupInvalid."""
    parser, rows = BackupParser(), dict[str, int]()

    def take(piece: bytes) -> None:
        for table, _ in parser.feed(piece):
            rows[table] = rows.get(table, 0) + 1

    age_file.decrypt(path, identity, take)
    return BackupContent(parser.end(), rows)


def restore(
    database: Database, path: Path, identity: Any, *, site_id: str, schema: str
) -> BackupContent:
    """All of it or nothing. Raises BackupInvalid, DatabaseUnavailable."""
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

        age_file.decrypt(path, identity, take)
        header = parser.end()
        sites.forget_files(conn)
    return BackupContent(header, rows)


class PurgedAgain(msgspec.Struct, frozen=True):
    """How many comments and moderators the backup would have brought back."""

    comments: int
    members: int


def purge_again(
    database: Database, site_id: str, purged: Iterable[Purged], *, random: RandomBytes
) -> PurgedAgain:
    """Erase what was removed, withdrawn or destroyed after the backup."""
    comment_count = member_count = 0
    for item in purged:
        match item:
            case PurgedComment():
                comment_count += _purge_comment(database, site_id, item, random=random)
            case PurgedMember():
                member_count += _shut_out(database, site_id, item.signing_key)
            case PurgedEpoch():
                with database.writing() as conn:
                    epochs.destroy(conn, [item.epoch_id])
    return PurgedAgain(comment_count, member_count)


def _shut_out(database: Database, site_id: str, signing_key: str) -> bool:
    """Without keys, and suspended: the restored roster does not say yet that this is no member.

    The desk asks a lead to remove this person again, which only a lead can sign.
    """
    with database.writing() as conn:
        moderator = people.get_by_key(conn, site_id, signing_key)
        if moderator is None:
            return False
        people.suspend(conn, site_id, moderator.pseudonym)
        identities.delete_of(conn, signing_key)
        epochs.delete_wraps(conn, site_id, moderator.pseudonym)
    return True


def _purge_comment(
    database: Database, site_id: str, item: PurgedComment, *, random: RandomBytes
) -> bool:
    with database.reading() as conn:
        comment = comments.get(conn, item.id)
    if comment is None or comment.state in ("removed", "withdrawn"):
        return False
    with database.writing() as conn:
        pending_purge.request(conn, site_id, random=random)
        if item.state == "removed" and comment.state == PUBLISHED:
            return _remove(conn, comment, item.clause)
        return erase_published.withdraw(conn, comment)


def _remove(conn: Connection, comment: Comment, clause: str | None) -> bool:
    """As the moderator did, whose decision came after the backup."""
    published_comment = published_comments.get(conn, comment.id)
    if published_comment is not None:
        erase_published.erase_published(conn, published_comment, removal="removed", clause=clause)
    return comments.transition(conn, comment.id, from_=PUBLISHED, to=REMOVED) > 0


def _check_fits(header: Header, *, site_id: str, schema: str) -> None:
    if header.site_id != site_id:
        raise BackupInvalid(f"it is of the site {header.site_id}, and the settings say {site_id}")
    if header.schema != schema:
        raise BackupInvalid(
            f"its schema is {header.schema}, and this version's is {schema}: restore it with"
            f" Yobal {header.version}, then upgrade"
        )
