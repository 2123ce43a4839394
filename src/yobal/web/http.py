"""Requests and responses of the public side: granian's RSGI interface as far as it is used here,
and the headers that every response carries."""

from collections.abc import AsyncIterator, Awaitable
from typing import Any, Final, Protocol

import msgspec

Headers = list[tuple[str, str]]

HTML: Final = "text/html; charset=utf-8"
PUBLIC_CACHE: Final = "public, max-age=60, must-revalidate"
SAFE_HEADERS: Final[Headers] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "interest-cohort=(), browsing-topics=()"),
]


class Scope(Protocol):
    """The head of a request. RSGI also puts the client's address here; nothing may read it."""

    proto: str
    method: str
    path: str  # decoded

    @property
    def headers(self) -> Any:
        """Has `get(name)`; names are in lower case."""


class Transport(Protocol):
    """Reads the body and sends the response (RSGI calls this the protocol)."""

    def __call__(self) -> Awaitable[bytes]: ...
    def __aiter__(self) -> AsyncIterator[bytes]: ...
    def response_bytes(self, status: int, headers: Headers, body: bytes) -> None: ...
    def response_empty(self, status: int, headers: Headers) -> None: ...


class Response(msgspec.Struct, frozen=True):
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
    """For every page and file of the public side: no cookie and no HSTS."""
    return [
        ("content-type", content_type),
        ("content-security-policy", csp),
        *SAFE_HEADERS,
    ]


def send_response(transport: Transport, response: Response, *, without_body: bool = False) -> None:
    headers = [*response.headers, ("content-length", str(len(response.body)))]
    if without_body:
        transport.response_empty(response.status, headers)
    else:
        transport.response_bytes(response.status, headers, response.body)


def accepts_gzip(accept_encoding: str) -> bool:
    """Whether Accept-Encoding lists gzip, and not as `gzip;q=0`."""
    for item in accept_encoding.lower().split(","):
        name, _, weight = item.partition(";")
        if name.strip() == "gzip":
            return not weight or weight.strip().removeprefix("q=").strip("0.") != ""
    return False
