"""Names for things that say nothing: 128 random bits, and the keys a newsroom gives its stories."""

import re
from collections.abc import Callable
from typing import Final

RandomBytes = Callable[[int], bytes]  # chance is an argument: `secrets.token_bytes`, or a test's

ID_BYTES: Final = 16
_SPARE_BITS: Final = -ID_BYTES * 8 % 10
_SHIFTS: Final = range(ID_BYTES * 8 + _SPARE_BITS - 10, -1, -10)
_LETTERS: Final = "abcdefghijklmnopqrstuvwxyz234567"
_DIGITS: Final = str.maketrans(_LETTERS, "0123456789abcdefghijklmnopqrstuv")
_PAIRS: Final = [first + second for first in _LETTERS for second in _LETTERS]
_ID: Final = re.compile(r"[a-z2-7]{26}")
_STORY_KEY: Final = re.compile(r"[A-Za-z0-9._~-]{1,128}")
_SITE: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_EDITION: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def new_id(random: RandomBytes) -> str:
    """128 random bits as 26 letters of lower-case base 32: safe in a URL, a file name, an anchor."""
    return encode_id(random(ID_BYTES))


def encode_id(raw: bytes) -> str:
    """RFC 4648, lower case, without padding."""
    number = int.from_bytes(raw, "big") << _SPARE_BITS
    return "".join([_PAIRS[number >> shift & 1_023] for shift in _SHIFTS])


def id_prefix(name: str) -> int:
    """The first 60 of an id's random bits."""
    return int(name[:12].translate(_DIGITS), 32)


def is_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def is_story_key(text: str) -> bool:
    """1 to 128 of `A-Z a-z 0-9 . _ ~ -`; not `.` or `..`, which a path would swallow."""
    return _STORY_KEY.fullmatch(text) is not None and text not in (".", "..")


def is_site(text: str) -> bool:
    return _SITE.fullmatch(text) is not None


def is_edition(text: str) -> bool:
    """A language tag (BCP 47), lower-case primary subtag: `km`, `en`, `zh-Hant`."""
    return _EDITION.fullmatch(text) is not None
