"""Suspends a moderator when no lead can be reached: sessions end, and signing in is refused.

No one signs a suspension, so it changes no keys: what this person has read or copied stays theirs. A lead
confirms it by removing the person, or lifts it.
"""

from yobal.core.errors import NoSuchMember
from yobal.store import hidden_texts, people
from yobal.store.database import Database


def suspend(database: Database, site_id: str, *, pseudonym: str) -> bool:
    """False if the moderator was suspended already. Raises NoSuchMember."""
    with database.writing() as conn:
        if people.get(conn, site_id, pseudonym) is None:
            raise NoSuchMember
        hidden_texts.wait_for_lead(conn, site_id, pseudonym)
        return people.suspend(conn, site_id, pseudonym) == 1


def resume(database: Database, site_id: str, *, pseudonym: str) -> bool:
    """False if the moderator was not suspended. Raises NoSuchMember."""
    with database.writing() as conn:
        if people.get(conn, site_id, pseudonym) is None:
            raise NoSuchMember
        return people.resume(conn, site_id, pseudonym) == 1
