"""What a round inserts: each comment once, and one that breaks a rule fails alone."""

from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa

from tests.harness import NewsroomHarness
from tests.store.factories import arrival, receipt_arrival
from yobal.core.errors import DatabaseUnavailable
from yobal.store import arrivals
from yobal.store.arrivals import Arrival, EncryptedArrival, InsertedComments, ReceiptArrival
from yobal.store.insert_rows import ROWS_PER_STATEMENT


def _arrivals(number: int) -> list[Arrival]:
    return [arrival() for _ in range(number)]


_cell_numbers = count()


def _insert(
    newsroom: NewsroomHarness, group: list[Arrival], arrival_round: int = 0
) -> InsertedComments:
    """The ciphertext is what was sealed: the store does not look into it."""
    encrypted = [
        EncryptedArrival(arrival, next(_cell_numbers), arrival.sealed) for arrival in group
    ]
    with newsroom.database.writing() as conn:
        return arrivals.insert_comments(conn, encrypted, arrival_round=arrival_round)


def _insert_receipts(newsroom: NewsroomHarness, *receipts: ReceiptArrival) -> None:
    with newsroom.database.writing() as conn:
        arrivals.insert_receipts(conn, receipts)


def _receipt(name: bytes, comment: Arrival) -> ReceiptArrival:
    return receipt_arrival(hash=name, idempotency_hash=comment.idempotency_hash)


@pytest.mark.parametrize("field", ["epoch_id", "sealed", "story_id"])
def test_one_invalid_comment_of_fifty_fails_alone(newsroom: NewsroomHarness, field: str) -> None:
    group = _arrivals(50)
    setattr(group[17], field, None)
    inserted = _insert(newsroom, group)
    assert (inserted.failed_count, len(inserted.unused_cells)) == (1, 1)
    stored = {row["id"] for row in newsroom.read_table("comments")}
    assert stored == {item.id for item in group} - {group[17].id}
    assert {row["comment_id"] for row in newsroom.read_table("envelopes")} == stored


def test_a_comment_that_is_moved_twice_is_stored_once(newsroom: NewsroomHarness) -> None:
    group = _arrivals(5)
    _insert(newsroom, group, 1)
    repeated = _insert(newsroom, [*group, *_arrivals(2)], 2)
    assert (repeated.failed_count, len(repeated.unused_cells)) == (0, 5)
    rounds = [row["arrival_round"] for row in newsroom.read_table("comments")]
    assert sorted(rounds) == [1] * 5 + [2] * 2
    assert len(newsroom.read_table("envelopes")) == 7


def test_more_rows_than_one_statement_takes_are_all_stored(newsroom: NewsroomHarness) -> None:
    group = _arrivals(2 * ROWS_PER_STATEMENT + 1)
    assert _insert(newsroom, group) == InsertedComments(failed_count=0, unused_cells=set())
    stored = {
        row["comment_id"]: bytes(row["ciphertext"]) for row in newsroom.read_table("envelopes")
    }
    assert stored == {comment.id: comment.sealed for comment in group}
    assert len(newsroom.read_table("comments")) == len(group)


def test_several_comments_with_the_same_hash_or_id_are_stored_once(
    newsroom: NewsroomHarness,
) -> None:
    first, same_hash, second, same_id = _arrivals(4)
    same_hash.idempotency_hash = first.idempotency_hash
    same_id.id = second.id
    inserted = _insert(newsroom, [first, same_hash, second, same_id])
    assert (inserted.failed_count, len(inserted.unused_cells)) == (0, 2)
    stored = {row["id"] for row in newsroom.read_table("comments")}
    assert len(stored) == 2
    assert {row["comment_id"] for row in newsroom.read_table("envelopes")} == stored


def test_receipts_of_one_comment_are_numbered(newsroom: NewsroomHarness) -> None:
    comment, other = _arrivals(2)
    _insert_receipts(newsroom, _receipt(b"a", comment), _receipt(b"b", comment))
    with newsroom.database.writing() as conn:
        conn.execute(sa.text("delete from receipts where hash = :hash"), {"hash": b"a"})
    _insert_receipts(
        newsroom, _receipt(b"b", comment), _receipt(b"c", comment), _receipt(b"o", other)
    )
    copies = {bytes(row["hash"]): row["copy"] for row in newsroom.read_table("receipts")}
    assert copies == {b"b": 1, b"c": 2, b"o": 0}


def test_a_full_database_stores_nothing(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    execute: Any = sa.engine.Connection.exec_driver_sql

    def is_full(conn: sa.Connection, statement: str, *rest: object) -> object:
        if statement.startswith("insert into envelopes"):
            raise sa.exc.OperationalError("insert", {}, Exception("database or disk is full"))
        return execute(conn, statement, *rest)

    def insert_three() -> None:
        with monkeypatch.context() as patch:
            patch.setattr(sa.engine.Connection, "exec_driver_sql", is_full)
            _insert(newsroom, _arrivals(3))

    with pytest.raises(DatabaseUnavailable):
        insert_three()
    assert newsroom.read_table("comments") == []
