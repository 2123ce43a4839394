"""X25519 private keys as age identities: Bech32 (BIP 173), which `pyrage` reads but does not write."""

from typing import Final

import pyrage

ALPHABET: Final = "qpzry9x8gf2tvdw0s3jn54khce6mua7l"
_GENERATORS: Final = (0x3B6A57B2, 0x26508E6D, 0x1EA119FA, 0x3D4233DD, 0x2A1462B3)
_PREFIX: Final = "age-secret-key-"
_BITS: Final = 5  # of one character
_CHECKSUM_LENGTH: Final = 6


def identity_of(scalar: bytes) -> pyrage.x25519.Identity:
    """The age identity of 32 bytes, which X25519 clamps."""
    return pyrage.x25519.Identity.from_str(_bech32(scalar).upper())


def _bech32(raw: bytes) -> str:
    length = -(-len(raw) * 8 // _BITS)
    bits = int.from_bytes(raw, "big") << (length * _BITS - len(raw) * 8)
    data = [(bits >> _BITS * (length - 1 - index)) & 31 for index in range(length)]
    expanded = [ord(char) >> 5 for char in _PREFIX] + [0] + [ord(char) & 31 for char in _PREFIX]
    checksum = _polymod(expanded + data + [0] * _CHECKSUM_LENGTH) ^ 1
    data += [
        (checksum >> _BITS * (_CHECKSUM_LENGTH - 1 - index)) & 31
        for index in range(_CHECKSUM_LENGTH)
    ]
    return f"{_PREFIX}1{''.join(ALPHABET[value] for value in data)}"


def _polymod(values: list[int]) -> int:
    checksum = 1
    for value in values:
        top = checksum >> 25
        checksum = (checksum & 0x1FFFFFF) << 5 ^ value
        for bit, generator in enumerate(_GENERATORS):
            checksum ^= generator if (top >> bit) & 1 else 0
    return checksum
