"""Receipt codes: how they are made, read from what was typed, and hashed; and the key that each of them makes.

A code is 100 bits in Crockford's base 32 (https://www.crockford.com/base32.html), in groups of five.
"""

import hmac
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

import pyrage

from yobal.core.age_keys import identity_of
from yobal.core.ids import RandomBytes

CODE_LENGTH: Final = 20
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_SEAL_DOMAIN: Final = b"yobal receipt seal"
COPIES_MAX: Final = 5  # codes for one comment: each repeated submission gets a new one
_PAIRS: Final = [first + second for first in ALPHABET for second in ALPHABET]
_READ_AS: Final = str.maketrans(
    {"O": "0", "I": "1", "L": "1", " ": None, "-": None, "\u200b": None}
)


def new_code(random: RandomBytes) -> str:
    """A new code, such as `7HQ2M-0K3TB-Z91XC-4RWFA`."""
    number = int.from_bytes(random(13), "big")  # 104 bits, 100 of them used
    code = "".join([_PAIRS[number >> shift & 1_023] for shift in range(0, 5 * CODE_LENGTH, 10)])
    return f"{code[:5]}-{code[5:10]}-{code[10:15]}-{code[15:]}"


def read_code(typed: str) -> str | None:
    """The code in its plain form; None if it cannot be a code."""
    code = typed.strip().upper().translate(_READ_AS)
    if len(code) != CODE_LENGTH or not set(code) <= set(ALPHABET):
        return None
    return code


def receipt_hash(pepper: bytes, code: str) -> bytes:
    """What is stored: HMAC-SHA-256 of the plain code under a pepper that is destroyed later."""
    # `hmac.digest` looks the algorithm up in OpenSSL each time and takes three times as long.
    return hmac.new(pepper, code.encode(), "sha256").digest()


def receipt_hashes(peppers: Sequence[bytes], code: str) -> list[bytes]:
    """The hash under each pepper, in the same order."""
    return [receipt_hash(pepper, code) for pepper in peppers]


def identity(pepper: bytes, code: str) -> pyrage.x25519.Identity:
    """Opens what moderators write to the author. Without the pepper, the code makes no key at all."""
    return identity_of(hmac.new(pepper, _SEAL_DOMAIN + code.encode(), "sha256").digest())


def recipient(pepper: bytes, code: str) -> str:
    """The public half, which is stored with the receipt."""
    return str(identity(pepper, code).to_public())


def week_of(day: date) -> date:
    """The Monday that names the week (UTC) of a receipt."""
    return day - timedelta(days=day.weekday())


def last_day(week: date, *, receipt_days: int) -> date:
    """The last day on which receipts of that week work. On the next day the pepper is destroyed."""
    return week + timedelta(days=6 + receipt_days)
