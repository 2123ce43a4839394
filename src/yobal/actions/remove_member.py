"""Removes a member: a lead removes another, and any member leaves. It takes effect at once and for good.

Sessions, wraps, sealed identities and open invitations of that person go in the same transaction, so a
crash leaves all of it or nothing. The cells of wraps and identities are overwritten after the commit.
"""

from collections.abc import Sequence

import msgspec

from yobal.actions import member_keys, reverse_decision
from yobal.actions.add_epoch import MemberWrap, add_epoch, add_wraps
from yobal.actions.roster_reader import RosterReader
from yobal.actions.take_away import take_away
from yobal.adapters.cell_file import CellFile
from yobal.core import roster as roster_rules
from yobal.core.errors import Forbidden, InvalidInput, RosterChanged
from yobal.core.ids import RandomBytes
from yobal.core.roster import Keys, MemberRemoved, NewEpoch, Roster, SignedStatement
from yobal.core.site_rules import SiteRules
from yobal.store import decisions, pending_purge, sites
from yobal.store.database import Connection, Database


class RemovedMember(msgspec.Struct, frozen=True):
    pseudonym: str
    returned_count: int  # accepted comments that are back in the queue


def remove_member(
    database: Database,
    cell_file: CellFile,
    rules: SiteRules,
    roster_reader: RosterReader,
    *,
    removed_by: str,
    statements: Sequence[SignedStatement],
    wraps: Sequence[MemberWrap],
    now: float,
    random: RandomBytes,
) -> RemovedMember:
    """A lead who removes another member also signs a new epoch. A leaving member does not, because they would know its key.

    The caller overwrites expired cells, or the next pass of the scheduler does. Raises RosterChanged, Forbidden, InvalidInput.
    """
    with member_keys.allocating(database, cell_file) as allocate, database.writing() as conn:
        pending_purge.request(conn, rules.site_id, random=random)  # accepted texts are deleted
        sites.lock(conn, rules.site_id)
        before = roster_reader.read(conn)
        roster = roster_reader.append(conn, *statements)
        removal, *new_epoch = [roster_rules.decode_statement(item.statement) for item in statements]
        signer = before.named(removed_by) if before is not None else None
        if before is None or signer is None or removal.by != signer.signing_key:
            raise Forbidden
        if not isinstance(removal, MemberRemoved):
            raise InvalidInput("the statement does not remove a member")
        is_leaving = removal.member == signer.signing_key
        if [type(item) for item in new_epoch] != ([] if is_leaving else [NewEpoch]):
            raise InvalidInput("a lead must sign a removal together with a new epoch")
        keys = _keys_of(before, removal.member)
        returned_count = _return_held(
            conn, rules, keys.pseudonym, decided_by=removed_by, now=now, random=random
        )
        take_away(conn, rules, keys)
        if not is_leaving:
            add_epoch(conn, rules, roster.epochs[-1], now)
            add_wraps(conn, allocate, roster, wraps)
    roster_reader.pin_newest(database)
    return RemovedMember(keys.pseudonym, returned_count)


def _keys_of(roster: Roster, member: str) -> Keys:
    removed = roster.members.get(member)
    if removed is None or removed.keys is None:
        raise RosterChanged  # the statement would have broken a rule
    return removed.keys


def _return_held(
    conn: Connection,
    rules: SiteRules,
    pseudonym: str,
    *,
    decided_by: str,
    now: float,
    random: RandomBytes,
) -> int:
    """Nothing that this person accepted appears any more, unless somebody else accepts it."""
    held = decisions.held_of(conn, rules.site_id, pseudonym)
    released = sites.lock_released_slot(conn, rules.site_id) if held else 0
    slot = reverse_decision.final_slot(rules, released, now=now)
    return sum(
        reverse_decision.reverse(
            conn,
            reverse_decision.undo_of(decision, slot=slot, decided_by=decided_by, random=random),
        )
        for decision in held
    )
