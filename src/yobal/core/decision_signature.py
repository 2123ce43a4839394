"""What a moderator signs with a decision, and whose signature counts. `docs/file-formats.md` has the format.

A decision is canonical JSON, as a statement of the roster is, signed with the member's Ed25519 key. It says what
will appear by a hash over 32 random bytes and the text. The bytes are destroyed together with the text, so that
afterwards no guess at the text can be confirmed.
"""

import hashlib
from collections.abc import Mapping, Sequence
from typing import Annotated, Final, Literal

import msgspec

from yobal.core import roster as roster_rules
from yobal.core.decisions import Verdict
from yobal.core.roles import Role
from yobal.core.roster import Hex32, MemberAdded, MemberRemoved, Roster, SignedStatement
from yobal.core.terms import EditKind

DECISION_DOMAIN: Final = b"yobal decision 1\0"
PUBLICATION_DOMAIN: Final = b"yobal publication 1\0"
NONCE_BYTES: Final = 32

Id = Annotated[str, msgspec.Meta(pattern=r"^[a-z2-7]{26}\Z")]


class Publication(msgspec.Struct, frozen=True, kw_only=True):
    """What will appear of a comment, and where."""

    text: str
    name: str
    lang: str
    story_id: str
    edition: str
    root_id: str | None
    parent_id: str | None


class DecisionDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is signed. A removal and an undo have no envelope, and only what will appear has its hash."""

    v: Literal[1] = 1
    site_id: str
    comment_id: Id
    verdict: Verdict
    envelope_hash: Hex32 | None = None
    clause: str | None = None
    edit_kind: EditKind | None = None
    publication_hash: Hex32 | None = None
    undoes_id: Id | None = None
    feedback_hash: Hex32 | None = None  # of what is written to the author
    head: Hex32  # of the roster that the moderator's browser has verified
    by: Hex32  # the member's signing key


class DecisionSignature(msgspec.Struct, frozen=True, kw_only=True):
    """What a moderator's browser adds to a decision; `nonce` only where a text will appear."""

    head: str
    signature: bytes
    nonce: bytes = b""


def envelope_hash(envelope: bytes) -> str:
    """The hash of the age file, as the browser has it before it decrypts it."""
    return hashlib.sha256(envelope).hexdigest()


def publication_hash(nonce: bytes, publication: Publication) -> str:
    content = msgspec.json.encode(publication, order="sorted")
    return hashlib.sha256(PUBLICATION_DOMAIN + nonce + content).hexdigest()


def message(document: DecisionDocument) -> bytes:
    """The bytes that are signed."""
    return DECISION_DOMAIN + msgspec.json.encode(document, order="sorted")


class _Position(msgspec.Struct, frozen=True):
    """A statement: which roster, and how many statements come before it."""

    roster: int
    number: int


class _Membership(msgspec.Struct, frozen=True):
    """The statement that made a key a member's, and the statement that ended it."""

    joined: int
    ended: int | None
    role: Role


class Signers(msgspec.Struct, frozen=True, kw_only=True):
    """Who may sign decisions now, and who could at each head of the present and of former rosters."""

    site_id: str
    current: Mapping[str, str]  # signing keys by pseudonym
    _positions: Mapping[str, _Position]  # by head
    _memberships: Mapping[tuple[int, str], _Membership]  # by roster and signing key

    def is_genuine(self, document: DecisionDocument, signature: bytes | None) -> bool:
        """Whether a person who was a member at the head that the document names has signed it.

        True also after that person was removed: what was released stays.
        """
        if signature is None or document.site_id != self.site_id:
            return False
        return self._was_member(document.by, document.head) and roster_rules.is_signed(
            message(document), signature=signature, by=document.by
        )

    def was_lead(self, signing_key: str, head: str) -> bool:
        membership = self._membership(signing_key, head)
        return membership is not None and membership.role == "lead"

    def _was_member(self, signing_key: str, head: str) -> bool:
        return self._membership(signing_key, head) is not None

    def _membership(self, signing_key: str, head: str) -> _Membership | None:
        """None for a person who was not a member at that head."""
        at = self._positions.get(head)
        if at is None:
            return None
        membership = self._memberships.get((at.roster, signing_key))
        if membership is None or at.number < membership.joined:
            return None
        is_member = membership.ended is None or at.number < membership.ended
        return membership if is_member else None


def signers_of(
    roster: Roster, signed: Sequence[SignedStatement], former: Sequence[Sequence[SignedStatement]]
) -> Signers:
    """Takes verified chains only: nothing is verified here."""
    positions: dict[str, _Position] = {}
    memberships: dict[tuple[int, str], _Membership] = {}
    for roster_number, chain in enumerate([*former, signed]):
        for number, item in enumerate(chain):
            at = _Position(roster_number, number)
            positions[roster_rules.statement_hash(item.statement)] = at
            statement = roster_rules.decode_statement(item.statement)
            if number == 0:
                memberships[roster_number, statement.by] = _Membership(0, None, "lead")
            elif isinstance(statement, MemberAdded):
                joined = _Membership(number, None, statement.role)
                memberships[roster_number, statement.member] = joined
            elif isinstance(statement, MemberRemoved):
                key = (roster_number, statement.member)
                memberships[key] = msgspec.structs.replace(memberships[key], ended=number)
    current = {member.keys.pseudonym: key for key, member in roster.members.items() if member.keys}
    return Signers(
        site_id=roster.site_id, current=current, _positions=positions, _memberships=memberships
    )
