"""The roster: the signed list of members, their passkeys, and epochs. Pure verification; `docs/file-formats.md` has the format.

Each statement is canonical JSON (RFC 8785), signed with Ed25519, and names the hash of the one before it.
"""

import hashlib
import hmac
from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Final, Literal

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from yobal.core.errors import RosterInvalid
from yobal.core.roles import Role

STATEMENT_DOMAIN: Final = b"yobal statement 1\0"
KEYS_DOMAIN: Final = b"yobal keys 1\0"
PASSKEY_DOMAIN: Final = b"yobal passkey 1\0"
FOUNDER_DOMAIN: Final = b"yobal founder 1\0"
SIGN_IN_DOMAIN: Final = b"yobal sign in 1\0"
KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
# 128 bits. With half as many, a state could rent the machines that find a statement with the same ones.
FINGERPRINT_DIGITS: Final = 32
_GROUP_DIGITS: Final = 4

Hex32 = Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
# Bech32 of an X25519 key; the sealer checks whether the key is usable.
Recipient = Annotated[str, msgspec.Meta(pattern=r"^age1[02-9ac-hj-np-z]{58}\Z")]
EpochId = Annotated[str, msgspec.Meta(pattern=r"^[a-z2-7]{26}\Z")]
# A number of statements, as text: the canonical form has no rules for numbers then.
Length = Annotated[str, msgspec.Meta(pattern=r"^[1-9][0-9]{0,8}\Z")]
# NUL is nothing that a person types, and PostgreSQL cannot store it.
Pseudonym = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00]*\Z")]
PasskeyName = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=r"^[^\x00]*\Z")]
HexBytes = Annotated[
    str, msgspec.Meta(min_length=2, max_length=2_046, pattern=r"^([0-9a-f]{2})+\Z")
]


class _Document(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    v: Literal[1] = 1
    site_id: str


class Keys(_Document, frozen=True):
    """A member's public keys, signed by the member."""

    pseudonym: Pseudonym
    signing_key: Hex32
    sign_in_key: Hex32
    recipient: Recipient
    recovery_recipient: Recipient


class Passkey(_Document, frozen=True):
    """What a member says of a passkey. Only its hash is in the roster, so the name goes with the row."""

    member: Hex32
    credential_id: HexBytes
    public_key: HexBytes  # SubjectPublicKeyInfo (RFC 5280)
    name: PasskeyName
    # Whether the maker of a device may copy it to other devices, as its authenticator says.
    is_synced: Literal["yes", "no"]


class _Statement(_Document, frozen=True, tag_field="kind"):
    previous: Hex32 | None
    by: Hex32  # the signing key of the member who signed


class FirstStatement(_Statement, frozen=True, tag="first"):
    """The first lead's own. The MAC is by a key from the link that the technician gave."""

    keys_hash: Hex32
    founder_mac: Hex32


class MemberAdded(_Statement, frozen=True, tag="add"):
    member: Hex32
    role: Role
    keys_hash: Hex32


class MemberRemoved(_Statement, frozen=True, tag="remove"):
    member: Hex32


class NewKeys(_Statement, frozen=True, tag="keys"):
    """Other keys of the member who signs; the signing key stays."""

    keys_hash: Hex32


class NewEpoch(_Statement, frozen=True, tag="epoch"):
    epoch_id: EpochId
    recipient: Recipient


class PasskeyAdded(_Statement, frozen=True, tag="add_passkey"):
    """Concerns the member who signs."""

    passkey_hash: Hex32


class PasskeyRemoved(_Statement, frozen=True, tag="remove_passkey"):
    """Concerns the member who signs."""

    passkey_hash: Hex32


class Resumed(_Statement, frozen=True, tag="resumed"):
    """The roster goes on from here: later statements were lost with a database. Null where nothing knows them."""

    lost_head: Hex32 | None
    lost_length: Length | None


Statement = (
    FirstStatement
    | MemberAdded
    | MemberRemoved
    | NewKeys
    | NewEpoch
    | PasskeyAdded
    | PasskeyRemoved
    | Resumed
)


class SignedStatement(msgspec.Struct, frozen=True):
    """A statement as it was signed, with the keys whose hash it names."""

    statement: str
    signature: bytes
    keys: str | None = None
    keys_signature: bytes | None = None


class Member(msgspec.Struct, frozen=True):
    """`keys` is None where they were not looked at. `passkeys` are hashes, in the order of statements."""

    signing_key: str
    role: Role
    keys: Keys | None
    passkeys: tuple[str, ...] = ()


class Epoch(msgspec.Struct, frozen=True):
    epoch_id: str
    recipient: str


class Roster(msgspec.Struct, frozen=True, kw_only=True):
    """What a chain of statements says. `hashes` has one for each statement."""

    site_id: str
    hashes: tuple[str, ...]
    founder: str  # the first lead's signing key
    founder_mac: str
    members: Mapping[str, Member]  # by signing key
    removed: frozenset[str] = frozenset()
    epochs: tuple[Epoch, ...] = ()
    needs_epoch: bool = False  # a member was removed, or statements lost, since the newest began

    @property
    def first(self) -> str:
        return self.hashes[0]

    @property
    def head(self) -> str:
        return self.hashes[-1]

    def named(self, pseudonym: str) -> Member | None:
        """The active member with this pseudonym."""
        for member in self.members.values():
            if member.keys is not None and member.keys.pseudonym == pseudonym:
                return member
        return None

    def lead_count(self) -> int:
        return sum(member.role == "lead" for member in self.members.values())


def encode(document: Keys | Passkey | Statement) -> str:
    """RFC 8785. Its other rules are about numbers, which no document has, but for the version."""
    return msgspec.json.encode(document, order="sorted").decode()


def statement_hash(statement: str) -> str:
    return hashlib.sha256(STATEMENT_DOMAIN + statement.encode()).hexdigest()


def fingerprint(statement_hash: str) -> str:
    """What people read to each other: the first digits of a statement's hash, in groups."""
    return " ".join(
        statement_hash[start : start + _GROUP_DIGITS]
        for start in range(0, FINGERPRINT_DIGITS, _GROUP_DIGITS)
    )


def is_fingerprint_of(statement_hash: str, typed: str) -> bool:
    """Spaces and case do not count. The whole hash is right, too; less than a fingerprint is not."""
    digits = "".join(typed.split()).lower()
    return len(digits) >= FINGERPRINT_DIGITS and statement_hash.startswith(digits)


def keys_hash(keys: str) -> str:
    return hashlib.sha256(KEYS_DOMAIN + keys.encode()).hexdigest()


def passkey_hash(passkey: str) -> str:
    return hashlib.sha256(PASSKEY_DOMAIN + passkey.encode()).hexdigest()


def founder_mac(founder_key: bytes, signing_key: str) -> str:
    return hmac.digest(founder_key, FOUNDER_DOMAIN + bytes.fromhex(signing_key), "sha256").hex()


def is_signed(message: bytes, *, signature: bytes, by: str) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(by)).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def sign_in_message(*, site_id: str, pseudonym: str, challenge: str) -> bytes:
    """What a sign-in key signs. No part can contain the separator."""
    return SIGN_IN_DOMAIN + b"\0".join(part.encode() for part in (site_id, pseudonym, challenge))


def decode_statement(statement: str) -> Statement:
    """Raises RosterInvalid if it is not a canonical statement."""
    try:
        decoded: Statement = _decode(statement, Statement)
    except _Broken as error:
        raise RosterInvalid(error.args[0], 0) from None
    return decoded


def read_keys(keys: str, signature: bytes) -> Keys:
    """Public keys that their owner has signed. Raises RosterInvalid."""
    try:
        return _read_keys(keys, signature)
    except _Broken as error:
        raise RosterInvalid(error.args[0], 0) from None


def read_passkey(passkey: str) -> Passkey:
    """The caller checks which statement names its hash. Raises RosterInvalid."""
    try:
        decoded: Passkey = _decode(passkey, Passkey)
    except _Broken as error:
        raise RosterInvalid(error.args[0], 0) from None
    return decoded


def verify(signed: Iterable[SignedStatement], *, site_id: str, with_keys: bool = True) -> Roster:
    """The whole chain from its first statement. Raises RosterInvalid."""
    roster: Roster | None = None
    for item in signed:
        roster = extend(roster, item, site_id=site_id, with_keys=with_keys)
    if roster is None:
        raise RosterInvalid("empty", 0)
    return roster


def extend(
    roster: Roster | None, signed: SignedStatement, *, site_id: str, with_keys: bool = True
) -> Roster:
    """The roster with one more statement; None is the roster before its first. Raises RosterInvalid.

    Without keys, only what says which epochs are the site's is looked at: who is a lead.
    """
    try:
        return _extend(roster, signed, site_id, with_keys=with_keys)
    except _Broken as error:
        raise RosterInvalid(error.args[0], len(roster.hashes) if roster else 0) from None


class _Broken(Exception):
    """A rule that a statement breaks. The vectors have the names of all rules."""


def _require(condition: object, rule: str) -> None:
    if not condition:
        raise _Broken(rule)


def _extend(
    roster: Roster | None, signed: SignedStatement, site_id: str, *, with_keys: bool
) -> Roster:
    statement = _decode(signed.statement, Statement)
    _require(statement.site_id == site_id, "site")
    is_signature_valid = is_signed(
        STATEMENT_DOMAIN + signed.statement.encode(), signature=signed.signature, by=statement.by
    )
    _require(is_signature_valid, "signature")
    if roster is None or isinstance(statement, FirstStatement):
        return _begin(roster, statement, signed, with_keys=with_keys)
    _require(statement.previous == roster.head, "previous")
    signer = roster.members.get(statement.by)
    _require(signer is not None, "not_a_member")
    changed = _apply(roster, statement, signed, with_keys=with_keys)
    return msgspec.structs.replace(
        changed, hashes=(*roster.hashes, statement_hash(signed.statement))
    )


def _begin(
    roster: Roster | None, statement: Statement, signed: SignedStatement, *, with_keys: bool
) -> Roster:
    if roster is not None or not isinstance(statement, FirstStatement):
        raise _Broken("first")
    _require(statement.previous is None, "previous")
    keys = _keys(None, signed, statement, member=statement.by) if with_keys else None
    return Roster(
        site_id=statement.site_id,
        hashes=(statement_hash(signed.statement),),
        founder=statement.by,
        founder_mac=statement.founder_mac,
        members={statement.by: Member(statement.by, "lead", keys)},
    )


def _apply(
    roster: Roster, statement: Statement, signed: SignedStatement, *, with_keys: bool
) -> Roster:
    """The roster after a statement of a member."""
    signer = roster.members[statement.by]
    members, replace = dict(roster.members), msgspec.structs.replace
    match statement:
        case NewKeys():
            keys = _keys(roster, signed, statement, member=statement.by) if with_keys else None
            members[statement.by] = replace(signer, keys=keys)
            return replace(roster, members=members)
        case PasskeyAdded() | PasskeyRemoved():
            members[statement.by] = replace(signer, passkeys=_passkeys(roster, statement))
            return replace(roster, members=members)
        case MemberRemoved(member=member):
            _require(signer.role == "lead" or member == statement.by, "not_a_lead")
            removed = members.pop(member, None)
            _require(removed is not None, "no_such_member")
            changed = replace(
                roster, members=members, removed=roster.removed | {member}, needs_epoch=True
            )
            _require(changed.lead_count() > 0, "last_lead")
            return changed
        case MemberAdded(member=member):
            _require(signer.role == "lead", "not_a_lead")
            _require(member not in members and member not in roster.removed, "member_again")
            keys = _keys(roster, signed, statement, member=member) if with_keys else None
            members[member] = Member(member, statement.role, keys)
            return replace(roster, members=members)
        case NewEpoch():
            _require(signer.role == "lead", "not_a_lead")
            epoch = Epoch(statement.epoch_id, statement.recipient)
            _require(all(epoch.epoch_id != e.epoch_id for e in roster.epochs), "epoch_again")
            return replace(roster, epochs=(*roster.epochs, epoch), needs_epoch=False)
        case Resumed(lost_head=lost_head, lost_length=lost_length):
            _require(signer.role == "lead", "not_a_lead")
            _require((lost_head is None) == (lost_length is None), "format")
            return replace(roster, needs_epoch=True)
    raise _Broken("first")


def _passkeys(roster: Roster, statement: PasskeyAdded | PasskeyRemoved) -> tuple[str, ...]:
    """The signer's passkeys, with one more or one less."""
    own, changed = roster.members[statement.by].passkeys, statement.passkey_hash
    if isinstance(statement, PasskeyAdded):
        everyones = (passkey for member in roster.members.values() for passkey in member.passkeys)
        _require(changed not in everyones, "passkey_again")
        return (*own, changed)
    _require(changed in own, "no_such_passkey")
    return tuple(passkey for passkey in own if passkey != changed)


def _keys(
    roster: Roster | None,
    signed: SignedStatement,
    statement: FirstStatement | MemberAdded | NewKeys,
    *,
    member: str,
) -> Keys:
    """The keys beside a statement, if they are what it names and the member signed them."""
    if signed.keys is None or signed.keys_signature is None:
        raise _Broken("keys_hash")
    _require(keys_hash(signed.keys) == statement.keys_hash, "keys_hash")
    keys = _read_keys(signed.keys, signed.keys_signature)
    _require(keys.site_id == statement.site_id and keys.signing_key == member, "keys_owner")
    namesake = roster.named(keys.pseudonym) if roster is not None else None
    _require(namesake is None or namesake.signing_key == member, "pseudonym_again")
    return keys


def _read_keys(text: str, signature: bytes) -> Keys:
    keys: Keys = _decode(text, Keys)
    message = KEYS_DOMAIN + text.encode()
    _require(is_signed(message, signature=signature, by=keys.signing_key), "keys_signature")
    return keys


def _decode(text: str, document: Any) -> Any:
    """Only what is canonical: one content has one text."""
    try:
        decoded = msgspec.json.decode(text, type=document)
    except (msgspec.DecodeError, UnicodeEncodeError):
        raise _Broken("format") from None
    _require(encode(decoded) == text, "format")
    return decoded
