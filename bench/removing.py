"""Removing a member who has a year of keys: from the request until every key of theirs is overwritten on the disk.

The figure is the share that it takes of its limit.
"""

import secrets
import time
from pathlib import Path
from statistics import median
from typing import Final

from bench import newsroom
from bench.interleave import Pace
from bench.newsroom import SITE_ID, SeededNewsroom
from bench.result import Row
from yobal.actions import member_keys, purge_deleted, remove_member
from yobal.actions.add_epoch import MemberWrap
from yobal.actions.member_keys import NewWrap
from yobal.core import ids, roster, schedule
from yobal.core.roster import MemberAdded, MemberRemoved, NewEpoch, Roster, Statement
from yobal.demo import signing
from yobal.demo.keys import NewModerator, make_moderator
from yobal.store import epochs, people
from yobal.store.database import Connection
from yobal.store.people import Moderator

EPOCHS: Final = 52  # none of them destroyed: comments of each week still wait
LIMIT_SECONDS: Final = 2.0
_LEAD: Final = newsroom.PSEUDONYM


def measure(pace: Pace, folder: Path) -> list[Row]:
    seeded = newsroom.seed(folder / "removing")
    _begin_epochs(seeded)
    seconds = [_removal_seconds(seeded, f"Person {number}") for number in range(pace.rounds)]
    name = f"removing a member with the keys of {EPOCHS} epochs : 2 s"
    return [Row(name=name, figure=median(seconds) / LIMIT_SECONDS, sense="at most", limit=1)]


def _removal_seconds(seeded: SeededNewsroom, pseudonym: str) -> float:
    components = seeded.components
    member = make_moderator(SITE_ID, pseudonym)
    _add_member(seeded, member, pseudonym)
    with components.database.reading() as conn:
        before = _roster(seeded, conn)
    removal = signing.sign_statement(
        seeded.signing_seed,
        MemberRemoved(
            site_id=SITE_ID, previous=before.head, by=_lead_key(before), member=member.signing_key
        ),
    )
    epoch = signing.sign_statement(
        seeded.signing_seed, _epoch(before, roster.statement_hash(removal.statement), member)
    )
    began = time.perf_counter()
    remove_member.remove_member(
        components.database,
        components.cell_file,
        components.rules,
        components.roster_reader,
        removed_by=_LEAD,
        statements=[removal, epoch],
        wraps=[MemberWrap(_lead_key(before), member.wrap)],
        now=time.time(),
        random=secrets.token_bytes,
    )
    purge_deleted.overwrite_expired(components.database, components.cell_file)
    return time.perf_counter() - began


def _begin_epochs(seeded: SeededNewsroom) -> None:
    components, spare = seeded.components, make_moderator(SITE_ID, "Spare")
    with components.database.writing() as conn:
        for _ in range(EPOCHS - 1):
            before = _roster(seeded, conn)
            begun = _append(seeded, conn, _epoch(before, before.head, spare))
            first_slot = schedule.last_slot(components.rules.schedule, time.time())
            newest = begun.epochs[-1].epoch_id
            epochs.add(conn, epoch_id=newest, site_id=SITE_ID, first_slot=first_slot)


def _add_member(seeded: SeededNewsroom, member: NewModerator, pseudonym: str) -> None:
    """With a wrap of every epoch, as a lead's browser makes them."""
    components = seeded.components
    with (
        member_keys.allocating(components.database, components.cell_file) as allocate,
        components.database.writing() as conn,
    ):
        before = _roster(seeded, conn)
        added = MemberAdded(
            site_id=SITE_ID,
            previous=before.head,
            by=_lead_key(before),
            member=member.signing_key,
            role="moderator",
            keys_hash=roster.keys_hash(member.keys),
        )
        _append(seeded, conn, added, (member.keys, member.keys_signature))
        people.add(
            conn,
            Moderator(
                site_id=SITE_ID,
                pseudonym=pseudonym,
                signing_key=member.signing_key,
                roster_pin=b"",
            ),
        )
        age_files = {"words": member.identity, "sheet": member.recovery_identity}
        member_keys.store_identities(conn, allocate, member.signing_key, age_files)
        wraps = [NewWrap(epoch.epoch_id, pseudonym, member.wrap) for epoch in before.epochs]
        member_keys.store_wraps(conn, allocate, wraps)


def _append(
    seeded: SeededNewsroom,
    conn: Connection,
    statement: Statement,
    keys: tuple[str, bytes] | tuple[None, None] = (None, None),
) -> Roster:
    signed = signing.sign_statement(seeded.signing_seed, statement, keys)
    return seeded.components.roster_reader.append(conn, signed)


def _epoch(before: Roster, previous: str, keys: NewModerator) -> NewEpoch:
    return NewEpoch(
        site_id=SITE_ID,
        previous=previous,
        by=_lead_key(before),
        epoch_id=ids.new_id(secrets.token_bytes),
        recipient=keys.epoch_recipient,
    )


def _roster(seeded: SeededNewsroom, conn: Connection) -> Roster:
    read = seeded.components.roster_reader.read(conn)
    if read is None:
        raise LookupError("the newsroom has no roster")
    return read


def _lead_key(read: Roster) -> str:
    lead = read.named(_LEAD)
    if lead is None:
        raise LookupError(_LEAD)
    return lead.signing_key
