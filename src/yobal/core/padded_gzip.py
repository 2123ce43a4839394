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
_WINDOW_BITS_MIN: Final = 9


def compress(
    content: bytes, *, step_bytes: int, level: int, memory_level: int = zlib.DEF_MEM_LEVEL
) -> bytes:
    """At most `STEP_BYTES_MAX` for the step. A lower `memory_level`, 1 to 9, starts faster."""
    # A window that holds the content: a larger one only takes longer to set up, and to overwrite.
    window_bits = min(max(len(content).bit_length(), _WINDOW_BITS_MIN), zlib.MAX_WBITS)
    deflate = zlib.compressobj(level, zlib.DEFLATED, -window_bits, memory_level)
    body = deflate.compress(content) + deflate.flush()
    size_bytes = len(_HEADER) + _FIELD_HEAD_BYTES + len(body) + _TRAILER_BYTES
    padding = bytes(-size_bytes % step_bytes)
    subfield = _SUBFIELD_ID + struct.pack("<H", len(padding)) + padding
    trailer = struct.pack("<II", zlib.crc32(content), len(content) % 2**32)
    return _HEADER + struct.pack("<H", len(subfield)) + subfield + body + trailer
