"""Whether notices have addresses that can be read, and whether the last one reached them."""

from pathlib import Path
from typing import Final

from yobal.core.errors import NoticeNotSent
from yobal.doctor.finding import Finding, fail, ok, ok_if
from yobal.server.notices import check
from yobal.server.settings import Settings

_OTHERS: Final = 0o007
_ADDRESSES: Final = "only the owner can read the addresses of notices"
_REACHED: Final = "the last notice reached every address"


def examine(settings: Settings, file: Path) -> list[Finding]:
    """No finding if notices are not configured."""
    if not settings.has_notices:
        return []
    try:
        check.addresses_of(settings)
    except NoticeNotSent as error:
        return [fail(_ADDRESSES, str(error))]
    failed = check.read_state(settings).failed
    return [
        _settings_file(settings, file),
        ok_if(not failed, _REACHED, f"not {', '.join(failed)}: `yobal notice test` says why"),
    ]


def _settings_file(settings: Settings, file: Path) -> Finding:
    """URLs in the settings themselves, where other users may read the file."""
    urls = settings.notice_urls.split()
    has_urls = any(url in file.read_text(encoding="utf-8") for url in urls)
    is_exposed = has_urls and file.stat().st_mode & _OTHERS
    return fail(_ADDRESSES, f"chmod o= {file}") if is_exposed else ok(_ADDRESSES)
