"""An authenticator in software, and a browser beside it, for tests of the desk's routes."""

import hashlib
import json
import secrets
import struct
from typing import Any

import msgspec
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fido2.cose import ES256, CoseKey
from fido2.utils import websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

from tests.harness import SITE_ID
from tests.in_process_client import DeskClient, Response
from tests.web.desk_keys import as_json, head_of, to_base64
from yobal.core import roster
from yobal.core.roster import Passkey, PasskeyAdded, PasskeyRemoved, SignedStatement
from yobal.demo import signing
from yobal.demo.keys import NewModerator

PRESENT, VERIFIED, SYNCED, ATTESTED = 0x01, 0x04, 0x18, 0x40
SEALED = b"age file of a passkey"  # what it holds does not matter to the server


class Device:
    """One passkey. `counts` says whether it counts its signatures."""

    def __init__(self, *, origin: str, counts: bool = True, synced: bool = False) -> None:
        self.origin = origin
        self.rp_id = origin.partition("://")[2].partition(":")[0]
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential_id = secrets.token_bytes(32)
        self.counter = 0
        self.counts = counts
        self.flags = PRESENT | VERIFIED | (SYNCED if synced else 0)

    @property
    def public_key(self) -> bytes:
        return self.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    def make(self, challenge: str) -> dict[str, Any]:
        """What a browser answers to `navigator.credentials.create`."""
        cose = CoseKey.parse(ES256.from_cryptography_key(self.key.public_key()))  # type: ignore[no-untyped-call]  # untyped
        credential = AttestedCredentialData.create(Aaguid(bytes(16)), self.credential_id, cose)
        data = AuthenticatorData(self._head(self.flags | ATTESTED) + credential)
        attestation = AttestationObject.create("none", data, {})
        return {
            "challenge": challenge,
            "client_data": to_base64(self._client_data("webauthn.create", challenge)),
            "attestation_object": to_base64(attestation),
        }

    def sign(self, challenge: str, **changed: Any) -> dict[str, Any]:
        """What a browser answers to `navigator.credentials.get`, in the desk's request."""
        if self.counts:
            self.counter += 1
        data, client = self._head(self.flags), self._client_data("webauthn.get", challenge)
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        return {
            "challenge": challenge,
            "credential_id": to_base64(self.credential_id),
            "client_data": to_base64(client),
            "authenticator_data": to_base64(data),
            "signature": to_base64(signature),
        } | changed

    def _head(self, flags: int) -> bytes:
        return hashlib.sha256(self.rp_id.encode()).digest() + struct.pack(
            ">BI", flags, self.counter
        )

    def _client_data(self, kind: str, challenge: str) -> bytes:
        content = {"type": kind, "challenge": websafe_encode(challenge.encode())}
        return json.dumps(content | {"origin": self.origin, "crossOrigin": False}).encode()


def passkey_of(owner: NewModerator, device: Device, **changed: Any) -> str:
    """What the owner says of it."""
    content = Passkey(
        site_id=SITE_ID,
        member=owner.signing_key,
        credential_id=device.credential_id.hex(),
        public_key=device.public_key.hex(),
        name="Blue key",
        is_synced="yes" if device.flags & SYNCED else "no",
    )
    return roster.encode(msgspec.structs.replace(content, **changed))


def signed_change(
    desk: DeskClient,
    owner: NewModerator,
    passkey: str,
    kind: type[PasskeyAdded | PasskeyRemoved] = PasskeyAdded,
) -> SignedStatement:
    statement = kind(
        site_id=SITE_ID,
        previous=head_of(desk),
        by=owner.signing_key,
        passkey_hash=roster.passkey_hash(passkey),
    )
    return signing.sign_statement(owner.signing_seed, statement)


def addition(desk: DeskClient, owner: NewModerator, device: Device, **changed: Any) -> Any:
    """What `passkeys/add` takes; `changed` replaces what the owner says of the passkey."""
    passkey = passkey_of(owner, device, **changed)
    return device.make(desk.challenge()) | {
        "statement": as_json(signed_change(desk, owner, passkey)),
        "passkey": passkey,
        "identity": to_base64(SEALED),
    }


def add_passkey(desk: DeskClient, owner: NewModerator, device: Device) -> str:
    """The hash of what was added."""
    body = addition(desk, owner, device)
    response = desk.post("passkeys/add", body)
    assert response.status == 200, response.text
    return roster.passkey_hash(body["passkey"])


def remove_passkey(desk: DeskClient, owner: NewModerator, device: Device) -> Response:
    signed = signed_change(desk, owner, passkey_of(owner, device), PasskeyRemoved)
    return desk.post("passkeys/remove", statement=as_json(signed))


def sign_in_with(desk: DeskClient, device: Device, **changed: Any) -> Response:
    """From a browser that is not signed in, unless `desk` is."""
    return desk.post("sign-in/passkey", device.sign(desk.challenge()) | changed)
