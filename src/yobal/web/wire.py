"""The desk's JSON: what its pages send. `docs/http-desk.md` is the same in words."""

from typing import Annotated, Literal

import msgspec

from yobal.core.terms import EditKind
from yobal.web.errors import BadRequest

Id = Annotated[str, msgspec.Meta(pattern="^[a-z2-7]{26}$")]
Hex32 = Annotated[str, msgspec.Meta(pattern="^[0-9a-f]{64}$")]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]
Line = Annotated[str, msgspec.Meta(max_length=500)]
Sealed = Annotated[bytes, msgspec.Meta(max_length=8_192)]
Words = Annotated[str, msgspec.Meta(max_length=65_536)]


class _Body(msgspec.Struct, forbid_unknown_fields=True):
    pass


class SignIn(_Body):
    pseudonym: Name
    secret: Hex32


class Invitation(_Body):
    token: Hex32


class WrapBody(_Body):
    epoch: Name
    wrap: Sealed


class EpochBody(_Body):
    recipient: Name


class Join(_Body):
    token: Hex32
    pseudonym: Name
    secret: Hex32
    recipient: Name
    identity: Sealed
    recovery_recipient: Name
    recovery_identity: Sealed
    wraps: list[WrapBody]
    epoch: EpochBody | None


class Invite(_Body):
    role: Literal["lead", "moderator"]
    token: Hex32
    recipient: Name
    wraps: list[WrapBody]


class Challenge(_Body):
    pseudonym: Name


class Proof(_Body):
    challenge: Name
    answer: Hex32


class Finish(_Body):
    ticket: Name
    secret: Hex32
    identity: Sealed


class Page(_Body):
    after: Name | None = None


class Before(_Body):
    before: Name | None = None


class Publish(msgspec.Struct, forbid_unknown_fields=True, tag="publish", tag_field="verdict"):
    id: Id
    text: Words
    name: Line
    nonce: Hex32
    lang: Line


class PublishEdited(
    msgspec.Struct, forbid_unknown_fields=True, tag="publish_edited", tag_field="verdict"
):
    id: Id
    text: Words
    name: Line
    kind: EditKind
    clause: Line
    lang: Line
    note: Words | None = None


class Reject(msgspec.Struct, forbid_unknown_fields=True, tag="reject", tag_field="verdict"):
    id: Id
    clause: Line
    note: Words | None = None


DecideBody = Publish | PublishEdited | Reject


class RejectMany(_Body):
    ids: Annotated[list[Id], msgspec.Meta(min_length=1, max_length=50)]
    clause: Line


class Undo(_Body):
    decision: Id


class Remove(_Body):
    id: Id
    clause: Line


def decode_cursor(cursor: str | None) -> tuple[int, str] | None:
    """`SLOT.ID`, where a page of queue or history goes on. Raises BadRequest."""
    if cursor is None:
        return None
    slot, _, key = cursor.partition(".")
    if not slot.isdecimal() or not key:
        raise BadRequest(cursor)
    return int(slot), key


def cursor(slot: int, key: str) -> str:
    return f"{slot}.{key}"
