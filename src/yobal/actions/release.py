"""Releases a slot: publishes what is due, in random order, and makes decisions final."""

import hashlib
from typing import Final, Literal

import msgspec

from yobal.actions import erase_published
from yobal.actions.roster_reader import RosterReader
from yobal.adapters.cell_file import CellFile
from yobal.core import expiry
from yobal.core import held_text as held_text_format
from yobal.core import stale_files as stale
from yobal.core.admission import SEED_BYTES
from yobal.core.decision_signature import Signers
from yobal.core.decisions import ACCEPTING
from yobal.core.errors import RosterInvalid
from yobal.core.held_text import HeldText
from yobal.core.ids import RandomBytes
from yobal.core.schedule import Slot, is_due, last_slot
from yobal.core.site_rules import SiteRules
from yobal.core.stale_files import Placement
from yobal.core.states import HELD, PUBLISHED
from yobal.store import (
    admissions,
    comments,
    decisions,
    envelopes,
    held_texts,
    pending_purge,
    people,
    published_comments,
    sites,
    stale_files,
    stories,
)
from yobal.store.comments import Comment
from yobal.store.database import Connection, Database
from yobal.store.decisions import Decision
from yobal.store.published_comments import PublishedCommentRow

_ANY_SLOT: Final = 2**62
_Outcome = Literal["published", "refused", "waits", "gone"]


class _Held(msgspec.Struct, frozen=True):
    """The text of a held comment, and the decision in force, if there is one."""

    text: HeldText
    decision: Decision | None


class Released(msgspec.Struct, frozen=True):
    """What one slot published."""

    slot: Slot
    comments: int
    refused: int = 0  # held, without a decision that a member has signed


def release(
    database: Database,
    cell_file: CellFile,
    rules: SiteRules,
    *,
    now: float,
    random: RandomBytes,
    roster_reader: RosterReader,
) -> Released | None:
    """Release everything that is due by now; None if the last slot was released before.

    After downtime all of it is one release, dated by the last slot that passed. The caller holds
    the release lock, writes the stale files and purges.
    """
    slot = last_slot(rules.schedule, now)
    with database.writing() as conn:
        released = sites.released_slot(conn, rules.site_id)
        if released >= slot:
            return None
        if expiry.has_paused(slot, released=released):
            first_expiry = expiry.first_expiry_slot(rules, slot)
            sites.set_first_expiry_slot(conn, rules.site_id, first_expiry)
        pending_purge.request(conn, rules.site_id, random=random)
        comment_ids, signers = _due_ids(conn, rules, slot), _signers(conn, roster_reader)
        suspended = frozenset(people.list_suspended(conn, rules.site_id))
        outcomes = [
            _outcome(conn, cell_file, id_, slot, signers=signers, suspended=suspended)
            for id_ in comment_ids
        ]
        erase_published.delete_tombstones_without_replies(conn, rules.site_id)
        sites.set_released_slot(conn, rules.site_id, slot)
        admissions.decide(conn, rules, seed=random(SEED_BYTES))
        for story_id in stories.close_due(conn, rules.site_id, until=slot):
            stale_files.add_all_of_thread(conn, rules.site_id, story_id)  # with buttons to reply
    return Released(slot, outcomes.count("published"), refused=outcomes.count("refused"))


def _due_ids(conn: Connection, rules: SiteRules, slot: Slot) -> list[str]:
    """The comments to publish with this slot, in an order that is independent of arrival."""
    due = comments.due(conn, rules.site_id, until=slot)
    due_ids = [
        comment.comment_id
        for comment in due
        if is_due(
            comment.due_slot,
            batch_size=len(due),
            min_batch_size=rules.schedule.min_batch_size,
            latest=slot,
        )
    ]
    return sorted(due_ids, key=lambda comment_id: _order(slot, comment_id))


def _order(slot: Slot, comment_id: str) -> bytes:
    return hashlib.sha256(f"{slot} {comment_id}".encode()).digest()


def count_refused(
    conn: Connection, cell_file: CellFile, rules: SiteRules, roster_reader: RosterReader
) -> int:
    """How many held comments would not be released, whenever their slot comes. Raises RosterInvalid."""
    signers = roster_reader.signers(conn)
    refused = 0
    for item in comments.due(conn, rules.site_id, until=_ANY_SLOT):
        held, comment = _read_held(conn, cell_file, item.comment_id)
        is_released = (
            held is not None and comment is not None and _is_authentic(comment, held, signers)
        )
        refused += comment is not None and not is_released
    return refused


def _signers(conn: Connection, roster_reader: RosterReader) -> Signers | None:
    """None if the roster does not verify: then no signature counts, and all comments stay held."""
    try:
        return roster_reader.signers(conn)
    except RosterInvalid:
        return None


def _outcome(
    conn: Connection,
    cell_file: CellFile,
    comment_id: str,
    slot: Slot,
    *,
    signers: Signers | None,
    suspended: frozenset[str],
) -> _Outcome:
    """Publish it if a member has signed it; `gone` if it was undone or withdrawn since it was read.

    It `waits` while the member is suspended: a person who took a device may have accepted it.
    """
    held, comment = _read_held(conn, cell_file, comment_id)
    if comment is None:
        return "gone"
    if held is None or not _is_authentic(comment, held, signers):
        return "refused"
    if held.decision is not None and held.decision.decided_by in suspended:
        return "waits"
    if comments.transition(conn, comment_id, from_=HELD, to=PUBLISHED, due_slot=None) == 0:
        return "gone"
    _add_to_thread(conn, comment, held.text, slot)
    held_texts.delete(conn, comment_id)
    comments.overwrite_arrival_round(conn, comment_id, released=slot)
    if held.text.clause is None:  # the original of an edited text is kept for a while
        envelopes.delete(conn, comment_id)
    return "published"


def _read_held(
    conn: Connection, cell_file: CellFile, comment_id: str
) -> tuple[_Held | None, Comment | None]:
    """The comment, if it is still held, is read last: its state changes together with the others."""
    text, decision = _decrypt(conn, cell_file, comment_id), decisions.current(conn, comment_id)
    comment = comments.get(conn, comment_id)
    if comment is None or comment.state != HELD:
        return None, None
    return (_Held(text, decision) if text is not None else None), comment


def _is_authentic(comment: Comment, held: _Held, signers: Signers | None) -> bool:
    """Whether a member has signed that exactly this text appears in this thread.

    Otherwise it stays held: the row may have been written into the database.
    """
    decision, text = held.decision, held.text
    document = decisions.document_of(decision) if decision is not None else None
    return (
        decision is not None
        and document is not None
        and signers is not None
        and document.comment_id == comment.id
        and document.verdict in ACCEPTING
        and (document.clause, document.edit_kind) == (text.clause, text.edit_kind)
        and document.publication_hash == decisions.publication_hash_of(comment, text)
        and signers.current.get(decision.decided_by) == document.by
        and signers.is_genuine(document, decision.signature)
    )


def _decrypt(conn: Connection, cell_file: CellFile, comment_id: str) -> HeldText | None:
    """None if it has no text, or one that cannot be decrypted, which the scheduler sends back to the queue."""
    row = held_texts.get(conn, comment_id)
    if row is None:
        return None
    plain = cell_file.decrypt(row.cell, row.ciphertext, purpose="held text", row_id=comment_id)
    return held_text_format.decode(plain) if plain is not None else None


def _add_to_thread(conn: Connection, comment: Comment, held_text: HeldText, slot: Slot) -> None:
    """A reply whose root was deleted becomes a top-level comment; without its parent, it replies to the root."""
    root = published_comments.get(conn, comment.root_id)
    parent = published_comments.get(conn, comment.parent_id) if root is not None else None
    if root is not None:
        position = published_comments.allocate_reply_position(conn, root.id)
    else:
        position = stories.get(conn, comment.site_id, comment.story_id).next_position
    root_id = root.id if root is not None else None
    parent_id = parent.id if parent is not None else root_id
    published_comments.add(
        conn,
        PublishedCommentRow(
            id=comment.id,
            site_id=comment.site_id,
            story_id=comment.story_id,
            edition=comment.edition,
            root_id=root_id,
            parent_id=parent_id,
            position=position,
            text=held_text.text,
            name=held_text.name,
            lang=held_text.lang,
            slot=slot,
            edit_kind=held_text.edit_kind,
            edited_clause=held_text.clause,
            publication_nonce=bytes.fromhex(held_text.nonce),
        ),
    )
    stories.add_to_counters(
        conn, comment.site_id, comment.story_id, next_position=int(root is None), comments=1
    )
    placement = Placement(
        comment_id=comment.id,
        position=position,
        root_id=root_id,
        parent_id=parent_id,
        root_position=root.position if root is not None else None,
    )
    files = stale.after_publication(placement)
    stale_files.add(conn, comment.site_id, comment.story_id, files)
