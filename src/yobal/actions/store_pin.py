"""Stores what a member's browser has verified of the roster, for the same person's other devices."""

from yobal.actions.roster_reader import RosterReader
from yobal.core import signed_pin
from yobal.core.errors import InvalidInput, NotSignedIn
from yobal.core.site_rules import SiteRules
from yobal.store import people
from yobal.store.database import Database


def store_pin(
    database: Database,
    rules: SiteRules,
    roster_reader: RosterReader,
    *,
    pseudonym: str,
    roster_pin: bytes,
) -> None:
    """Raises NotSignedIn, InvalidInput, RosterInvalid."""
    with database.writing() as conn:
        roster = roster_reader.read(conn)
        member = roster.named(pseudonym) if roster is not None else None
        if member is None:
            raise NotSignedIn
        if not signed_pin.is_genuine(roster_pin, site_id=rules.site_id, by=member.signing_key):
            raise InvalidInput("what this browser has verified is not signed by the person")
        if people.change_pin(conn, rules.site_id, pseudonym, roster_pin=roster_pin) == 0:
            raise NotSignedIn
