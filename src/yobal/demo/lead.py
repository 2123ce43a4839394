"""A first lead without a browser, for the demonstration, the tests and the benchmarks."""

import base64
import secrets

from yobal.actions import join, setup_site
from yobal.core import ids, roster, tokens
from yobal.core.roster import FirstStatement, NewEpoch, SignedStatement
from yobal.core.signed_pin import SignedPin
from yobal.demo import signing
from yobal.demo.keys import NewModerator
from yobal.server.wiring import Components


def join_first_lead(components: Components, lead: NewModerator, *, now: float) -> None:
    """Invite a first lead and accept the invitation; this starts a new roster with a new epoch.

    As after `yobal init --new-epoch`, all earlier moderators lose their access.
    """
    link = setup_site.invite_first_lead(
        components.database, components.rules, components.roster_pin, now=now
    )
    secret = base64.urlsafe_b64decode(link + "=")
    statements = first_statements(components.rules.site_id, lead, secret=secret)
    join.begin_roster(
        components.database,
        components.cell_file,
        components.rules,
        components.roster_reader,
        token=tokens.invitation_token(secret),
        statements=statements,
        newcomer=newcomer(components.rules.site_id, lead, statements),
        wrap=lead.wrap,
        now=now,
        random=secrets.token_bytes,
    )


def first_statements(site_id: str, lead: NewModerator, *, secret: bytes) -> list[SignedStatement]:
    """What the first lead's browser signs: the lead's keys, and an epoch."""
    signing_key = lead.signing_key
    first = signing.sign_statement(
        lead.signing_seed,
        FirstStatement(
            site_id=site_id,
            previous=None,
            by=signing_key,
            keys_hash=roster.keys_hash(lead.keys),
            founder_mac=roster.founder_mac(tokens.founder_key(secret), signing_key),
        ),
        (lead.keys, lead.keys_signature),
    )
    epoch = NewEpoch(
        site_id=site_id,
        previous=roster.statement_hash(first.statement),
        by=signing_key,
        epoch_id=ids.new_id(secrets.token_bytes),
        recipient=lead.epoch_recipient,
    )
    return [first, signing.sign_statement(lead.signing_seed, epoch)]


def newcomer(
    site_id: str, moderator: NewModerator, statements: list[SignedStatement]
) -> join.Newcomer:
    """`statements`: what the person has verified."""
    hashes = [roster.statement_hash(item.statement) for item in statements]
    pin = SignedPin(site_id=site_id, first=hashes[0], length=str(len(hashes)), head=hashes[-1])
    return join.Newcomer(
        moderator.keys,
        moderator.keys_signature,
        moderator.identity,
        moderator.recovery_identity,
        signing.sign_pin(moderator.signing_seed, pin),
    )
