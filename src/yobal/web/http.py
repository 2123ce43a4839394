"""Requests and responses of the public side: granian's RSGI interface as far as it is used here,
and the headers that every response carries."""

from collections.abc import AsyncIterator, Awaitable
from typing import Any, Final, Protocol

import msgspec

from yobal.core import paths

Headers = list[tuple[str, str]]

CSP: Final = "content-security-policy"
HTML: Final = "text/html; charset=utf-8"
PUBLIC_CACHE: Final = "public, max-age=60, must-revalidate"
SAFE_HEADERS: Final[Headers] = [
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "interest-cohort=(), browsing-topics=()"),
]


# Public files that a page of any origin may read, because everyone can.
CROSS_ORIGIN_HEADERS: Final[Headers] = [
    ("access-control-allow-origin", "*"),
    ("cross-origin-resource-policy", "cross-origin"),
]
CROSS_ORIGIN_SUFFIXES: Final = (".json", ".css", ".js", ".atom")


class Policies(msgspec.Struct, frozen=True):
    """The Content-Security-Policy of pages, and of a form in a frame on a newsroom's page."""

    page: str
    frame: str

    def of(self, path: str) -> str:
        address = paths.parse_form_address(path)
        return self.frame if address and address.is_framed else self.page

    def apply(self, response: "Response", path: str) -> "Response":
        """The response with the policy of its path. For a missing file that pages may read, readable."""
        headers = [
            (name, self.of(path) if name == CSP else value) for name, value in response.headers
        ]
        if path.endswith(CROSS_ORIGIN_SUFFIXES):
            headers += CROSS_ORIGIN_HEADERS
        return Response(response.status, response.body, headers)


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


def frame_policy(frame_ancestors: tuple[str, ...]) -> str:
    """For the form in a frame on a newsroom's page, and for the answers in it.

    Sandboxed, so that it has an opaque origin: on one host with that page, the page's scripts could
    otherwise read what is typed. It has no script. What it links to opens outside of the sandbox,
    because a browser refuses to show a page with a Cross-Origin-Opener-Policy inside of it.
    """
    return (
        f"{content_security_policy(frame_ancestors)}; sandbox allow-forms allow-popups"
        " allow-popups-to-escape-sandbox"
    )


def policies(frame_ancestors: tuple[str, ...]) -> Policies:
    return Policies(content_security_policy(frame_ancestors), frame_policy(frame_ancestors))


def page_headers(csp: str, *, content_type: str = HTML) -> Headers:
    """For every page and file of the public side: no cookie and no HSTS."""
    return [
        ("content-type", content_type),
        (CSP, csp),
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
