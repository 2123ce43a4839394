"""Seals a comment: from here on only moderators can decrypt it."""

from datetime import UTC, date, datetime, timedelta

import msgspec

from yobal.adapters.server_keys import Keyring
from yobal.core import feedback, idempotency, ids, language, receipts
from yobal.core.envelope import NONCE_BYTES, Envelope, Sealer, commitment
from yobal.core.ids import RandomBytes
from yobal.core.schedule import Schedule, next_round
from yobal.core.site_rules import SiteRules
from yobal.core.submission import Submission
from yobal.store.arrivals import Arrival, ReceiptArrival


class SealedSubmission(msgspec.Struct, frozen=True):
    """A comment to store, and the receipt for its author."""

    arrival: Arrival
    code: str | None
    receipt_until: date | None


class SubmissionTarget(msgspec.Struct, frozen=True, kw_only=True):
    """The epoch to seal to, the root of a reply, and the languages of the site."""

    epoch_id: str
    sealer: Sealer
    root_id: str | None
    languages: frozenset[str]


def seal(
    submission: Submission,
    target: SubmissionTarget,
    keyring: Keyring,
    rules: SiteRules,
    *,
    idempotency_key: str,
    wants_receipt: bool,
    now: float,
    random: RandomBytes,
) -> SealedSubmission:
    """Seal a submission that was validated."""
    today = datetime.fromtimestamp(now, UTC).date()
    nonce = random(NONCE_BYTES)
    form = (keyring.day_keys(today), idempotency_key, submission)
    feedback_key = idempotency.feedback_key(*form, today=today)
    comment_id = ids.new_id(random)
    lang = language.detect_language(submission.text, edition=submission.edition)
    sealed, size_kib = target.sealer.seal(
        Envelope(
            comment_id=comment_id,
            site_id=submission.site_id,
            story_id=submission.story_id,
            edition=submission.edition,
            root_id=target.root_id,
            parent_id=submission.parent_id,
            text=submission.text,
            name=submission.name,
            lang=lang,
            nonce=nonce.hex(),
            feedback_key=feedback_key.hex(),
        )
    )
    idempotency_hash = idempotency.idempotency_hash(*form, today=today)
    code = receipts.new_code(random) if wants_receipt else None
    receipt, receipt_until = None, None
    if code is not None:
        receipt, receipt_until = _receipt(
            code,
            keyring.pepper(_receipt_day(rules.schedule, now)),
            rules,
            idempotency_hash=idempotency_hash,
            feedback_key=feedback_key,
        )
    arrival = Arrival(
        id=comment_id,
        site_id=submission.site_id,
        story_id=submission.story_id,
        edition=submission.edition,
        root_id=target.root_id,
        parent_id=submission.parent_id,
        epoch_id=target.epoch_id,
        size_kib=size_kib,
        lang=lang if lang in target.languages else language.OTHER,
        idempotency_hash=idempotency_hash,
        commitment=commitment(nonce=nonce, name=submission.name, text=submission.text),
        sealed=sealed,
        receipt=receipt,
    )
    return SealedSubmission(arrival, code, receipt_until)


def _receipt(
    code: str,
    pepper_of_week: tuple[date, bytes],
    rules: SiteRules,
    *,
    idempotency_hash: bytes,
    feedback_key: bytes,
) -> tuple[ReceiptArrival, date]:
    """What is stored of it, and the last day on which it works."""
    (monday, pepper), plain_code = pepper_of_week, code.replace("-", "")
    recipient = receipts.recipient(pepper, plain_code)
    receipt = ReceiptArrival(
        hash=receipts.receipt_hash(pepper, plain_code),
        idempotency_hash=idempotency_hash,
        week=monday.isoformat(),
        recipient=recipient,
        recipient_mac=feedback.recipient_mac(feedback_key, recipient),
    )
    return receipt, receipts.last_day(monday, receipt_days=rules.receipt_days)


def _receipt_day(schedule: Schedule, now: float) -> date:
    """All receipts of a round belong to one week: otherwise two weeks would split it at midnight."""
    today, round_day = (
        datetime.fromtimestamp(time, UTC).date() for time in (now, next_round(schedule, now))
    )
    return min(round_day, today + timedelta(days=1))  # keys are made a day ahead
