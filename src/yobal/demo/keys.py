"""The only place that makes a moderator's keys outside a browser; `serve` refuses such a database."""

import hashlib
import json
import secrets
from pathlib import Path
from typing import Final

import msgspec
import pyrage

from yobal.server.wiring import STATIC
from yobal.store.people import Moderator, hash_secret

PASSPHRASE_WORDS: Final = 7
_SCRYPT_N: Final = 2**16
_SCRYPT_BYTES_MAX: Final = 128 * 1024 * 1024  # scrypt needs 64 MiB
_ALPHABET: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATORS: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)


class NewModerator(msgspec.Struct, frozen=True):
    """A moderator with their wrap of a new epoch, the epoch's recipient, and their passphrase."""

    moderator: Moderator
    recipient: str
    wrap: bytes
    passphrase: str


def make_lead(site_id: str, pseudonym: str) -> NewModerator:
    """Everything that a first lead's browser makes."""
    passphrase = " ".join(secrets.choice(_word_list()) for _ in range(PASSPHRASE_WORDS))
    secret, unlocking = from_passphrase(site_id, pseudonym, passphrase)
    personal, epoch = pyrage.x25519.Identity.generate(), pyrage.x25519.Identity.generate()
    sheet = pyrage.x25519.Identity.generate()  # not kept: a demonstration has no recovery sheet
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
    """The secret that signs in, and the identity that decrypts the personal one.

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


def identity_of(scalar: bytes) -> pyrage.x25519.Identity:
    """The age identity of an X25519 private key: Bech32 (BIP 173) with prefix `age-secret-key-`."""
    return pyrage.x25519.Identity.from_str(_bech32("age-secret-key-", scalar).upper())


def _word_list() -> list[str]:
    words: list[str] = json.loads((Path(STATIC) / "words.json").read_text(encoding="utf-8"))
    return words


def _bech32(prefix: str, raw: bytes) -> str:
    bits = int.from_bytes(raw, "big") << (-len(raw) * 8 % 5)
    length = -(-len(raw) * 8 // 5)
    data = [(bits >> 5 * (length - 1 - index)) & 31 for index in range(length)]
    expanded = [ord(char) >> 5 for char in prefix] + [0] + [ord(char) & 31 for char in prefix]
    checksum = _polymod(expanded + data + [0] * 6) ^ 1
    data += [(checksum >> 5 * (5 - index)) & 31 for index in range(6)]
    return f"{prefix}1{''.join(_ALPHABET[value] for value in data)}"


def _polymod(values: list[int]) -> int:
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATORS):
            checksum ^= generator if (top >> bit) & 1 else 0
    return checksum
