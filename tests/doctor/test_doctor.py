"""The doctor finds what was broken on purpose, one thing at a time, and says how to mend it."""

import ctypes
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest

from tests.conftest import new_postgresql
from tests.harness import SITE_ID, NewsroomHarness, make_newsroom
from tests.serving import serving
from yobal.doctor import clocks, examine, process_memory
from yobal.server.hardening import allocators
from yobal.server.settings import Settings
from yobal.store import database as databases
from yobal.store.diagnostics import server_settings

HERE = Path(__file__).parents[2]


def file_of(settings: Settings) -> Path:
    return settings.folder.parent / "yobal.toml"


def mend(
    settings: Settings, *, clock: Callable[[], float] = time.time, **changed: Any
) -> dict[str, str]:
    """What is not well, and what to do; other servers of this machine left aside."""
    file = file_of(settings)
    if not file.exists():
        file.touch(mode=0o600)
    found = examine(
        msgspec.structs.replace(settings, **({"min_batch_size": 3} | changed)), file, clock=clock
    )
    assert all(one.advice for one in found if one.verdict != "well")
    return {one.what: one.advice for one in found if not one.is_well and "memory" not in one.what}


@pytest.fixture
def settings(sqlite_newsroom: NewsroomHarness) -> Settings:
    sqlite_newsroom.send()  # makes day key and pepper, and a write-ahead log
    return sqlite_newsroom.components.settings


def test_a_newsroom_as_it_was_set_up_is_well(settings: Settings) -> None:
    assert mend(settings) == {}


def test_a_check_that_cannot_run_is_a_finding_too(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "SQLITE_OLDEST", (99, 0, 0))
    assert "can damage its database" in mend(settings)["database"]


# FileCache


@pytest.mark.parametrize("where", [".", "day", "pepper", "pepper/*"])
@pytest.mark.parametrize("mode", [0o705, 0o750, 0o644])
def test_secrets_that_others_may_reach_are_named(settings: Settings, where: str, mode: int) -> None:
    path = next(settings.secrets_dir.glob(where)) if where != "." else settings.secrets_dir
    path.chmod(mode | (0o100 if path.is_dir() else 0))
    (said,) = mend(settings).values()
    assert said == f"chmod go= {path}"


def test_secrets_that_are_gone_are_said_to_be(settings: Settings) -> None:
    settings.secrets_dir.rename(settings.secrets_dir.with_name("elsewhere"))
    assert "receipts given before it open nothing" in mend(settings)["secrets"]


@pytest.mark.parametrize("ending", ["", "-wal", "-shm"])
def test_a_database_that_others_may_read_is_named(settings: Settings, ending: str) -> None:
    file = Path(settings.database_url.removeprefix("sqlite:///") + ending)
    file.chmod(0o640)
    assert mend(settings) == {"the database is the owner's only": f"chmod go= {file}"}


@pytest.mark.parametrize(
    ("mode", "line", "is_well"),
    [
        (0o604, "postgresql://u:hidden@h/d", False),
        (0o640, "postgresql://u:hidden@h/d", True),
        (0o604, "postgresql://u@h/d", True),
    ],
)
def test_a_password_in_the_settings_is_for_those_who_need_it(
    settings: Settings, mode: int, line: str, *, is_well: bool
) -> None:
    file = file_of(settings)
    file.write_text(f'intake_database = "{line}"\n', encoding="utf-8")
    file.chmod(mode)
    changed = msgspec.structs.replace(settings, intake_database=line)
    said = {
        one.what: one.advice for one in examine(changed, file) if "password" in one.what
    }  # the database itself is not there
    advice = "" if is_well else f"chmod o= {file}"
    assert said == {"a database's password can be read by those who need it": advice}


@pytest.mark.parametrize(
    "where", ["yobal.toml", "data", "data/public", f"data/public/{SITE_ID}/ferry/en"]
)
@pytest.mark.parametrize("more", [0o020, 0o002])
def test_what_others_could_change_is_named(settings: Settings, where: str, more: int) -> None:
    path = settings.folder.parent / where
    if not path.exists():
        path.touch(mode=0o600)
    path.chmod(path.stat().st_mode | more)
    (said,) = mend(settings).values()
    assert said == f"chmod go-w {path}"


def test_without_a_store_nothing_is_made_by_looking(tmp_path: Path) -> None:
    settings = Settings(site_id=SITE_ID, site_name="n", data_dir=str(tmp_path / "data"))
    (said,) = (one.advice for one in examine(settings, tmp_path / "yobal.toml"))
    assert "`yobal init` makes it" in said
    assert list(tmp_path.iterdir()) == []


# Addresses and slots


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"desk_url": "http://desk.example"}, "desk_url: use https"),
        ({"desk_url": "http://10.0.0.1:8601"}, "desk_url: use https"),
        ({"public_url": "http://comments.example"}, "public_url: use https"),
        (
            {"public_url": "https://one.example", "desk_url": "https://one.example"},
            "host name of its own",
        ),
        ({"release_interval_seconds": 20}, "confidential, not anonymous"),
    ],
)
def test_an_address_or_a_schedule_that_breaks_a_promise_is_found(
    settings: Settings, changed: dict[str, Any], says: str
) -> None:
    (said,) = mend(settings, **changed).values()
    assert says in said


@pytest.mark.parametrize(
    "changed",
    [
        {"desk_url": "http://[::1]:8601"},
        {"public_url": "http://abcdefghij234567.onion"},
        {"desk_url": "https://desk.example:8443", "public_url": "https://comments.example"},
    ],
)
def test_what_is_safe_is_not_complained_of(settings: Settings, changed: dict[str, Any]) -> None:
    assert mend(settings, **changed) == {}


# The clock


def test_a_release_that_lies_in_the_future_is_found(sqlite_newsroom: NewsroomHarness) -> None:
    with sqlite_newsroom.database.writing() as conn:
        conn.exec_driver_sql("update sites set released_slot = 9999999600")
    said = mend(sqlite_newsroom.components.settings)
    assert "`yobal release --trust-clock`" in said["clock and last release agree"]


def test_a_clock_that_has_leapt_since_the_last_release_is_found(settings: Settings) -> None:
    said = mend(settings, clock=lambda: time.time() + 400 * 86_400)
    assert "`yobal release --trust-clock`" in said["clock and last release agree"]


def test_a_newsroom_without_a_comment_may_begin_weeks_after_it_was_set_up(
    sqlite_newsroom: NewsroomHarness,
) -> None:
    late = time.time() + 400 * 86_400
    assert "clock and last release agree" not in mend(
        sqlite_newsroom.components.settings, clock=lambda: late
    )


def test_a_demonstration_may_lie_for_weeks_between_two_starts(
    sqlite_newsroom: NewsroomHarness,
) -> None:
    sqlite_newsroom.send()
    with sqlite_newsroom.database.writing() as conn:
        conn.exec_driver_sql("update sites set is_demo = true")
    late = time.time() + 400 * 86_400
    assert "clock and last release agree" not in mend(
        sqlite_newsroom.components.settings, clock=lambda: late
    )


def test_a_clock_that_was_put_back_is_found_by_what_was_written_later(settings: Settings) -> None:
    said = mend(settings, clock=lambda: time.time() - 3_600)
    assert "was written later than now" in said["clock and newest file agree"]


def test_a_clock_from_before_this_version_is_found(settings: Settings) -> None:
    assert mend(settings, clock=lambda: 1_700_000_000.0) == {
        "clock": "it shows a time before this version was made: set it"
    }


@pytest.mark.parametrize(("state", "verdict"), [(0, "well"), (5, "LOOK"), (-1, "LOOK")])
def test_a_clock_that_nothing_keeps_is_told(state: int, verdict: str) -> None:
    def adjtimex(asked: Any) -> int:
        assert bytes(asked._obj) == bytes(ctypes.sizeof(clocks.Timex))  # it changes nothing
        return state

    assert clocks.kept(adjtimex).verdict == verdict
    assert clocks.kept().verdict in ("well", "LOOK")  # the real one can be asked


# Databases


def test_a_database_without_a_write_ahead_log_is_found(
    sqlite_newsroom: NewsroomHarness, settings: Settings
) -> None:
    sqlite_newsroom.close()
    file = settings.database_url.removeprefix("sqlite:///")
    database = databases.sqlite_module().connect(file)
    database.execute("pragma journal_mode = delete")
    database.close()
    assert "let nothing else write" in mend(settings)["the database writes ahead (WAL)"]


def test_a_database_of_an_older_schema_is_found(sqlite_newsroom: NewsroomHarness) -> None:
    with sqlite_newsroom.database.writing() as conn:
        conn.exec_driver_sql("update alembic_version set version_num = 'older'")
    assert mend(sqlite_newsroom.components.settings) == {
        "database schema": "start `yobal serve` once"
    }


KEPT = {
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
BROKEN = {
    "synchronous_commit": "off",
    "log_error_verbosity": "default",
    "log_min_error_statement": "error",
    "log_parameter_max_length": "-1",
    "log_parameter_max_length_on_error": "64",
    "log_statement": "mod",
    "log_duration": "on",
    "log_min_duration_statement": "0",
    "log_min_duration_sample": "0",
    "log_transaction_sample_rate": "1",
    "auto_explain.log_min_duration": "0",
    "pgaudit.log": "all",
}
OF_THE_WHOLE_SERVER = {"fsync": "off", "full_page_writes": "off", "track_commit_timestamp": "on"}


class Server:
    """A newsroom on PostgreSQL as the technicians' page sets it up, with the intake's own role."""

    def __init__(self, folder: Path, url: str) -> None:
        self.newsroom = make_newsroom(folder, url)
        self.url = self.newsroom.database.url
        self.role = f"intake_{os.urandom(4).hex()}"
        self.run(f"create role {self.role} login")
        for name, value in KEPT.items():
            self.alter("database", name, value)

    @property
    def settings(self) -> Settings:
        intake = self.url.set(username=self.role).render_as_string(hide_password=False)
        return msgspec.structs.replace(self.newsroom.components.settings, intake_database=intake)

    def alter(self, what: str, name: str, value: str) -> None:
        of = self.url.database if what == "database" else self.role
        self.run(f"alter {what} {of} set {name} = '{value}'")

    def reset(self, what: str, name: str) -> None:
        self.run(
            f"alter {what} {self.url.database if what == 'database' else self.role} reset {name}"
        )

    def run(self, statement: str) -> None:
        plain = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(statement.encode())


@pytest.fixture(scope="module")
def server(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("doctor"), new_postgresql(postgresql))
    yield made
    made.newsroom.close()


def test_postgresql_as_it_is_described_is_well(server: Server) -> None:
    assert mend(server.settings) == {}


@pytest.mark.parametrize("name", BROKEN)
def test_a_setting_of_postgresql_that_breaks_a_promise_is_found(server: Server, name: str) -> None:
    server.alter("database", name, BROKEN[name])
    try:
        said = mend(server.settings)
    finally:
        server.reset("database", name)
        if name in KEPT:
            server.alter("database", name, KEPT[name])
    found = {one.partition(" = ")[0]: advice for one, advice in said.items()}
    assert set(found) == {name}
    assert len(said) == 2  # for both roles
    assert f"set {name} = '" in found[name]


def test_a_setting_of_the_intakes_role_alone_is_found(server: Server) -> None:
    server.alter("role", "log_duration", "on")
    try:
        assert set(mend(server.settings)) == {"log_duration = on (intake_database)"}
    finally:
        server.reset("role", "log_duration")


@pytest.mark.parametrize("name", OF_THE_WHOLE_SERVER)
def test_a_setting_of_the_whole_server_is_read_from_it(server: Server, name: str) -> None:
    """A server of its own would have to be started with it; so this one is made to say it."""
    server.run("create schema if not exists liar")
    server.run(
        "create or replace function liar.current_setting(name text, missing_ok boolean)"
        f" returns text language sql as 'select ''{OF_THE_WHOLE_SERVER[name]}'''"
    )
    url = server.url.update_query_dict({"options": "-c search_path=liar,pg_catalog"})
    found, wanted = server_settings(url.render_as_string(hide_password=False))[name]
    assert found not in wanted
    found, wanted = server_settings(server.url.render_as_string(hide_password=False))[name]
    assert found in wanted


def test_a_database_that_does_not_answer_is_a_finding(server: Server) -> None:
    nowhere = "postgresql://u:hidden@127.0.0.1:1/d"
    said = mend(server.settings, intake_database=nowhere)
    assert set(said) == {"database"}
    assert "start the database" in said["database"]
    assert "hidden" not in said["database"]


# Memory


@pytest.mark.parametrize(
    ("away", "says"),
    [
        ("GLIBC_TUNABLES", "it was tried and does not"),
        ("PYTHONMALLOC", "it was tried and does not"),
        ("_RJEM_MALLOC_CONF", "start it with the `yobal` command"),
    ],
)
def test_a_server_that_remembers_is_found_whatever_its_mark_says(
    tmp_path: Path, away: str, says: str
) -> None:
    kept = {name: value for name, value in allocators.SETTINGS.items() if name != away}
    with serving(tmp_path, environment=kept | {allocators.ENV_FLAG: "1"}) as served:
        found = process_memory.of(Path(f"/proc/{served.pid}"))
        to_response = served.log()
    assert found.verdict == "MEND"
    assert says in found.advice
    assert ("readers' words stay in its memory" in to_response) is ("tried" in says)


def test_a_server_that_forgets_is_well_and_is_among_those_looked_at(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        assert process_memory.of(Path(f"/proc/{served.pid}")).verdict == "well"
        assert any(f"(process {served.pid})" in one.what for one in process_memory.examine())


def test_a_process_that_has_not_tried_is_not_believed() -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", "print(flush=True); input()"],
        env={**allocators.SETTINGS, allocators.ENV_FLAG: "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with other:
        assert other.stdout is not None
        other.stdout.readline()
        assert "it has not tried it" in process_memory.of(Path(f"/proc/{other.pid}")).advice


def test_who_may_not_look_is_told_so() -> None:
    """Seen from an account that may not look into the first process, which is root's."""
    code = (
        "import os; from pathlib import Path; from yobal.doctor import process_memory;"
        "os.geteuid() or os.setuid(65534); print(process_memory.of(Path('/proc/1')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=HERE, capture_output=True, text=True, check=True
    )
    assert "this account may not look" in done.stdout
