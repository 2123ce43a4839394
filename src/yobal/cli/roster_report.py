"""What `yobal roster` prints: the fingerprints that members compare, and who is a member."""

from typing import Final

from yobal.core.errors import RosterInvalid
from yobal.core.roster import Member, Roster
from yobal.server.wiring import Components

_GROUP: Final = 4
_NONE: Final = ["there is no roster yet: the first lead has not opened the link of `yobal init`"]
_ADVICE: Final = (
    "Compare both fingerprints with what leads have, over the telephone. If a backup was restored and the",
    "leads agree, `yobal roster --accept` makes the server believe this roster. If not, someone has changed",
    "the database: `yobal init --new-epoch` starts again with new keys.",
)


def report(components: Components) -> tuple[list[str], bool]:
    """Lines to print, and whether the roster verifies."""
    try:
        with components.database.reading() as conn:
            roster = components.roster_reader.read(conn)
    except RosterInvalid as error:
        return [f"refused: {error}", *_ADVICE], False
    return (_describe(roster) if roster is not None else _NONE), True


def accept(components: Components) -> list[str]:
    """Raises RosterInvalid for one that breaks a rule: that is no backup's."""
    with components.database.reading() as conn:
        roster = components.roster_reader.accept(conn)
    return ["accepted", *_describe(roster)] if roster is not None else _NONE


def _describe(roster: Roster) -> list[str]:
    return [
        f"first statement   {_grouped(roster.first)}",
        f"newest statement  {_grouped(roster.head)} (number {len(roster.hashes)})",
        *sorted(_described_member(member) for member in roster.members.values()),
        f"epochs: {len(roster.epochs)}",
    ]


def _described_member(member: Member) -> str:
    return f"{member.role}: {member.keys.pseudonym if member.keys else member.signing_key}"


def _grouped(fingerprint: str) -> str:
    groups = [fingerprint[start : start + _GROUP] for start in range(0, len(fingerprint), _GROUP)]
    return " ".join(groups)
