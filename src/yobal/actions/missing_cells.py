"""What becomes of comments whose cell is missing: the database was restored without its cells.

A held comment goes back to the queue if its envelope can be decrypted. Otherwise it is lost, as is a
pending one, and its receipt says so. The envelope stays for as long as originals do: if the cells are
put back (a disk was not mounted), the next start makes the comment pending again.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import msgspec

from yobal.actions.undo_by_system import undo_by_system
from yobal.adapters.cell_file import CellFile, Purpose
from yobal.core.ids import RandomBytes
from yobal.core.schedule import Slot, next_slot
from yobal.core.site_rules import SiteRules
from yobal.core.states import HELD, LOST, PENDING, State
from yobal.store import comments, envelopes, held_texts, pending_purge, sites
from yobal.store.database import Connection, Database
from yobal.store.envelopes import EnvelopeRow
from yobal.store.held_texts import HeldRow

_ROWS: Final = 200  # read at once
Row = EnvelopeRow | HeldRow


class Requeued(msgspec.Struct, frozen=True):
    """How many comments are pending again, and how many are lost."""

    pending: int
    lost: int


def requeue_held(
    database: Database, cell_file: CellFile, rules: SiteRules, *, now: float, random: RandomBytes
) -> Requeued:
    """The caller holds the release lock and purges. Raises DatabaseUnavailable."""
    pending = lost = 0
    for row in _pages(database, held_texts.page):
        if _is_readable(row, cell_file, "held text"):
            continue
        with database.writing() as conn:
            current = held_texts.get(conn, row.comment_id)
            if current is None or _is_readable(current, cell_file, "held text"):
                continue  # decided again since it was read
            pending_purge.request(conn, rules.site_id, random=random)
            slot = _next_slot(conn, rules, now)
            envelope = envelopes.get(conn, row.comment_id)
            if envelope is not None and _is_readable(envelope, cell_file, "envelope"):
                pending += undo_by_system(
                    conn, rules, row.comment_id, from_=HELD, slot=slot, random=random
                )
            else:
                lost += _change_state(conn, row.comment_id, from_=HELD, to=LOST, slot=slot)
    return Requeued(pending, lost)


def requeue_and_mark_lost(
    database: Database, cell_file: CellFile, rules: SiteRules, *, now: float, random: RandomBytes
) -> Requeued:
    """The same for every comment whose text is not public. It reads all of the queue: for the start."""
    held = requeue_held(database, cell_file, rules, now=now, random=random)
    pending = lost = 0
    for row in _pages(database, _envelopes_in(LOST)):
        if _is_readable(row, cell_file, "envelope"):
            with database.writing() as conn:
                slot = _next_slot(conn, rules, now)
                pending += undo_by_system(
                    conn, rules, row.comment_id, from_=LOST, slot=slot, random=random
                )
    for row in _pages(database, _envelopes_in(PENDING)):
        if not _is_readable(row, cell_file, "envelope"):
            with database.writing() as conn:
                slot = _next_slot(conn, rules, now)
                lost += _change_state(conn, row.comment_id, from_=PENDING, to=LOST, slot=slot)
    return Requeued(held.pending + pending, held.lost + lost)


def _pages(database: Database, page: Callable[..., Sequence[Row]]) -> Iterator[Row]:
    after = ""
    while True:
        with database.reading() as conn:
            rows = page(conn, after=after, limit=_ROWS)
        yield from rows
        if len(rows) < _ROWS:
            return
        after = rows[-1].comment_id


def _envelopes_in(state: State) -> Callable[..., Sequence[EnvelopeRow]]:
    return lambda conn, *, after, limit: envelopes.page(conn, state=state, after=after, limit=limit)


def _is_readable(row: Row, cell_file: CellFile, purpose: Purpose) -> bool:
    plain = cell_file.decrypt(row.cell, row.ciphertext, purpose=purpose, row_id=row.comment_id)
    return plain is not None


def _next_slot(conn: Connection, rules: SiteRules, now: float) -> Slot:
    return next_slot(rules.schedule, max(now, sites.released_slot(conn, rules.site_id)))


def _change_state(
    conn: Connection, comment_id: str, *, from_: State, to: State, slot: Slot | None
) -> bool:
    """Whether it was still in the state. `slot` begins the time for which its envelope is kept."""
    changed = comments.transition(
        conn, comment_id, from_=from_, to=to, due_slot=None, decided_slot=slot
    )
    if changed:
        held_texts.delete(conn, comment_id)
    return changed > 0
