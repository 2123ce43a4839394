"""Which URLs Yobal links to. The same rule as the desk's, in `frontend/desk/ui/web-url.ts`."""

from typing import Final

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


def is_web_url(url: str) -> bool:
    """A full address of the web: with `https` or `http`, a host, and nothing that hides or runs."""
    return _WEB_URL.fullmatch(url) is not None
