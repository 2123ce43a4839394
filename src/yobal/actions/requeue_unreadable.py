"""Held comments whose text cannot be decrypted go back to the queue: the database was restored without its cells.

If the original is gone, too, the comment is lost, and its receipt says so.
"""

from typing import Final

import msgspec

from yobal.adapters.cell_file import CellFile
from yobal.core import ids
from yobal.core.decisions import SYSTEM
from yobal.core.ids import RandomBytes
from yobal.core.schedule import Slot, next_slot
from yobal.core.site_rules import SiteRules
from yobal.core.states import HELD, LOST, PENDING
from yobal.core.terms import TERMS_VERSION
from yobal.store import (
    comments,
    decisions,
    envelopes,
    held_texts,
    pending_purge,
    sites,
)
from yobal.store.database import Connection, Database
from yobal.store.decisions import Decision
from yobal.store.held_texts import HeldRow

_ROWS: Final = 200  # read at once


class Requeued(msgspec.Struct, frozen=True):
    """How many comments are pending again, and how many are lost."""

    pending: int
    lost: int


def requeue(
    database: Database,
    cell_file: CellFile,
    rules: SiteRules,
    *,
    now: float,
    random: RandomBytes,
) -> Requeued:
    """The caller holds the release lock and purges. Raises DatabaseUnavailable."""
    pending = lost = 0
    for comment_id in _unreadable(database, cell_file):
        with database.writing() as conn:
            pending_purge.request(conn, rules.site_id, random=random)
            slot = next_slot(rules.schedule, max(now, sites.released_slot(conn, rules.site_id)))
            if envelopes.exists(conn, comment_id):
                pending += _undo(conn, rules, comment_id, slot=slot, random=random)
            else:
                lost += _mark_lost(conn, comment_id)
    return Requeued(pending, lost)


def _unreadable(database: Database, cell_file: CellFile) -> list[str]:
    comment_ids: list[str] = []
    after = ""
    while True:
        with database.reading() as conn:
            rows = held_texts.page(conn, after=after, limit=_ROWS)
        if not rows:
            return comment_ids
        comment_ids += [row.comment_id for row in rows if not _is_readable(row, cell_file)]
        after = rows[-1].comment_id


def _is_readable(row: HeldRow, cell_file: CellFile) -> bool:
    plain = cell_file.decrypt(
        row.cell, row.ciphertext, purpose="held text", comment_id=row.comment_id
    )
    return plain is not None


def _undo(
    conn: Connection, rules: SiteRules, comment_id: str, *, slot: Slot, random: RandomBytes
) -> bool:
    """Whether it was still held."""
    undone = decisions.current(conn, comment_id)
    changed = comments.transition(
        conn, comment_id, from_=HELD, to=PENDING, due_slot=None, decided_slot=None
    )
    if changed == 0:
        return False
    held_texts.delete(conn, comment_id)
    if undone is not None:
        decisions.add(
            conn,
            Decision(
                id=ids.new_id(random),
                site_id=rules.site_id,
                comment_id=comment_id,
                verdict="undo",
                decided_by=SYSTEM,
                slot=slot,
                terms_version=TERMS_VERSION,
                undoes_id=undone.id,
            ),
        )
    return True


def _mark_lost(conn: Connection, comment_id: str) -> bool:
    """Whether it was still held."""
    if comments.transition(conn, comment_id, from_=HELD, to=LOST, due_slot=None) == 0:
        return False
    held_texts.delete(conn, comment_id)
    envelopes.delete_original(conn, comment_id)
    return True
