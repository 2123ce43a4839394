"""What a receipt shows, and how its owner asks to withdraw the comment."""

import secrets
from datetime import UTC, datetime
from typing import Final, Literal

import msgspec
import pyrage

from yobal.adapters.server_keys import Keyring
from yobal.core import feedback as feedback_format
from yobal.core.feedback import Feedback
from yobal.core.receipts import identity, read_code, receipt_hashes
from yobal.core.states import HELD, PENDING, PUBLISHED
from yobal.core.submission import Limits
from yobal.store import inbox_entries, intake, withdrawal_requests
from yobal.store.database import Database
from yobal.store.inbox import Inbox
from yobal.store.intake import ReceiptStatus

_NO_COMMENT: Final = bytes(32)  # no idempotency hash is all zeros


class ReceiptMatch(msgspec.Struct, frozen=True):
    """What a code opens: the hash that matched, and what its owner may see."""

    receipt_hash: bytes
    status: ReceiptStatus
    feedback: Feedback | None = None  # None also if this code does not open what is there

    @property
    def can_withdraw(self) -> bool:
        return self.status.state in (PENDING, HELD, PUBLISHED) or self.status.is_hidden

    @property
    def are_changes_shown(self) -> bool:
        """Not if readers see something else than what they lead to, or nothing because it could not be confirmed."""
        status, feedback = self.status, self.feedback
        if feedback is None or status.edit_kind is None or status.is_withheld:
            return False
        return (not feedback.changes or status.text in (None, feedback.edited)) and (
            feedback.name is None or status.name in (None, feedback.name)
        )

    @property
    def requested_withdrawal(self) -> Literal["now", "next"] | None:
        """When the comment will be withdrawn, if a request for it is stored."""
        if self.status.withdrawal_request is None or not self.can_withdraw:
            return None
        return "now" if self.status.withdrawal_request == withdrawal_requests.NOW else "next"


def find(
    database: Database,
    inbox: Inbox,
    keyring: Keyring,
    *,
    site_id: str,
    story_id: str,
    typed: str,
    limits: Limits,
    now: float,
) -> ReceiptMatch | None:
    """What a typed code opens under this story; None if it opens nothing.

    Every pepper is tried in both places, also after a match, so that right and wrong codes take the
    same time.
    """
    code = read_code(typed) or "0" * 20
    peppers = keyring.peppers(datetime.fromtimestamp(now, UTC).date())
    candidates = receipt_hashes(peppers, code)
    entries = [entry for entry in inbox.find(candidates) if entry.story_id == story_id]
    contents = inbox_entries.read(entries, site_id=site_id, random=secrets.token_bytes)
    in_inbox = {receipt.hash: receipt.idempotency_hash for receipt in contents.receipts}
    requested = {request.receipt_hash: request.request_kind for request in contents.requests}
    match = None
    with database.reading() as conn:
        for pepper, candidate in zip(peppers, candidates, strict=True):
            status = intake.receipt_status(
                conn, candidate, idempotency_hash=in_inbox.get(candidate, _NO_COMMENT)
            )
            if status is None and candidate in in_inbox:
                status = ReceiptStatus(site_id=site_id, story_id=story_id, state=PENDING)
            if status is not None and (status.site_id, status.story_id) == (site_id, story_id):
                request_kind = requested.get(candidate) or status.withdrawal_request
                status = msgspec.structs.replace(status, withdrawal_request=request_kind)
                feedback = _open(status.feedback, identity(pepper, code), limits)
                match = ReceiptMatch(candidate, status, feedback)
    return match


def _open(
    sealed: bytes | None, identity: pyrage.x25519.Identity, limits: Limits
) -> Feedback | None:
    """None if there is nothing, if it was sealed before this code was given, or if it breaks a limit."""
    if sealed is None:
        return None
    try:
        plain = pyrage.decrypt(sealed, [identity])
    except pyrage.DecryptError:
        return None
    return feedback_format.read(plain, limits)


def request_withdrawal(inbox: Inbox, match: ReceiptMatch, *, when: Literal["now", "next"]) -> None:
    """Ask for a withdrawal; see `process_withdrawals.py` for when it takes effect."""
    inbox.add_withdrawal_request(
        match.receipt_hash,
        withdrawal_requests.NOW if when == "now" else withdrawal_requests.NEXT,
        story_id=match.status.story_id,
    )
