"""A group is one SQLite statement: stored completely or not at all, and on the disk when it returns."""

import pytest

from tests.harness import NewsroomHarness
from tests.store.factories import arrival
from yobal.core.errors import DatabaseUnavailable
from yobal.store import arrivals
from yobal.store.arrivals import Arrival
from yobal.store.database import Database

TABLES = ("comments", "envelopes", "receipts")


def _counts(newsroom: NewsroomHarness) -> list[int]:
    """Row counts, read through another connection."""
    other_connection = Database(newsroom.database.url.render_as_string(hide_password=False))
    with other_connection.reading() as conn:
        counts = [
            conn.exec_driver_sql(f"select count(*) from {table}").scalar_one() for table in TABLES
        ]
    other_connection.close()
    return counts


def _statements_while_adding(database: Database, group: list[Arrival]) -> set[str]:
    """The first word of each statement, including those of triggers."""
    statements: list[str] = []
    with database.autocommit() as conn:
        driver = conn.connection.driver_connection
    driver.set_trace_callback(statements.append)  # type: ignore[union-attr]  # it is open
    arrivals.add(database, group)
    driver.set_trace_callback(None)  # type: ignore[union-attr]  # it is open
    return {one.removeprefix("--").split()[0].lower() for one in statements}


def test_a_group_is_one_statement_without_a_transaction(sqlite_newsroom: NewsroomHarness) -> None:
    arrivals.add(sqlite_newsroom.database, [arrival()])  # its view is made
    group = [arrival(), arrival(receipt_hash=None), arrival()]
    assert _statements_while_adding(sqlite_newsroom.database, group) == {"insert"}
    assert _counts(sqlite_newsroom) == [4, 4, 3]


def test_rows_added_after_a_purge_are_visible_to_other_connections(
    sqlite_newsroom: NewsroomHarness,
) -> None:
    """A purge must not leave a connection behind that begins transactions and never ends them."""
    for _ in range(3):
        sqlite_newsroom.database.purge()
        arrivals.add(sqlite_newsroom.database, [arrival(), arrival()])
    assert _counts(sqlite_newsroom) == [6, 6, 6]


def test_a_group_with_a_repeat_leaves_nothing_of_its_first_attempt(
    sqlite_newsroom: NewsroomHarness,
) -> None:
    first = arrival()
    arrivals.add(sqlite_newsroom.database, [first])
    group = [arrival() for _ in range(4)]
    group[2].idempotency_hash = first.idempotency_hash
    outcomes = arrivals.add(sqlite_newsroom.database, group)
    assert [one.status for one in outcomes] == ["new", "new", "repeat", "new"]
    assert _counts(sqlite_newsroom) == [4, 4, 5]  # and the repeat has a receipt of its own


def test_a_locked_database_stores_nothing(sqlite_newsroom: NewsroomHarness) -> None:
    database = sqlite_newsroom.database
    with database.autocommit() as conn:
        conn.exec_driver_sql("PRAGMA busy_timeout = 10")
    with database.writing(), pytest.raises(DatabaseUnavailable):
        arrivals.add(database, [arrival()])
    assert _counts(sqlite_newsroom) == [0, 0, 0]
    with database.autocommit() as conn:
        conn.exec_driver_sql("PRAGMA busy_timeout = 1000")
    assert [one.status for one in arrivals.add(database, [arrival()])] == ["new"]
