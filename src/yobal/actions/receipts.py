"""What a receipt shows, and how its owner asks to withdraw the comment."""

import secrets
from datetime import UTC, datetime
from typing import Final, Literal

import msgspec
import pyrage

from yobal.actions.roster_reader import RosterReader
from yobal.adapters.server_keys import Keyring
from yobal.core import feedback as feedback_format
from yobal.core.decision_signature import Signers
from yobal.core.decisions import ACCEPTING, Verdict
from yobal.core.errors import RosterInvalid
from yobal.core.feedback import Feedback, SealedFeedback
from yobal.core.receipts import identity, read_code, receipt_hashes
from yobal.core.states import HELD, PENDING, PUBLISHED, REJECTED, State
from yobal.core.submission import Limits
from yobal.store import inbox_entries, intake, withdrawal_requests
from yobal.store.database import Connection, Database
from yobal.store.inbox import Inbox
from yobal.store.intake import ReceiptStatus

# In these states what was written to the author is shown. A removal that a restore repeats has no signature.
_DECIDED: Final = (HELD, PUBLISHED, REJECTED)
_NO_COMMENT: Final = bytes(32)  # no idempotency hash is all zeros


class ReceiptMatch(msgspec.Struct, frozen=True):
    """What a code opens: the hash that matched, and what its owner may see."""

    receipt_hash: bytes
    status: ReceiptStatus
    feedback: Feedback | None = None  # None also if this code does not open what is there
    is_confirmed: bool = (
        True  # a member has signed the decision, and what was written to the author
    )

    @property
    def is_feedback_closed(self) -> bool:
        """It was sealed before this code was given."""
        return self.is_confirmed and self.status.feedback is not None and self.feedback is None

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
    roster_reader: RosterReader | None,
    *,
    site_id: str,
    story_id: str,
    typed: str,
    limits: Limits,
    now: float,
) -> ReceiptMatch | None:
    """What a typed code opens under this story; None if it opens nothing. Without a roster reader, nothing is confirmed.

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
        signers = _signers(conn, roster_reader)
        for pepper, candidate in zip(peppers, candidates, strict=True):
            status = intake.receipt_status(
                conn, candidate, idempotency_hash=in_inbox.get(candidate, _NO_COMMENT)
            )
            if status is None and candidate in in_inbox:
                status = ReceiptStatus(site_id=site_id, story_id=story_id, state=PENDING)
            if status is not None and (status.site_id, status.story_id) == (site_id, story_id):
                request_kind = requested.get(candidate) or status.withdrawal_request
                status = msgspec.structs.replace(status, withdrawal_request=request_kind)
                is_confirmed = status.state not in _DECIDED or _is_signed(status, signers)
                sealed = status.feedback if is_confirmed else None
                feedback = _open(sealed, identity(pepper, code), limits)
                match = ReceiptMatch(candidate, status, feedback, is_confirmed)
    return match


def _signers(conn: Connection, roster_reader: RosterReader | None) -> Signers | None:
    try:
        return roster_reader.signers(conn) if roster_reader is not None else None
    except RosterInvalid:
        return None


def _is_signed(status: ReceiptStatus, signers: Signers | None) -> bool:
    """Whether a person who was a member then has decided so, and has written this and nothing else."""
    document, feedback_hash = status.document(), None
    if status.feedback is not None and status.sealed_note is not None:
        feedback_hash = SealedFeedback(status.feedback, status.sealed_note).hash
    return (
        document is not None
        and signers is not None
        and _leads_to(document.verdict, status.state)
        and document.feedback_hash == feedback_hash
        and signers.is_genuine(document, status.signature)
    )


def _leads_to(verdict: Verdict, state: State) -> bool:
    """States are not signed, so a row could claim that an accepted comment was rejected."""
    return verdict == "reject" if state == REJECTED else verdict in ACCEPTING


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
