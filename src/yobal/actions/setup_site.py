"""Set a site up: the store's first rows, and the one-use link for the first lead."""

import secrets

from yobal.adapters.roster_pin import RosterPin
from yobal.core import tokens
from yobal.core.admission import SEED_BYTES
from yobal.core.errors import AlreadySetUp
from yobal.core.schedule import last_round, last_slot
from yobal.core.site_rules import SiteRules
from yobal.store import people, sites
from yobal.store.database import Database
from yobal.store.people import Invitation


def create_site(
    database: Database, rules: SiteRules, *, name: str, now: float, is_demo: bool = False
) -> None:
    """Write the site's row. Raises AlreadySetUp."""
    with database.writing() as conn:
        if sites.get(conn) is not None:
            raise AlreadySetUp(rules.site_id)
        sites.add(
            conn,
            site_id=rules.site_id,
            name=name,
            is_demo=is_demo,
            released_slot=last_slot(rules.schedule, now),
            last_round=last_round(rules.schedule, now),
            admission_seed=secrets.token_bytes(SEED_BYTES),
        )


def invite_first_lead(database: Database, rules: SiteRules, pin: RosterPin, *, now: float) -> str:
    """The secret of a link with which a browser makes the first lead, a new roster and a new epoch.

    Earlier links of this kind stop working at once. Nothing else changes until the link is used.
    """
    secret = secrets.token_bytes(tokens.INVITATION_SECRET_BYTES)
    pin.expect_founder(tokens.founder_key(secret))
    with database.writing() as conn:
        people.delete_first_leads_links(conn, rules.site_id)
        people.add_invitation(
            conn,
            Invitation(
                token_hash=people.hash_token(tokens.invitation_token(secret)),
                site_id=rules.site_id,
                role="lead",
                invited_by=None,
                expires_slot=tokens.invitation_expiry(rules.schedule, now),
            ),
        )
    return tokens.encode_invitation_secret(secret)
