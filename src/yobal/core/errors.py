"""Every error of Yobal: one class and one sentence each.

Errors are raised where the problem is detected and caught at the edges: `web/`, `cli/` and the scheduler.
Errors in a reader's input are values: `core.submission.FieldError`.
"""

from typing import ClassVar

import msgspec

from yobal.core.terms import EditKind


class YobalError(Exception):
    """The base class of Yobal's own errors.

    `is_loggable`: the message is made of our own words only, so the journal may repeat it.
    """

    is_loggable: ClassVar[bool] = False


class NoSuchStory(YobalError):
    """No story has this id."""


class NoSuchComment(YobalError):
    """No comment has this id."""


class NoSuchDecision(YobalError):
    """No decision has this id."""


class AlreadyDecided(YobalError):
    """The comment is not pending any more; the attributes name the decision in force."""

    def __init__(
        self,
        comment_id: str,
        *,
        decided_by: str = "",
        verdict: str = "",
        clause: str | None = None,
        edit_kind: EditKind | None = None,
        decision_id: str | None = None,
    ) -> None:
        super().__init__(comment_id)
        self.decided_by, self.verdict, self.decision_id = decided_by, verdict, decision_id
        self.clause, self.edit_kind = clause, edit_kind


class TooLateToUndo(YobalError):
    """The decision is final."""


class AlreadyUndone(TooLateToUndo):
    """The decision was undone before, by `undone_by`."""

    def __init__(self, decision_id: str, *, undone_by: str) -> None:
        super().__init__(decision_id)
        self.undone_by = undone_by


class DecisionNotAuthentic(YobalError):
    """A held comment has no decision that a member has signed, so it was not released."""


class SignatureInvalid(YobalError):
    """The decision is not signed, or the signature is of another decision or of no member."""


class NotHidden(YobalError):
    """The removed text is destroyed, or its author has withdrawn it: it cannot be brought back."""


class HiddenTextLost(YobalError):
    """The key of a removed text is missing in the file of cells."""


class CommitmentMismatch(YobalError):
    """The text sent as unedited differs from what the author sealed."""


class Reason(msgspec.Struct, frozen=True):
    """Why input is invalid: an English message of the catalogues, and the values of its placeholders."""

    message: str
    values: dict[str, str | int] = {}

    def __str__(self) -> str:
        return self.message % self.values if self.values else self.message


class InvalidInput(YobalError):
    """The input breaks the rules that the reasons name."""

    def __init__(self, *reasons: Reason | str) -> None:
        self.reasons = [Reason(reason) if isinstance(reason, str) else reason for reason in reasons]
        super().__init__("; ".join(map(str, self.reasons)))


class NotSignedIn(YobalError):
    """There is no session, or it has expired."""


class SessionEnded(NotSignedIn):
    """The session was ended by its owner in another session, or by a lead."""


class SessionLocked(YobalError):
    """The session is locked, and opens nothing until its PIN is right."""


class WrongPin(YobalError):
    """The PIN is wrong, or there is none; with no tries left, the session has ended."""

    def __init__(self, tries_left: int) -> None:
        super().__init__(str(tries_left))
        self.tries_left = tries_left


class NoLongerMember(NotSignedIn):
    """The session was ended because its owner was removed."""


class PasskeyRemoved(NotSignedIn):
    """The session was ended because its owner removed the passkey that had opened it."""


class Suspended(YobalError):
    """The technician has suspended this moderator, and no lead has lifted it."""


class NoSuchMember(YobalError):
    """No member has this pseudonym; `yobal people list` names all members."""


class KeysMissing(YobalError):
    """The member's sealed identity cannot be decrypted: the database was restored without its cells."""


class InvalidCredentials(YobalError):
    """The pseudonym or the secret is wrong."""


class PasskeyRefused(YobalError):
    """The passkey is of no member, or what it signed is not what the desk asked for."""


class PasskeyCopied(YobalError):
    """The passkey's counter has not gone up, so there may be two of it."""


class Forbidden(YobalError):
    """The moderator's role does not allow this."""


class InvitationInvalid(YobalError):
    """The invitation was used, has expired or never existed."""


class PseudonymTaken(YobalError):
    """Another moderator has this pseudonym."""


class EnvelopeTooLarge(YobalError):
    """The comment does not fit the largest envelope, which the limits should prevent."""


class DatabaseUnavailable(YobalError):
    """The database or its file of cells cannot be used, and nothing was stored; the message says why."""

    is_loggable = True


class BackupInvalid(YobalError):
    """A backup, or the key for it, cannot be used."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"the backup cannot be used: {reason}")


class PurgeListNotWritten(YobalError):
    """The list of removed and withdrawn comments is older than the last slot."""

    is_loggable = True


class RosterInvalid(YobalError):
    """The statements about members and keys break a rule, so no key of theirs is used."""

    is_loggable = True

    def __init__(self, rule: str, number: int) -> None:
        super().__init__(
            f"the roster in the database does not verify (rule: {rule}, statement {number});"
            " see docs/trouble.md"
        )
        self.rule, self.number = rule, number


class RosterNotAccepted(YobalError):
    """The technician may not make the server believe this roster; the message says why."""


class RosterChanged(YobalError):
    """Another statement was added first; the same can be signed again after it."""


class PurgePending(YobalError):
    """The change is stored, but deleted text may still be in a file."""


class PublicFilesUnavailable(YobalError):
    """The folder of public files is full or not writable; the message says why."""

    is_loggable = True


class UnreadableEntries(YobalError):
    """The inbox held entries that Yobal does not write: the intake may have been taken over."""


class ClockNotTrusted(YobalError):
    """The clock is not plausible, so nothing was released or destroyed; the message says what to do."""

    is_loggable = True


class NoticeNotSent(YobalError):
    """A notice did not reach an address, or there is none that can be used; the message names it."""

    is_loggable = True


class InvalidSettings(YobalError):
    """A setting is unknown, missing or invalid; the message names it."""


class UnsupportedEnvironment(YobalError):
    """This machine or this database cannot be used; the message says why."""


class AlreadySetUp(YobalError):
    """The database has a site already."""


class CannotFetch(YobalError):
    """A feed or a page of the newsroom could not be fetched within limits; the message says why."""


class CannotReadFeed(YobalError):
    """A file is no feed and no sitemap, or is damaged; the message says where."""


class CannotReadImport(YobalError):
    """A file is not of the format that was named, or is damaged; the message says where."""


class NoSuchImport(YobalError):
    """No import has this id: another lead may have refused it."""


class ImportChanged(YobalError):
    """The import is not what was shown: it was signed or refused, or more was read from its file."""
