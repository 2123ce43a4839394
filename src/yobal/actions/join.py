"""How a person becomes a member: a first lead at once, all others when a lead has signed it."""

from collections.abc import Sequence

import msgspec

from yobal.actions import member_keys
from yobal.actions.add_epoch import add_epoch, check_recipient
from yobal.actions.member_keys import NewWrap
from yobal.actions.roster_reader import RosterReader
from yobal.adapters.cell_file import Allocate, CellFile
from yobal.adapters.confusables import prototypes
from yobal.core import roster as roster_rules
from yobal.core import signed_pin
from yobal.core import stale_files as stale
from yobal.core import text as texts
from yobal.core.errors import (
    Forbidden,
    InvalidInput,
    InvitationInvalid,
    PseudonymTaken,
    RosterInvalid,
)
from yobal.core.ids import RandomBytes
from yobal.core.roster import Keys, Roster, SignedStatement
from yobal.core.schedule import last_slot, next_slot
from yobal.core.site_rules import SiteRules
from yobal.core.skeleton import skeleton
from yobal.store import (
    epochs,
    identities,
    member_activity,
    passkeys,
    pending_purge,
    people,
    sites,
    stale_files,
    stories,
    unopenable,
)
from yobal.store.database import Connection, Database
from yobal.store.people import Moderator, Registration


class Wrap(msgspec.Struct, frozen=True):
    """An epoch's identity as an age file."""

    epoch_id: str
    wrap: bytes


class Newcomer(msgspec.Struct, frozen=True):
    """What a browser has made for a person: signed public keys, and the identity in two sealed forms."""

    keys: str
    keys_signature: bytes
    identity: bytes
    recovery_identity: bytes
    roster_pin: bytes  # what the browser has verified, signed by the person

    @property
    def age_files(self) -> dict[str, bytes]:
        """By the secret that opens them."""
        return {identities.WORDS: self.identity, identities.SHEET: self.recovery_identity}


def begin_roster(
    database: Database,
    cell_file: CellFile,
    rules: SiteRules,
    roster_reader: RosterReader,
    *,
    token: bytes,
    statements: Sequence[SignedStatement],
    newcomer: Newcomer,
    wrap: bytes,
    now: float,
    random: RandomBytes,
) -> str:
    """Become the first lead, with a new roster and its first epoch; returns the pseudonym.

    All earlier moderators become inactive, and their identities and wraps are deleted. So is everything that no
    member can open afterwards; the scheduler purges it. Raises InvitationInvalid, PseudonymTaken, InvalidInput.
    """
    keys = _check_keys(newcomer)
    token_hash = people.hash_token(token)
    with member_keys.allocating(database, cell_file) as allocate, database.writing() as conn:
        pending_purge.request(conn, rules.site_id, random=random)  # envelopes
        invitation = people.get_invitation(conn, token_hash, now=now)
        if invitation is None or invitation.invited_by is not None:
            raise InvitationInvalid
        roster = roster_reader.begin(conn, list(statements))
        member = roster.named(keys.pseudonym)
        if len(statements) != 2 or len(roster.epochs) != 1 or member is None or member.keys != keys:
            raise InvalidInput(
                "a first lead must sign two statements: the lead's keys and an epoch"
            )
        if people.consume_invitation(conn, token_hash) == 0:
            raise InvitationInvalid
        people.deactivate_all(conn, rules.site_id)
        identities.delete_ownerless(conn)
        member_activity.delete_all(conn, rules.site_id)
        passkeys.delete_all(conn, rules.site_id)
        slot = next_slot(rules.schedule, max(now, sites.lock_released_slot(conn, rules.site_id)))
        epochs.end_all(conn, rules.site_id, slot=slot)
        signed_ids = [epoch.epoch_id for epoch in roster.epochs]
        unopenable.destroy(conn, rules.site_id, signed_ids, slot=slot)
        _check_pseudonym_is_free(conn, rules.site_id, keys.pseudonym)
        (epoch,) = roster.epochs
        add_epoch(conn, rules, epoch, now)
        for story in stories.list_all(conn, rules.site_id):  # their forms can open now
            stale_files.add(conn, rules.site_id, story.story_id, stale.after_first_epoch())
        _store_identities(conn, allocate, keys, newcomer)
        _add_moderator(conn, allocate, keys, newcomer.roster_pin, [Wrap(epoch.epoch_id, wrap)])
        _record_joining(conn, rules, keys, now=now)
    roster_reader.pin_newest(database)  # so that another link can be made now
    return keys.pseudonym


def register(
    database: Database,
    cell_file: CellFile,
    rules: SiteRules,
    *,
    token: bytes,
    head: str,
    newcomer: Newcomer,
    now: float,
) -> None:
    """Spend an invitation. A lead must confirm the keys before they open anything.

    Raises InvitationInvalid, PseudonymTaken, InvalidInput.
    """
    keys = _check_keys(newcomer)
    if keys.site_id != rules.site_id:
        raise InvalidInput("these keys are for another site")
    token_hash = people.hash_token(token)
    with member_keys.allocating(database, cell_file) as allocate, database.writing() as conn:
        sites.lock(conn, rules.site_id)  # the lead who invited may be removed at this moment
        invitation = people.get_invitation(conn, token_hash, now=now)
        if invitation is None or invitation.invited_by is None:
            raise InvitationInvalid
        if people.consume_invitation(conn, token_hash) == 0:
            raise InvitationInvalid
        _check_pseudonym_is_free(conn, rules.site_id, keys.pseudonym)
        people.add_registration(
            conn,
            Registration(
                token_hash=token_hash,
                site_id=rules.site_id,
                role=invitation.role,
                invited_by=invitation.invited_by,
                head=head,
                signing_key=keys.signing_key,
                keys=newcomer.keys,
                keys_signature=newcomer.keys_signature,
                roster_pin=newcomer.roster_pin,
                expires_slot=invitation.expires_slot,
            ),
        )
        _store_identities(conn, allocate, keys, newcomer)


def confirm_member(
    database: Database,
    cell_file: CellFile,
    rules: SiteRules,
    roster_reader: RosterReader,
    *,
    registration_id: bytes,
    confirmed_by: str,
    statement: SignedStatement,
    wraps: Sequence[Wrap],
    now: float,
) -> None:
    """Make a registered person a member, by the signed statement of the lead with this pseudonym.

    Raises InvitationInvalid, RosterChanged, PseudonymTaken, Forbidden, InvalidInput.
    """
    with member_keys.allocating(database, cell_file) as allocate, database.writing() as conn:
        registration = people.get_registration(conn, registration_id, now=now)
        if registration is None or people.delete_registration(conn, registration_id) == 0:
            raise InvitationInvalid
        roster = roster_reader.append(conn, statement)
        keys = _check_keys(registration)
        _check_is_added(roster, registration, keys, statement, confirmed_by=confirmed_by)
        _check_wraps(wraps, roster)
        _check_pseudonym_is_free(conn, rules.site_id, keys.pseudonym)
        _add_moderator(conn, allocate, keys, registration.roster_pin, wraps)
        _record_joining(conn, rules, keys, now=now)
    roster_reader.pin_newest(database)


def discard_registration(database: Database, *, registration_id: bytes) -> None:
    """The link of this registration stays spent."""
    with database.writing() as conn:
        people.delete_registration(conn, registration_id)
        identities.delete_ownerless(conn)


def _check_is_added(
    roster: Roster,
    registration: Registration,
    keys: Keys,
    signed: SignedStatement,
    *,
    confirmed_by: str,
) -> None:
    """The statement adds the invited person, in the invited role, and is signed by the lead who is signed in."""
    lead = roster.named(confirmed_by)
    statement = roster_rules.decode_statement(signed.statement)
    if lead is None or statement.by != lead.signing_key:
        raise Forbidden
    added = roster.members.get(keys.signing_key)
    if not isinstance(statement, roster_rules.MemberAdded) or added is None:
        raise InvalidInput("the statement does not add this person")
    if statement.member != keys.signing_key or added.keys != keys:
        raise InvalidInput("the statement does not add this person")
    if added.role != registration.role:
        raise InvalidInput("the invitation is for another role")


def _check_wraps(wraps: Sequence[Wrap], roster: Roster) -> None:
    """One for each epoch at most, and one for the newest: a member can read what comes from now on."""
    wrapped, epoch_ids = [wrap.epoch_id for wrap in wraps], [e.epoch_id for e in roster.epochs]
    if len(set(wrapped)) != len(wrapped):
        raise InvalidInput("there are two wraps for one epoch")
    if not set(wrapped) <= set(epoch_ids) or epoch_ids[-1] not in wrapped:
        raise InvalidInput("the wraps are not those of the epochs")


def _store_identities(conn: Connection, allocate: Allocate, keys: Keys, newcomer: Newcomer) -> None:
    """Raises InvalidInput for keys that are used already: public keys can be copied by any member."""
    if identities.has_any(conn, keys.signing_key):
        raise InvalidInput("these keys are used already")
    member_keys.store_identities(conn, allocate, keys.signing_key, newcomer.age_files)


def _add_moderator(
    conn: Connection, allocate: Allocate, keys: Keys, roster_pin: bytes, wraps: Sequence[Wrap]
) -> None:
    """Without wraps of destroyed epochs: the lead's desk may not have heard yet that they are."""
    moderator = Moderator(
        site_id=keys.site_id,
        pseudonym=keys.pseudonym,
        signing_key=keys.signing_key,
        roster_pin=roster_pin,
    )
    people.add(conn, moderator)
    living = epochs.living_ids(conn, keys.site_id)
    new_wraps = [
        NewWrap(wrap.epoch_id, keys.pseudonym, wrap.wrap)
        for wrap in wraps
        if wrap.epoch_id in living
    ]
    member_keys.store_wraps(conn, allocate, new_wraps)


def _record_joining(conn: Connection, rules: SiteRules, keys: Keys, *, now: float) -> None:
    since = last_slot(rules.schedule, now)
    member_activity.add(conn, rules.site_id, keys.pseudonym, since=since)


def _check_pseudonym_is_free(conn: Connection, site_id: str, pseudonym: str) -> None:
    """It must not look like any other moderator's, even an inactive one's. Raises PseudonymTaken."""
    sites.lock(conn, site_id)  # two people who join at once take turns
    own = skeleton(pseudonym, prototypes())
    for taken in people.list_pseudonyms(conn, site_id):
        if skeleton(taken, prototypes()) == own:
            raise PseudonymTaken(pseudonym)


def _check_keys(signed: Newcomer | Registration) -> Keys:
    """Raises InvalidInput."""
    try:
        keys = roster_rules.read_keys(signed.keys, signed.keys_signature)
    except RosterInvalid:
        raise InvalidInput("the public keys are not signed by their owner") from None
    _check_pseudonym(keys.pseudonym)
    if not signed_pin.is_genuine(signed.roster_pin, site_id=keys.site_id, by=keys.signing_key):
        raise InvalidInput("what this browser has verified is not signed by the person")
    for recipient in (keys.recipient, keys.recovery_recipient):
        check_recipient(recipient)
    return keys


def _check_pseudonym(pseudonym: str) -> None:
    if not 2 <= len(pseudonym) <= 40 or pseudonym != pseudonym.strip():
        raise InvalidInput("a pseudonym has 2 to 40 characters")
    plain_name = texts.normalize(texts.clean_line(pseudonym))
    if texts.is_empty(pseudonym) or plain_name != pseudonym:
        raise InvalidInput("a pseudonym cannot contain invisible characters")
    if texts.has_stacked_marks(pseudonym):
        raise InvalidInput("a character of the pseudonym has too many combining marks")
