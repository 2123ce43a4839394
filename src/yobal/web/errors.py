"""The only table from Yobal's errors to the desk's HTTP statuses, codes and messages.

Errors about a request itself are defined here, because `core/errors.py` knows nothing of requests.
"""

from typing import Final

from yobal.adapters.rendering.catalogue_file import DESK_LANGUAGE
from yobal.adapters.rendering.i18n import translator_for
from yobal.core import errors
from yobal.core.errors import YobalError
from yobal.web.response_types import (
    AlreadyDecidedError,
    AlreadyUndoneError,
    ErrorBody,
    RosterInvalidError,
    WrongPinError,
)


class BadForm(YobalError):
    """Not a form that a browser would send: a repeated field, too many fields, or no UTF-8."""


class BadRequest(YobalError):
    """Not a request that the desk's pages would send."""


class OriginMismatch(YobalError):
    """The request did not come from the desk's own page."""


class HostMismatch(OriginMismatch):
    """The request was sent to another host name than the desk's."""


class TlsRequired(YobalError):
    """The desk is open only over TLS, or on loopback."""


class TokenMissing(YobalError):
    """A request to the local desk without the token that it printed."""


class ServerUnreachable(YobalError):
    """The local desk cannot reach the newsroom's server; the message says why."""


class ServerResponseInvalid(YobalError):
    """The newsroom's server answered the local desk with something that a desk never sends."""


class VersionDiffers(YobalError):
    """The local desk and the newsroom's server are different versions, or the server names another site."""


TABLE: Final[dict[type[YobalError], tuple[int, str, str]]] = {
    BadRequest: (
        400,
        "bad_request",
        "The desk could not read this request. Nothing was changed. Reload the page.",
    ),
    OriginMismatch: (
        403,
        "origin_mismatch",
        "This request did not come from the desk's own page. Nothing was changed.",
    ),
    HostMismatch: (
        403,
        "origin_mismatch",
        (
            "The desk does not answer at this address. Open the address that you were given for it."
            " For your technician: desk_url has to be the address that the browser shows, and the"
            " web server has to pass on the Host header."
        ),
    ),
    TlsRequired: (403, "tls_required", "The desk works only over TLS. Open its https address."),
    TokenMissing: (
        403,
        "token_missing",
        (
            "This tab may not use the desk on this computer. Open the whole address that `yobal desk`"
            " printed when it was started, with everything after the #."
        ),
    ),
    VersionDiffers: (
        409,
        "version_differs",
        (
            "The server has another version of Yobal than this computer, or is another newsroom’s now."
            " Nothing was sent. Stop `yobal desk` and start it again: it says what to do."
        ),
    ),
    ServerUnreachable: (
        502,
        "server_unreachable",
        (
            "The newsroom’s server could not be reached from this computer, or could not prove that it"
            " is the right one. Nothing is lost. Check your connection and try again."
        ),
    ),
    ServerResponseInvalid: (
        502,
        "server_response_invalid",
        (
            "The newsroom’s server answered with something that a desk never sends, so this computer"
            " did not pass it on. Try again; if it happens again, tell your technician."
        ),
    ),
    errors.NotSignedIn: (
        401,
        "not_signed_in",
        "Your session has ended. Nothing is lost: sign in again and continue.",
    ),
    errors.SessionEnded: (
        401,
        "session_ended",
        (
            "This session was ended from another device, by you or by a lead. Your earlier"
            " decisions were stored. If you did not expect this, call a lead."
        ),
    ),
    errors.NoLongerMember: (
        401,
        "no_longer_member",
        (
            "You are no longer a member of this desk: a lead has removed you, so your keys no longer"
            " open anything here. Your earlier decisions were stored; decisions that were not sent are"
            " discarded. If you did not expect this, call a lead."
        ),
    ),
    errors.PasskeyRemoved: (
        401,
        "passkey_removed",
        (
            "The passkey that opened this desk was removed under “My keys”, so every desk that was"
            " opened with it has closed. Your earlier decisions were stored; decisions that were not"
            " sent are discarded. If you did not remove it, call a lead."
        ),
    ),
    errors.Suspended: (
        403,
        "suspended",
        (
            "The technician has suspended your access until a lead decides. Your earlier decisions"
            " were stored; decisions that were not sent are discarded. Call a lead."
        ),
    ),
    errors.KeysMissing: (
        409,
        "keys_missing",
        (
            "The server was restored without the file that belongs to your keys, so they open nothing"
            " here. Nothing else is lost. Call the technician: the file of secrets of the newest"
            " backup brings your keys back."
        ),
    ),
    errors.NoSuchMember: (
        404,
        "no_such_member",
        "No member with this pseudonym is suspended. Reload the page.",
    ),
    errors.InvalidCredentials: (
        403,
        "invalid_credentials",
        "Wrong pseudonym or passphrase. Check each word, or use your recovery sheet.",
    ),
    errors.PasskeyRefused: (
        403,
        "passkey_refused",
        (
            "The desk does not accept this passkey. It may have been removed, or the page was open for too"
            " long: try again, or sign in with your words."
        ),
    ),
    errors.PasskeyCopied: (
        403,
        "passkey_copied",
        (
            "This passkey was not accepted: its counter has gone back, so there may be a copy of it. Sign"
            " in with your words, remove the passkey under “My keys”, and call a lead."
        ),
    ),
    errors.WrongPin: (
        403,
        "wrong_pin",
        "This PIN is wrong. After five wrong tries only your seven words or a passkey open the desk.",
    ),
    errors.Forbidden: (403, "forbidden", "Only a lead can do this."),
    errors.InvalidInput: (422, "invalid", "Nothing was changed: %(reasons)s."),
    errors.NoSuchComment: (
        404,
        "no_such_comment",
        "This comment no longer exists. Its author may have withdrawn it.",
    ),
    errors.NoSuchDecision: (404, "no_such_decision", "This decision does not exist."),
    errors.AlreadyDecided: (
        409,
        "already_decided",
        "Another moderator has already decided on this comment.",
    ),
    errors.TooLateToUndo: (409, "too_late_to_undo", "It is too late: this decision is final."),
    errors.AlreadyUndone: (409, "already_undone", "This decision was already undone."),
    errors.NotHidden: (
        409,
        "not_hidden",
        "The text of this comment is destroyed already, or its author has withdrawn it.",
    ),
    errors.HiddenTextLost: (
        409,
        "hidden_text_lost",
        (
            "This text cannot be opened: the server was restored without its key. Nothing was changed."
            " Ask your technician whether the file of cells can be put back."
        ),
    ),
    errors.CommitmentMismatch: (
        409,
        "commitment_mismatch",
        "This text differs from what the author sealed. Publish it as edited, or skip it.",
    ),
    errors.SignatureInvalid: (
        409,
        "signature_invalid",
        (
            "The server did not accept the signature of this device, so nothing was decided or lost."
            " Reload the page and try again. If it happens again, tell your lead."
        ),
    ),
    errors.InvitationInvalid: (
        410,
        "invitation_invalid",
        "This link has been used or has expired. Ask a lead for a new one.",
    ),
    errors.PseudonymTaken: (
        409,
        "pseudonym_taken",
        "Another moderator has this pseudonym or a similar one. Choose another; your link still works.",
    ),
    errors.NoSuchImport: (
        404,
        "no_such_import",
        "This import no longer exists. Another lead may have refused it. Reload the page.",
    ),
    errors.ImportChanged: (
        409,
        "import_changed",
        (
            "This import is not what you saw: another lead has signed it, or it has changed since."
            " Nothing was signed or deleted. Reload the page and look at it again."
        ),
    ),
    errors.RosterChanged: (
        409,
        "roster_changed",
        "Another lead changed the list of members at the same moment. Nothing was changed. Try again.",
    ),
    errors.RosterInvalid: (
        503,
        "roster_invalid",
        (
            "The signed list of members in the database was changed without a lead’s signature."
            " Nothing was opened or changed."
        ),
    ),
    errors.SessionLocked: (
        423,
        "session_locked",
        "This desk is locked. Unlock it to continue; nothing is lost.",
    ),
    errors.DatabaseUnavailable: (
        503,
        "unavailable",
        "The database is unavailable. Nothing was changed. Try again in a moment.",
    ),
    errors.PurgePending: (
        503,
        "purge_pending",
        "Done, but the deleted text is still in a file. Yobal will try again automatically.",
    ),
    errors.PublicFilesUnavailable: (
        503,
        "files_pending",
        "Done, but the public files could not be written yet. Yobal will try again automatically.",
    ),
}
UNEXPECTED: Final = (500, "internal_error", "Something went wrong. Nothing was lost. Try again.")
# What the framework refuses by itself, by status.
FRAMEWORK_ERRORS: Final = {
    404: ("not_found", "The desk has nothing at this address."),
    405: ("method_not_allowed", "The desk does not accept this method here."),
    413: ("too_large", "This request is too large. Nothing was changed."),
}
OTHER_FRAMEWORK_ERROR: Final = ("invalid", "The desk did not accept this request.")


def to_response(error: YobalError) -> tuple[int, ErrorBody]:
    """Status and body for an error, in the desk's language. An unexpected error gives no details."""
    status, code, message = TABLE.get(type(error), UNEXPECTED)
    translator = translator_for(DESK_LANGUAGE)
    message = translator.gettext(message)
    if isinstance(error, errors.AlreadyDecided):
        return status, AlreadyDecidedError(
            error=code,
            message=message,
            decided_by=error.decided_by,
            verdict=error.verdict,
            clause=error.clause,
            edit_kind=error.edit_kind,
            decision_id=error.decision_id,
        )
    if isinstance(error, errors.RosterInvalid):
        return status, RosterInvalidError(code, message, error.rule, error.number)
    if isinstance(error, errors.AlreadyUndone):
        return status, AlreadyUndoneError(code, message, error.undone_by)
    if isinstance(error, errors.WrongPin):
        return status, WrongPinError(code, message, error.tries_left)
    if isinstance(error, errors.InvalidInput):
        reasons = [translator.gettext(reason.message) % reason.values for reason in error.reasons]
        message %= {"reasons": "; ".join(reasons)}
    return status, ErrorBody(code, message)


def framework_error(status: int) -> ErrorBody:
    """What the framework refused, in the desk's language."""
    code, message = FRAMEWORK_ERRORS.get(status, OTHER_FRAMEWORK_ERROR)
    return ErrorBody(code, translator_for(DESK_LANGUAGE).gettext(message))
