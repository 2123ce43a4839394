"""The one table from Yobal's errors to what HTTP says. Sentences tell what happened and what to do.

What is wrong with a request before it is anybody's act stands here and not in `core/errors.py`,
where nobody knows of requests.
"""

from typing import Final

from yobal.core import errors
from yobal.core.errors import YobalError


class BadForm(YobalError):
    """Not a form that a browser would send: a field twice, too many of them, or not UTF-8."""


class BadRequest(YobalError):
    """Not a request that the desk's pages would make."""


class OriginMismatch(YobalError):
    """The request came from another page than the desk's."""


class TlsRequired(YobalError):
    """The desk is open over TLS only, or on the machine itself."""


TABLE: Final[dict[type[YobalError], tuple[int, str, str]]] = {
    BadRequest: (
        400,
        "bad_request",
        "The desk could not read this request. Nothing was changed. Load the page again.",
    ),
    OriginMismatch: (
        403,
        "foreign_origin",
        "This request did not come from the desk's own page. Nothing was changed.",
    ),
    TlsRequired: (
        403,
        "insecure",
        "The desk works over TLS only. Open it under its https address.",
    ),
    errors.NotSignedIn: (
        401,
        "not_signed_in",
        "Your session has ended. Nothing is lost: sign in again and go on.",
    ),
    errors.InvalidCredentials: (
        403,
        "wrong_secret",
        "This does not fit. Check each word, or use your recovery sheet.",
    ),
    errors.Forbidden: (403, "not_allowed", "Only a lead may do that."),
    errors.InvalidInput: (422, "refused", "Nothing was changed: {detail}."),
    errors.NoSuchComment: (
        404,
        "no_such_comment",
        "This comment is not there any more. Its author may have withdrawn it.",
    ),
    errors.NoSuchDecision: (404, "no_such_decision", "There is no such decision."),
    errors.AlreadyDecided: (409, "already_decided", "Somebody else was first."),
    errors.TooLateToUndo: (409, "too_late_to_undo", "It is too late: this decision is final."),
    errors.AlreadyUndone: (409, "already_undone", "This decision was undone before."),
    errors.CommitmentMismatch: (
        409,
        "not_what_was_sealed",
        "This is not, letter for letter, what the author sealed. Publish it as edited, or leave it.",
    ),
    errors.InvitationInvalid: (
        410,
        "invitation_spent",
        "This link was used or has run out. Ask a lead for a new one.",
    ),
    errors.PseudonymTaken: (
        409,
        "pseudonym_taken",
        "Another moderator is known by this name. Choose another; the link still works.",
    ),
    errors.DatabaseUnavailable: (
        503,
        "unavailable",
        "The database takes nothing just now. Nothing was changed. Try again in a moment.",
    ),
    errors.PurgePending: (
        503,
        "not_yet_purged",
        "It is done. But the words could not be cut out of every file yet; Yobal tries again by itself.",
    ),
    errors.PublicFilesUnavailable: (
        503,
        "not_yet_written",
        "Decided, but the public files could not be written yet. Yobal tries again by itself.",
    ),
}


def to_response(error: YobalError) -> tuple[int, dict[str, str | None]]:
    """Status and body for an error; an unknown one says no more than that."""
    status, code, sentence = TABLE.get(
        type(error), (500, "failed", "Something failed. Nothing was lost. Try again.")
    )
    body: dict[str, str | None] = {"error": code, "sentence": sentence.format(detail=error)}
    if isinstance(error, errors.AlreadyDecided):
        body |= {"by": error.by, "verdict": error.verdict, "decision": error.decision}
    return status, body
