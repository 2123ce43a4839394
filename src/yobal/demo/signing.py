"""Signs what a moderator's browser signs, for the demonstration, the self-test, the tests and the benchmarks."""

import base64
import hashlib
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from yobal.core import roster, signed_pin
from yobal.core.roster import Keys, SignedStatement, Statement
from yobal.core.signed_pin import SignedPin

_SEED_DOMAIN: Final = b"yobal signing key"


def signing_seed(personal_scalar: bytes) -> bytes:
    """The member's signing key comes from the personal identity: words and sheet open both."""
    return hashlib.sha256(_SEED_DOMAIN + personal_scalar).digest()


def public_key(seed: bytes) -> str:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw().hex()


def sign(seed: bytes, message: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).sign(message)


def sign_keys(seed: bytes, keys: Keys) -> tuple[str, bytes]:
    """The canonical text and the member's signature."""
    text = roster.encode(keys)
    return text, sign(seed, roster.KEYS_DOMAIN + text.encode())


def sign_pin(seed: bytes, pin: SignedPin) -> bytes:
    content = signed_pin.encode(pin)
    return sign(seed, signed_pin.message(content)) + content


def sign_statement(
    seed: bytes, statement: Statement, keys: tuple[str, bytes] | tuple[None, None] = (None, None)
) -> SignedStatement:
    text = roster.encode(statement)
    return SignedStatement(text, sign(seed, roster.STATEMENT_DOMAIN + text.encode()), *keys)


def sign_in_signature(seed: bytes, *, site_id: str, pseudonym: str, challenge: str) -> str:
    """In base64, as the desk's routes take it."""
    message = roster.sign_in_message(site_id=site_id, pseudonym=pseudonym, challenge=challenge)
    return base64.b64encode(sign(seed, message)).decode()
