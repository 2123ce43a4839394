"""Takes from a person who is no member any more what opens something: sessions, sealed identities, wraps, links.

The cells of identities and wraps are overwritten after the commit.
"""

from yobal.core.roster import Keys
from yobal.core.site_rules import SiteRules
from yobal.store import epochs, hidden_texts, identities, member_activity, passkeys, people
from yobal.store.database import Connection


def take_away(conn: Connection, rules: SiteRules, keys: Keys) -> None:
    """And what this person has hidden is destroyed only after a lead has looked."""
    hidden_texts.wait_for_lead(conn, rules.site_id, keys.pseudonym)
    people.deactivate(conn, rules.site_id, keys.pseudonym)
    member_activity.delete(conn, rules.site_id, keys.pseudonym)
    passkeys.delete_of(conn, rules.site_id, keys.pseudonym)
    people.delete_invitations_by(conn, rules.site_id, keys.signing_key)
    identities.delete_ownerless(conn)
    epochs.delete_wraps(conn, rules.site_id, keys.pseudonym)
