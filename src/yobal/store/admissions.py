"""What decides whether a story, or the site, still accepts comments; `core/admission.py` has the rule."""

from collections.abc import Mapping

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core import admission
from yobal.core.site_rules import SiteRules
from yobal.core.states import PENDING
from yobal.store.tables import (
    comments,
    epochs,
    moderators,
    sites,
    stories,
    wrapped_epoch_keys,
)


def count_arrivals(conn: Connection, site_id: str, counts: Mapping[str, int]) -> None:
    """Add what a round moved, by story."""
    for story_id, count in counts.items():
        conn.execute(
            stories.update()
            .where(stories.c.site_id == site_id, stories.c.story_id == story_id)
            .values(arrivals_since_slot=stories.c.arrivals_since_slot + count)
        )
    conn.execute(
        sites.update()
        .where(sites.c.id == site_id)
        .values(arrivals_since_slot=sites.c.arrivals_since_slot + sum(counts.values()))
    )


def decide(conn: Connection, rules: SiteRules, *, seed: bytes) -> None:
    """Decide again for the site and every story; called once for each slot that is released."""
    pending = _pending_counts(conn, rules.site_id)
    full_stories = [
        story_id
        for story_id, count in pending.items()
        if admission.is_full(
            seed, story_id, pending_count=count, pending_max=rules.max_pending_per_story
        )
    ]
    changed = sa.or_(stories.c.arrivals_since_slot != 0, stories.c.is_full)
    of_site = stories.c.site_id == rules.site_id
    conn.execute(
        stories.update().where(of_site, changed).values(arrivals_since_slot=0, is_full=False)
    )
    for story_id in full_stories:
        conn.execute(
            stories.update().where(of_site, stories.c.story_id == story_id).values(is_full=True)
        )
    is_site_full = admission.is_full(
        seed,
        admission.SITE,
        pending_count=sum(pending.values()),
        pending_max=rules.max_pending_per_site,
    )
    conn.execute(
        sites.update()
        .where(sites.c.id == rules.site_id)
        .values(admission_seed=seed, arrivals_since_slot=0, is_full=is_site_full)
    )


def _pending_counts(conn: Connection, site_id: str) -> dict[str, int]:
    """By story. Comments whose epoch's key no active moderator holds are not counted."""
    readable_epochs = (
        sa.select(epochs.c.id)
        .join(wrapped_epoch_keys, wrapped_epoch_keys.c.epoch_id == epochs.c.id)
        .join(
            moderators,
            sa.and_(
                moderators.c.site_id == epochs.c.site_id,
                moderators.c.pseudonym == wrapped_epoch_keys.c.pseudonym,
            ),
        )
        .where(epochs.c.site_id == site_id, moderators.c.is_active)
    )
    rows = conn.execute(
        sa.select(comments.c.story_id, sa.func.count().label("pending_count"))
        .where(
            comments.c.site_id == site_id,
            comments.c.state == PENDING,
            comments.c.epoch_id.in_(readable_epochs),
        )
        .group_by(comments.c.story_id)
    )
    return {row.story_id: row.pending_count for row in rows}
