"""Run in the container by Yobal's Python: a first lead without a browser, who joins, and later reads the pending comments."""

import json
import secrets
import sys
import time
from pathlib import Path

import msgspec
import pyrage
import sqlalchemy as sa

from yobal.actions import move_inbox
from yobal.core.envelope import Envelope
from yobal.core.schedule import last_round
from yobal.demo.keys import make_moderator
from yobal.demo.lead import join_first_lead
from yobal.server import settings
from yobal.server.wiring import Components, build_components
from yobal.store.locks import release_lock


def join(components: Components) -> str:
    """The identity of the epoch, which opens new comments."""
    lead = make_moderator(components.rules.site_id, "Heron")
    join_first_lead(components, lead, now=time.time())
    sheet = pyrage.x25519.Identity.from_str(lead.sheet)
    personal = pyrage.x25519.Identity.from_str(
        pyrage.decrypt(lead.recovery_identity, [sheet]).decode()
    )
    epoch_identity: bytes = pyrage.decrypt(lead.wrap, [personal])
    return epoch_identity.decode()


def read(components: Components, epoch_identity: str) -> list[str]:
    """The texts of pending comments, after a round."""
    with release_lock(components.database):
        move_inbox.move(
            components.database,
            components.inbox,
            components.cell_file,
            components.rules,
            arrival_round=last_round(components.rules.schedule, time.time()),
            random=secrets.token_bytes,
        )
    chosen = sa.text(
        "select comment_id, cell, ciphertext from envelopes join comments on comments.id = comment_id"
        " where state = 'pending'"
    )
    with components.database.reading() as conn:
        rows = conn.execute(chosen).mappings().all()
    identity = pyrage.x25519.Identity.from_str(epoch_identity)
    texts = []
    for row in rows:
        envelope = components.cell_file.decrypt(
            row["cell"], bytes(row["ciphertext"]), purpose="envelope", row_id=row["comment_id"]
        )
        assert envelope is not None
        plain = pyrage.decrypt(envelope, [identity])
        texts.append(msgspec.json.decode(plain, type=Envelope).text)
    return texts


if __name__ == "__main__":
    made = build_components(settings.load(Path("yobal.toml")))
    print(json.dumps(join(made) if sys.argv[1] == "join" else read(made, sys.argv[2])))
