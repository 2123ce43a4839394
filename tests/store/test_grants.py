"""On PostgreSQL the intake's role can insert sealed rows and read the views, and nothing else."""

import secrets
from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from tests.conftest import new_postgresql
from tests.harness import SITE_ID, STORY_ID, NewsroomHarness, make_newsroom
from tests.store.factories import arrival
from yobal.core.errors import InvalidInput
from yobal.store import arrivals, grants, intake, sql_views, tables
from yobal.store.database import Database

INSERTS = {"comments", "envelopes", "receipts", "withdrawal_requests"}
JOINED = {"intake_site", "intake_unreadable"}  # not insertable for any role


@pytest.fixture(scope="module")
def made(
    postgresql: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[NewsroomHarness, str]]:
    """A newsroom on PostgreSQL, and the URL of a role with the intake's rights."""
    newsroom = make_newsroom(tmp_path_factory.mktemp("rights"), new_postgresql(postgresql))
    role = f"intake_{secrets.token_hex(4)}"
    with newsroom.database.writing() as conn:
        conn.execute(sa.text(f"create role {role} login"))
        grants.grant_intake(conn, role)
    yield newsroom, newsroom.database.url.set(username=role).render_as_string(hide_password=False)
    newsroom.close()


@pytest.fixture
def role(made: tuple[NewsroomHarness, str]) -> Iterator[Database]:
    database = Database(made[1])
    with database.reading() as conn:
        assert conn.execute(sa.text("select current_user")).scalar_one().startswith("intake_")
    yield database
    database.close()


def test_the_role_can_insert_comments_receipts_and_withdrawal_requests(
    role: Database, made: tuple[NewsroomHarness, str]
) -> None:
    first = arrival()
    assert [one.status for one in arrivals.add(role, [first, arrival()])] == ["new", "new"]
    again = arrival(idempotency_hash=first.idempotency_hash)
    (outcome,) = arrivals.add(role, [again])
    assert (outcome.status, outcome.has_receipt) == ("repeat", True)
    with role.reading() as conn:
        answer = intake.receipt_status(conn, again.receipt_hash or b"")
    assert answer is not None
    assert answer.state == "pending"
    with role.writing() as conn:
        for request_id in ("w", "again"):
            intake.add_withdrawal_request(
                conn,
                request_id=request_id,
                site_id=SITE_ID,
                receipt_hash=first.receipt_hash or b"",
                request_kind="withdraw_now",
            )
    assert [row["id"] for row in made[0].read_table("withdrawal_requests")] == ["w"]


def test_the_role_can_read_the_views(role: Database) -> None:
    with role.reading() as conn:
        site = intake.get_site(conn)
        assert site is not None
        assert (site.recipient or "").startswith("age1")
        assert intake.get_story(conn, SITE_ID, STORY_ID) is not None
        assert len(intake.editions(conn, SITE_ID, STORY_ID)) == 2
        assert intake.languages(conn, SITE_ID) == {"km", "en"}
        assert intake.get_published(conn, SITE_ID, STORY_ID, "a" * 26) is None


REFUSED = [
    *(f"select * from {table}" for table in tables.metadata.tables),
    *(f"select count(*) from {table}" for table in ("comments", "envelopes", "decisions")),
    *(f"delete from {table}" for table in tables.metadata.tables),
    *(
        f"insert into {table} default values"
        for table in tables.metadata.tables
        if table not in INSERTS
    ),
    "update comments set state = 'published'",
    "update sites set released_slot = 0",
    "update stories set is_open = false",
    "truncate withdrawal_requests",
    "drop view intake_site",
    "create table mine (x int)",
    "create function f() returns int language sql as 'select 1'",
    "insert into comments (id) values ('x') returning id",
    *(f"insert into {view} default values" for view in sql_views.VIEWS if view not in JOINED),
    "delete from intake_published",
    "update intake_stories set is_open = false",
]


@pytest.mark.parametrize("statement", REFUSED)
def test_the_role_can_do_nothing_else(role: Database, statement: str) -> None:
    with pytest.raises(ProgrammingError) as refused, role.writing() as conn:
        conn.execute(sa.text(statement))
    assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)


def test_another_role_cannot_call_receipt_status(
    made: tuple[NewsroomHarness, str],
) -> None:
    newsroom, _ = made
    other = f"other_{secrets.token_hex(4)}"
    with newsroom.database.writing() as conn:
        conn.execute(sa.text(f"create role {other} login"))
    database = Database(newsroom.database.url.set(username=other).render_as_string())
    with pytest.raises(ProgrammingError), database.reading() as conn:
        intake.receipt_status(conn, b"")
    database.close()


def test_earlier_rights_are_revoked(made: tuple[NewsroomHarness, str], role: Database) -> None:
    newsroom, _ = made
    name = role.url.username or ""
    with newsroom.database.writing() as conn:
        conn.execute(sa.text(f"grant select on decisions to {name}"))
        grants.grant_intake(conn, name)
    with pytest.raises(ProgrammingError), role.reading() as conn:
        conn.execute(sa.text("select * from decisions"))


@pytest.mark.parametrize("name", ["", "a b", "a;drop table comments", 'a"b', "A", "1a"])
def test_a_role_name_with_special_characters_is_refused(
    made: tuple[NewsroomHarness, str], name: str
) -> None:
    with pytest.raises(InvalidInput), made[0].database.writing() as conn:
        grants.grant_intake(conn, name)


def test_a_role_that_does_not_exist_is_refused(made: tuple[NewsroomHarness, str]) -> None:
    with (
        pytest.raises(InvalidInput, match="there is no role “nobody_here”"),
        made[0].database.writing() as conn,
    ):
        grants.grant_intake(conn, "nobody_here")
