"""The only place that makes a moderator's key outside a browser. `serve` refuses a store made so."""

import hashlib
import json
import secrets
from pathlib import Path
from typing import Final

import msgspec
import pyrage

from yobal.server.wiring import STATIC
from yobal.store.people import Moderator, hash_secret

WORDS: Final = 7
_SCRYPT_N: Final = 2**16
_SCRYPT_BYTES_MAX: Final = 128 * 1024 * 1024  # 64 MiB are needed
_ALPHABET: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATORS: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


class NewModerator(msgspec.Struct, frozen=True):
    """A moderator, their wrap of the first epoch, that epoch's recipient, and how to sign in."""

    moderator: Moderator
    recipient: str
    wrap: bytes
    passphrase: str


def make_lead(site_id: str, pseudonym: str) -> NewModerator:
    """Everything that a first lead's browser would make."""
    passphrase = " ".join(secrets.choice(_words()) for _ in range(WORDS))
    secret, unlocking = from_passphrase(site_id, pseudonym, passphrase)
    personal, epoch = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    sheet = pyrage.x25519.Identity.generate()  # thrown away: a demonstration has no recovery sheet
    moderator = Moderator(
        site_id=site_id,
        pseudonym=pseudonym,
        role="lead",
        secret_hash=hash_secret(secret),
        recipient=str(personal.to_public()),
        identity=pyrage.encrypt(str(personal).encode(), [unlocking.to_public()]),
        recovery_recipient=str(sheet.to_public()),
        recovery_identity=pyrage.encrypt(str(personal).encode(), [sheet.to_public()]),
    )
    wrap = pyrage.encrypt(str(epoch).encode(), [personal.to_public()])
    return NewModerator(moderator, str(epoch.to_public()), wrap, passphrase)


def from_passphrase(
    site_id: str, pseudonym: str, passphrase: str
) -> tuple[bytes, pyrage.x25519.Identity]:
    """What signs in (32 bytes) and the identity that opens the personal one: `docs/http-desk.md`."""
    plain = " ".join(passphrase.lower().split())
    key = hashlib.scrypt(
        plain.encode(),
        salt=f"yobal 1{site_id}{pseudonym}".encode(),
        n=_SCRYPT_N,
        r=8,
        p=1,
        dklen=64,
        maxmem=_SCRYPT_BYTES_MAX,
    )
    return key[:32], identity_of(key[32:])


def identity_of(scalar: bytes) -> pyrage.x25519.Identity:
    """The age identity of an X25519 private key: Bech32 (BIP 173) under `age-secret-key-`."""
    return pyrage.x25519.Identity.from_str(_bech32("age-secret-key-", scalar).upper())


def _words() -> list[str]:
    words: list[str] = json.loads((Path(STATIC) / "words.json").read_text(encoding="utf-8"))
    return words


def _bech32(prefix: str, raw: bytes) -> str:
    bits = int.from_bytes(raw, "big") << (-len(raw) * 8 % 5)
    length = -(-len(raw) * 8 // 5)
    data = [(bits >> 5 * (length - 1 - at)) & 31 for at in range(length)]
    expanded = [ord(one) >> 5 for one in prefix] + [0] + [ord(one) & 31 for one in prefix]
    check = _polymod(expanded + data + [0] * 6) ^ 1
    data += [(check >> 5 * (5 - at)) & 31 for at in range(6)]
    return f"{prefix}1{''.join(_ALPHABET[value] for value in data)}"


def _polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 25
        check = (check & 0x1FFFFFF) << 5 ^ value
        for at, generator in enumerate(_GENERATORS):
            check ^= generator if (top >> at) & 1 else 0
    return check
