"""Which addresses of a page mean the same page."""

from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

# What newsletters, networks and comment systems add to an address without changing the page.
_TRACKING: Final = frozenset(
    [
        "amp",
        "fbclid",
        "gclid",
        "dclid",
        "msclkid",
        "yclid",
        "igshid",
        "mc_cid",
        "mc_eid",
        "ref",
        "ref_src",
        "replytocom",
        "share",
        "source",
        "spm",
        "cpage",
        "unapproved",
        "moderation-hash",
    ]
)
_TRACKING_PREFIXES: Final = ("utm_", "at_", "pk_", "mtm_", "hsa_")
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def comparable(url: str) -> str:
    """The same for `http` and `https`, with and without a last slash, a fragment, or tracking parameters."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError:  # for example a port that is not a number
        return url.strip()
    host = (parts.hostname or "").rstrip(".")
    if port is not None and port != _DEFAULT_PORTS.get(parts.scheme.lower()):
        host = f"{host}:{port}"
    query = sorted(
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not _is_tracking(name)
    )
    path = parts.path.rstrip("/")
    return f"{host}{path}" + (f"?{urlencode(query)}" if query else "")


def canonical(url: str) -> str:
    """The address as a page would name itself: without a fragment and tracking parameters."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return url.strip()
    query = [
        (name, value)
        for name, value in parse_qsl(parts.query, keep_blank_values=True)
        if not _is_tracking(name)
    ]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode(query), ""))


def _is_tracking(name: str) -> bool:
    return name.lower() in _TRACKING or name.lower().startswith(_TRACKING_PREFIXES)


def without_query(comparable_url: str) -> str:
    return comparable_url.partition("?")[0]
