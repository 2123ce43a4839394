"""Replaces a forgotten passphrase: the recovery sheet proves itself by decrypting a challenge.

The server remembers nothing between the three steps, so requests from strangers displace no challenge and
no ticket. Both name their moderator and their expiry, and both are authenticated with a key of the
server, together with the moderator's current keys: they end as soon as those change.
"""

import base64
import binascii
import hashlib
import hmac
from typing import Final

import msgspec
import pyrage

from yobal.actions import member_keys
from yobal.actions.roster_reader import RosterReader
from yobal.adapters.cell_file import CellFile
from yobal.core import roster as roster_rules
from yobal.core.errors import InvalidCredentials, InvalidInput, KeysMissing
from yobal.core.ids import RandomBytes
from yobal.core.roster import Keys, Member, SignedStatement
from yobal.core.site_rules import SiteRules
from yobal.store import identities, member_activity, people
from yobal.store.database import Connection, Database
from yobal.store.people import Moderator

RECOVERY_SECONDS: Final = 900  # for each of the two steps that follow a challenge
_NONCE_BYTES: Final = 16
_KEY_DOMAIN: Final = b"yobal recovery tickets"
_ANSWER: Final = b"answer"
_TICKET: Final = b"ticket"


class _Claim(msgspec.Struct, frozen=True, array_like=True):
    """Who it is for, and until when it is valid. The nonce makes two challenges of the same second differ."""

    pseudonym: str
    expires_at: int
    nonce: bytes


class RecoveryContext(msgspec.Struct, frozen=True, kw_only=True):
    """What every step needs. Time is an argument."""

    rules: SiteRules
    roster_reader: RosterReader
    cell_file: CellFile
    session_key: bytes
    now: float


class _Owner(msgspec.Struct, frozen=True):
    """The owner of a sheet, with public keys from the roster."""

    moderator: Moderator
    member: Member
    keys: Keys
    head: str  # of the roster


class ProvenSheet(msgspec.Struct, frozen=True):
    """What the sheet's owner needs for new words: their identity, and the statement to sign after."""

    ticket: str
    identity: bytes
    head: str


def challenge(
    database: Database, context: RecoveryContext, *, pseudonym: str, random: RandomBytes
) -> tuple[str, bytes]:
    """An id, and its answer sealed to the sheet; for an unknown pseudonym, to a random key."""
    with database.reading() as conn:
        owner = _find_owner(conn, context, pseudonym)
    claim = _encode(_Claim(pseudonym, _expiry(context), random(_NONCE_BYTES)))
    if owner is None:
        recipient = pyrage.x25519.Identity.generate().to_public()
        return claim, pyrage.encrypt(random(hashlib.sha256().digest_size), [recipient])
    recipient = pyrage.x25519.Recipient.from_str(owner.keys.recovery_recipient)
    return claim, pyrage.encrypt(_mac(context, _ANSWER, claim, owner), [recipient])


def prove(
    database: Database, context: RecoveryContext, *, challenge_id: str, answer: bytes
) -> ProvenSheet:
    """The ticket is for `finish`; without that, the sheet is tested.

    Raises InvalidCredentials, and KeysMissing after a restore without them.
    """
    with database.reading() as conn:
        owner = _check(conn, context, _ANSWER, claim=challenge_id, mac=answer)
        identity = member_keys.read_identity(
            conn, context.cell_file, owner.member.signing_key, opened_by=identities.SHEET
        )
    if identity is None:
        raise KeysMissing
    with database.writing() as conn:
        site_id, pseudonym = context.rules.site_id, owner.keys.pseudonym
        member_activity.set_tested(
            conn, site_id, pseudonym, recipient=owner.keys.recovery_recipient
        )
    claim = _encode(_Claim(owner.keys.pseudonym, _expiry(context), b""))
    ticket = f"{claim}.{_mac(context, _TICKET, claim, owner).hex()}"
    return ProvenSheet(ticket, identity, owner.head)


def finish(
    database: Database,
    context: RecoveryContext,
    *,
    ticket: str,
    statement: SignedStatement,
    identity: bytes,
) -> str:
    """Put a new passphrase into force; returns the moderator's pseudonym.

    Raises InvalidCredentials, RosterChanged, InvalidInput.
    """
    claim, _, mac = ticket.partition(".")
    with (
        member_keys.allocating(database, context.cell_file) as allocate,
        database.writing() as conn,
    ):
        owner = _check(conn, context, _TICKET, claim=claim, mac=_from_hex(mac))
        roster = context.roster_reader.append(conn, statement)
        changed = roster.members.get(owner.member.signing_key)
        expected = msgspec.structs.replace(
            owner.keys, sign_in_key=changed.keys.sign_in_key if changed and changed.keys else ""
        )
        if changed is None or changed.keys != expected or changed.keys == owner.keys:
            raise InvalidInput("the statement does not change this person's words")
        member_keys.replace_identity(
            conn,
            allocate,
            owner.member.signing_key,
            opened_by=identities.WORDS,
            age_file=identity,
        )
        people.delete_sessions(conn, owner.keys.site_id, owner.keys.pseudonym)
    return owner.keys.pseudonym


def _find_owner(conn: Connection, context: RecoveryContext, pseudonym: str) -> _Owner | None:
    moderator = people.get(conn, context.rules.site_id, pseudonym)
    roster = context.roster_reader.read(conn)
    member = roster.named(pseudonym) if roster is not None else None
    if moderator is None or moderator.is_suspended:
        return None
    if roster is None or member is None or member.keys is None:
        return None
    return _Owner(moderator, member, member.keys, roster.head)


def _check(
    conn: Connection, context: RecoveryContext, purpose: bytes, *, claim: str, mac: bytes
) -> _Owner:
    """The owner named in a claim, if the MAC sent with it is valid. Raises InvalidCredentials."""
    decoded = _decode(claim)
    owner = _find_owner(conn, context, decoded.pseudonym)
    if owner is None or decoded.expires_at < context.now:
        raise InvalidCredentials
    if not hmac.compare_digest(_mac(context, purpose, claim, owner), mac):
        raise InvalidCredentials
    return owner


def _mac(context: RecoveryContext, purpose: bytes, claim: str, owner: _Owner) -> bytes:
    """Under a key of its own, over what the claim says and what the owner signs in with now."""
    key = hmac.digest(context.session_key, _KEY_DOMAIN, "sha256")
    current = roster_rules.encode(owner.keys)
    message = msgspec.msgpack.encode((purpose, context.rules.site_id, claim, current))
    return hmac.digest(key, message, "sha256")


def _expiry(context: RecoveryContext) -> int:
    return int(context.now) + RECOVERY_SECONDS


def _encode(claim: _Claim) -> str:
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(claim)).decode()


def _decode(claim: str) -> _Claim:
    """Raises InvalidCredentials for what no server wrote."""
    try:
        return msgspec.msgpack.decode(base64.b64decode(claim, b"-_", validate=True), type=_Claim)
    except (ValueError, msgspec.DecodeError):
        raise InvalidCredentials from None


def _from_hex(text: str) -> bytes:
    try:
        return binascii.unhexlify(text)
    except ValueError:
        raise InvalidCredentials from None
