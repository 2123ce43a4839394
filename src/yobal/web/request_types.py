"""What the desk's pages send as JSON. A field that is not listed here is refused.

`docs/http-desk.md` describes the same; `frontend/desk/api/types.ts` is generated from these types.
"""

from typing import Annotated

import msgspec

from yobal.actions.sessions import LABEL_CHARACTERS_MAX
from yobal.core.feedback import SEALED_BYTES, SEALED_NOTE_BYTES, SPARE_BYTES
from yobal.core.roles import Role
from yobal.core.terms import EditKind

Id = Annotated[str, msgspec.Meta(pattern="^[a-z2-7]{26}$")]
Hex32 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
# PostgreSQL cannot store NUL. Refused here, it is an expected error and not a failure.
NonEmptyText = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
Signature = Annotated[bytes, msgspec.Meta(min_length=64, max_length=64)]
# A statement has some 500 bytes, and keys with the longest pseudonym 2,000.
SignedText = Annotated[str, msgspec.Meta(min_length=1, max_length=4_096, pattern=r"^[^\x00]*$")]
Challenge = Annotated[str, msgspec.Meta(max_length=200, pattern=r"^[0-9a-f.]+$")]
ShortText = Annotated[str, msgspec.Meta(max_length=500)]
# A pseudonym of 200 characters, of four bytes each, in base 64, and what belongs to it.
RecoveryToken = Annotated[
    str, msgspec.Meta(min_length=1, max_length=1_400, pattern=r"^[-_=.A-Za-z0-9]*$")
]
# A signature, and some 300 bytes of JSON.
StoredPin = Annotated[bytes, msgspec.Meta(min_length=64, max_length=1_024)]
DeviceLabel = Annotated[
    str,
    msgspec.Meta(min_length=1, max_length=LABEL_CHARACTERS_MAX, pattern=r"^[^\x00-\x1f]*$"),
]
AgeFile = Annotated[bytes, msgspec.Meta(max_length=8_192)]
# Browsers limit an id to 1,023 bytes; an attestation that the desk has not asked for can have certificates.
AuthenticatorBytes = Annotated[bytes, msgspec.Meta(min_length=1, max_length=16_384)]
Text = Annotated[str, msgspec.Meta(max_length=65_536)]
# All have one size; only other implementations of age than the desk's add a little.
_Sealed = Annotated[
    bytes, msgspec.Meta(min_length=SEALED_BYTES, max_length=SEALED_BYTES + SPARE_BYTES)
]
_SealedNote = Annotated[
    bytes, msgspec.Meta(min_length=SEALED_NOTE_BYTES, max_length=SEALED_NOTE_BYTES + SPARE_BYTES)
]
LanguageTag = Annotated[str, msgspec.Meta(max_length=35)]  # as long as RFC 5646 asks for


class Request(msgspec.Struct, forbid_unknown_fields=True):
    pass


class NewStatement(Request):
    """`keys` and their signature belong to statements that name the hash of keys."""

    statement: SignedText
    signature: Signature
    keys: SignedText | None = None
    keys_signature: Signature | None = None


class NewKeys(Request):
    keys: SignedText
    keys_signature: Signature
    identity: AgeFile
    recovery_identity: AgeFile
    roster_pin: StoredPin


class SignInRequest(Request):
    pseudonym: NonEmptyText
    challenge: Challenge
    signature: Signature


class PasskeySignInRequest(Request):
    """What `navigator.credentials.get` answered. `pseudonym` is who is expected, if anyone is."""

    challenge: Challenge
    credential_id: AuthenticatorBytes
    client_data: AuthenticatorBytes
    authenticator_data: AuthenticatorBytes
    signature: AuthenticatorBytes
    pseudonym: NonEmptyText | None = None


class AddPasskeyRequest(Request):
    """What `navigator.credentials.create` answered, and what its owner has signed about it."""

    challenge: Challenge
    client_data: AuthenticatorBytes
    attestation_object: AuthenticatorBytes
    statement: NewStatement
    passkey: SignedText
    identity: AgeFile


class RemovePasskeyRequest(Request):
    statement: NewStatement


class RenewSheetRequest(Request):
    statement: NewStatement
    recovery_identity: AgeFile


class HoldDeviceKeyRequest(Request):
    device_key: Hex32
    device_label: DeviceLabel


class SetPinRequest(Request):
    """`pin_hash` is keyed by a random value that only the browser stores; null removes the PIN."""

    pin_hash: Hex32 | None


class UnlockRequest(Request):
    pin_hash: Hex32


class LabelDeviceRequest(Request):
    device_label: DeviceLabel


class EndSessionRequest(Request):
    session_id: Hex32


class EndSessionsRequest(Request):
    pseudonym: NonEmptyText


class CancelInvitationRequest(Request):
    invitation_id: Hex32


class OpenInvitationRequest(Request):
    token: Hex32


class NewWrap(Request):
    epoch_id: Id
    wrap: AgeFile


class BeginRosterRequest(Request):
    token: Hex32
    statements: Annotated[list[NewStatement], msgspec.Meta(min_length=2, max_length=2)]
    newcomer: NewKeys
    wrap: AgeFile


class RegisterRequest(Request):
    token: Hex32
    head: Hex32
    newcomer: NewKeys


class InviteRequest(Request):
    role: Role
    token: Hex32


class ConfirmMemberRequest(Request):
    registration_id: Hex32
    statement: NewStatement
    wraps: list[NewWrap]


class MemberWrap(Request):
    member: Hex32
    wrap: AgeFile


class RemoveMemberRequest(Request):
    statements: Annotated[list[NewStatement], msgspec.Meta(min_length=1, max_length=2)]
    wraps: list[MemberWrap]


class BeginEpochRequest(Request):
    statement: NewStatement
    wraps: list[MemberWrap]


class ReturnStatementsRequest(Request):
    """Statements that a browser holds and the server lacks. A body has no room for more."""

    statements: Annotated[list[NewStatement], msgspec.Meta(min_length=1, max_length=500)]


class ResumeRosterRequest(Request):
    """`resumed`, removals, and a new epoch with its key for all who stay."""

    statements: Annotated[list[NewStatement], msgspec.Meta(min_length=2, max_length=200)]
    wraps: list[MemberWrap]


class StorePinRequest(Request):
    roster_pin: StoredPin


class LiftSuspensionRequest(Request):
    pseudonym: NonEmptyText


class DiscardRegistrationRequest(Request):
    registration_id: Hex32


class RecoveryChallengeRequest(Request):
    pseudonym: NonEmptyText


class RecoveryProofRequest(Request):
    challenge_id: RecoveryToken
    answer: Hex32


class RecoveryFinishRequest(Request):
    ticket: RecoveryToken
    statement: NewStatement
    identity: AgeFile


class QueueRequest(Request):
    cursor: NonEmptyText | None = None


class HistoryRequest(Request):
    cursor: NonEmptyText | None = None
    comment_id: Id | None = None


class Signed(Request, kw_only=True):
    """The head of the roster that the desk has verified, and the member's signature of the decision."""

    head: Hex32
    signature: Signature


class PublishRequest(Signed, tag="publish", tag_field="verdict"):
    comment_id: Id
    text: Text
    name: ShortText
    nonce: Hex32
    lang: LanguageTag
    publication_nonce: Hex32


class Feedback(Request):
    """To the author, sealed to the receipts; and the note alone for colleagues, sealed to the epoch."""

    sealed: _Sealed
    sealed_note: _SealedNote


class PublishEditedRequest(Signed, tag="publish_edited", tag_field="verdict"):
    comment_id: Id
    text: Text
    name: ShortText
    edit_kind: EditKind
    clause: ShortText
    lang: LanguageTag
    publication_nonce: Hex32
    feedback: Feedback | None = None


class RejectRequest(Signed, tag="reject", tag_field="verdict"):
    comment_id: Id
    clause: ShortText
    feedback: Feedback | None = None


DecideRequest = PublishRequest | PublishEditedRequest | RejectRequest


class SignedComment(Request):
    comment_id: Id
    signature: Signature


class RejectManyRequest(Request):
    comments: Annotated[list[SignedComment], msgspec.Meta(min_length=1, max_length=50)]
    clause: ShortText
    head: Hex32


class UndoRequest(Signed):
    decision_id: Id


class AlreadyDecidedRequest(Request):
    comment_ids: Annotated[list[Id], msgspec.Meta(max_length=100)] = []
    decision_ids: Annotated[list[Id], msgspec.Meta(max_length=100)] = []


class SignedUndo(Request):
    decision_id: Id
    signature: Signature


class UndoManyRequest(Request):
    undos: Annotated[list[SignedUndo], msgspec.Meta(min_length=1, max_length=50)]
    head: Hex32


class HiddenRequest(Request):
    cursor: NonEmptyText | None = None


class SignedReturn(Request):
    """`signature` of an undo of the removal."""

    comment_id: Id
    decision_id: Id
    signature: Signature


class BringBackRequest(Request):
    comments: Annotated[list[SignedReturn], msgspec.Meta(min_length=1, max_length=50)]
    head: Hex32


class DestroyHiddenRequest(Request):
    comments: Annotated[list[SignedComment], msgspec.Meta(min_length=1, max_length=50)]
    head: Hex32


class RemoveRequest(Signed):
    comment_id: Id
    clause: ShortText


class ImportSampleRequest(Request):
    """Comments of one story, or of all stories."""

    import_id: Id
    story_id: Annotated[str, msgspec.Meta(max_length=128)] | None = None


class SignImportRequest(Request):
    """What the lead's browser has signed. `comments` is their number."""

    import_id: Id
    comments: Annotated[int, msgspec.Meta(ge=1)]
    rows_hash: Hex32
    head: Hex32
    signature: Signature


class RefuseImportRequest(Request):
    import_id: Id
