"""A moderator decides on a comment that waits: publish, publish edited, or reject.

Every decision is compare-and-set: of two moderators one wins and the other is told.
"""

import hmac
from typing import Any, Final

import msgspec

from yobal.core import ids, submission
from yobal.core import text as texts
from yobal.core.decisions import DecisionContext, DecisionResult
from yobal.core.envelope import NONCE_BYTES, commitment
from yobal.core.errors import AlreadyDecided, CommitmentMismatch, InvalidInput, NoSuchComment
from yobal.core.schedule import Slot, next_slot, pick_slot
from yobal.core.site_rules import SiteRules
from yobal.core.states import HELD, PENDING, REJECTED
from yobal.core.submission import FieldError, FieldErrorCode
from yobal.core.terms import CLAUSE_KEYS, NOTE_GRAPHEMES_MAX, TERMS_VERSION, EditKind
from yobal.store import comments, decisions, stories
from yobal.store.database import Connection, Database
from yobal.store.decisions import Decision, Verdict


def publish(
    database: Database,
    desk: DecisionContext,
    comment_id: str,
    *,
    text: str,
    name: str,
    nonce: bytes,
    lang: str,
) -> DecisionResult:
    """Accept what the author sealed, unchanged; the server checks that it is.

    Raises CommitmentMismatch, AlreadyDecided, NoSuchComment, InvalidInput.
    """
    _check_words(text, name, lang, desk.rules)
    row = _pending(database, comment_id)
    expected = commitment(nonce=nonce, name=name, text=text)
    if len(nonce) != NONCE_BYTES or not hmac.compare_digest(expected, row.commitment or b""):
        raise CommitmentMismatch(comment_id)
    return _accept(database, desk, row, _Words(text=text, name=name, lang=lang), "publish")


def publish_edited(
    database: Database,
    desk: DecisionContext,
    comment_id: str,
    *,
    text: str,
    name: str,
    lang: str,
    edit_kind: EditKind,
    clause: str,
    note: str | None,
) -> DecisionResult:
    """Accept an edited text, with the kind of edit and the clause that readers see.

    Raises AlreadyDecided, NoSuchComment, InvalidInput.
    """
    text, name = texts.clean(text), texts.clean_name(name)
    _check_words(text, name, lang, desk.rules)
    _check_clause(clause)
    words = _Words(text=text, name=name, lang=lang, clause=clause, edit_kind=edit_kind)
    return _accept(
        database, desk, _pending(database, comment_id), words, "publish_edited", note=note
    )


def reject(
    database: Database,
    desk: DecisionContext,
    comment_id: str,
    *,
    clause: str,
    note: str | None = None,
) -> DecisionResult:
    """Refuse it under a clause of the terms. Raises AlreadyDecided, NoSuchComment, InvalidInput."""
    _check_clause(clause)
    _pending(database, comment_id)
    with database.writing() as conn:
        final = next_slot(desk.rules.schedule, _now(conn, desk))
        note = _checked_note(conn, comment_id, note)
        if (
            comments.transition(conn, comment_id, from_=PENDING, to=REJECTED, decided_slot=final)
            == 0
        ):
            raise already_decided(conn, comment_id)
        decision = _decision(desk, comment_id, "reject", final, clause=clause, note=note)
        decisions.add(conn, decision)
    return DecisionResult(
        decision_id=decision.id,
        comment_id=comment_id,
        state=REJECTED,
        slot=final,
        decided_by=desk.pseudonym,
    )


class _Words(msgspec.Struct, frozen=True, kw_only=True):
    """The words that will appear, and the edit that they went through, if any."""

    text: str
    name: str
    lang: str
    clause: str | None = None
    edit_kind: EditKind | None = None


def _accept(
    database: Database,
    desk: DecisionContext,
    row: Any,
    words: _Words,
    verdict: Verdict,
    note: str | None = None,
) -> DecisionResult:
    with database.writing() as conn:
        now = _now(conn, desk)
        due = pick_slot(desk.rules.schedule, now=now, random=desk.randbelow)
        final = next_slot(desk.rules.schedule, now)
        note = _checked_note(conn, row.id, note)
        moved = comments.transition(
            conn, row.id, from_=PENDING, to=HELD, due_slot=due, decided_slot=final
        )
        if moved == 0:
            raise already_decided(conn, row.id)
        comments.insert_held_text(
            conn,
            row.id,
            text=words.text,
            name=words.name,
            lang=words.lang,
            clause=words.clause,
            edit_kind=words.edit_kind,
        )
        decision = _decision(
            desk, row.id, verdict, final, clause=words.clause, edit_kind=words.edit_kind, note=note
        )
        decisions.add(conn, decision)
    return DecisionResult(
        decision_id=decision.id, comment_id=row.id, state=HELD, slot=due, decided_by=desk.pseudonym
    )


def _now(conn: Connection, desk: DecisionContext) -> float:
    """Never before the last release: a clock that is set back by a second would make a decision
    final at a slot that has passed, and receipts would show it at once."""
    return max(desk.now, stories.lock_released_slot(conn, desk.rules.site_id))


def _decision(
    desk: DecisionContext,
    comment_id: str,
    verdict: Verdict,
    final: Slot,
    *,
    clause: str | None = None,
    edit_kind: str | None = None,
    note: str | None = None,
) -> Decision:
    return Decision(
        id=ids.new_id(desk.random),
        site_id=desk.rules.site_id,
        comment_id=comment_id,
        verdict=verdict,
        clause=clause,
        edit_kind=edit_kind,
        note=note,
        decided_by=desk.pseudonym,
        slot=final,
        terms_version=TERMS_VERSION,
    )


def _pending(database: Database, comment_id: str) -> Any:
    with database.reading() as conn:
        row = comments.get(conn, comment_id)
        if row is None:
            raise NoSuchComment(comment_id)
        if row.state != PENDING:
            raise already_decided(conn, comment_id)
    return row


def already_decided(conn: Any, comment_id: str) -> AlreadyDecided:
    """Whose decision stands on a comment that does not wait any more; nobody's: it was withdrawn."""
    standing = decisions.current(conn, comment_id)
    if standing is None:
        return AlreadyDecided(comment_id, verdict="withdrawn")
    return AlreadyDecided(
        comment_id,
        decided_by=standing.decided_by,
        verdict=standing.verdict,
        decision_id=standing.id,
    )


def _check_words(text: str, name: str, lang: str, rules: SiteRules) -> None:
    if not ids.is_edition(lang):
        raise InvalidInput(f"“{lang}” is not a language tag")
    if texts.clean(text) != text or texts.clean_name(name) != name:
        # Only who can write the database, and not the form, can have sealed this.
        raise InvalidInput("it holds signs that no page may show; publish it edited")
    field_errors = submission.validate(text, name, rules.limits)
    if field_errors:
        raise InvalidInput("; ".join(_said(field_error) for field_error in field_errors))


_REFUSALS: Final[dict[FieldErrorCode, str]] = {
    "text_empty": "nothing of the comment is left",
    "text_long": "the comment has {found} letters, and {limit} are the most",
    "text_marks": "the letters of the comment carry more marks than fit",
    "name_long": "the name has {found} letters, and {limit} are the most",
    "name_marks": "the letters of the name carry more marks than fit",
}


def _said(field_error: FieldError) -> str:
    return _REFUSALS[field_error.code].format(found=field_error.found, limit=field_error.limit)


def _check_clause(clause: str) -> None:
    if clause not in CLAUSE_KEYS:
        raise InvalidInput(f"the terms have no clause “{clause}”")


def _checked_note(conn: Any, comment_id: str, note: str | None) -> str | None:
    """A note to the author, cleaned; it needs a receipt to be read at."""
    note = texts.clean(note or "")
    if texts.is_empty(note):
        return None
    if texts.excess_length(note, NOTE_GRAPHEMES_MAX):
        raise InvalidInput(f"a note has at most {NOTE_GRAPHEMES_MAX} letters")
    if not comments.has_receipt(conn, comment_id):
        raise InvalidInput("the author took no receipt, so nobody could read a note")
    return note
