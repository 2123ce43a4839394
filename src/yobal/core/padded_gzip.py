"""Gzip with a length that is a multiple of a step: the length of what is sent then says less about it.

The padding is in the extra field of the header (RFC 1952, section 2.3.1.1), which readers of the
format skip. It comes after compression, so its length depends on nothing but the compressed length.
"""

import struct
import zlib
from typing import Final

STEP_BYTES_MAX: Final = 60_000  # the extra field holds 65,535
_HEADER: Final = (
    b"\x1f\x8b\x08\x04\0\0\0\0\0\xff"  # deflate, with an extra field, no time, any system
)
_SUBFIELD_ID: Final = b"Yo"
_FIELD_HEAD_BYTES: Final = 6  # length of the field, id and length of its only subfield
_TRAILER_BYTES: Final = 8
_WRAPPING_BYTES: Final = len(_HEADER) + _FIELD_HEAD_BYTES + _TRAILER_BYTES
_LAST_STORED_BLOCK: Final = b"\x01"
_STORED_OVERHEAD_BYTES: Final = _WRAPPING_BYTES + len(_LAST_STORED_BLOCK) + 4
_WINDOW_BITS_MIN: Final = 9


def compress(
    content: bytes, *, step_bytes: int, level: int, memory_level: int = zlib.DEF_MEM_LEVEL
) -> bytes:
    """At most `STEP_BYTES_MAX` for the step. A lower `memory_level`, 1 to 9, starts faster."""
    # A window that holds the content: a larger one only takes longer to set up, and to overwrite.
    window_bits = min(max(len(content).bit_length(), _WINDOW_BITS_MIN), zlib.MAX_WBITS)
    deflate = zlib.compressobj(level, zlib.DEFLATED, -window_bits, memory_level)
    return _pad(deflate.compress(content) + deflate.flush(), content, step_bytes)


def store(content: bytes, *, step_bytes: int) -> bytes | None:
    """One step of gzip with the content as it is: faster, and of the same length. None if it does not fit.

    Deflate's block without compression (RFC 1951, section 3.2.4).
    """
    if len(content) > step_bytes - _STORED_OVERHEAD_BYTES:
        return None
    length = struct.pack("<HH", len(content), 0xFFFF - len(content))
    return _pad(_LAST_STORED_BLOCK + length + content, content, step_bytes)


def _pad(deflated: bytes, content: bytes, step_bytes: int) -> bytes:
    size_bytes = _WRAPPING_BYTES + len(deflated)
    padding = bytes(-size_bytes % step_bytes)
    subfield = _SUBFIELD_ID + struct.pack("<H", len(padding)) + padding
    trailer = struct.pack("<II", zlib.crc32(content), len(content) % 2**32)
    return _HEADER + struct.pack("<H", len(subfield)) + subfield + deflated + trailer
