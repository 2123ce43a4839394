"""Set a site up: the store's first rows, and the one-use link for the first lead."""

import secrets

from yobal.core import tokens
from yobal.core.errors import AlreadySetUp
from yobal.core.schedule import last_slot
from yobal.core.site_rules import SiteRules
from yobal.store import people, stories
from yobal.store.database import Database


def create_site(
    database: Database, rules: SiteRules, *, name: str, now: float, is_demo: bool = False
) -> None:
    """Write the site's row. Raises AlreadySetUp."""
    with database.writing() as conn:
        if stories.get_site(conn) is not None:
            raise AlreadySetUp(rules.site_id)
        stories.add_site(
            conn,
            site_id=rules.site_id,
            name=name,
            is_demo=is_demo,
            slot=last_slot(rules.schedule, now),
        )


def invite_first_lead(database: Database, rules: SiteRules, *, now: float) -> str:
    """A secret for the link that makes the first lead, and the next epoch, in a browser.

    Links given before it are void. Whoever was a moderator stays one until it is used.
    """
    secret = secrets.token_bytes(tokens.INVITATION_BYTES)
    with database.writing() as conn:
        people.drop_invitations(conn, rules.site_id)
        people.invite(
            conn,
            token_hash=people.hash_secret(tokens.invitation_token(secret)),
            site_id=rules.site_id,
            role="lead",
            is_first=True,
            expires_slot=tokens.invitation_expiry(rules.schedule, now),
        )
    return tokens.invitation_text(secret)
