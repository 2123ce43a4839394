"""Gives every answer to a form one size, whatever it says: an observer of the network counts bytes."""

from typing import Final

from yobal.core import padded_gzip
from yobal.core.answer_size import gzip_answer_bytes, receipt_bytes
from yobal.core.submission import Limits
from yobal.web.http import Response

_LEVEL: Final = 6
_MEMORY_LEVEL: Final = (
    3  # 15 µs for a page instead of 60, most of it for memory that is overwritten
)
_COMMENT_BYTES: Final = len(b"<!---->")


def pad(response: Response, limits: Limits, *, is_gzip_accepted: bool) -> Response:
    """Pad an HTML page. `no-transform` forbids a proxy to compress it again, which would undo the padding."""
    headers = [
        (name, f"{value}, no-transform" if name == "cache-control" else value)
        for name, value in response.headers
    ]
    if is_gzip_accepted:
        body = _gzip(response.body, gzip_answer_bytes(limits))
        headers += [("content-encoding", "gzip"), ("vary", "accept-encoding")]
        return Response(response.status, body, headers)
    return Response(response.status, _pad_plain(response.body, receipt_bytes(limits)), headers)


def _gzip(body: bytes, step_bytes: int) -> bytes:
    """Most pages fit into a step as they are; compressing them would cost time and save nothing."""
    return padded_gzip.store(body, step_bytes=step_bytes) or padded_gzip.compress(
        body, step_bytes=step_bytes, level=_LEVEL, memory_level=_MEMORY_LEVEL
    )


def _pad_plain(body: bytes, step_bytes: int) -> bytes:
    missing = -len(body) % step_bytes
    if missing < _COMMENT_BYTES:
        return body.ljust(len(body) + missing)
    return body + b"<!--" + b" " * (missing - _COMMENT_BYTES) + b"-->"
