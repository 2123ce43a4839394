"""What the server sends to the desk's pages, as JSON. Bytes are standard base64.

`docs/http-desk.md` describes the same; `frontend/desk/api/types.ts` is generated from these types.
"""

import msgspec

from yobal.core.decisions import Verdict
from yobal.core.import_manifest import ImportState
from yobal.core.preset_notes import PresetNotes
from yobal.core.roles import Role
from yobal.core.states import State
from yobal.core.terms import Clause, EditKind


class Slot(msgspec.Struct, frozen=True):
    """A slot or a round: seconds since 1970 (UTC), and the site's wall clock for display."""

    at: int
    label: str


class EpochKey(msgspec.Struct, frozen=True):
    """An epoch; `wrap` is its identity encrypted to this moderator, or null."""

    epoch_id: str
    wrap: bytes | None


class Terms(msgspec.Struct, frozen=True):
    version: int
    clauses: tuple[Clause, ...]


class Limits(msgspec.Struct, frozen=True):
    text_graphemes_max: int
    name_graphemes_max: int
    note_graphemes_max: int
    added_graphemes_max: int
    changes_max: int


class QueueStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What the desk's header shows. `pending_count` counts only what this moderator can decrypt.

    `expiring_count`: how many pending comments, of all, are destroyed unread within a week.
    At `next_round` the comments come that readers have sent since the last one.
    """

    pending_count: int
    expiring_count: int
    held_count: int
    next_slot: Slot
    next_round: Slot


class About(msgspec.Struct, frozen=True, kw_only=True):
    """What the desk's page needs before sign-in: the page itself is the same file for every newsroom."""

    version: str
    site_id: str
    site_name: str
    desk_url: str
    is_demo: bool


class Resumption(msgspec.Struct, frozen=True):
    """A restored roster waits for this lead; what it was before the restore, if anything knows it."""

    lost_head: str | None
    lost_length: int


class Session(QueueStatus, frozen=True, kw_only=True):
    """Everything the desk needs to start."""

    site_id: str
    site_name: str
    is_demo: bool
    pseudonym: str
    role: Role
    idle_lock_minutes: int
    identity: bytes
    roster_pin: bytes
    epochs: list[EpochKey]
    roster_head: str
    resumption: Resumption | None
    is_epoch_due: bool
    hidden_waiting_count: int  # removed texts that are not destroyed before a lead has decided
    unsigned_imports_count: int
    suspended: list[str]
    without_keys: list[str]  # members whose sealed keys a restore has lost
    unreadable_count: int
    needs_second_lead: bool
    is_clock_trusted: bool
    terms: Terms
    preset_notes: list[PresetNotes]
    edit_kinds: list[EditKind]
    limits: Limits
    languages: list[str]


class PasskeySession(msgspec.Struct, frozen=True):
    """`identity` is the personal identity as an age file that only this passkey opens."""

    session: Session
    identity: bytes


class PasskeyIdentity(msgspec.Struct, frozen=True):
    """The personal identity as an age file that only this passkey opens."""

    identity: bytes


class OwnPasskey(msgspec.Struct, frozen=True):
    """`passkey` is what its owner has signed of it, as canonical JSON."""

    passkey: str
    since: Slot


class PasskeyList(msgspec.Struct, frozen=True):
    passkeys: list[OwnPasskey]


class RemovedMember(msgspec.Struct, frozen=True):
    """`returned_count` comments that this member had accepted are back in the queue."""

    returned_count: int


class ReturnedStatements(msgspec.Struct, frozen=True):
    """How many were missing."""

    returned_count: int


class Empty(msgspec.Struct, frozen=True):
    pass


class ParentComment(msgspec.Struct, frozen=True):
    """The published comment that a pending one replies to."""

    name: str
    text: str
    lang: str


class ReceiptRecipient(msgspec.Struct, frozen=True):
    """An age recipient that only the code of a receipt opens, bound to the comment by a key in its envelope."""

    recipient: str
    recipient_mac: bytes


class QueueRow(msgspec.Struct, frozen=True, kw_only=True):
    """A pending comment. `parent` is null if there is none or it was removed.

    `expires`: it is destroyed unread with this slot, if that is within a week; otherwise null.
    """

    comment_id: str
    site_id: str
    story_id: str
    edition: str
    root_id: str | None
    parent_id: str | None
    story_title: str
    story_url: str
    lang: str
    epoch_id: str
    age_days: int
    expires: Slot | None
    recipients: list[ReceiptRecipient]
    parent: ParentComment | None
    envelope: bytes


class QueuePage(QueueStatus, frozen=True, kw_only=True):
    comments: list[QueueRow]
    next_cursor: str | None


class AlreadyDecided(msgspec.Struct, frozen=True):
    """A comment that is no longer pending. `verdict` is `withdrawn` if its author withdrew it, and `expired` if
    it was not decided in time.
    """

    comment_id: str
    decided_by: str
    verdict: str
    clause: str | None
    edit_kind: EditKind | None
    decision_id: str | None


class SupersededDecision(msgspec.Struct, frozen=True):
    """A decision that a later act has replaced. `verdict` is `undo`, `remove` or `withdrawn`."""

    decision_id: str
    comment_id: str
    verdict: str
    decided_by: str
    clause: str | None


class AlreadyDecidedList(msgspec.Struct, frozen=True):
    already_decided: list[AlreadyDecided]
    superseded: list[SupersededDecision]


class DecisionResult(msgspec.Struct, frozen=True):
    """`slot` is when a held comment can appear, or when another decision becomes final."""

    decision_id: str
    comment_id: str
    state: State
    slot: Slot
    decided_by: str


class RejectManyResult(msgspec.Struct, frozen=True):
    """`not_stored` has the comments that came after a failure of the database.

    `not_signed` has those whose signature the server did not accept.
    """

    decided: list[DecisionResult]
    already_decided: list[AlreadyDecided]
    not_stored: list[str]
    not_signed: list[str]


class UndoResult(msgspec.Struct, frozen=True):
    comment_id: str
    state: State


class UndoneDecision(msgspec.Struct, frozen=True):
    decision_id: str
    comment_id: str
    state: State


class FailedUndo(msgspec.Struct, frozen=True):
    """`undone_by` is the moderator who undid the decision before, or null."""

    decision_id: str
    error: str
    message: str
    undone_by: str | None


class UndoManyResult(msgspec.Struct, frozen=True):
    """`not_stored` has the decisions that came after a failure of the database."""

    undone: list[UndoneDecision]
    failed: list[FailedUndo]
    not_stored: list[str]


class UndoneVerdict(msgspec.Struct, frozen=True):
    """What an undo reversed."""

    verdict: Verdict
    clause: str | None
    edit_kind: EditKind | None


class HistoryEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A decision. `state` is the comment's state now; name, text and lang are null without a text."""

    decision_id: str
    comment_id: str
    story_id: str
    story_title: str
    verdict: Verdict
    clause: str | None
    edit_kind: EditKind | None
    undoes: UndoneVerdict | None
    epoch_id: str
    sealed_note: bytes | None
    decided_by: str
    day: str
    slot: Slot
    state: State
    is_undone: bool
    can_undo: bool
    can_remove: bool
    is_withheld: bool  # published, and not shown: it does not verify
    name: str | None
    text: str | None
    lang: str | None


class HistoryPage(msgspec.Struct, frozen=True):
    entries: list[HistoryEntry]
    next_cursor: str | None


class EpochOverview(msgspec.Struct, frozen=True, kw_only=True):
    """`last` is null for the newest one. `wrap_count`: how many members have its key.

    `destroyed`: since then no member has it, because nothing that was sealed to it is stored any more.
    """

    number: int
    first: Slot
    last: Slot | None
    destroyed: Slot | None
    pending_count: int
    wrap_count: int


class SheetState(msgspec.Struct, frozen=True):
    """Whether the recovery sheet of a member has ever proved itself."""

    pseudonym: str
    is_tested: bool


class KeysPage(msgspec.Struct, frozen=True):
    """`next_change`: from then on, the next lead's desk begins a new epoch; null before the first."""

    epochs: list[EpochOverview]
    epoch_days: int
    next_change: Slot | None
    sheets: list[SheetState]


class HiddenComment(msgspec.Struct, frozen=True, kw_only=True):
    """A removed comment whose text is not destroyed yet. `text` is null if its key is missing.

    `destroyed_with` is null if it waits for a lead.
    """

    comment_id: str
    decision_id: str
    story_title: str
    decided_by: str
    clause: str | None
    removed: Slot
    destroyed_with: Slot | None
    name: str | None
    text: str | None
    lang: str | None


class HiddenPage(msgspec.Struct, frozen=True):
    comments: list[HiddenComment]
    next_cursor: str | None
    total: int
    waiting_for_lead: int


class FailedComment(msgspec.Struct, frozen=True):
    comment_id: str
    error: str
    message: str


class HiddenResult(msgspec.Struct, frozen=True):
    """What was brought back or destroyed. `withheld`: brought back, and not shown, because it does not verify.

    `not_stored` has the comments that came after a failure of the database.
    """

    comment_ids: list[str]
    withheld: list[str]
    failed: list[FailedComment]
    not_stored: list[str]


class Statement(msgspec.Struct, frozen=True):
    """A signed statement of the roster; `keys` is null where the statement names none, or they are withheld."""

    statement: str
    signature: bytes
    keys: str | None
    keys_signature: bytes | None


class Roster(msgspec.Struct, frozen=True):
    statements: list[Statement]


class Invitation(msgspec.Struct, frozen=True):
    """`statements` are the roster to join, without keys; empty if the link makes a first lead."""

    is_first: bool
    statements: list[Statement]


class OpenInvitation(msgspec.Struct, frozen=True):
    invitation_id: str
    role: Role
    expires: Slot


class Registration(msgspec.Struct, frozen=True, kw_only=True):
    """A person who has used a link and waits for a lead."""

    registration_id: str
    role: Role
    invited_by: str
    head: str
    keys: str
    keys_signature: bytes
    expires: Slot


class MemberActivity(msgspec.Struct, frozen=True):
    """`since`: the last slot before they joined. `opened`: the slot in which the newest key began that they have opened."""

    pseudonym: str
    since: Slot
    opened: Slot | None


class PeopleList(msgspec.Struct, frozen=True):
    members: list[MemberActivity]
    invitations: list[OpenInvitation]
    registrations: list[Registration]


class OpenSession(msgspec.Struct, frozen=True, kw_only=True):
    """`begun` is the last slot before it began: no finer time is stored."""

    session_id: str
    device_label: str
    begun: Slot
    expires: Slot
    is_locked: bool
    is_current: bool


class SessionCount(msgspec.Struct, frozen=True):
    pseudonym: str
    session_count: int


class SessionList(msgspec.Struct, frozen=True):
    """One's own sessions; a lead also learns how many each colleague has."""

    own: list[OpenSession]
    others: list[SessionCount]


class DeviceKey(msgspec.Struct, frozen=True):
    """Null after a restart of the server, which forgets all of them."""

    device_key: str | None


class LockState(msgspec.Struct, frozen=True):
    """Whose session is locked, null if it is not; with 0 tries left, only the words or a passkey open it."""

    pseudonym: str | None
    pin_tries_left: int


class SignInChallenge(msgspec.Struct, frozen=True):
    challenge: str


class NewInvitation(msgspec.Struct, frozen=True):
    """The link works for at least `hours` and expires with a slot."""

    hours: int
    expires: Slot


class RecoveryChallenge(msgspec.Struct, frozen=True):
    challenge_id: str
    sealed: bytes


class RecoveryTicket(msgspec.Struct, frozen=True):
    ticket: str
    identity: bytes
    head: str


class ErrorBody(msgspec.Struct, frozen=True):
    error: str
    message: str


class RosterInvalidError(ErrorBody, frozen=True):
    """The body of a 503 `roster_invalid`; `statement_count` statements of the roster are there."""

    reason: str  # the rule that it breaks: `older`, `restored` and `resume` may follow a restore
    statement_count: int


class AlreadyDecidedError(ErrorBody, frozen=True):
    """The body of a 409 `already_decided`."""

    decided_by: str
    verdict: str
    clause: str | None
    edit_kind: EditKind | None
    decision_id: str | None


class AlreadyUndoneError(ErrorBody, frozen=True):
    """The body of a 409 `already_undone`."""

    undone_by: str


class ImportStory(msgspec.Struct, frozen=True, kw_only=True):
    """How many comments of an import wait under a story, and their first and last day."""

    story_id: str
    title: str
    comments: int
    first_day: str
    last_day: str


class ImportOverview(msgspec.Struct, frozen=True, kw_only=True):
    """An import. `rows_hash` is null until its file was read to its end; `sealed_count` are in the queue.

    `stories` are those with most comments that wait; `story_count` counts all. `appears` is the slot from which on
    they appear, after a lead has signed.
    """

    import_id: str
    source: str
    format: str
    state: ImportState
    comments: int
    rows_hash: str | None
    sealed_count: int
    waiting_count: int
    stories: list[ImportStory]
    story_count: int
    signed_by: str | None
    appears: Slot | None


class ImportList(msgspec.Struct, frozen=True):
    imports: list[ImportOverview]


class SampleComment(msgspec.Struct, frozen=True, kw_only=True):
    """A comment of an import that waits for a lead."""

    story_id: str
    story_title: str
    day: str
    name: str
    text: str
    lang: str
    is_reply: bool


class ImportSample(msgspec.Struct, frozen=True):
    comments: list[SampleComment]


class SignedImport(msgspec.Struct, frozen=True):
    appears: Slot


class WrongPinError(ErrorBody, frozen=True):
    """The body of a 403 `wrong_pin`; with 0 tries left, the session has ended."""

    tries_left: int
