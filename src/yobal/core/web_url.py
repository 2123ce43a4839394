"""Which URLs Yobal links to, and which can be an origin.

`is_web_url` is the same rule as the desk's, in `frontend/desk/ui/web-url.ts`.
"""

from typing import Final
from urllib.parse import SplitResult, urljoin, urlsplit

import regex

_NEVER: Final = r"\p{White_Space}\p{Cc}\p{Cs}\p{Bidi_Control}<>\"\\"
_HOST: Final = rf"(?:[^{_NEVER}/?#@:\[\]]+|\[[0-9A-Fa-f:.]+\])"
# 1 to 65535
_PORT: Final = (
    "(?:[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5])"
)
_WEB_URL: Final = regex.compile(
    rf"[Hh][Tt][Tt][Pp][Ss]?://{_HOST}(?::{_PORT})?(?:[/?#][^{_NEVER}]*)?"
)

_DEFAULT_PORTS: Final = {"http": ":80", "https": ":443"}  # a browser omits them
_NEVER_IN_HOST: Final = frozenset("/?#@\\ \t\r\n")


def is_web_url(url: str) -> bool:
    """A full address of the web: with `https` or `http`, a host, and nothing that hides or runs."""
    return _WEB_URL.fullmatch(url) is not None and split(url) is not None


def split(url: str) -> SplitResult | None:
    """None for what Python refuses to read, such as a host whose compatibility form has a slash."""
    try:
        return urlsplit(url)
    except ValueError:
        return None


def join(base: str, url: str) -> str:
    """An address on a page as a full address; as it is if Python refuses to read it: then it is no `is_web_url`."""
    try:
        return urljoin(base, url)
    except ValueError:
        return url


def is_origin(url: str) -> bool:
    """As a browser writes it in `Origin`, because the two are compared character by character."""
    scheme, _, host = url.partition("://")
    if scheme not in _DEFAULT_PORTS or not host or host.endswith(_DEFAULT_PORTS[scheme]):
        return False
    if not host.isascii() or host != host.lower() or set(host) & _NEVER_IN_HOST:
        return False
    try:
        parts = urlsplit(url)
        return bool(parts.hostname) and not host.endswith(":") and parts.port != 0
    except ValueError:  # the port is none, or a bracket is missing
        return False
