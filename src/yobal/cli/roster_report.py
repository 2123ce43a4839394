"""What `yobal roster` prints: the fingerprints that members compare, and who is a member."""

from typing import Final

from yobal.core.errors import RosterInvalid
from yobal.core.roster import Member, Roster, fingerprint
from yobal.server.wiring import Components

_NONE: Final = ["there is no roster yet: the first lead has not opened the link of `yobal init`"]
_UNPROVED: Final = (
    "This is what the database says. It does not show who wrote it: anyone who can write the database can",
    "write a whole roster, with the same names.",
)
_ADVICE: Final = (
    "Did you restore a backup? Call a lead, who reads you the fingerprint of the first statement from the",
    "recovery sheet or from the red page. Type what you hear: `yobal roster --accept FINGERPRINT`. Do not copy",
    "the one above. If they differ, or if you restored nothing, somebody has changed the database: see",
    "docs/trouble.md, and `yobal init --new-epoch` starts again with new keys.",
)
_FORMER_ADVICE: Final = (
    "Comments that were published under a former roster are shown only if it is accepted too, with the",
    "fingerprint on a recovery sheet of that time: `yobal roster --accept FINGERPRINT`, then `yobal rebuild`.",
)


def report(components: Components) -> tuple[list[str], bool]:
    """Lines to print, and whether the roster verifies."""
    try:
        with components.database.reading() as conn:
            roster = components.roster_reader.read(conn)
            former = components.roster_reader.list_former(conn)
    except RosterInvalid as error:
        return [f"refused: {error}", *_describe_refused(components), *_ADVICE], False
    if roster is None:
        return _NONE, True
    return [*_describe(roster), *_describe_former(former)], True


def _describe_former(firsts: list[str]) -> list[str]:
    """After a restore without `secrets/`: what was published under them is not shown until then."""
    lines = [f"former roster     {fingerprint(first)} (not accepted)" for first in firsts]
    return [*lines, *_FORMER_ADVICE] if lines else []


def accept(components: Components, typed: str) -> list[str]:
    """Raises RosterInvalid for one that breaks a rule (that is no backup's), RosterNotAccepted."""
    with components.database.reading() as conn:
        roster = components.roster_reader.accept(conn, typed)
    return ["accepted", *_describe(roster)] if roster is not None else _NONE


def _describe_refused(components: Components) -> list[str]:
    """Nothing where a statement breaks a rule: then there is nothing to compare."""
    try:
        with components.database.reading() as conn:
            roster = components.roster_reader.read_unpinned(conn)
    except RosterInvalid:
        return []
    return [*_describe(roster), *_UNPROVED] if roster is not None else []


def _describe(roster: Roster) -> list[str]:
    return [
        f"first statement   {fingerprint(roster.first)}",
        f"newest statement  {fingerprint(roster.head)} (number {len(roster.hashes)})",
        *sorted(_describe_member(member) for member in roster.members.values()),
        f"epochs: {len(roster.epochs)}",
    ]


def _describe_member(member: Member) -> str:
    return f"{member.role}: {member.keys.pseudonym if member.keys else member.signing_key}"
