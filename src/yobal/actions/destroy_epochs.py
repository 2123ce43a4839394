"""Destroys the wraps of epochs to which no envelope is sealed any more.

Afterwards the key of such an epoch cannot be had any more: not by a member, and not from an old copy of the
database with everybody's words.
"""

from typing import Final

from yobal.core.ids import RandomBytes
from yobal.core.schedule import last_slot, next_slot
from yobal.core.site_rules import SiteRules
from yobal.store import epochs, pending_purge, sites
from yobal.store.database import Connection, Database

# The intake learns of a new epoch within a second. What it sealed to the old one is in the inbox by then.
_LATE_SECONDS_MAX: Final = 60


def destroy_emptied(
    database: Database, rules: SiteRules, *, now: float, random: RandomBytes
) -> int:
    """Return how many epochs were destroyed. Runs with every release, under its lock. The caller purges, which overwrites the cells.

    A crash leaves an epoch as it was, or without wraps and with their cells on the list of those to
    overwrite. Raises DatabaseUnavailable.
    """
    with database.reading() as conn:
        if not _emptied_ids(conn, rules):
            return 0
    with database.writing() as conn:
        pending_purge.request(conn, rules.site_id, random=random)
        sites.lock(conn, rules.site_id)  # a person who joins now must not get a wrap of it
        epoch_ids = _emptied_ids(conn, rules)
        epochs.destroy(conn, epoch_ids, slot=last_slot(rules.schedule, now))
    return len(epoch_ids)


def _emptied_ids(conn: Connection, rules: SiteRules) -> list[str]:
    """Without those to which something in the inbox may still be sealed: no later round has moved it."""
    moved_until = sites.last_round(conn, rules.site_id)
    return [
        epoch.epoch_id
        for epoch in epochs.list_emptied(conn, rules.site_id)
        if moved_until > next_slot(rules.schedule, epoch.last_slot) + _LATE_SECONDS_MAX
    ]
