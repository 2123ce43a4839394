"""Follows the canary from the form to its destruction, and notes the first step that it misses.

Only a comment whose idempotency hash is that of the canary is ever deleted: a row that somebody has marked in
the database goes back to the queue. The caller holds the release lock and purges.
"""

import random as random_module
import secrets
from datetime import UTC, datetime
from typing import Final

import msgspec

from yobal.adapters.cell_file import CellFile
from yobal.adapters.server_keys import Keyring
from yobal.core import canary, idempotency
from yobal.core import text as texts
from yobal.core.canary import CANARY, CanaryState
from yobal.core.ids import RandomBytes
from yobal.core.schedule import Slot, last_round
from yobal.core.site_rules import SiteRules
from yobal.core.submission import Submission
from yobal.store import canaries, cells, envelopes, epochs, pending_purge, sites, stories
from yobal.store.canaries import CanaryRow
from yobal.store.database import Connection, Database
from yobal.store.inbox import Inbox

_AGE_HEADER: Final = b"age-encryption.org/v1\n"


class CanaryForm(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent to the form of a thread."""

    submission: Submission
    idempotency_key: str


def prepare(
    database: Database,
    keyring: Keyring,
    rules: SiteRules,
    state: CanaryState,
    *,
    now: float,
    random: RandomBytes,
) -> tuple[CanaryState, CanaryForm | None]:
    """The next canary, under an open story that is picked at random; None if no form takes comments."""
    looked = msgspec.structs.replace(
        state, attempted_round=last_round(rules.schedule, now), is_flawed=False
    )
    with database.reading() as conn:
        threads = canaries.open_threads(conn, rules.site_id, now=now)
        epoch_id = epochs.newest_id(conn, rules.site_id)
    if not threads or epoch_id is None:
        return looked, None
    thread = random_module.SystemRandom().choice(threads)
    submission = Submission(
        site_id=rules.site_id,
        story_id=thread.story_id,
        edition=thread.tag,
        parent_id=None,
        text=texts.clean(canary.TEXT[: rules.limits.text_graphemes_max]),
        name="",
    )
    today = datetime.fromtimestamp(now, UTC).date()
    key = idempotency.new_idempotency_key(random, today=today)
    mark = idempotency.idempotency_hash(keyring.day_keys(today), key, submission, today=today)
    prepared = msgspec.structs.replace(
        looked, stage="sent", story_id=thread.story_id, epoch_id=epoch_id, mark=mark.hex()
    )
    return prepared, CanaryForm(submission=submission, idempotency_key=key)


def follow(
    database: Database,
    inbox: Inbox,
    cell_file: CellFile,
    rules: SiteRules,
    state: CanaryState,
    *,
    released: Slot | None,
) -> CanaryState:
    """Take the steps that are due. `released` is the slot that this pass has released, if there is one."""
    if state.stage == "sent":
        state = _look_for(database, inbox, cell_file, rules, state)
    if released is not None:
        state = _expire(database, cell_file, rules, state, slot=released)
    if state.stage == "deleted":
        state = _confirm(database, cell_file, rules, state)
    return state


def _look_for(
    database: Database, inbox: Inbox, cell_file: CellFile, rules: SiteRules, state: CanaryState
) -> CanaryState:
    """After the round that moved the inbox; an inbox that is not destroyed yet may still hold it."""
    with database.reading() as conn:
        is_moved = sites.last_round(conn, rules.site_id) > state.attempted_round
        if not is_moved or inbox.has_taken(conn):
            return state
        row = canaries.find(conn, rules.site_id, bytes.fromhex(state.mark))
        if row is None:
            is_story_here = stories.exists(conn, rules.site_id, state.story_id)
            return canary.end(canary.miss(state, "inbox") if is_story_here else state)
        if row.state != CANARY:
            return canary.end(canary.miss(state, "count"))
        return _stored(conn, cell_file, rules, state, row)


def _stored(
    conn: Connection, cell_file: CellFile, rules: SiteRules, state: CanaryState, row: CanaryRow
) -> CanaryState:
    envelope = envelopes.get(conn, row.id)
    sealed = _sealed(conn, cell_file, row.id)
    is_newest = row.epoch_id in (state.epoch_id, epochs.newest_id(conn, rules.site_id))
    is_sealed = sealed is not None and sealed.startswith(_AGE_HEADER)
    if not (is_sealed and is_newest):
        state = canary.miss(state, "sealing")
    return msgspec.structs.replace(
        state,
        stage="stored",
        comment_id=row.id,
        cell=envelope.cell if envelope else 0,
        ciphertext=envelope.ciphertext if envelope else b"",
    )


def _sealed(conn: Connection, cell_file: CellFile, comment_id: str) -> bytes | None:
    """The envelope that the intake stored; None if its cell does not decrypt it."""
    row = envelopes.get(conn, comment_id)
    if row is None:
        return None
    return cell_file.decrypt(row.cell, row.ciphertext, purpose="envelope", row_id=comment_id)


def _expire(
    database: Database, cell_file: CellFile, rules: SiteRules, state: CanaryState, *, slot: Slot
) -> CanaryState:
    """Delete the canary, and any that a restore brought back without its cell. Return marked rows to the queue."""
    with database.writing() as conn:
        rows = canaries.list_before(conn, rules.site_id, slot)
        if not rows:
            return _end_if_deleted(conn, rules, state)
        pending_purge.request(conn, rules.site_id, random=secrets.token_bytes)
        own = [row for row in rows if _is_own(row, state)]
        marked = [row for row in rows if row not in own and _sealed(conn, cell_file, row.id)]
        for row in rows:
            if row not in marked:
                envelopes.delete(conn, row.id)
                canaries.delete(conn, row.id)
        canaries.return_to_queue(conn, [row.id for row in marked])
    return msgspec.structs.replace(state, stage="deleted") if own else state


def _end_if_deleted(conn: Connection, rules: SiteRules, state: CanaryState) -> CanaryState:
    """End a canary whose row is gone. That is a miss, unless its story was removed with everything under it."""
    mark = bytes.fromhex(state.mark)
    if state.stage != "stored" or canaries.find(conn, rules.site_id, mark) is not None:
        return state
    is_story_here = stories.exists(conn, rules.site_id, state.story_id)
    return canary.end(canary.miss(state, "expiry") if is_story_here else state)


def _is_own(row: CanaryRow, state: CanaryState) -> bool:
    return row.idempotency_hash is not None and row.idempotency_hash.hex() == state.mark


def _confirm(
    database: Database, cell_file: CellFile, rules: SiteRules, state: CanaryState
) -> CanaryState:
    """After the purge: its cell must no longer decrypt anything."""
    with database.reading() as conn:
        if pending_purge.pending_id(conn, rules.site_id) is not None or cells.expired(conn):
            return state
        slot = sites.released_slot(conn, rules.site_id)
    plain = cell_file.decrypt(
        state.cell, state.ciphertext, purpose="envelope", row_id=state.comment_id
    )
    if plain is not None:
        return canary.end(canary.miss(state, "expiry"))
    return canary.end(state, passed_slot=slot)
