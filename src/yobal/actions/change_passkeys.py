"""Adds and removes passkeys. Both are statements of their owner in the roster: a row alone opens nothing."""

from typing import Final

from yobal.actions import challenges, member_keys
from yobal.actions.roster_reader import RosterReader
from yobal.adapters.cell_file import CellFile
from yobal.adapters.passkey_verifier import (
    NewCredential,
    PasskeyVerifier,
    Registration,
    read_public_key,
)
from yobal.core import roster as roster_rules
from yobal.core.errors import Forbidden, InvalidInput, PasskeyRefused, RosterInvalid
from yobal.core.ids import RandomBytes
from yobal.core.roster import Member, Passkey, PasskeyAdded, PasskeyRemoved, Roster, SignedStatement
from yobal.core.schedule import last_slot
from yobal.core.site_rules import SiteRules
from yobal.store import identities, passkeys, pending_purge, people
from yobal.store.database import Connection, Database
from yobal.store.passkeys import PasskeyRow

PASSKEYS_MAX: Final = 10  # of one member: each is another door


def add_passkey(
    database: Database,
    cell_file: CellFile,
    rules: SiteRules,
    roster_reader: RosterReader,
    verifier: PasskeyVerifier,
    *,
    added_by: str,
    registration: Registration,
    challenge: str,
    statement: SignedStatement,
    passkey: str,
    identity: bytes,
    session_key: bytes,
    now: float,
) -> None:
    """`identity` is sealed to what the passkey makes. Raises PasskeyRefused, Forbidden, InvalidInput, RosterChanged."""
    credential = verifier.check_registration(registration, challenge=challenge)
    if not challenges.is_valid(challenge, session_key=session_key, now=now):
        raise PasskeyRefused
    content = _read(passkey)
    with member_keys.allocating(database, cell_file) as allocate, database.writing() as conn:
        if not challenges.use(conn, rules, challenge, session_key=session_key):
            raise PasskeyRefused
        roster = roster_reader.append(conn, statement)
        member = _signer(roster, statement, PasskeyAdded, added_by)
        _check_is_made(content, credential, rules=rules, member=member)
        passkey_hash = roster_rules.passkey_hash(passkey)
        if member.passkeys[-1:] != (passkey_hash,):
            raise InvalidInput("the statement is not about this passkey")
        if len(member.passkeys) > PASSKEYS_MAX:
            raise InvalidInput("you have the maximum number of passkeys: remove one first")
        if passkeys.find(conn, rules.site_id, credential.credential_id) is not None:
            raise InvalidInput("this passkey was already added")
        row = PasskeyRow(
            site_id=rules.site_id,
            passkey_hash=passkey_hash,
            pseudonym=added_by,
            credential_id=credential.credential_id,
            passkey=passkey,
            since_slot=last_slot(rules.schedule, now),
            sign_count=credential.sign_count,
        )
        passkeys.add(conn, row)
        age_files = {passkey_hash: identity}
        member_keys.store_identities(conn, allocate, member.signing_key, age_files)
    roster_reader.pin_newest(database)


def remove_passkey(
    database: Database,
    rules: SiteRules,
    roster_reader: RosterReader,
    *,
    removed_by: str,
    statement: SignedStatement,
    random: RandomBytes,
) -> None:
    """It no longer signs in, and the sessions that it opened end. Raises Forbidden, InvalidInput, RosterChanged."""
    with database.writing() as conn:
        pending_purge.request(conn, rules.site_id, random=random)  # an identity is deleted
        roster = roster_reader.append(conn, statement)
        member = _signer(roster, statement, PasskeyRemoved, removed_by)
        removal = roster_rules.decode_statement(statement.statement)
        if isinstance(removal, PasskeyRemoved):  # always, after `_signer`
            passkeys.delete(conn, rules.site_id, removal.passkey_hash)
            identities.delete(conn, member.signing_key, removal.passkey_hash)
            people.end_sessions_of_passkey(conn, rules.site_id, removal.passkey_hash)
    roster_reader.pin_newest(database)


def list_own(
    conn: Connection, rules: SiteRules, roster: Roster, pseudonym: str
) -> list[PasskeyRow]:
    """Rows that their owner has signed; others are somebody else's work and are left out."""
    member = roster.named(pseudonym)
    signed = member.passkeys if member is not None else ()
    rows = passkeys.list_of(conn, rules.site_id, pseudonym)
    return [row for row in rows if row.passkey_hash in signed]


def _read(passkey: str) -> Passkey:
    """Raises InvalidInput."""
    try:
        return roster_rules.read_passkey(passkey)
    except RosterInvalid:
        raise InvalidInput("the data about the passkey cannot be read") from None


def _signer(
    roster: Roster,
    signed: SignedStatement,
    kind: type[PasskeyAdded | PasskeyRemoved],
    pseudonym: str,
) -> Member:
    """The member who is signed in has signed a statement of this kind. Raises Forbidden, InvalidInput."""
    statement = roster_rules.decode_statement(signed.statement)
    member = roster.named(pseudonym)
    if member is None or statement.by != member.signing_key:
        raise Forbidden
    if not isinstance(statement, kind):
        raise InvalidInput("the statement is not about a passkey")
    return member


def _check_is_made(
    content: Passkey, credential: NewCredential, *, rules: SiteRules, member: Member
) -> None:
    """Check that the member's data about the passkey matches what the authenticator made. Raises InvalidInput."""
    is_made = (
        content.site_id == rules.site_id
        and content.member == member.signing_key
        and content.credential_id == credential.credential_id.hex()
        and read_public_key(bytes.fromhex(content.public_key)) == credential.public_key
        and (content.is_synced == "yes") == credential.is_synced
    )
    if not is_made:
        raise InvalidInput("the data about the passkey differs from what the device has made")
