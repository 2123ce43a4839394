"""Publishes imports that a lead has signed: some comments in each turn, from the slot after the signature on.

Positions in a thread never change, so imported comments come after those that were published before.
"""

from collections.abc import Sequence
from itertools import groupby
from typing import Final, NamedTuple

import msgspec

from yobal.actions.import_verifier import ImportedText, ImportVerifier
from yobal.actions.roster_reader import RosterReader
from yobal.adapters.moves_file import MovesFile
from yobal.core.decision_signature import Signers
from yobal.core.errors import RosterInvalid
from yobal.core.import_manifest import ImportState
from yobal.core.site_rules import SiteRules
from yobal.store import (
    imported_threads,
    imports,
    published_comments,
    sites,
    staged_comments,
    stale_files,
    stories,
)
from yobal.store.database import Connection, Database
from yobal.store.imports import Import
from yobal.store.locks import release_lock
from yobal.store.published_comments import PublishedCommentRow
from yobal.store.staged_comments import PublishedParent, StagedComment

COMMENTS_PER_TURN: Final = 1_000
_START: Final = ("", 0, 0)


class PublishedImports(msgspec.Struct):
    comments: int = 0
    stopped: int = 0  # imports that are not what a lead has signed


class Placement(NamedTuple):
    """Where a comment goes in its thread."""

    root_id: str | None
    parent_id: str | None
    position: int


def publish_due(
    database: Database,
    rules: SiteRules,
    roster_reader: RosterReader,
    *,
    moves_file: MovesFile,
    turns_max: int | None = None,
    with_stopped: bool = False,
) -> PublishedImports:
    """Publish what is due, until it is done or `turns_max` turns are over; the caller writes the files and purges.

    `with_stopped` tries those again that were not what a lead had signed.
    """
    result = PublishedImports()
    with database.reading() as conn:
        released = sites.released_slot(conn, rules.site_id)
        states: tuple[ImportState, ...] = ("signed", "stopped") if with_stopped else ("signed",)
        due = [
            item
            for item in imports.in_states(conn, rules.site_id, states)
            if item.due_slot is not None and item.due_slot <= released
        ]
        if not due:
            return result
        verifier = ImportVerifier(_signers(conn, roster_reader), moves_file.read())
    for item in due:
        turns_max = _publish(database, item, verifier, result, turns_max)
    return result


def _signers(conn: Connection, roster_reader: RosterReader) -> Signers | None:
    """None if the roster does not verify: then no signature counts."""
    try:
        return roster_reader.signers(conn)
    except RosterInvalid:
        return None


def _publish(
    database: Database,
    item: Import,
    verifier: ImportVerifier,
    result: PublishedImports,
    turns_max: int | None,
) -> int | None:
    """The number of turns that are left."""
    after = _START
    refused_ids: set[str] = set()
    with database.reading() as conn:
        verifier.is_signed(conn, item.id)  # before the writers' turns, because it takes a while
    while turns_max is None or turns_max > 0:
        with release_lock(database), database.writing() as conn:
            batch = staged_comments.next_batch(conn, item.id, after=after, limit=COMMENTS_PER_TURN)
            genuine = verifier.genuine_ids(conn, [_text_of(comment) for comment in batch])
            for comment in batch:
                # A reply waits for its parent; otherwise it would be a top-level comment permanently.
                if comment.comment_id not in genuine or comment.parent_id in refused_ids:
                    refused_ids.add(comment.comment_id)
            chosen = [comment for comment in batch if comment.comment_id not in refused_ids]
            _publish_batch(conn, item, chosen)
            result.comments += len(chosen)
            is_last = len(batch) < COMMENTS_PER_TURN
            if is_last:
                _end(conn, item, has_refused=bool(refused_ids), result=result)
        if is_last:
            return turns_max
        after = (batch[-1].story_id, batch[-1].slot, batch[-1].number)
        turns_max = turns_max - 1 if turns_max is not None else None
    return turns_max


def _end(conn: Connection, item: Import, *, has_refused: bool, result: PublishedImports) -> None:
    result.stopped += has_refused
    for story in staged_comments.stories(conn, item.id) if has_refused else ():
        stale_files.add_all_of_thread(conn, item.site_id, story.story_id)
    imports.transition(
        conn,
        item.id,
        from_=("signed", "stopped"),
        to="stopped" if has_refused else "published",
    )


def _publish_batch(conn: Connection, item: Import, batch: Sequence[StagedComment]) -> None:
    if not batch:
        return
    site_id = item.site_id
    parent_ids = {comment.parent_id for comment in batch if comment.parent_id is not None}
    parents = staged_comments.published_parents(conn, parent_ids)
    root_ids = {parent.root_id for parent in parents.values() if parent.root_id is not None}
    parents |= staged_comments.published_parents(conn, root_ids - set(parents))
    thread = _Threads(parents)
    for story_id, of_story in groupby(batch, lambda comment: comment.story_id):
        first_position = imported_threads.first_position(conn, item, story_id)
        thread.begin_story(
            stories.get(conn, site_id, story_id).next_position, first_exported=first_position
        )
        for comment in of_story:
            thread.add(comment)
        next_position, count = thread.end_story()
        stories.add_to_counters(
            conn, site_id, story_id, next_position=next_position, comments=count
        )
    signed_parents = [comment.parent_id for comment in batch]
    staged_comments.publish(conn, thread.rows(site_id), signed_parents)
    published_comments.set_next_reply_positions(conn, thread.changed_roots())
    staged_comments.remove(conn, [comment.comment_id for comment in batch])
    for story_id in sorted({comment.story_id for comment in batch}):
        # A long thread takes many turns; its files are all written once it is complete.
        if not staged_comments.has_story(conn, item.id, story_id):
            stale_files.add_all_of_thread(conn, site_id, story_id)


class _Threads:
    """Gives each comment its place, and keeps count of the replies under every root."""

    def __init__(self, parents: dict[str, PublishedParent]) -> None:
        self._parents = dict(parents)
        self._old_ids = set(parents)
        self._reply_counts = {parent.id: parent.next_reply_position for parent in parents.values()}
        self._changed: set[str] = set()
        self._placed: list[tuple[StagedComment, Placement]] = []
        self._next_position = self._first_position = self._story_start = 0
        self._first_exported = 0

    def begin_story(self, next_position: int, *, first_exported: int) -> None:
        """`first_exported`: what is position 0 in a thread that keeps its positions."""
        self._next_position = self._first_position = next_position
        self._first_exported = first_exported
        self._story_start = len(self._placed)

    def end_story(self) -> tuple[int, int]:
        """How many positions were taken, and how many comments came that are not removed."""
        of_story = self._placed[self._story_start :]
        comments = sum(comment.removal is None for comment, _ in of_story)
        return self._next_position - self._first_position, comments

    def add(self, comment: StagedComment) -> None:
        placement = self._choose_placement(comment)
        self._placed.append((comment, placement))
        self._reply_counts[comment.comment_id] = comment.next_reply_position or 0
        self._parents[comment.comment_id] = PublishedParent(
            id=comment.comment_id,
            story_id=comment.story_id,
            root_id=placement.root_id,
            position=placement.position,
            next_reply_position=0,
        )

    def _choose_placement(self, comment: StagedComment) -> Placement:
        """A reply whose parent is not in this thread becomes a top-level comment, as after a release."""
        parent = self._parents.get(comment.parent_id or "")
        root_id = parent.root_id or parent.id if parent is not None else None
        if parent is None or root_id is None or parent.story_id != comment.story_id:
            if comment.position is not None and comment.parent_id is None:
                return Placement(None, None, self._first_exported + comment.position)
            self._next_position += 1
            return Placement(None, None, self._next_position - 1)
        replies = self._reply_counts.get(root_id, 0)
        position = replies if comment.position is None else comment.position
        self._reply_counts[root_id] = max(replies, position + 1)
        self._changed.add(root_id)
        return Placement(root_id, parent.id, position)

    def rows(self, site_id: str) -> list[PublishedCommentRow]:
        return [
            PublishedCommentRow(
                id=comment.comment_id,
                site_id=site_id,
                story_id=comment.story_id,
                edition=comment.edition,
                root_id=placement.root_id,
                parent_id=placement.parent_id,
                position=placement.position,
                text=comment.text,
                name=comment.name,
                lang=comment.lang,
                slot=comment.slot,
                edit_kind=comment.edit_kind,
                edited_clause=comment.edited_clause,
                publication_nonce=comment.publication_nonce if comment.removal is None else None,
                removal=comment.removal,
                removal_clause=comment.removal_clause,
                next_reply_position=self._reply_counts.get(comment.comment_id, 0),
            )
            for comment, placement in self._placed
        ]

    def changed_roots(self) -> dict[str, int]:
        """How many replies the roots that were published before have now."""
        return {
            root_id: self._reply_counts[root_id]
            for root_id in sorted(self._changed & self._old_ids)
        }


def _text_of(comment: StagedComment) -> ImportedText:
    return ImportedText(
        comment_id=comment.comment_id,
        nonce=comment.publication_nonce,
        text=comment.text,
        name=comment.name,
        lang=comment.lang,
        story_id=comment.story_id,
        edition=comment.edition,
        parent_id=comment.parent_id,
        slot=comment.slot,
        edit_kind=comment.edit_kind,
        edited_clause=comment.edited_clause,
        removal=comment.removal,
        removal_clause=comment.removal_clause,
    )
