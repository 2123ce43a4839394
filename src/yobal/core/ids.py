"""Random ids, and the syntax of story ids, site ids and language tags."""

import re
from collections.abc import Callable
from typing import Final

RandomBytes = Callable[[int], bytes]  # `secrets.token_bytes`, or a test's own

ID_BYTES: Final = 16
_SPARE_BITS: Final = -ID_BYTES * 8 % 10
_SHIFTS: Final = range(ID_BYTES * 8 + _SPARE_BITS - 10, -1, -10)
_ALPHABET: Final = "abcdefghijklmnopqrstuvwxyz234567"
_DIGITS: Final = str.maketrans(_ALPHABET, "0123456789abcdefghijklmnopqrstuv")
_PAIRS: Final = [first + second for first in _ALPHABET for second in _ALPHABET]
_ID: Final = re.compile(r"[a-z2-7]{26}")
_STORY_ID: Final = re.compile(r"[A-Za-z0-9._~-]{1,128}")
_SITE_ID: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_LANGUAGE_TAG: Final = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def new_id(random: RandomBytes) -> str:
    """128 random bits as 26 characters of base 32: safe in URLs, file names and anchors."""
    return encode_id(random(ID_BYTES))


def encode_id(raw: bytes) -> str:
    """RFC 4648, lower case, without padding."""
    number = int.from_bytes(raw, "big") << _SPARE_BITS
    return "".join([_PAIRS[number >> shift & 1_023] for shift in _SHIFTS])


def id_prefix(id_: str) -> int:
    """The first 60 of an id's 128 bits."""
    return int(id_[:12].translate(_DIGITS), 32)


def is_id(text: str) -> bool:
    return _ID.fullmatch(text) is not None


def is_story_id(text: str) -> bool:
    """1 to 128 of `A-Z a-z 0-9 . _ ~ -`; not `.` or `..`, which paths resolve."""
    return _STORY_ID.fullmatch(text) is not None and text not in (".", "..")


def is_site_id(text: str) -> bool:
    return _SITE_ID.fullmatch(text) is not None


def is_language_tag(text: str) -> bool:
    """A language tag (BCP 47) with a lower-case primary subtag: `km`, `en`, `zh-Hant`."""
    return _LANGUAGE_TAG.fullmatch(text) is not None


def canonical_language_tag(tag: str) -> str:
    """The tag in the case of RFC 5646, section 2.1.1: `ZH-hant` is `zh-Hant`, which means the same."""
    language, *subtags = tag.split("-")
    cases = {2: str.upper, 4: str.title}
    return "-".join(
        [language.lower(), *(cases.get(len(subtag), str.lower)(subtag) for subtag in subtags)]
    )
