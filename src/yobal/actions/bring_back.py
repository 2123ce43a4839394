"""A lead brings back a comment that a moderator has removed, while its text is hidden."""

import msgspec

from yobal.actions import erase_published, verify_published
from yobal.actions.decision_context import DecisionContext
from yobal.adapters.cell_file import CellFile
from yobal.core import hidden_text as hidden_text_format
from yobal.core.decision_signature import DecisionSignature
from yobal.core.errors import AlreadyUndone, HiddenTextLost, NoSuchDecision, NotHidden
from yobal.core.hidden_text import HiddenText
from yobal.core.moves import Move
from yobal.core.schedule import Slot
from yobal.core.stale_files import StaleFile
from yobal.core.states import PUBLISHED, REMOVED
from yobal.store import (
    comments,
    decisions,
    hidden_texts,
    pending_purge,
    published_comments,
    published_decisions,
    sites,
    stale_files,
    stories,
)
from yobal.store.database import Connection, Database
from yobal.store.hidden_texts import HiddenRow


class BroughtBack(msgspec.Struct, frozen=True):
    """`is_withheld`: what came back is not what a member has signed, so it is not shown."""

    comment_id: str
    story_id: str
    files: frozenset[StaleFile]
    is_withheld: bool


def bring_back(
    database: Database,
    cell_file: CellFile,
    context: DecisionContext,
    decision_id: str,
    *,
    signature: DecisionSignature,
    moves: list[Move],
) -> BroughtBack:
    """Undoes a removal. Only for a lead. The caller writes the stale files and purges.

    Raises NoSuchDecision, AlreadyUndone, NotHidden (destroyed, or withdrawn since), HiddenTextLost,
    SignatureInvalid.
    """
    site_id = context.rules.site_id
    with database.writing() as conn:
        pending_purge.request(conn, site_id, random=context.random)
        row = _hidden(conn, decision_id)
        document = context.check_signature(
            conn,
            signature,
            comment_id=row.comment_id,
            verdict="undo",
            undoes_id=decision_id,
        )
        text = _decrypt(cell_file, row)
        slot = sites.released_slot(conn, site_id)
        decisions.add(conn, context.new_decision(document, signature.signature, slot=slot))
        return _show_again(conn, context, row, text, moves)


def _hidden(conn: Connection, decision_id: str) -> HiddenRow:
    removal = decisions.get(conn, decision_id)
    if removal is None or removal.verdict != "remove":
        raise NoSuchDecision(decision_id)
    earlier_undo = decisions.undo_of(conn, decision_id)
    if earlier_undo is not None:
        raise AlreadyUndone(decision_id, undone_by=earlier_undo.decided_by)
    row = hidden_texts.get(conn, removal.comment_id)
    if row is None or row.decision_id != decision_id:
        raise NotHidden(decision_id)
    return row


def _decrypt(cell_file: CellFile, row: HiddenRow) -> HiddenText:
    plain = cell_file.decrypt(
        row.cell, row.ciphertext, purpose="hidden text", row_id=row.comment_id
    )
    if plain is None:
        raise HiddenTextLost(row.comment_id)
    return hidden_text_format.decode(plain)


def _show_again(
    conn: Connection,
    context: DecisionContext,
    row: HiddenRow,
    text: HiddenText,
    moves: list[Move],
) -> BroughtBack:
    comment_id = row.comment_id
    acceptance = decisions.current(conn, comment_id)
    tombstone = published_comments.get(conn, comment_id)
    accepted_slot: Slot | None = acceptance.slot if acceptance is not None else None
    changed = comments.transition(
        conn, comment_id, from_=REMOVED, to=PUBLISHED, decided_slot=accepted_slot
    )
    if changed == 0 or tombstone is None:
        raise NotHidden(comment_id)
    published_comments.restore_text(conn, comment_id, text, is_withheld=False)
    hidden_texts.delete(conn, comment_id)
    published = published_decisions.get(conn, comment_id)
    signers = context.roster_reader.signers(conn)
    rows = [published] if published is not None else []
    is_withheld = not verify_published.genuine_ids(conn, rows, signers, moves)
    if is_withheld:
        published_decisions.set_withheld(conn, [comment_id], is_withheld=True)
    stories.add_to_counters(conn, tombstone.site_id, tombstone.story_id, comments=1)
    files = erase_published.files_showing(conn, tombstone)
    stale_files.add(conn, tombstone.site_id, tombstone.story_id, files)
    return BroughtBack(comment_id, tombstone.story_id, frozenset(files), is_withheld)
