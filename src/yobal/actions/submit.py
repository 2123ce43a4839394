"""Seals a comment: from here on only moderators can decrypt it."""

from datetime import UTC, date, datetime, timedelta

import msgspec

from yobal.adapters.server_keys import Keyring
from yobal.core import idempotency, ids, language, receipts
from yobal.core.envelope import NONCE_BYTES, Envelope, Sealer, commitment
from yobal.core.ids import RandomBytes
from yobal.core.schedule import Schedule, next_round
from yobal.core.site_rules import SiteRules
from yobal.core.submission import Submission
from yobal.store.arrivals import Arrival


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
        )
    )
    code, receipt_hash, week, receipt_until = None, None, "", None
    if wants_receipt:
        code = receipts.new_code(random)
        monday, pepper = keyring.pepper(_receipt_day(rules.schedule, now))
        receipt_hash = receipts.receipt_hash(pepper, code.replace("-", ""))
        week = monday.isoformat()
        receipt_until = receipts.last_day(monday, receipt_days=rules.receipt_days)
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
        idempotency_hash=idempotency.idempotency_hash(
            keyring.day_keys(today), idempotency_key, submission, today=today
        ),
        commitment=commitment(nonce=nonce, name=submission.name, text=submission.text),
        sealed=sealed,
        receipt_hash=receipt_hash,
        week=week,
    )
    return SealedSubmission(arrival, code, receipt_until)


def _receipt_day(schedule: Schedule, now: float) -> date:
    """All receipts of a round belong to one week: otherwise two weeks would split it at midnight."""
    today, round_day = (
        datetime.fromtimestamp(time, UTC).date() for time in (now, next_round(schedule, now))
    )
    return min(round_day, today + timedelta(days=1))  # keys are made a day ahead
