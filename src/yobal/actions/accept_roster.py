"""Lets the technician believe a roster from a backup, with the fingerprint that a lead reads out.

The fingerprint says who began the roster, not whether its newest statements are there: `secrets/`, or the copy of
what it says, knows that. Where neither does, a lead has to confirm who is a member.
"""

from typing import Final

import msgspec

from yobal.actions.roster_reader import extended_pin
from yobal.adapters.roster_pin import FormerRoster, Pin, Resumption, RosterPin
from yobal.core import roster as rules
from yobal.core.errors import RosterInvalid, RosterNotAccepted
from yobal.core.roster import Roster
from yobal.store import statements
from yobal.store.database import Connection

_WRONG_FINGERPRINT: Final = (
    "this is not the fingerprint of the roster's first statement, so nothing was accepted: ask a lead to "
    "read it out again (eight groups of four, on the recovery sheet and at the desk under People). If it "
    "still differs, somebody else wrote this roster: see docs/trouble.md"
)
_OTHER_FIRST: Final = (
    "`secrets/roster` says that this server had another roster, so nothing was accepted: put its database "
    "back, or start again with `yobal init --new-epoch`"
)

_UNKNOWN_END: Final = (
    "nothing says whether statements came after this backup, so nothing was accepted: ask a lead whom you know "
    "by voice to check the list of members at the desk, and name that lead: "
    "`yobal roster --accept FINGERPRINT --lead PSEUDONYM`"
)
_OTHER_END: Final = (
    "this server has verified other statements after the first, so nothing was accepted: see "
    "docs/trouble.md"
)
_NO_SUCH_LEAD: Final = "the list has no lead of this pseudonym, so nothing was accepted: `yobal roster` shows the leads"


class Accepted(msgspec.Struct, frozen=True):
    """What the technician has accepted; `missing_count` statements are still to come from a browser."""

    roster: Roster
    missing_count: int = 0
    resumption: Resumption | None = None


def read_unpinned(conn: Connection, site_id: str) -> Roster | None:
    """The database's own claims, only to be shown: an attacker's own list verifies, too.

    Raises RosterInvalid.
    """
    signed = statements.list_all(conn, site_id)
    return rules.verify(signed, site_id=site_id) if signed else None


def accept(
    conn: Connection, site_id: str, roster_pin: RosterPin, fingerprint: str, *, lead: str = ""
) -> Accepted | None:
    """Believe what the database has now, after a restore. None if it has no roster.

    `fingerprint` is what a lead reads out: without it, an attacker's own list would be believed. What is
    missing at its end is given up only for `lead`, a pseudonym. Raises RosterInvalid, RosterNotAccepted.
    """
    roster = read_unpinned(conn, site_id)
    if roster is None:
        return None
    if not rules.is_fingerprint_of(roster.first, fingerprint):
        _accept_former(conn, roster_pin, roster, fingerprint)
        return Accepted(roster)
    pin, copy = roster_pin.read(), roster_pin.read_copy()
    if pin.first is not None and pin.first != roster.first:
        raise RosterNotAccepted(_OTHER_FIRST)
    newest = _newest_known(roster, pin, copy)
    if not lead:
        return _accept_whole(roster_pin, roster, pin, newest)
    member = roster.named(lead)
    if member is None or member.role != "lead":
        raise RosterNotAccepted(_NO_SUCH_LEAD)
    resumption = Resumption(member.signing_key)
    if newest is not None and newest != (len(roster.hashes), roster.head):
        resumption = Resumption(member.signing_key, lost_head=newest[1], lost_length=newest[0])
    roster_pin.update(lambda current: _accepted(current, roster, resumption))
    roster_pin.replace_copy()
    return Accepted(roster, resumption=resumption)


def mark_restored(conn: Connection, site_id: str, roster_pin: RosterPin) -> None:
    """Until it is accepted, unless the copy of the pin says what came after: no backup can know that."""
    try:
        roster, copy = read_unpinned(conn, site_id), roster_pin.read_copy()
    except RosterInvalid:
        return  # refused anyway
    is_end_known = (
        roster is not None and copy.first == roster.first and copy.length >= len(roster.hashes)
    )
    if roster is not None:
        is_restored = not is_end_known
        roster_pin.update(lambda pin: msgspec.structs.replace(pin, is_restored=is_restored))


def _accept_whole(
    roster_pin: RosterPin, roster: Roster, pin: Pin, newest: tuple[int, str] | None
) -> Accepted:
    """If something says how far the roster went. Raises RosterNotAccepted."""
    if newest is None:
        raise RosterNotAccepted(_UNKNOWN_END)
    length, head = newest
    missing_count = length - len(roster.hashes)
    if missing_count <= 0 and roster.hashes[length - 1] != head:
        raise RosterNotAccepted(_OTHER_END)
    if pin.resumption is None:
        changes = {"first": roster.first, "length": length, "head": head, "is_restored": False}
        roster_pin.update(lambda current: msgspec.structs.replace(current, **changes))
    return Accepted(roster, missing_count=max(0, missing_count), resumption=pin.resumption)


def _accept_former(
    conn: Connection, roster_pin: RosterPin, roster: Roster, fingerprint: str
) -> None:
    """A roster that the present one has replaced, so that what was published under it verifies.

    The present one does not vouch for it: somebody could have put another into the database.
    """
    firsts = statements.former_firsts(conn, roster.site_id)
    first = next((item for item in firsts if rules.is_fingerprint_of(item, fingerprint)), None)
    if first is None or roster_pin.read().first != roster.first:
        raise RosterNotAccepted(_WRONG_FINGERPRINT)
    chain = statements.list_former(conn, roster.site_id, first=first)
    head = rules.verify(chain, site_id=roster.site_id).head
    roster_pin.update(lambda pin: _add_former(pin, FormerRoster(first, len(chain), head)))


def _newest_known(roster: Roster, pin: Pin, copy: Pin) -> tuple[int, str] | None:
    """How far this roster went, by `secrets/` or by the copy; None if a backup is all that there is."""
    ends = [
        (memory.length, memory.head)
        for memory in (pin, copy)
        if memory.first == roster.first
        and memory.head is not None
        and (not memory.is_restored if memory is pin else memory.length >= len(roster.hashes))
    ]
    return max(ends, default=None)


def _accepted(pin: Pin, roster: Roster, resumption: Resumption) -> Pin:
    changed = msgspec.structs.replace(pin, is_restored=False, resumption=resumption)
    return extended_pin(changed, roster)


def _add_former(pin: Pin, former: FormerRoster) -> Pin:
    others = tuple(item for item in pin.former if item.first != former.first)
    return msgspec.structs.replace(pin, former=(*others, former))
