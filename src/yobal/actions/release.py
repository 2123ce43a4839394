"""A slot comes: publish what is due, in an order that tells nothing, and make decisions final."""

import hashlib
from collections.abc import Sequence
from typing import Any

import msgspec

from yobal.actions import erase_published
from yobal.core.ids import RandomBytes
from yobal.core.schedule import Slot, is_due, last_slot
from yobal.core.site_rules import SiteRules
from yobal.core.states import HELD, PUBLISHED
from yobal.store import (
    comments,
    decisions,
    pending_purge,
    published_comments,
    stale_files,
    stories,
)
from yobal.store.database import Connection, Database


class Released(msgspec.Struct, frozen=True):
    """What one slot published."""

    slot: Slot
    comments: int


def release(
    database: Database, rules: SiteRules, *, now: float, random: RandomBytes
) -> Released | None:
    """Release everything that is due by now, once; None where the last slot is done.

    After a stop, all of it is one release dated by the last slot that passed. The caller holds
    the release lock, writes the stale files and purges.
    """
    latest = last_slot(rules.schedule, now)
    with database.writing() as conn:
        before = stories.released_slot(conn, rules.site_id)
        if before >= latest:
            return None
        pending_purge.request(conn, rules.site_id, random=random)
        leaving = _leaving(conn, rules, latest)
        count = sum(_publish(conn, comment_id, latest) for comment_id in leaving)
        for refused in decisions.final_rejections(conn, rules.site_id, after=before, until=latest):
            erase_published.prune_tombstones(conn, refused)
        stories.set_released(conn, site_id=rules.site_id, slot=latest)
    return Released(latest, count)


def _leaving(conn: Connection, rules: SiteRules, latest: Slot) -> Sequence[str]:
    due = comments.due(conn, rules.site_id, until=latest)
    chosen = [
        row.id
        for row in due
        if is_due(
            row.due_slot,
            batch=len(due),
            min_batch_size=rules.schedule.min_batch_size,
            latest=latest,
        )
    ]
    return sorted(chosen, key=lambda comment_id: _order(latest, comment_id))


def _order(slot: Slot, comment_id: str) -> bytes:
    """By hash: the order inside a release says nothing about the order of arrival."""
    return hashlib.sha256(f"{slot} {comment_id}".encode()).digest()


def _publish(conn: Connection, comment_id: str, slot: Slot) -> bool:
    """Whether it went; False where it was undone or withdrawn in the meantime.

    Without words it stays where it is: the intake's role can insert a row, but hold no text.
    """
    words: Any = comments.held_text(conn, comment_id)
    if words is None:
        return False
    if comments.transition(conn, comment_id, from_=HELD, to=PUBLISHED, due_slot=None) == 0:
        return False
    row: Any = comments.get(conn, comment_id)
    root_id = (
        row.root_id
        if row.root_id and published_comments.get(conn, row.root_id) is not None
        else None
    )
    is_to_there = (
        root_id and row.parent_id and published_comments.get(conn, row.parent_id) is not None
    )
    position = _allocate_position(conn, row.site_id, row.story_id, root_id)
    published_comments.add(
        conn,
        id=comment_id,
        site_id=row.site_id,
        story_id=row.story_id,
        edition=row.edition,
        root_id=root_id,
        parent_id=row.parent_id if is_to_there else root_id,
        position=position,
        text=words.text,
        name=words.name,
        lang=words.lang,
        slot=slot,
        edited_clause=words.clause,
    )
    comments.drop_held_text(conn, comment_id)
    comments.overwrite_arrival_slot(conn, comment_id, released=slot)
    if words.clause is None:
        comments.drop_original(conn, comment_id)
    stories.add_to_counters(conn, row.site_id, row.story_id, comments=1)
    stale_files.add(
        conn,
        row.site_id,
        row.story_id,
        erase_published.files_for_new_comment(conn, root_id=root_id, position=position),
    )
    return True


def _allocate_position(conn: Connection, site_id: str, story_id: str, root_id: str | None) -> int:
    if root_id is not None:
        return published_comments.allocate_reply_position(conn, root_id)
    position: int = stories.totals(conn, site_id, story_id).next_position
    stories.add_to_counters(conn, site_id, story_id, next_position=1)
    return position
