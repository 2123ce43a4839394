"""What a receipt shows, and how its owner asks to withdraw the comment."""

from datetime import UTC, datetime
from typing import Literal

import msgspec

from yobal.adapters.server_keys import Keyring
from yobal.core import ids
from yobal.core.ids import RandomBytes
from yobal.core.receipts import read_code, receipt_hashes
from yobal.core.site_rules import SiteRules
from yobal.core.states import HELD, PENDING, PUBLISHED
from yobal.store import intake, withdrawal_requests
from yobal.store.database import Database
from yobal.store.intake import ReceiptStatus


class ReceiptMatch(msgspec.Struct, frozen=True):
    """What a code opens: the hash that matched, and what its owner may see."""

    receipt_hash: bytes
    status: ReceiptStatus

    @property
    def can_withdraw(self) -> bool:
        return self.status.state in (PENDING, HELD, PUBLISHED)

    @property
    def requested_withdrawal(self) -> Literal["now", "next"] | None:
        """When the comment will be withdrawn, if a request for it is stored."""
        if self.status.withdrawal_request is None or not self.can_withdraw:
            return None
        return "now" if self.status.withdrawal_request == withdrawal_requests.NOW else "next"


def find(
    database: Database, keyring: Keyring, *, site_id: str, story_id: str, typed: str, now: float
) -> ReceiptMatch | None:
    """What a typed code opens under this story; None if it opens nothing.

    Every pepper is tried, also after a match, so that right and wrong codes take the same time.
    """
    code = read_code(typed) or "0" * 20
    candidates = receipt_hashes(keyring.peppers(datetime.fromtimestamp(now, UTC).date()), code)
    match = None
    with database.reading() as conn:
        for candidate in candidates:
            status = intake.receipt_status(conn, candidate)
            if status is not None and (status.site_id, status.story_id) == (site_id, story_id):
                match = ReceiptMatch(candidate, status)
    return match


def request_withdrawal(
    database: Database,
    rules: SiteRules,
    match: ReceiptMatch,
    *,
    when: Literal["now", "next"],
    random: RandomBytes,
) -> None:
    """Ask for a withdrawal: processed within ten seconds, or with the next release."""
    with database.writing() as conn:
        intake.add_withdrawal_request(
            conn,
            request_id=ids.new_id(random),
            site_id=rules.site_id,
            receipt_hash=match.receipt_hash,
            request_kind=withdrawal_requests.NOW if when == "now" else withdrawal_requests.NEXT,
        )
