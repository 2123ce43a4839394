"""Brings a backup back into an empty database, without what was removed or withdrawn since."""

import base64
import binascii
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

import msgspec

from yobal.actions import erase_published
from yobal.adapters import age_file
from yobal.adapters.backup_folder import SecretFiles, SecretsToBackUp
from yobal.core.backup_format import BackupParser, Header
from yobal.core.errors import BackupInvalid
from yobal.core.ids import RandomBytes
from yobal.core.purged_comments import PurgedComment
from yobal.core.states import PUBLISHED, REMOVED
from yobal.store import comments, pending_purge, published_comments, sites, table_rows
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


def restore_secrets(path: Path, identity: Any, files: SecretFiles) -> None:
    """Peppers and moves that are missing here, and the roster's head if this server has none.

    Raises BackupInvalid.
    """
    content = bytearray()
    age_file.decrypt(path, identity, content.extend)
    try:
        saved = msgspec.json.decode(content, type=SecretsToBackUp)
        peppers = {
            date.fromisoformat(week): base64.b64decode(pepper)
            for week, pepper in saved.peppers.items()
        }
    except (msgspec.DecodeError, binascii.Error, ValueError):
        raise BackupInvalid(f"{path.name} is no file of secrets") from None
    for week, pepper in peppers.items():
        files.keyring.restore_pepper(week, pepper)
    files.moves_file.add(*saved.moves)
    if files.roster_pin.read().first is None:
        restored = msgspec.structs.replace(saved.roster, is_restored=True)
        files.roster_pin.update(lambda _: restored)  # `mark_restored` looks whether it is whole


def purge_again(
    database: Database, site_id: str, purged: Iterable[PurgedComment], *, random: RandomBytes
) -> int:
    """Erase what was removed or withdrawn after the backup; returns how many comments that were."""
    return sum(_purge_one(database, site_id, item, random=random) for item in purged)


def _purge_one(
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
