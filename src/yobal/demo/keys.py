"""The only place that makes a moderator's keys outside a browser; `serve` refuses such a database."""

import hashlib
import json
import secrets
from pathlib import Path
from typing import Final

import msgspec
import pyrage

from yobal.core import roster
from yobal.core.age_keys import identity_of
from yobal.core.roster import Keys
from yobal.demo import signing
from yobal.server.wiring import STATIC

PASSPHRASE_WORDS: Final = 7
_SCRYPT_N: Final = 2**16
_SCRYPT_BYTES_MAX: Final = 128 * 1024 * 1024  # scrypt needs 64 MiB


class NewModerator(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a moderator's browser makes; `epoch` and `wrap` are for a first lead."""

    keys: str
    keys_signature: bytes
    identity: bytes
    recovery_identity: bytes
    signing_seed: bytes
    sign_in_seed: bytes
    passphrase: str
    sheet: str  # the recovery sheet's identity
    epoch_recipient: str
    wrap: bytes

    @property
    def signing_key(self) -> str:
        return signing.public_key(self.signing_seed)


def make_moderator(site_id: str, pseudonym: str) -> NewModerator:
    passphrase = " ".join(secrets.choice(_word_list()) for _ in range(PASSPHRASE_WORDS))
    sign_in_seed, unlocking = from_passphrase(site_id, pseudonym, passphrase)
    scalar = secrets.token_bytes(roster.KEY_BYTES)
    personal, signing_seed = identity_of(scalar), signing.signing_seed(scalar)
    epoch, sheet = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    keys, keys_signature = signing.sign_keys(
        signing_seed,
        Keys(
            site_id=site_id,
            pseudonym=pseudonym,
            signing_key=signing.public_key(signing_seed),
            sign_in_key=signing.public_key(sign_in_seed),
            recipient=str(personal.to_public()),
            recovery_recipient=str(sheet.to_public()),
        ),
    )
    line = str(personal).encode()
    return NewModerator(
        keys=keys,
        keys_signature=keys_signature,
        identity=pyrage.encrypt(line, [unlocking.to_public()]),
        recovery_identity=pyrage.encrypt(line, [sheet.to_public()]),
        signing_seed=signing_seed,
        sign_in_seed=sign_in_seed,
        passphrase=passphrase,
        sheet=str(sheet),
        epoch_recipient=str(epoch.to_public()),
        wrap=pyrage.encrypt(str(epoch).encode(), [personal.to_public()]),
    )


def from_passphrase(
    site_id: str, pseudonym: str, passphrase: str
) -> tuple[bytes, pyrage.x25519.Identity]:
    """The seed of the key that signs in, and the identity that decrypts the personal one.

    `docs/http-desk.md` describes the derivation.
    """
    normalized = " ".join(passphrase.lower().split())
    key = hashlib.scrypt(
        normalized.encode(),
        salt=f"yobal 1{site_id}{pseudonym}".encode(),
        n=_SCRYPT_N,
        r=8,
        p=1,
        dklen=64,
        maxmem=_SCRYPT_BYTES_MAX,
    )
    return key[:32], identity_of(key[32:])


def _word_list() -> list[str]:
    words: list[str] = json.loads((Path(STATIC) / "words.json").read_text(encoding="utf-8"))
    return words
