"""Gives every answer to a form one size, whatever it says: an observer of the network counts bytes."""

from typing import Final

from yobal.core import padded_gzip
from yobal.core.answer_size import receipt_bytes
from yobal.core.submission import Limits
from yobal.web.http import Response

# The page of a text of 2,000 characters in any language, compressed. Only texts made to be
# incompressible need more, and get twice or three times as much.
GZIP_STEP_BYTES: Final = 16_384
_LEVEL: Final = 6
_COMMENT_BYTES: Final = len(b"<!---->")


def pad(response: Response, limits: Limits, *, is_gzip_accepted: bool) -> Response:
    """Of an HTML page. `no-transform` forbids a proxy to compress it again, which would undo the padding."""
    headers = [
        (name, f"{value}, no-transform" if name == "cache-control" else value)
        for name, value in response.headers
    ]
    if is_gzip_accepted:
        body = padded_gzip.compress(response.body, step_bytes=GZIP_STEP_BYTES, level=_LEVEL)
        headers += [("content-encoding", "gzip"), ("vary", "accept-encoding")]
        return Response(response.status, body, headers)
    return Response(response.status, _pad_plain(response.body, receipt_bytes(limits)), headers)


def _pad_plain(body: bytes, step_bytes: int) -> bytes:
    missing = -len(body) % step_bytes
    if missing < _COMMENT_BYTES:
        return body.ljust(len(body) + missing)
    return body + b"<!--" + b" " * (missing - _COMMENT_BYTES) + b"-->"
