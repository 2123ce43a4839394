"""Erases a published comment, or everything of a withdrawn one. Its line stays until the next release, and after that only if it has replies.

If pending replies kept the line, everyone could see from it whether a reply is waiting.
What a moderator removed is hidden first: its text lies under a cell, and its line stays, until it is destroyed.
Shared by `remove`, `bring_back`, `process_withdrawals`, `release` and `restore`.
"""

from yobal.adapters.cell_file import Cell
from yobal.core import hidden_text as hidden_text_format
from yobal.core import stale_files as stale
from yobal.core.hidden_text import HiddenText
from yobal.core.schedule import Slot
from yobal.core.stale_files import Placement, StaleFile
from yobal.core.states import WITHDRAWN
from yobal.core.thread import Removal
from yobal.store import (
    comments,
    envelopes,
    feedback,
    held_texts,
    hidden_texts,
    published_comments,
    stale_files,
    stories,
)
from yobal.store.comments import Comment
from yobal.store.database import Connection
from yobal.store.decisions import Decision
from yobal.store.hidden_texts import HiddenRow
from yobal.store.published_comments import PublishedCommentRow


def erase_published(
    conn: Connection, comment: PublishedCommentRow, *, removal: Removal, clause: str | None = None
) -> set[StaleFile]:
    """Erase text and name, and mark every file that shows them as stale; returns these files."""
    files = files_showing(conn, comment)
    published_comments.make_tombstone(conn, comment.id, removal=removal, clause=clause)
    stories.add_to_counters(conn, comment.site_id, comment.story_id, comments=-1)
    stale_files.add(conn, comment.site_id, comment.story_id, files)
    return files


def hide(
    conn: Connection,
    comment: PublishedCommentRow,
    removal: Decision,
    *,
    cell: Cell,
    destroy_slot: Slot,
    waits_for_lead: bool,
) -> set[StaleFile]:
    """Erase it as above, and keep its text under a cell. Returns the files that show it."""
    plain = hidden_text_format.encode(_hidden_text(comment))
    row = HiddenRow(
        comment_id=comment.id,
        site_id=comment.site_id,
        decision_id=removal.id,
        cell=cell.number,
        ciphertext=cell.encrypt(plain, purpose="hidden text", row_id=comment.id),
        destroy_slot=destroy_slot,
        waits_for_lead=waits_for_lead,
    )
    hidden_texts.insert(conn, row)
    return erase_published(conn, comment, removal="removed", clause=removal.clause)


def _hidden_text(comment: PublishedCommentRow) -> HiddenText:
    nonce = comment.publication_nonce
    return HiddenText(
        text=comment.text,
        name=comment.name,
        lang=comment.lang,
        edit_kind=comment.edit_kind,
        edited_clause=comment.edited_clause,
        nonce=nonce.hex() if nonce is not None else None,
    )


def withdraw(conn: Connection, comment: Comment) -> bool:
    """Erase a comment in any state; the caller requests the purge. Whether it was still in its state."""
    if comments.transition(conn, comment.id, from_=comment.state, to=WITHDRAWN) == 0:
        return False
    published_comment = published_comments.get(conn, comment.id)
    # The line of a hidden comment does not change, so it does not show that its author withdrew it, too.
    if published_comment is not None and published_comment.removal is None:
        erase_published(conn, published_comment, removal="withdrawn")
    _erase_remains(conn, comment.id)
    return True


def delete_tombstones_without_replies(conn: Connection, site_id: str) -> None:
    """As the last step of a release. A tombstone may be kept only for the tombstone below it."""
    while tombstones := published_comments.tombstones_without_replies(conn, site_id):
        for tombstone in tombstones:
            files = files_showing(conn, tombstone)
            stale_files.add(conn, tombstone.site_id, tombstone.story_id, files)
            published_comments.delete(conn, tombstone.id)


def files_showing(conn: Connection, comment: PublishedCommentRow) -> set[StaleFile]:
    """Also those that would show it again."""
    replies = published_comments.replies_to(conn, comment.id)
    return stale.after_erasure(
        _placement(conn, comment), [_placement(conn, reply) for reply in replies]
    )


def _placement(conn: Connection, comment: PublishedCommentRow) -> Placement:
    root = published_comments.get(conn, comment.root_id)
    return Placement(
        comment_id=comment.id,
        position=comment.position,
        root_id=comment.root_id,
        parent_id=comment.parent_id,
        root_position=root.position if root is not None else None,
        reply_count=comment.next_reply_position,
    )


def _erase_remains(conn: Connection, comment_id: str) -> None:
    """Receipts go, too, and what was written to the author."""
    comments.delete_receipts(conn, comment_id)
    feedback.delete_of_comment(conn, comment_id)
    held_texts.delete(conn, comment_id)
    envelopes.delete(conn, comment_id)
    hidden_texts.delete(conn, comment_id)
    comments.blank_withdrawn(conn, comment_id)
