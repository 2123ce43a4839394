"""Whether a Content-Security-Policy lets an address through, as browsers decide it (CSP level 3, without hashes)."""

from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import urlsplit

_FALLBACKS: Final = {
    "script-src": ("script-src-elem", "script-src", "default-src"),
    "connect-src": ("connect-src", "default-src"),
    "frame-src": ("frame-src", "child-src", "default-src"),
}
_DEFAULT_PORTS: Final = {"http": 80, "https": 443}


def forbidding(
    policies: Iterable[str], directive: str, url: str, *, page_url: str, nonce: str = ""
) -> str | None:
    """The first policy that forbids this address, as it is written; None if all allow it."""
    for policy in policies:
        for part in _parts(policy):
            sources = _sources(part, directive)
            if sources is not None and not _allows(sources, url, page_url=page_url, nonce=nonce):
                return part
    return None


def frame_ancestors(policies: Iterable[str]) -> list[list[str]]:
    """The lists of who may frame a page; one that has none allows everyone."""
    parts = [part for policy in policies for part in _parts(policy)]
    lists = (_directive(part, "frame-ancestors") for part in parts)
    return [sources for sources in lists if sources is not None]


def allows_ancestor(sources: Sequence[str], page_url: str, *, own_url: str) -> bool:
    return _allows(sources, page_url, page_url=own_url)


def _parts(policy: str) -> list[str]:
    """One header can hold several policies."""
    return [part.strip() for part in policy.split(",") if part.strip()]


def _sources(policy: str, directive: str) -> list[str] | None:
    for name in _FALLBACKS[directive]:
        sources = _directive(policy, name)
        if sources is not None:
            return sources
    return None


def _directive(policy: str, name: str) -> list[str] | None:
    for item in policy.split(";"):
        words = item.split()
        if words and words[0].lower() == name:
            return words[1:]
    return None


def _allows(sources: Sequence[str], url: str, *, page_url: str, nonce: str = "") -> bool:
    if nonce and f"'nonce-{nonce}'" in sources:
        return True
    if "'strict-dynamic'" in sources:  # then hosts do not count
        return False
    return any(_matches(source, url, page_url=page_url) for source in sources)


def _matches(source: str, url: str, *, page_url: str) -> bool:
    target, page = urlsplit(url), urlsplit(page_url)
    if source == "*":
        return target.scheme in ("http", "https")
    if source.lower() == "'self'":
        return _origin(url) == _origin(page_url)
    if source.startswith("'"):
        return False
    if source.endswith(":"):
        return target.scheme == source[:-1].lower()
    scheme, separator, rest = source.partition("://")
    if not separator:
        scheme, rest = page.scheme, source
    is_scheme = target.scheme == scheme or (scheme == "http" and target.scheme == "https")
    authority, slash, path = rest.partition("/")
    host, colon, port = authority.partition(":")
    is_host = (
        (target.hostname or "").endswith(host[1:].lower())
        if host.startswith("*.")
        else target.hostname == host.lower()
    )
    is_port = port == "*" or (
        _port(url) == int(port) if colon and port.isdecimal() else _has_default_port(url)
    )
    asked, is_folder = target.path or "/", path.endswith("/") or not path
    is_path = asked.startswith(slash + path) if is_folder else asked == slash + path
    return is_scheme and is_host and is_port and is_path


def _origin(url: str) -> tuple[str, str | None, int | None]:
    return urlsplit(url).scheme, urlsplit(url).hostname, _port(url)


def _port(url: str) -> int | None:
    return urlsplit(url).port or _DEFAULT_PORTS.get(urlsplit(url).scheme)


def _has_default_port(url: str) -> bool:
    return _port(url) == _DEFAULT_PORTS.get(urlsplit(url).scheme)
