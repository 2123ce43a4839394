"""Which URLs Yobal links to. The same rule as the desk's, in `frontend/desk/ui/web-url.ts`."""

from typing import Final

import regex

_NEVER: Final = r"\p{White_Space}\p{Cc}\p{Cs}\p{Bidi_Control}<>\"\\"
_HOST: Final = rf"(?:[^{_NEVER}/?#@:\[\]]+|\[[0-9A-Fa-f:.]+\])"
_WEB_URL: Final = regex.compile(
    rf"[Hh][Tt][Tt][Pp][Ss]?://{_HOST}(?::[0-9]{{1,5}})?(?:[/?#][^{_NEVER}]*)?"
)


def is_web_url(url: str) -> bool:
    """A full address of the web: with `https` or `http`, a host, and nothing that hides or runs."""
    return _WEB_URL.fullmatch(url) is not None
