"""Joins a desk with keys made as a browser makes them, for tests of its routes."""

import base64
import secrets
from typing import Any

import pyrage

from tests.in_process_client import DeskClient
from yobal.core.tokens import invitation_token


def make_keys() -> tuple[Any, str]:
    identity = pyrage.x25519.Identity.generate()
    return identity, str(identity.to_public())


def to_base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def join_by_invitation(
    desk: DeskClient, pseudonym: str, *, role: str, secret: bytes = b"s" * 32
) -> Any:
    """Heron invites, and the invitee joins with keys as a browser makes them. Returns the sheet's identity."""
    heron = pyrage.x25519.Identity.from_str(
        str(desk.newsroom.epoch_identity(newest_epoch_id(desk)))
    )
    token = invitation_token(secrets.token_bytes(32)).hex()
    invitation = pyrage.x25519.Identity.generate()
    wrap = pyrage.encrypt(str(heron).encode(), [invitation.to_public()])
    wraps = [{"epoch_id": newest_epoch_id(desk), "wrap": to_base64(wrap)}]
    body = {"role": role, "token": token, "wraps": wraps}
    assert desk.post("invite", body).status == 200

    contents = desk.browser_of(None).post("open-invitation", {"token": token}).json
    assert (contents["role"], contents["is_first"]) == (role, False)
    (received,) = contents["wraps"]
    epoch_id = pyrage.decrypt(base64.b64decode(received["wrap"]), [invitation])
    personal, recipient = make_keys()
    sheet, sheet_recipient = make_keys()
    own_wrap = pyrage.encrypt(epoch_id, [personal.to_public()])
    joined = desk.browser_of(None).post(
        "join",
        {
            "token": token,
            "pseudonym": pseudonym,
            "secret": secret.hex(),
            "recipient": recipient,
            "identity": to_base64(b"wrapped"),
            "recovery_recipient": sheet_recipient,
            "recovery_identity": to_base64(
                pyrage.encrypt(str(personal).encode(), [sheet.to_public()])
            ),
            "wraps": [{"epoch_id": received["epoch_id"], "wrap": to_base64(own_wrap)}],
            "epoch": None,
        },
    )
    assert joined.status == 200, joined.text
    assert (joined.json["pseudonym"], joined.json["role"]) == (pseudonym, role)
    stored_wrap = base64.b64decode(joined.json["epochs"][0]["wrap"])
    assert pyrage.decrypt(stored_wrap, [personal]) == epoch_id
    assert desk.browser_of(None).post("open-invitation", {"token": token}).status == 410, "used up"
    return sheet


def newest_epoch_id(desk: DeskClient) -> str:
    return str(desk.newsroom.read_table("epochs")[-1]["id"])
