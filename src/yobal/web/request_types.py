"""The desk's JSON: what its pages send. `docs/http-desk.md` is the same in words."""

import re
from collections.abc import Sequence
from typing import Annotated, Final, Literal

import msgspec

from yobal.core.terms import EditKind
from yobal.web.errors import BadRequest

Id = Annotated[str, msgspec.Meta(pattern="^[a-z2-7]{26}$")]
Hex32 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
# PostgreSQL stores no NUL; refused here, it is an expected error.
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00]*$")]
ShortText = Annotated[str, msgspec.Meta(max_length=500)]
EpochId = Annotated[str, msgspec.Meta(pattern="^([a-z2-7]{26}|first)$")]
AgeFile = Annotated[bytes, msgspec.Meta(max_length=8_192)]
Text = Annotated[str, msgspec.Meta(max_length=65_536)]

_CURSOR: Final = re.compile(r"([0-9]{1,12})\.([a-z2-7]{26})")


class _Body(msgspec.Struct, forbid_unknown_fields=True):
    pass


class SignIn(_Body):
    pseudonym: Name
    secret: Hex32


class Invitation(_Body):
    token: Hex32


class WrapBody(_Body):
    epoch_id: EpochId
    wrap: AgeFile


class EpochBody(_Body):
    recipient: Name


class Join(_Body):
    token: Hex32
    pseudonym: Name
    secret: Hex32
    recipient: Name
    identity: AgeFile
    recovery_recipient: Name
    recovery_identity: AgeFile
    wraps: list[WrapBody]
    epoch: EpochBody | None


class Invite(_Body):
    role: Literal["lead", "moderator"]
    token: Hex32
    wraps: list[WrapBody]


class Challenge(_Body):
    pseudonym: Name


class Proof(_Body):
    challenge_id: Name
    answer: Hex32


class Finish(_Body):
    ticket: Name
    secret: Hex32
    identity: AgeFile


class QueueQuery(_Body):
    cursor: Name | None = None


class HistoryQuery(_Body):
    cursor: Name | None = None
    comment_id: Id | None = None


class Publish(msgspec.Struct, forbid_unknown_fields=True, tag="publish", tag_field="verdict"):
    comment_id: Id
    text: Text
    name: ShortText
    nonce: Hex32
    lang: ShortText


class PublishEdited(
    msgspec.Struct, forbid_unknown_fields=True, tag="publish_edited", tag_field="verdict"
):
    comment_id: Id
    text: Text
    name: ShortText
    edit_kind: EditKind
    clause: ShortText
    lang: ShortText
    note: Text | None = None


class Reject(msgspec.Struct, forbid_unknown_fields=True, tag="reject", tag_field="verdict"):
    comment_id: Id
    clause: ShortText
    note: Text | None = None


DecideBody = Publish | PublishEdited | Reject


class RejectMany(_Body):
    comment_ids: Annotated[list[Id], msgspec.Meta(min_length=1, max_length=50)]
    clause: ShortText


class Undo(_Body):
    decision_id: Id


class PendingQuery(_Body):
    comment_ids: Annotated[list[Id], msgspec.Meta(min_length=1, max_length=100)]


class UndoMany(_Body):
    decision_ids: Annotated[list[Id], msgspec.Meta(min_length=1, max_length=50)]


class Remove(_Body):
    comment_id: Id
    clause: ShortText


def decode_cursor(cursor: str | None) -> tuple[int, str] | None:
    """`SLOT.ID`, where a page of queue or history goes on. Raises BadRequest."""
    if cursor is None:
        return None
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise BadRequest(cursor)
    return int(found[1]), found[2]


def cursor(slot: int, key: str) -> str:
    return f"{slot}.{key}"


def decode_wraps(wraps: Sequence[WrapBody]) -> list[tuple[str, bytes]]:
    """Epoch and wrap, each epoch once. Raises BadRequest."""
    if len({one.epoch_id for one in wraps}) != len(wraps):
        raise BadRequest
    return [(one.epoch_id, one.wrap) for one in wraps]
