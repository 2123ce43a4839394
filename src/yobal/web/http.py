"""What the public side is asked and answers: the server's interface as far as it is used here,
the headers that every page carries, and one way to send."""

from collections.abc import AsyncIterator, Awaitable
from typing import Any, Final, Protocol

import msgspec

Headers = list[tuple[str, str]]

HTML: Final = "text/html; charset=utf-8"
PUBLIC_CACHE: Final = "public, max-age=60, must-revalidate"


class Asked(Protocol):
    """The head of a request. Who sent it stands there too, and nothing here ever looks."""

    proto: str
    method: str
    path: str  # decoded

    @property
    def headers(self) -> Any:
        """With a `get` that takes a name in lower case."""


class Transport(Protocol):
    """Where the body comes from and the answer goes."""

    def __call__(self) -> Awaitable[bytes]: ...
    def __aiter__(self) -> AsyncIterator[bytes]: ...
    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None: ...
    def response_empty(self, status: int, headers: Headers) -> None: ...


class Response(msgspec.Struct, frozen=True):
    """A complete answer to one request."""

    status: int
    body: bytes
    headers: Headers


def content_security_policy(frame_ancestors: tuple[str, ...]) -> str:
    ancestors = " ".join(("'self'", *frame_ancestors))
    return (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self';"
        f" base-uri 'none'; frame-ancestors {ancestors}"
    )


def page_headers(csp: str, *, content_type: str = HTML) -> Headers:
    """For every page and file of the public side. No cookie, no HSTS, nothing about the reader."""
    return [
        ("content-type", content_type),
        ("content-security-policy", csp),
        *SAFE_HEADERS,
    ]


SAFE_HEADERS: Final[Headers] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "interest-cohort=(), browsing-topics=()"),
]


def send_answer(wire: Transport, answer: Response, *, without_body: bool = False) -> None:
    headers = [*answer.headers, ("content-length", str(len(answer.body)))]
    if without_body:
        wire.response_empty(answer.status, headers)
    else:
        wire.response_bytes(answer.status, headers, answer.body)
