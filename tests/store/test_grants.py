"""On PostgreSQL the intake's role can add to the inbox and read the views, and nothing else.

Every table, function, lock and setting of the database is tried as that role.
"""

import secrets
from collections.abc import Iterator

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy.exc import ProgrammingError

from tests.conftest import new_postgresql
from tests.harness import SITE_ID, SLOT, STORY_ID, NewsroomHarness, make_newsroom
from tests.store.factories import arrival
from yobal.core.errors import DatabaseUnavailable, InvalidInput
from yobal.server.scheduler.maintenance import run_once
from yobal.store import grants, intake, sql_functions, sql_views, tables
from yobal.store.database import Database
from yobal.store.inbox import open_inbox
from yobal.store.postgresql_inbox import TABLES

JOINED = {"intake_unreadable"}  # not insertable for any role
ALL_TABLES = (*tables.metadata.tables, *TABLES, "desk_lock")
LOCK_MODES = (
    "row share",
    "row exclusive",
    "share update exclusive",
    "share",
    "share row exclusive",
    "exclusive",
    "access exclusive",
)


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


def test_the_role_can_add_comments_receipts_and_withdrawal_requests(
    role: Database, made: tuple[NewsroomHarness, str]
) -> None:
    newsroom, _ = made
    inbox, first = open_inbox(role), arrival()
    assert [outcome.status for outcome in inbox.add([first, arrival()])] == ["new", "new"]
    again = arrival(idempotency_hash=first.idempotency_hash)
    assert first.receipt is not None
    assert again.receipt is not None
    (outcome,) = inbox.add([again])
    assert (outcome.status, outcome.has_receipt) == ("repeat", True)
    assert inbox.count_comments() == {STORY_ID: 2}
    (entry,) = inbox.find([again.receipt.hash])
    assert entry.kind == "receipt"
    newsroom.move_inbox()
    with role.reading() as conn:
        status = intake.receipt_status(conn, again.receipt.hash, idempotency_hash=b"")
    assert status is not None
    assert status.state == "pending"
    for _ in range(2):
        inbox.add_withdrawal_request(first.receipt.hash, "withdraw_now", story_id=STORY_ID)
    newsroom.move_inbox()
    assert len(newsroom.read_table("withdrawal_requests")) == 1


def test_the_role_can_read_the_views(role: Database) -> None:
    with role.reading() as conn:
        site = intake.get_site(conn)
        assert site is not None
        (first, epoch) = intake.list_statements(conn, SITE_ID)
        assert (first.keys, epoch.keys) == (None, None), "no pseudonym is in what it reads"
        assert "Heron" not in first.statement + epoch.statement
        assert intake.get_story(conn, SITE_ID, STORY_ID) is not None
        assert len(intake.editions(conn, SITE_ID, STORY_ID)) == 2
        assert intake.languages(conn, SITE_ID) == {"km", "en"}
        assert intake.get_published(conn, SITE_ID, STORY_ID, "a" * 26) is None


REFUSED = [
    *(f"select * from {table}" for table in ALL_TABLES),
    *(f"select count(*) from {table}" for table in ("comments", "envelopes", "inbox")),
    *(f"delete from {table}" for table in ALL_TABLES),
    *(f"insert into {table} default values" for table in ALL_TABLES),
    *(f"truncate {table}" for table in ALL_TABLES),
    *(f"lock table {table} in access share mode" for table in ALL_TABLES),
    *(f"lock table {view} in {mode} mode" for view in sql_views.VIEWS for mode in LOCK_MODES),
    *(f"select * from {view} for update" for view in sql_views.VIEWS if view not in JOINED),
    "update comments set state = 'published'",
    "update sites set released_slot = 0",
    "update stories set is_open = false",
    "update inbox_turn set half = not half",
    "insert into comments (id, state) values ('x', 'held')",
    "drop view intake_site",
    "create table mine (x int)",
    "create function f() returns int language sql as 'select 1'",
    "create or replace function find_in_inbox(hashes bytea[]) returns int language sql as ''",
    *(f"insert into {view} default values" for view in sql_views.VIEWS if view not in JOINED),
    "delete from intake_published",
    "update intake_stories set is_open = false",
    "select pg_switch_wal()",
    "select pg_read_file('postgresql.conf')",
    "select pg_terminate_backend(pid) from pg_stat_activity where usename <> current_user",
    "set session_replication_role = replica",
    "set log_statement = 'all'",
    "set role pg_read_all_data",
]


@pytest.mark.parametrize("statement", REFUSED)
def test_the_role_can_do_nothing_else(role: Database, statement: str) -> None:
    with pytest.raises(ProgrammingError) as refused, role.writing() as conn:
        conn.execute(sa.text(statement))
    assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)


def test_the_role_may_use_exactly_these_tables_and_functions(
    role: Database, made: tuple[NewsroomHarness, str]
) -> None:
    """As PostgreSQL itself lists them, so that a table or function added later is found."""
    newsroom, _ = made
    name = role.url.username
    privileges = "select, insert, update, delete, truncate, references, trigger"
    with newsroom.database.reading() as conn:
        relations = conn.execute(
            sa.text(
                "select relname from pg_class where relnamespace = 'public'::regnamespace"
                " and relkind in ('r', 'p', 'v', 'm', 'S', 'f')"
                " and has_table_privilege(:role, oid, :privileges)"
            ),
            {"role": name, "privileges": privileges},
        ).scalars()
        assert set(relations) == {*sql_views.views(conn), "alembic_version"}
        functions = conn.execute(
            sa.text(
                "select proname from pg_proc where pronamespace = 'public'::regnamespace"
                " and has_function_privilege(:role, oid, 'execute')"
            ),
            {"role": name},
        ).scalars()
        assert set(functions) == set(sql_functions.NAMES)
        volatile = conn.execute(
            sa.text(
                "select proname from pg_proc where proname = any(:names) and provolatile = 'v'"
            ),
            {"names": list(sql_functions.NAMES)},
        ).scalars()
        assert list(volatile) == ["add_to_inbox"], "only one function writes"


def test_the_role_cannot_change_a_setting_of_the_server(role: Database) -> None:
    engine = role.engine.execution_options(isolation_level="AUTOCOMMIT")
    with pytest.raises(ProgrammingError) as refused, engine.connect() as conn:
        conn.execute(sa.text("alter system set work_mem = '4MB'"))
    assert isinstance(refused.value.orig, psycopg.errors.InsufficientPrivilege)


def test_no_setting_that_the_role_may_change_reaches_the_log_or_other_sessions(
    role: Database,
) -> None:
    with role.reading() as conn:
        rows = conn.execute(sa.text("select name, setting, context from pg_settings")).all()
        usable = {row.name for row in rows if row.context == "user"}
    assert "work_mem" in usable
    assert {name for name in usable if name.startswith("log_")} <= {
        "log_parameter_max_length_on_error"
    }
    for row in rows:
        if row.context in ("superuser", "sighup", "postmaster"):
            with pytest.raises((ProgrammingError, DatabaseUnavailable)), role.writing() as conn:
                conn.execute(
                    sa.text("select set_config(:name, :value, false)"),
                    row._asdict() | {"value": row.setting},
                )


def test_no_lock_that_the_role_can_hold_stops_a_round_or_a_release(
    role: Database, made: tuple[NewsroomHarness, str]
) -> None:
    """Advisory locks of every number that was ever used, the views' tables, and a call that never ends."""
    newsroom, _ = made
    sent = newsroom.send()
    newsroom.publish(sent.id)
    late = newsroom.send(waits_for_round=True)
    with role.engine.begin() as conn:
        for lock in (0x72656C65617365, 0x796F62616C):
            conn.execute(sa.text("select pg_advisory_lock(:lock)"), {"lock": lock})
        for view in sql_views.VIEWS:
            conn.execute(sa.text(f"lock table {view} in access share mode"))
        conn.execute(
            sa.text(
                "select * from add_to_inbox('{comment}', '{\\x00}', '{s}', '{\\x00}', '{null}', '{null}')"
            )
        )
        newsroom.now += SLOT
        result = run_once(newsroom.components, now=newsroom.now, is_clock_trusted=True)
        assert result.released is not None
        assert newsroom.state(sent.id) == "published"
        assert newsroom.state(late.id) == "pending"
        assert isinstance(result.inbox_problem, DatabaseUnavailable), "destroyed later"
    newsroom.run_scheduler()
    newsroom.now += SLOT
    newsroom.run_scheduler()


def test_another_role_cannot_call_receipt_status(
    made: tuple[NewsroomHarness, str],
) -> None:
    newsroom, _ = made
    other = f"other_{secrets.token_hex(4)}"
    with newsroom.database.writing() as conn:
        conn.execute(sa.text(f"create role {other} login"))
    database = Database(newsroom.database.url.set(username=other).render_as_string())
    with pytest.raises(ProgrammingError), database.reading() as conn:
        intake.receipt_status(conn, b"", idempotency_hash=b"")
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
