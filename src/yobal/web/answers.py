"""What the public side answers with: the headers that every page carries, and one way to send."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

import msgspec

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Headers = list[tuple[bytes, bytes]]

PUBLIC_CACHE: Final = b"public, max-age=60, must-revalidate"


class Answer(msgspec.Struct, frozen=True):
    """A complete answer to one request."""

    status: int
    body: bytes
    headers: Headers


def content_security_policy(frame_hosts: tuple[str, ...]) -> bytes:
    ancestors = " ".join(("'self'", *frame_hosts))
    return (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
        f" base-uri 'none'; frame-ancestors {ancestors}"
    ).encode()


def page_headers(csp: bytes) -> Headers:
    """For every HTML page of the public side. No cookie, no HSTS, nothing about the reader."""
    return [
        (b"content-type", b"text/html; charset=utf-8"),
        (b"content-security-policy", csp),
        *SAFE_HEADERS,
    ]


SAFE_HEADERS: Final[Headers] = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"interest-cohort=(), browsing-topics=()"),
]


async def send_answer(send: Send, answer: Answer, *, without_body: bool = False) -> None:
    headers = [*answer.headers, (b"content-length", str(len(answer.body)).encode())]
    await send({"type": "http.response.start", "status": answer.status, "headers": headers})
    await send({"type": "http.response.body", "body": b"" if without_body else answer.body})
