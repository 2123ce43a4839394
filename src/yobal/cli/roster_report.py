"""What `yobal roster` prints: the fingerprints that members compare, and who is a member."""

from typing import Final

from yobal.actions import accept_roster
from yobal.core import text as texts
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
_MISSING_ADVICE: Final = (
    "Until they are back, no member can sign in and no comment is accepted. They come back automatically when a member",
    "opens the desk in a browser that has seen them, or signs in there with the words: ask everybody to do that.",
    "If no browser has them, ask a lead to check who is a member, and name that lead: `yobal roster --accept",
    "FINGERPRINT --lead PSEUDONYM`.",
)
_RESUMPTION_ADVICE: Final = (
    "Only this lead can sign in now, and no comment is taken until the lead has confirmed at the desk who still is",
    "a member. If `yobal serve` is running, restart it.",
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


def accept(components: Components, typed: str, *, lead: str = "") -> list[str]:
    """Raises RosterInvalid for one that breaks a rule (that is no backup's), RosterNotAccepted."""
    pseudonym = texts.normalize(lead.strip())
    with components.database.reading() as conn:
        accepted = accept_roster.accept(
            conn, components.rules.site_id, components.roster_pin, typed, lead=pseudonym
        )
    if accepted is None:
        return _NONE
    lines = ["accepted", *_describe(accepted.roster)]
    if accepted.missing_count:
        return [*lines, f"missing at its end: {accepted.missing_count}", *_MISSING_ADVICE]
    if accepted.resumption is not None:
        member = accepted.roster.members[accepted.resumption.by]
        return [*lines, f"to be confirmed by {_describe_member(member)}", *_RESUMPTION_ADVICE]
    return lines


def _describe_refused(components: Components) -> list[str]:
    """Nothing where a statement breaks a rule: then there is nothing to compare."""
    try:
        with components.database.reading() as conn:
            roster = accept_roster.read_unpinned(conn, components.rules.site_id)
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
