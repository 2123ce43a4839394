"""What a receipt opens, and what its owner may wish."""

from datetime import UTC, datetime
from typing import Any, Final, Literal

import msgspec

from yobal.adapters.server_keys import Keyring
from yobal.core import ids
from yobal.core.ids import RandomBytes
from yobal.core.receipts import hashes, read_code
from yobal.core.site_rules import SiteRules
from yobal.store import intake, withdrawal_requests
from yobal.store.database import Database

Word = Literal["waiting", "accepted", "published", "rejected", "removed", "withdrawn"]
_WORDS: Final[dict[str, Word]] = {
    "pending": "waiting",
    "held": "accepted",
    "published": "published",
    "rejected": "rejected",
    "removed": "removed",
    "withdrawn": "withdrawn",
}


class ReceiptMatch(msgspec.Struct, frozen=True):
    """The comment behind a code: its hash that matched, the row, and the state in a reader's word."""

    receipt_hash: bytes
    row: Any
    word: Word

    @property
    def can_withdraw(self) -> bool:
        return self.word in ("waiting", "accepted", "published")


def find(
    database: Database, keyring: Keyring, *, site_id: str, story_id: str, typed: str, now: float
) -> ReceiptMatch | None:
    """What a typed code opens under this story; None where it opens nothing.

    Every living pepper is asked, whichever matches, so that a right and a wrong code cost alike.
    """
    code = read_code(typed) or "0" * 20
    candidates = hashes(keyring.peppers(datetime.fromtimestamp(now, UTC).date()), code)
    found = None
    with database.reading() as conn:
        for candidate in candidates:
            row = intake.receipt_status(conn, candidate)
            if (
                row is not None
                and (row.site_id, row.story_id) == (site_id, story_id)
                and row.state in _WORDS
            ):
                found = ReceiptMatch(candidate, row, _WORDS[row.state])
    return found


def request_withdrawal(
    database: Database,
    rules: SiteRules,
    found: ReceiptMatch,
    *,
    when: Literal["now", "next"],
    random: RandomBytes,
) -> None:
    """Ask for the comment to be withdrawn; carried out within ten seconds, or with the next release."""
    request_kind = withdrawal_requests.NOW if when == "now" else withdrawal_requests.NEXT
    with database.writing() as conn:
        intake.add_withdrawal_request(
            conn,
            request_id=ids.new_id(random),
            site_id=rules.site_id,
            receipt_hash=found.receipt_hash,
            request_kind=request_kind,
        )
