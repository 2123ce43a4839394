"""Destroys comments that came from the inbox after a new roster had begun, sealed to a key that no member has."""

from yobal.actions.roster_reader import RosterReader
from yobal.core.errors import RosterInvalid
from yobal.core.ids import RandomBytes
from yobal.core.schedule import next_slot
from yobal.core.site_rules import SiteRules
from yobal.store import pending_purge, sites, unopenable
from yobal.store.database import Database


def destroy_unopenable(
    database: Database,
    rules: SiteRules,
    roster_reader: RosterReader,
    *,
    now: float,
    random: RandomBytes,
) -> int:
    """How many comments are lost. Nothing while the roster does not verify. The caller purges.

    Raises DatabaseUnavailable.
    """
    with database.reading() as conn:
        try:
            roster = roster_reader.read(conn)
        except RosterInvalid:
            return 0
        signed_ids = [epoch.epoch_id for epoch in roster.epochs] if roster is not None else []
        if not signed_ids or not unopenable.has_any(conn, rules.site_id, signed_ids):
            return 0
    with database.writing() as conn:
        pending_purge.request(conn, rules.site_id, random=random)
        slot = next_slot(rules.schedule, max(now, sites.released_slot(conn, rules.site_id)))
        return unopenable.destroy(conn, rules.site_id, signed_ids, slot=slot)
