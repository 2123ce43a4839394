"""What `yobal notice …` does."""

import time
from pathlib import Path

from yobal.adapters.notice_sender import Address, Result, without_secrets
from yobal.cli.site import open_site
from yobal.server import service_user
from yobal.server import settings as settings_file
from yobal.server.notices import check

_LATE = "it had not answered after two minutes"
_UNKNOWN = "apprise knows no such service, or a part of the URL is missing"


def send_test(path: Path) -> tuple[list[str], bool]:
    """Lines to print, and whether every address was reached. Raises NoticeNotSent."""
    settings = settings_file.load(path)
    service_user.become_owner_of(settings.folder)
    results = check.send_test(settings)
    lines = [_line(address, result) for address, result in results]
    return lines, all(result.outcome == "sent" for _, result in results)


def send(path: Path) -> str:
    """Raises NoticeNotSent if an address was not reached."""
    with open_site(path, is_only_read=True) as components:
        kinds = check.run(components, now=time.time())
    return f"sent: {', '.join(kinds)}" if kinds else "nothing to send now"


def _line(address: Address, result: Result) -> str:
    match result.outcome:
        case "sent":
            return f"ok    {address}"
        case "late":
            reason = _LATE
        case "unknown":
            reason = _UNKNOWN
        case "failed":
            reason = without_secrets(result.detail, address.url).replace("\n", "; ")
    return f"fail  {address}: {reason}"
