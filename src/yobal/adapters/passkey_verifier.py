"""Checks what an authenticator has signed (WebAuthn), for the desk's own address. It stores nothing."""

import logging
import struct
from typing import Final
from urllib.parse import urlsplit

import msgspec
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key
from fido2.cose import ES256, RS256, CoseKey
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticationResponse,
    AuthenticatorAssertionResponse,
    AuthenticatorAttestationResponse,
    AuthenticatorData,
    CollectedClientData,
    PublicKeyCredentialRpEntity,
    RegistrationResponse,
    UserVerificationRequirement,
)

from yobal.core.errors import PasskeyRefused

logging.getLogger("fido2").setLevel(logging.WARNING)  # it would log the ids of passkeys
_NO_MODEL: Final = Aaguid(bytes(16))
# What the library raises for bytes that no authenticator sends.
_UNREADABLE: Final = (
    ValueError,
    KeyError,
    TypeError,
    IndexError,
    AttributeError,
    AssertionError,
    NotImplementedError,
    UnsupportedAlgorithm,
    struct.error,
)


class Registration(msgspec.Struct, frozen=True):
    """What a browser got when its authenticator made a passkey."""

    client_data: bytes
    attestation_object: bytes


class Assertion(msgspec.Struct, frozen=True):
    """What a browser got when its authenticator signed a challenge."""

    credential_id: bytes
    client_data: bytes
    authenticator_data: bytes
    signature: bytes


class NewCredential(msgspec.Struct, frozen=True):
    credential_id: bytes
    public_key: CoseKey
    is_synced: bool
    sign_count: int


class PasskeyVerifier:
    """For passkeys of one origin: that of the setting `desk_url`."""

    def __init__(self, desk_url: str) -> None:
        rp = PublicKeyCredentialRpEntity(name="Yobal", id=urlsplit(desk_url).hostname)
        self._server = Fido2Server(rp, verify_origin=lambda origin: origin == desk_url)

    def check_registration(self, registration: Registration, *, challenge: str) -> NewCredential:
        """Raises PasskeyRefused. The make of the authenticator is deliberately not requested."""
        try:
            client_data = CollectedClientData(registration.client_data)
            attestation = AttestationObject(registration.attestation_object)
            data = attestation.auth_data.credential_data
            response = RegistrationResponse(
                raw_id=data.credential_id if data else b"",
                response=AuthenticatorAttestationResponse(
                    client_data=client_data, attestation_object=attestation
                ),
            )
            checked = self._server.register_complete(_state(challenge), response)
        except _UNREADABLE:
            raise PasskeyRefused from None
        if checked.credential_data is None or client_data.cross_origin:
            raise PasskeyRefused
        return NewCredential(
            credential_id=checked.credential_data.credential_id,
            public_key=checked.credential_data.public_key,
            is_synced=checked.is_backup_eligible(),
            sign_count=checked.counter,
        )

    def check_assertion(self, assertion: Assertion, *, public_key: bytes, challenge: str) -> int:
        """The authenticator's counter. Raises PasskeyRefused."""
        try:
            client_data = CollectedClientData(assertion.client_data)
            authenticator_data = AuthenticatorData(assertion.authenticator_data)
            credential = AttestedCredentialData.create(
                _NO_MODEL, assertion.credential_id, read_public_key(public_key)
            )
            response = AuthenticationResponse(
                raw_id=assertion.credential_id,
                response=AuthenticatorAssertionResponse(
                    client_data=client_data,
                    authenticator_data=authenticator_data,
                    signature=assertion.signature,
                ),
            )
            self._server.authenticate_complete(_state(challenge), [credential], response)
        except _UNREADABLE:
            raise PasskeyRefused from None
        if client_data.cross_origin:
            raise PasskeyRefused
        return authenticator_data.counter


def read_public_key(encoded: bytes) -> CoseKey:
    """Accept only the two algorithms that the desk asks for. Raises PasskeyRefused."""
    try:
        key = load_der_public_key(encoded)
    except (ValueError, UnsupportedAlgorithm):
        raise PasskeyRefused from None
    if isinstance(key, EllipticCurvePublicKey) and isinstance(key.curve, SECP256R1):
        return CoseKey.parse(ES256.from_cryptography_key(key))  # type: ignore[no-untyped-call]  # untyped
    if isinstance(key, RSAPublicKey):
        return CoseKey.parse(RS256.from_cryptography_key(key))  # type: ignore[no-untyped-call]  # untyped
    raise PasskeyRefused


def _state(challenge: str) -> dict[str, str]:
    """As the library's first step would have made it; the desk's challenges need no memory."""
    return {
        "challenge": websafe_encode(challenge.encode()),
        "user_verification": UserVerificationRequirement.REQUIRED,
    }
