"""A purge is pending from the deletion until a purge that began after it has ended."""

import secrets
from collections.abc import Callable

import pytest

from tests.harness import SITE_ID, SLOT, NewsroomHarness, catch_up
from yobal.actions import expire, process_withdrawals, redate_future_rows, release, undo
from yobal.actions.purge_deleted import purge_deleted
from yobal.core.errors import NoSuchComment
from yobal.store import pending_purge
from yobal.store.database import Database

DAY = 86_400


def _pending_id(newsroom: NewsroomHarness) -> str | None:
    with newsroom.database.reading() as conn:
        return pending_purge.pending_id(conn, SITE_ID)


def _undo(newsroom: NewsroomHarness) -> Callable[[], object]:
    held = newsroom.publish(newsroom.send().id)
    signature = newsroom.signer().undo(held.decision_id)
    context = newsroom.decision_context()
    return lambda: undo.undo(newsroom.database, context, held.decision_id, signature=signature)


def _remove(newsroom: NewsroomHarness) -> Callable[[], object]:
    sent = newsroom.publish_new()
    return lambda: newsroom.remove_only(sent.id)


def _withdraw(newsroom: NewsroomHarness) -> Callable[[], object]:
    newsroom.request_withdrawal(newsroom.send().code)
    return lambda: process_withdrawals.process(
        newsroom.database, newsroom.rules, with_release=False, random=secrets.token_bytes
    )


def _release(newsroom: NewsroomHarness) -> Callable[[], object]:
    newsroom.publish(newsroom.send().id)
    newsroom.now += SLOT
    return lambda: release.release(
        newsroom.database,
        newsroom.components.cell_file,
        newsroom.rules,
        now=newsroom.now,
        random=secrets.token_bytes,
        roster_reader=newsroom.components.roster_reader,
    )


def _expire(newsroom: NewsroomHarness) -> Callable[[], object]:
    newsroom.reject(newsroom.send().id)
    newsroom.pass_slots()
    return lambda: expire.expire(
        newsroom.database,
        newsroom.components.keyring,
        newsroom.rules,
        now=newsroom.now + 15 * DAY,
        random=secrets.token_bytes,
    )


def _redate(newsroom: NewsroomHarness) -> Callable[[], object]:
    newsroom.pass_slots(8)
    return lambda: redate_future_rows.redate(
        newsroom.database,
        newsroom.components.keyring,
        newsroom.rules,
        now=newsroom.now - 8 * SLOT,
        random=secrets.token_bytes,
    )


@pytest.mark.parametrize("prepare", [_remove, _withdraw, _release, _expire, _redate])
def test_every_transaction_that_deletes_text_records_that_a_purge_is_pending(
    newsroom: NewsroomHarness, prepare: Callable[[NewsroomHarness], Callable[[], object]]
) -> None:
    delete = prepare(newsroom)
    assert _pending_id(newsroom) is None
    assert delete()
    assert _pending_id(newsroom) is not None
    catch_up(newsroom.components, now=newsroom.now)
    assert _pending_id(newsroom) is None


def test_an_undo_needs_no_purge_because_it_destroys_the_key(newsroom: NewsroomHarness) -> None:
    """A purge on PostgreSQL slows others down, so it would show that a moderator undid a decision."""
    undo_it = _undo(newsroom)
    (row,) = newsroom.read_table("held_texts")
    undo_it()
    assert _pending_id(newsroom) is None
    assert purge_deleted(newsroom.database, newsroom.components.cell_file, SITE_ID) is True
    decrypted = newsroom.components.cell_file.decrypt(
        row["cell"],
        bytes(row["ciphertext"]),
        purpose="held text",
        row_id=row["comment_id"],
    )
    assert decrypted is None


def test_a_removal_that_is_refused_leaves_no_purge_pending(newsroom: NewsroomHarness) -> None:
    sent = newsroom.send()
    with pytest.raises(NoSuchComment):
        newsroom.remove(sent.id)
    assert _pending_id(newsroom) is None
    cell_file = newsroom.components.cell_file
    assert cell_file.unsettled, "the cell that the removal took for the text is not used"
    assert purge_deleted(newsroom.database, cell_file, SITE_ID) is True
    assert not cell_file.unsettled
    assert purge_deleted(newsroom.database, cell_file, SITE_ID) is False


def test_text_that_is_deleted_during_a_purge_stays_pending(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = newsroom.publish_new(), newsroom.publish_new()
    real, late = Database._try_purge, _remove(newsroom)

    def deleted_meanwhile(database: Database) -> str | None:
        reason = real(database)
        monkeypatch.undo()
        late()
        return reason

    monkeypatch.setattr(Database, "_try_purge", deleted_meanwhile)
    newsroom.remove(first.id)
    assert _pending_id(newsroom) is not None
    newsroom.remove(second.id)
    assert _pending_id(newsroom) is None
