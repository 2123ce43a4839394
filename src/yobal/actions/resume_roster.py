"""Continues the roster after a restore, when its newest statements are lost everywhere.

The technician has named the lead who may do this. The lead says which members of the backup still belong
to the newsroom: those who were removed after it are removed again before anything opens.
"""

from collections.abc import Sequence

from yobal.actions import member_keys
from yobal.actions.add_epoch import MemberWrap, add_epoch, add_wraps
from yobal.actions.roster_reader import RosterReader
from yobal.actions.take_away import take_away
from yobal.adapters.cell_file import CellFile
from yobal.core import roster as roster_rules
from yobal.core.errors import Forbidden, InvalidInput, RosterChanged
from yobal.core.ids import RandomBytes
from yobal.core.roster import MemberRemoved, NewEpoch, Resumed, Roster, SignedStatement
from yobal.core.schedule import next_slot
from yobal.core.site_rules import SiteRules
from yobal.store import epochs, pending_purge, sites, unopenable
from yobal.store.database import Connection, Database


def resume_roster(
    database: Database,
    cell_file: CellFile,
    rules: SiteRules,
    roster_reader: RosterReader,
    *,
    resumed_by: str,
    statements: Sequence[SignedStatement],
    wraps: Sequence[MemberWrap],
    now: float,
    random: RandomBytes,
) -> None:
    """The statement that says so, removals, and a new epoch for all who stay, in one transaction.

    Raises RosterChanged, Forbidden, InvalidInput.
    """
    with member_keys.allocating(database, cell_file) as allocate, database.writing() as conn:
        pending_purge.request(conn, rules.site_id, random=random)  # envelopes are deleted
        before, _ = roster_reader.read_to_resume(conn)
        roster = roster_reader.resume(conn, *statements)
        contents = [roster_rules.decode_statement(item.statement) for item in statements]
        lead = before.named(resumed_by) if before is not None else None
        if before is None or lead is None or any(item.by != lead.signing_key for item in contents):
            raise Forbidden
        first, *removals, epoch = contents
        if not isinstance(first, Resumed) or not isinstance(epoch, NewEpoch):
            raise InvalidInput(
                "a lead must sign that the list continues, together with removals and a new epoch"
            )
        for removal in removals:
            if not isinstance(removal, MemberRemoved) or removal.member == lead.signing_key:
                raise InvalidInput(
                    "a lead must sign that the list continues, together with removals and a new epoch"
                )
            removed = before.members[removal.member].keys
            if removed is None:
                raise RosterChanged
            take_away(conn, rules, removed)
        _end_lost_epochs(conn, rules, before, now=now)
        add_epoch(conn, rules, roster.epochs[-1], now)
        add_wraps(conn, allocate, roster, wraps)
    roster_reader.pin_newest(database)  # and lets everybody in again


def _end_lost_epochs(conn: Connection, rules: SiteRules, before: Roster, *, now: float) -> None:
    """If only statements were lost, their epochs are still in the database, but unsigned."""
    signed_ids = [epoch.epoch_id for epoch in before.epochs]
    released = sites.lock_released_slot(conn, rules.site_id)
    slot = next_slot(rules.schedule, max(now, released))
    epochs.end_unsigned(conn, rules.site_id, signed_ids, slot=slot)
    unopenable.destroy(conn, rules.site_id, signed_ids, slot=slot)
