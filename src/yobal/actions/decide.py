"""A moderator decides on a pending comment: publish, publish edited, or reject.

Every decision is compare-and-set: of two moderators the second gets AlreadyDecided.
"""

import hmac
from functools import partial
from typing import Final

import msgspec

from yobal.actions.decision_context import DecisionContext
from yobal.adapters.cell_file import CellFile
from yobal.core import held_text as held_text_format
from yobal.core import ids, submission
from yobal.core import text as texts
from yobal.core.answer_size import MASKS_MAX
from yobal.core.decision_signature import (
    DecisionDocument,
    DecisionSignature,
    envelope_hash,
)
from yobal.core.decisions import DecisionResult, Verdict
from yobal.core.envelope import NONCE_BYTES, commitment
from yobal.core.errors import (
    AlreadyDecided,
    CommitmentMismatch,
    InvalidInput,
    NoSuchComment,
    Reason,
)
from yobal.core.feedback import SealedFeedback
from yobal.core.held_text import HeldText
from yobal.core.schedule import Slot, next_slot, pick_slot
from yobal.core.site_rules import SiteRules
from yobal.core.states import EXPIRED, HELD, PENDING, REJECTED
from yobal.core.submission import FieldErrorCode
from yobal.core.terms import CLAUSE_KEYS, EditKind
from yobal.store import cells, comments, decisions, envelopes, held_texts, sites
from yobal.store import feedback as feedback_rows
from yobal.store.comments import Comment
from yobal.store.database import Connection, Database
from yobal.store.decisions import Decision
from yobal.store.held_texts import HeldRow


class _Signed(msgspec.Struct, frozen=True):
    """A decision as the moderator signed it."""

    document: DecisionDocument
    signature: bytes
    feedback: SealedFeedback | None


def publish(
    database: Database,
    cell_file: CellFile,
    context: DecisionContext,
    comment_id: str,
    *,
    text: str,
    name: str,
    nonce: bytes,
    lang: str,
    signature: DecisionSignature,
) -> DecisionResult:
    """Accept what the author sealed, unchanged; the commitment proves that it is.

    Raises CommitmentMismatch, AlreadyDecided, NoSuchComment, InvalidInput, SignatureInvalid.
    """
    _check_text(text, name, lang, context.rules, is_edited=False)
    held_text = HeldText(
        comment_id=comment_id, text=text, name=name, lang=lang, nonce=signature.nonce.hex()
    )
    with database.reading() as conn:
        comment = _get_pending(conn, comment_id)
        expected = commitment(nonce=nonce, name=name, text=text)
        if len(nonce) != NONCE_BYTES or not hmac.compare_digest(
            expected, comment.commitment or b""
        ):
            raise CommitmentMismatch(comment_id)
        signed = _check_acceptance(
            conn, cell_file, context, comment, held_text, verdict="publish", signature=signature
        )
    return _hold(database, cell_file, context, held_text, signed)


def publish_edited(
    database: Database,
    cell_file: CellFile,
    context: DecisionContext,
    comment_id: str,
    *,
    text: str,
    name: str,
    lang: str,
    edit_kind: EditKind,
    clause: str,
    signature: DecisionSignature,
    feedback: SealedFeedback | None = None,
) -> DecisionResult:
    """Accept an edited text, with the kind of edit and the clause that readers see.

    The desk cleans what it signs, so the server changes nothing.

    Raises AlreadyDecided, NoSuchComment, InvalidInput, SignatureInvalid.
    """
    _check_text(
        texts.shorten_masks(text), texts.shorten_masks(name), lang, context.rules, is_edited=True
    )
    _check_masks(text, name)
    _check_clause(clause)
    held_text = HeldText(
        comment_id=comment_id,
        text=text,
        name=name,
        lang=lang,
        nonce=signature.nonce.hex(),
        clause=clause,
        edit_kind=edit_kind,
    )
    with database.reading() as conn:
        comment = _get_pending(conn, comment_id)
        signed = _check_acceptance(
            conn,
            cell_file,
            context,
            comment,
            held_text,
            verdict="publish_edited",
            signature=signature,
            feedback=feedback,
        )
    return _hold(database, cell_file, context, held_text, signed)


def reject(
    database: Database,
    cell_file: CellFile,
    context: DecisionContext,
    comment_id: str,
    *,
    clause: str,
    signature: DecisionSignature,
    feedback: SealedFeedback | None = None,
) -> DecisionResult:
    """Reject it under a clause of the terms.

    Raises AlreadyDecided, NoSuchComment, InvalidInput, SignatureInvalid.
    """
    _check_clause(clause)
    with database.reading() as conn:
        _get_pending(conn, comment_id)
        _check_feedback(conn, comment_id, feedback)
        document = context.check_signature(
            conn,
            signature,
            comment_id=comment_id,
            verdict="reject",
            envelope_hash=_envelope_hash(conn, cell_file, comment_id),
            clause=clause,
            feedback_hash=feedback.hash if feedback is not None else None,
        )
    signed = _Signed(document, signature.signature, feedback)
    with database.writing() as conn:
        final_slot = next_slot(context.rules.schedule, _now(conn, context))
        rejected = comments.transition(
            conn, comment_id, from_=PENDING, to=REJECTED, decided_slot=final_slot
        )
        if rejected == 0:
            raise already_decided(conn, comment_id)
        decision = _add_decision(conn, context, signed, slot=final_slot)
    return DecisionResult(
        decision_id=decision.id,
        comment_id=comment_id,
        state=REJECTED,
        slot=final_slot,
        decided_by=context.pseudonym,
    )


def already_decided(conn: Connection, comment_id: str) -> AlreadyDecided:
    """Which decision is in force on a comment that is not pending; none if it was withdrawn, or expired."""
    decision = decisions.current(conn, comment_id)
    if decision is None:
        comment = comments.get(conn, comment_id)
        is_expired = comment is not None and comment.state == EXPIRED
        return AlreadyDecided(comment_id, verdict="expired" if is_expired else "withdrawn")
    return AlreadyDecided(
        comment_id,
        decided_by=decision.decided_by,
        verdict=decision.verdict,
        clause=decision.clause,
        edit_kind=decision.edit_kind,
        decision_id=decision.id,
    )


def _check_acceptance(
    conn: Connection,
    cell_file: CellFile,
    context: DecisionContext,
    comment: Comment,
    held_text: HeldText,
    *,
    verdict: Verdict,
    signature: DecisionSignature,
    feedback: SealedFeedback | None = None,
) -> _Signed:
    _check_feedback(conn, comment.id, feedback)
    document = context.check_signature(
        conn,
        signature,
        comment_id=comment.id,
        verdict=verdict,
        envelope_hash=_envelope_hash(conn, cell_file, comment.id),
        clause=held_text.clause,
        edit_kind=held_text.edit_kind,
        publication_hash=decisions.publication_hash_of(comment, held_text),
        feedback_hash=feedback.hash if feedback is not None else None,
    )
    return _Signed(document, signature.signature, feedback)


def _hold(
    database: Database,
    cell_file: CellFile,
    context: DecisionContext,
    held_text: HeldText,
    signed: _Signed,
) -> DecisionResult:
    """Hold the text, encrypted under a new cell, until a slot that is picked at random."""
    comment_id, schedule = held_text.comment_id, context.rules.schedule
    plain, find_used = held_text_format.encode(held_text), partial(cells.find_used, database)
    with cell_file.allocate(1, find_used=find_used) as (cell,), database.writing() as conn:
        now = _now(conn, context)
        due_slot = pick_slot(schedule, now=now, randbelow=context.randbelow)
        final_slot = next_slot(schedule, now)
        held = comments.transition(
            conn, comment_id, from_=PENDING, to=HELD, due_slot=due_slot, decided_slot=final_slot
        )
        if held == 0:
            raise already_decided(conn, comment_id)
        ciphertext = cell.encrypt(plain, purpose="held text", row_id=comment_id)
        row = HeldRow(comment_id=comment_id, cell=cell.number, ciphertext=ciphertext)
        held_texts.insert(conn, row)
        decision = _add_decision(conn, context, signed, slot=final_slot)
    return DecisionResult(
        decision_id=decision.id,
        comment_id=comment_id,
        state=HELD,
        slot=due_slot,
        decided_by=context.pseudonym,
    )


def _get_pending(conn: Connection, comment_id: str) -> Comment:
    comment = comments.get(conn, comment_id)
    if comment is None:
        raise NoSuchComment(comment_id)
    if comment.state != PENDING:
        raise already_decided(conn, comment_id)
    return comment


def _envelope_hash(conn: Connection, cell_file: CellFile, comment_id: str) -> str | None:
    """The hash of the age file that a moderator's browser has read; None if there is no envelope."""
    row = envelopes.get(conn, comment_id)
    if row is None:
        return None
    envelope = cell_file.decrypt(row.cell, row.ciphertext, purpose="envelope", row_id=comment_id)
    return envelope_hash(envelope) if envelope is not None else None


def _now(conn: Connection, context: DecisionContext) -> float:
    """Not before the last release.

    If the clock was set back by a second, the decision would be final at a slot that has passed, and
    the receipt would show it at once.
    """
    return max(context.now, sites.lock_released_slot(conn, context.rules.site_id))


def _add_decision(
    conn: Connection, context: DecisionContext, signed: _Signed, *, slot: Slot
) -> Decision:
    """Store the decision, and the feedback to the author."""
    decision = context.new_decision(signed.document, signed.signature, slot=slot)
    decisions.add(conn, decision)
    feedback_rows.add(
        conn, signed.feedback, decision_id=decision.id, comment_id=decision.comment_id
    )
    return decision


MESSAGES: Final[dict[FieldErrorCode, str]] = {
    "text_empty": "the comment is empty",
    "text_long": "the comment has %(length)s characters and the limit is %(limit)s",
    "text_marks": "a character of the comment has too many combining marks",
    "name_long": "the name has %(length)s characters and the limit is %(limit)s",
    "name_marks": "a character of the name has too many combining marks",
}


def _check_text(text: str, name: str, lang: str, rules: SiteRules, *, is_edited: bool) -> None:
    if not ids.is_language_tag(lang):
        raise InvalidInput(Reason("“%(lang)s” is not a language tag", {"lang": lang}))
    if texts.clean(text) != text or texts.clean_name(name) != name:
        # Form and desk clean every text, so an unedited one was sealed by someone who can write the database.
        if is_edited:
            raise InvalidInput(
                "the comment contains characters that cannot be published, so remove them"
                " or write them in another way"
            )
        raise InvalidInput(
            "the comment contains characters that cannot be published, so publish it as edited"
        )
    reasons = [
        Reason(MESSAGES[error.code], {"length": error.length, "limit": error.limit})
        for error in submission.validate(text, name, rules.limits)
    ]
    if reasons:
        raise InvalidInput(*reasons)


def _check_masks(text: str, name: str) -> None:
    """Each mask is an element of the page, and a receipt's answer has room for so many.

    Every mask has the same length, so that it does not reveal how much it hides.
    """
    if texts.normalize_masks(text) != text or texts.normalize_masks(name) != name:
        raise InvalidInput("a mask has the wrong length, so mask it again")
    masks = texts.count_masks(text)
    if masks > MASKS_MAX:
        raise InvalidInput(
            Reason(
                "the comment has %(count)s separate masks and the limit is %(limit)s, so mask"
                " longer passages, or reject it",
                {"count": masks, "limit": MASKS_MAX},
            )
        )


def _check_clause(clause: str) -> None:
    if clause not in CLAUSE_KEYS:
        raise InvalidInput(Reason("the terms have no clause “%(clause)s”", {"clause": clause}))


def _check_feedback(conn: Connection, comment_id: str, feedback: SealedFeedback | None) -> None:
    """The server cannot read it; the receipt page shows only what a moderator may write."""
    if feedback is not None and not comments.has_receipt(conn, comment_id):
        raise InvalidInput("the author has no receipt and could not read a note")
