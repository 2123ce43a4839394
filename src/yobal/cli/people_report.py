"""What `yobal people` prints and does: for the technician, when no lead can be reached."""

from typing import Final

from yobal.actions import suspend
from yobal.core import text as texts
from yobal.core.errors import RosterInvalid
from yobal.core.roster import Roster
from yobal.server.wiring import Components
from yobal.store import people

_NONE: Final = ["there are no members yet: the first lead has not opened the link of `yobal init`"]
_SUSPENDED: Final = (
    "Their sessions are ended, and they cannot sign in. Keys stay as they are: only a lead changes them.",
    "The desk now asks every lead to remove this person or to lift the suspension. Tell a lead.",
)
_NO_LEAD: Final = (
    "warn: no other lead can sign in, so no one can confirm this. `yobal people resume` reverses it;",
    "      `yobal init --new-epoch` makes a new first lead, and pending comments can then no longer be read.",
)


def describe(components: Components, *, now: float) -> list[str]:
    """One line for each member. Raises RosterInvalid."""
    site_id = components.rules.site_id
    with components.database.reading() as conn:
        roster = components.roster_reader.read(conn)
        suspended = set(people.list_suspended(conn, site_id))
        session_counts = people.count_sessions(conn, site_id, now=now)
    if roster is None:
        return _NONE
    lines = []
    for pseudonym, role in _members(roster):
        sessions = session_counts.get(pseudonym, 0)
        state = ", suspended" if pseudonym in suspended else ""
        lines.append(f"{role}: {pseudonym}, open sessions: {sessions}{state}")
    return lines


def suspend_member(components: Components, typed: str) -> list[str]:
    """Raises NoSuchMember."""
    pseudonym = texts.normalize(typed.strip())
    site_id = components.rules.site_id
    is_new = suspend.suspend(components.database, site_id, pseudonym=pseudonym)
    lines = [f"suspended: {pseudonym}" if is_new else f"{pseudonym} was suspended already"]
    return [*lines, *_SUSPENDED, *(() if _has_active_lead(components) else _NO_LEAD)]


def resume_member(components: Components, typed: str) -> str:
    """Raises NoSuchMember."""
    pseudonym = texts.normalize(typed.strip())
    site_id = components.rules.site_id
    if suspend.resume(components.database, site_id, pseudonym=pseudonym):
        return f"resumed: {pseudonym} can sign in again"
    return f"{pseudonym} is not suspended"


def _has_active_lead(components: Components) -> bool:
    """Also False if the roster does not verify: then no member can sign in."""
    try:
        with components.database.reading() as conn:
            roster = components.roster_reader.read(conn)
            suspended = set(people.list_suspended(conn, components.rules.site_id))
    except RosterInvalid:
        return False
    if roster is None:
        return False
    return any(role == "lead" and name not in suspended for name, role in _members(roster))


def _members(roster: Roster) -> list[tuple[str, str]]:
    """Pseudonym and role, leads first."""
    members = [(m.keys.pseudonym, m.role) for m in roster.members.values() if m.keys is not None]
    return sorted(members, key=lambda member: (member[1], member[0]))
