"""Everything that can go wrong by name: one class each, one sentence each.

Raised where it is known, caught only at the rim (`web/errors.py`, `cli.py`). What a reader may
do wrong is not here: that is a value, `core.submission.Refusal`.
"""


class YobalError(Exception):
    """The ancestor of all of Yobal's own errors."""


class NoSuchStory(YobalError):
    """No story is declared under this key."""


class NoSuchComment(YobalError):
    """No comment has this id."""


class NoSuchDecision(YobalError):
    """No decision has this id."""


class AlreadyDecided(YobalError):
    """Somebody else was first, or an earlier try was; `decided_by`, `verdict` and `decision_id` say who and what."""

    def __init__(
        self,
        comment_id: str,
        *,
        decided_by: str = "",
        verdict: str = "",
        decision_id: str | None = None,
    ) -> None:
        super().__init__(comment_id)
        self.decided_by, self.verdict, self.decision_id = decided_by, verdict, decision_id


class TooLateToUndo(YobalError):
    """The slot of this decision has passed: it is final."""


class AlreadyUndone(TooLateToUndo):
    """This decision was taken back before: by somebody else, or by a try whose answer was lost."""


class CommitmentMismatch(YobalError):
    """What was sent as unedited is not what the author sealed: the commitment disagrees."""


class InvalidInput(YobalError):
    """What a moderator sent does not fit the rules; the text says which rule."""


class NotSignedIn(YobalError):
    """No session, or one that has ended."""


class InvalidCredentials(YobalError):
    """Pseudonym and secret do not belong together, or one of them does not exist."""


class Forbidden(YobalError):
    """Signed in, but this role may not do that."""


class InvitationInvalid(YobalError):
    """This invitation was used, has run out, or never existed."""


class PseudonymTaken(YobalError):
    """Another moderator is known by this pseudonym."""


class EnvelopeTooLarge(YobalError):
    """The comment does not fit the largest envelope; the limits should have refused it."""


class DatabaseUnavailable(YobalError):
    """The database took nothing: full, locked or gone. Nothing was acknowledged."""


class PurgePending(YobalError):
    """The act is stored, but the words that it deleted may still be in a file."""


class PublicFilesUnavailable(YobalError):
    """The folder of public files took nothing: full, or not writable."""


class ClockNotTrusted(YobalError):
    """The clock cannot be believed, so nothing was released or destroyed; the text says what to do."""


class InvalidSettings(YobalError):
    """A setting is unknown, missing or cannot be; the text names it."""


class UnsupportedEnvironment(YobalError):
    """The machine cannot keep a promise (an old SQLite, a demonstration's store, …)."""


class AlreadySetUp(YobalError):
    """A site is there already."""
