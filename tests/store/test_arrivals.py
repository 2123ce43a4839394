"""Arrivals are stored in groups: an invalid one fails alone, and a lost database fails all of them."""

import pytest
import sqlalchemy as sa

from tests.harness import NewsroomHarness
from tests.store.factories import arrival
from yobal.core.errors import DatabaseUnavailable
from yobal.store import arrivals
from yobal.store.arrivals import Arrival


def _arrivals(count: int) -> list[Arrival]:
    return [arrival() for _ in range(count)]


@pytest.mark.parametrize("field", ["epoch_id", "sealed", "story_id"])
def test_one_invalid_comment_in_a_group_of_fifty_fails_alone(
    newsroom: NewsroomHarness, field: str
) -> None:
    group = _arrivals(50)
    setattr(group[17], field, None)
    outcomes = arrivals.add(newsroom.database, group)
    kinds = [one.status for one in outcomes]
    assert kinds == ["new"] * 17 + ["failed"] + ["new"] * 32
    stored = {row["id"] for row in newsroom.read_table("comments")}
    assert stored == {one.id for one in group} - {group[17].id}
    assert len(newsroom.read_table("envelopes")) == len(newsroom.read_table("receipts")) == 49


def test_a_repeat_in_a_group_is_one_comment_with_two_receipts(newsroom: NewsroomHarness) -> None:
    group = _arrivals(5)
    group[3].idempotency_hash = group[1].idempotency_hash
    outcomes = arrivals.add(newsroom.database, group)
    assert [one.status for one in outcomes] == ["new", "new", "new", "repeat", "new"]
    assert all(one.has_receipt for one in outcomes)
    assert (len(newsroom.read_table("comments")), len(newsroom.read_table("receipts"))) == (4, 5)


def test_a_comment_with_a_used_id_does_not_replace_the_stored_one(
    newsroom: NewsroomHarness,
) -> None:
    first, second = _arrivals(2)
    second.id = first.id
    outcomes = arrivals.add(newsroom.database, [first, second])
    assert outcomes[0].status == "new"
    (row,) = newsroom.read_table("comments")
    assert bytes(row["idempotency_hash"]) == first.idempotency_hash


def test_a_full_database_stores_and_acknowledges_nothing(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    def is_full(*_: object, **__: object) -> None:
        raise sa.exc.OperationalError("insert", {}, Exception("database or disk is full"))

    def add_three() -> None:
        with monkeypatch.context() as patch:
            for name in ("execute", "exec_driver_sql"):
                patch.setattr(sa.engine.Connection, name, is_full)
            arrivals.add(newsroom.database, _arrivals(3))

    with pytest.raises(DatabaseUnavailable):
        add_three()
    assert newsroom.read_table("comments") == []
