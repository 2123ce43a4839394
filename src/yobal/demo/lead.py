"""A first lead without a browser, for the demonstration, the tests and the benchmarks."""

import base64
import secrets

from yobal.actions import join, setup_site
from yobal.core import tokens
from yobal.demo.keys import NewModerator
from yobal.server.wiring import Components


def join_first_lead(components: Components, lead: NewModerator, *, now: float) -> None:
    """Invite a first lead and accept the invitation; this starts a new epoch.

    As after `yobal init --new-epoch`, all earlier moderators lose their access.
    """
    secret = setup_site.invite_first_lead(components.database, components.rules, now=now)
    join.join(
        components.database,
        components.rules,
        lead.moderator,
        token=tokens.invitation_token(base64.urlsafe_b64decode(secret + "=")),
        wraps=[join.Wrap("first", lead.wrap)],
        epoch_recipient=lead.recipient,
        now=now,
        random=secrets.token_bytes,
    )
