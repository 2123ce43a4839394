"""Begins a new epoch: a lead signs its recipient and wraps its key for every member.

It happens when the newest epoch is older than `epoch_days`, and with every removal.
"""

from collections.abc import Sequence

from yobal.actions import member_keys
from yobal.actions.add_epoch import MemberWrap, add_epoch, add_wraps
from yobal.actions.roster_reader import RosterReader
from yobal.adapters.cell_file import CellFile
from yobal.core import roster as roster_rules
from yobal.core.errors import Forbidden, InvalidInput
from yobal.core.roster import NewEpoch, Roster, SignedStatement
from yobal.core.schedule import DAY_SECONDS
from yobal.core.site_rules import SiteRules
from yobal.store import epochs, sites
from yobal.store.database import Connection, Database


def begin_epoch(
    database: Database,
    cell_file: CellFile,
    rules: SiteRules,
    roster_reader: RosterReader,
    *,
    begun_by: str,
    statement: SignedStatement,
    wraps: Sequence[MemberWrap],
    now: float,
) -> None:
    """Put the epoch that the lead with this pseudonym has signed into force, if one is due.

    Raises RosterChanged, Forbidden, InvalidInput.
    """
    with member_keys.allocating(database, cell_file) as allocate, database.writing() as conn:
        sites.lock(conn, rules.site_id)
        before = roster_reader.read(conn)
        roster = roster_reader.append(conn, statement)
        content = roster_rules.decode_statement(statement.statement)
        lead = before.named(begun_by) if before is not None else None
        if before is None or lead is None or content.by != lead.signing_key:
            raise Forbidden
        if not isinstance(content, NewEpoch):
            raise InvalidInput("the statement does not begin an epoch")
        if not is_due(conn, rules, roster_reader, before, now=now):
            raise InvalidInput("the newest epoch is not old enough for another")
        add_epoch(conn, rules, roster.epochs[-1], now)
        add_wraps(conn, allocate, roster, wraps)
    roster_reader.pin_newest(database)


def is_due(
    conn: Connection, rules: SiteRules, roster_reader: RosterReader, roster: Roster, *, now: float
) -> bool:
    """Whether a lead's browser should begin an epoch now."""
    if roster_reader.needs_epoch(roster):
        return True
    first_slot = epochs.newest_first_slot(conn, rules.site_id)
    return first_slot is not None and now - first_slot >= rules.epoch_days * DAY_SECONDS
