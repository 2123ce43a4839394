"""Parses a reader's form: urlencoded, UTF-8, small and strict. Nothing of it is cached.

The framework's own parser keeps the last thousand bodies in memory and silently replaces bad UTF-8.
"""

import binascii
import re
from typing import Final

from yobal.web.errors import BadForm

# A Khmer character takes about 20 bytes urlencoded. This is seven times the longest comment, so a text
# that is far too long can still be given back to be shortened.
BODY_BYTES_MAX: Final = 256 * 1024
FIELDS_MAX: Final = 16
_ESCAPED: Final = re.compile(rb"(?:%[0-9A-Fa-f]{2})+")  # a whole run of escapes at once
_AS_QUOTED_PRINTABLE: Final = bytes.maketrans(b"%", b"=")
_SPECIAL_IN_QUOTED_PRINTABLE: Final = (b"=", b"\n", b"\r")
CONTENT_TYPE: Final = "application/x-www-form-urlencoded"


def parse(body: bytes) -> dict[str, str]:
    """The fields of a body. Raises BadForm."""
    parts = body.replace(b"+", b" ").split(b"&") if body else []
    if len(parts) > FIELDS_MAX:
        raise BadForm
    try:
        fields = dict([_field(part) for part in parts])
    except UnicodeDecodeError:
        raise BadForm from None
    if len(fields) != len(parts):
        raise BadForm
    return fields


def is_form(content_type: str) -> bool:
    return content_type.split(";", 1)[0].strip().lower() == CONTENT_TYPE


def _field(part: bytes) -> tuple[str, str]:
    name, _, value = part.partition(b"=")
    if b"%" in name:
        name = _unescape_all(name)
    if b"%" in value:
        value = _unescape_all(value)
    return name.decode(), value.decode()


def _unescape_all(raw: bytes) -> bytes:
    """`%E1` becomes its byte; a `%` without two hex digits stays.

    Quoted-printable (RFC 2045) is the same notation with `=`, and Python decodes it in C.
    """
    if not any(byte in raw for byte in _SPECIAL_IN_QUOTED_PRINTABLE):
        decoded = binascii.a2b_qp(raw.translate(_AS_QUOTED_PRINTABLE))
        if len(decoded) == len(raw) - 2 * raw.count(b"%"):  # every `%` was an escape
            return decoded
    return _ESCAPED.sub(_unescape, raw)


def _unescape(run: re.Match[bytes]) -> bytes:
    return bytes.fromhex(run[0].replace(b"%", b"").decode())
