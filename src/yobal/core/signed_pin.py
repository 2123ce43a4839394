"""How far a member's browser has verified the roster, signed by that member, for devices that have not seen it.

The server stores it as 64 bytes of signature and canonical JSON. It cannot make one, and can only give an older one.
"""

from typing import Final

import msgspec

from yobal.core.roster import SIGNATURE_BYTES, Hex32, Length, is_signed

PIN_DOMAIN: Final = b"yobal pin 1\0"


class SignedPin(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Statement number `length`, counted from 1, has the hash `head`."""

    v: int = 1
    site_id: str
    first: Hex32
    length: Length
    head: Hex32


def encode(pin: SignedPin) -> bytes:
    return msgspec.json.encode(pin, order="sorted")


def message(content: bytes) -> bytes:
    return PIN_DOMAIN + content


def is_genuine(stored: bytes, *, site_id: str, by: str) -> bool:
    """Whether the member with this signing key has signed it."""
    signature, content = stored[:SIGNATURE_BYTES], stored[SIGNATURE_BYTES:]
    try:
        pin = msgspec.json.decode(content, type=SignedPin)
    except msgspec.DecodeError:
        return False
    is_canonical = pin.v == 1 and pin.site_id == site_id and encode(pin) == content
    return is_canonical and is_signed(message(content), signature=signature, by=by)
