"""Puts back statements that the database has lost, and what follows from them.

After a restore of an older backup, the browsers of members still hold the newer statements. What these
removed goes again. What they added cannot come back: sealed identities and wraps were in the database only.
"""

from collections.abc import Sequence

import msgspec

from yobal.actions.add_epoch import add_epoch, check_recipient
from yobal.actions.roster_reader import RosterReader
from yobal.actions.take_away import take_away
from yobal.core import roster as roster_rules
from yobal.core.errors import InvalidInput, RosterChanged
from yobal.core.ids import RandomBytes
from yobal.core.roster import (
    Epoch,
    Keys,
    MemberRemoved,
    NewEpoch,
    NewKeys,
    PasskeyRemoved,
    Roster,
    SignedStatement,
)
from yobal.core.site_rules import SiteRules
from yobal.store import epochs, identities, passkeys, pending_purge, people
from yobal.store.database import Connection, Database


def return_statements(
    database: Database,
    rules: SiteRules,
    roster_reader: RosterReader,
    *,
    statements: Sequence[SignedStatement],
    now: float,
    random: RandomBytes,
) -> int:
    """From anybody: they are those whose newest this server has verified before. How many were missing.

    Raises RosterChanged if nothing is missing, InvalidInput for other statements.
    """
    with database.reading() as conn:  # a stranger's request must not make moderators wait
        if not roster_reader.is_incomplete(conn):
            raise RosterChanged
    with database.writing() as conn:
        pending_purge.request(conn, rules.site_id, random=random)  # before what locks other rows
        before, roster, count = roster_reader.complete(conn, statements)
        _apply(conn, rules, before, statements[:count], now=now)
        _mark_lost_epoch(conn, roster_reader, roster)
    roster_reader.pin_newest(database)
    return count


def extend_roster(
    database: Database,
    rules: SiteRules,
    roster_reader: RosterReader,
    *,
    statements: Sequence[SignedStatement],
    now: float,
    random: RandomBytes,
) -> int:
    """From a lead, whose browser holds statements that this server has lost.

    Members have signed some of these alone, so what no other way lets them sign is refused. How many there were.
    Raises RosterChanged, InvalidInput, RosterInvalid.
    """
    with database.writing() as conn:
        pending_purge.request(conn, rules.site_id, random=random)
        before = roster_reader.read(conn)
        roster = roster_reader.append(conn, *statements)
        if before is not None:
            _check_keys(before, statements)
        _apply(conn, rules, before, statements, now=now)
        _mark_lost_epoch(conn, roster_reader, roster)
    roster_reader.pin_newest(database)
    return len(statements)


def _check_keys(before: Roster, statements: Sequence[SignedStatement]) -> None:
    """New words and a new sheet change one key each, and nothing else. Raises InvalidInput."""
    current = {key: member.keys for key, member in before.members.items()}
    for item in statements:
        if item.keys is None or item.keys_signature is None:
            continue
        keys = roster_rules.read_keys(item.keys, item.keys_signature)
        old = current.get(keys.signing_key)
        is_change = isinstance(roster_rules.decode_statement(item.statement), NewKeys)
        if is_change and (old is None or not _is_own_change(old, keys)):
            raise InvalidInput("the statement does not change this person's words")
        check_recipient(keys.recovery_recipient)
        current[keys.signing_key] = keys


def _is_own_change(old: Keys, new: Keys) -> bool:
    replace = msgspec.structs.replace
    with_new_words = replace(old, sign_in_key=new.sign_in_key)
    with_new_sheet = replace(old, recovery_recipient=new.recovery_recipient)
    return new in (with_new_words, with_new_sheet)


def _apply(
    conn: Connection,
    rules: SiteRules,
    before: Roster | None,
    statements: Sequence[SignedStatement],
    *,
    now: float,
) -> None:
    """What removals and an epoch do beside their statements. The scheduler returns what was accepted."""
    names = {key: member.keys for key, member in (before.members if before else {}).items()}
    for item in statements:
        if item.keys is not None and item.keys_signature is not None:
            keys = roster_rules.read_keys(item.keys, item.keys_signature)
            names[keys.signing_key] = keys
        statement = roster_rules.decode_statement(item.statement)
        if isinstance(statement, MemberRemoved):
            removed = names.get(statement.member)
            if removed is not None:
                take_away(conn, rules, removed)
        elif isinstance(statement, PasskeyRemoved):
            passkeys.delete(conn, rules.site_id, statement.passkey_hash)
            identities.delete(conn, statement.by, statement.passkey_hash)
            people.end_sessions_of_passkey(conn, rules.site_id, statement.passkey_hash)
        elif isinstance(statement, NewEpoch) and not epochs.exists(conn, statement.epoch_id):
            add_epoch(conn, rules, Epoch(statement.epoch_id, statement.recipient), now)


def _mark_lost_epoch(conn: Connection, roster_reader: RosterReader, roster: Roster) -> None:
    """Comments that are sealed to a key that no member has would be lost."""
    epoch_id = roster.epochs[-1].epoch_id
    if not epochs.has_wraps(conn, epoch_id):
        roster_reader.mark_epoch_lost(epoch_id)
