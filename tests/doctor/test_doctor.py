"""`yobal doctor` finds each thing that a test breaks on purpose, and says what to do."""

import ctypes
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy import make_url

from tests.conftest import new_postgresql
from tests.doctor.conftest import folder_on_disk
from tests.harness import SITE_ID, NewsroomHarness, make_newsroom
from tests.serving import serving
from yobal.actions import declare_story
from yobal.core.thread import Edition
from yobal.doctor import clocks, examine, file_status, process_memory, rounds, settings_checks
from yobal.server.hardening import allocators
from yobal.server.rebuild import rebuild_all
from yobal.server.settings import Settings
from yobal.store import database as databases
from yobal.store import sqlite_inbox
from yobal.store.database import Database
from yobal.store.diagnostics import server_settings
from yobal.store.migrations import migrate

HERE = Path(__file__).parents[2]


def file_of(settings: Settings) -> Path:
    return settings.folder.parent / "yobal.toml"


def failures(
    settings: Settings, *, clock: Callable[[], float] = time.time, **changed: Any
) -> dict[str, str]:
    """What fails, and what to do. Other servers on this machine are ignored."""
    file = file_of(settings)
    if not file.exists():
        file.touch(mode=0o600)
    findings = examine(
        msgspec.structs.replace(settings, **({"min_batch_size": 3} | changed)), file, clock=clock
    )
    assert all(finding.advice for finding in findings if finding.status != "ok")
    return {
        finding.check: finding.advice
        for finding in findings
        if finding.is_failure and "memory" not in finding.check
    }


@pytest.fixture
def settings(sqlite_newsroom: NewsroomHarness) -> Settings:
    sqlite_newsroom.send()  # makes day key and pepper, and a write-ahead log
    return sqlite_newsroom.components.settings


def test_a_newly_set_up_newsroom_has_no_failure(settings: Settings) -> None:
    assert failures(settings) == {}


def test_a_check_that_cannot_run_is_a_failure(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "SQLITE_OLDEST", (99, 0, 0))
    assert "can damage its database" in failures(settings)["database"]


# Files


@pytest.mark.parametrize("where", [".", "day", "pepper", "pepper/*"])
@pytest.mark.parametrize("mode", [0o705, 0o750, 0o644])
def test_secrets_that_other_users_can_read_are_named(
    settings: Settings, where: str, mode: int
) -> None:
    path = next(settings.secrets_dir.glob(where)) if where != "." else settings.secrets_dir
    path.chmod(mode | (0o100 if path.is_dir() else 0))
    (advice,) = failures(settings).values()
    assert advice == f"chmod go= {path}"


def test_a_missing_secrets_folder_is_a_failure(settings: Settings) -> None:
    settings.secrets_dir.rename(settings.secrets_dir.with_name("elsewhere"))
    assert "receipts given before will no longer work" in failures(settings)["secrets"]


@pytest.mark.parametrize("ending", ["", "-wal", "-shm"])
def test_a_database_that_other_users_can_read_is_named(settings: Settings, ending: str) -> None:
    file = Path(settings.database_url.removeprefix("sqlite:///") + ending)
    file.chmod(0o640)
    assert failures(settings) == {"only the owner can read the database": f"chmod go= {file}"}


@pytest.mark.parametrize(
    ("mode", "line", "is_ok"),
    [
        (0o604, "postgresql://u:hidden@h/d", False),
        (0o640, "postgresql://u:hidden@h/d", True),
        (0o604, "postgresql://u@h/d", True),
    ],
)
def test_other_users_cannot_read_a_password_in_the_settings(
    settings: Settings, mode: int, line: str, *, is_ok: bool
) -> None:
    file = file_of(settings)
    file.write_text(f'intake_database = "{line}"\n', encoding="utf-8")
    file.chmod(mode)
    changed = msgspec.structs.replace(settings, intake_database=line)
    advice_given = {
        finding.check: finding.advice
        for finding in examine(changed, file)
        if "password" in finding.check
    }  # the PostgreSQL database itself does not exist
    advice = "" if is_ok else f"chmod o= {file}"
    assert advice_given == {"other users cannot read a database password in the settings": advice}


@pytest.mark.parametrize(
    "where", ["yobal.toml", "data", "data/public", f"data/public/{SITE_ID}/ferry/en"]
)
@pytest.mark.parametrize("more", [0o020, 0o002])
def test_paths_that_other_users_can_change_are_named(
    settings: Settings, where: str, more: int
) -> None:
    path = settings.folder.parent / where
    if not path.exists():
        path.touch(mode=0o600)
    path.chmod(path.stat().st_mode | more)
    (advice,) = failures(settings).values()
    assert advice == f"chmod go-w {path}"


def test_without_a_database_the_checks_create_nothing(tmp_path: Path) -> None:
    settings = Settings(site_id=SITE_ID, site_name="n", data_dir=str(tmp_path / "data"))
    (advice,) = (finding.advice for finding in examine(settings, tmp_path / "yobal.toml"))
    assert "`yobal init` makes one" in advice
    assert list(tmp_path.iterdir()) == []


# What it must be able to do


def test_a_site_that_was_never_set_up_and_another_site_are_found(
    settings: Settings, database_url: str
) -> None:
    assert failures(settings, site_id="other")["site"].startswith(
        f'this database belongs to the site "{SITE_ID}", and the settings say site_id = "other"'
    )
    other_url = database_url.replace("yobal.sqlite", "other.sqlite")
    database = Database(other_url)
    migrate(database)
    database.close()
    assert "`yobal init` sets one up" in failures(settings, database=other_url)["site"]


def test_public_pages_that_are_missing_are_found(newsroom: NewsroomHarness) -> None:
    settings = newsroom.components.settings
    assert "every public page exists" not in failures(settings)
    (newsroom.files_dir / SITE_ID / "@" / "comments.css").unlink()
    (newsroom.files_dir / SITE_ID / "ferry" / "km" / "index.html").unlink()
    advice = failures(settings)["every public page exists"]
    assert "2 files are missing" in advice
    assert f"{SITE_ID}/ferry/km/index.html" in advice
    assert "`yobal rebuild`" in advice
    rebuild_all(newsroom.components)
    assert "every public page exists" not in failures(settings)


def test_pages_that_are_about_to_be_written_are_not_missing(newsroom: NewsroomHarness) -> None:
    edition = Edition(tag="en", title="New", url="https://news.example/new")
    declare_story.add(newsroom.database, newsroom.rules, "new", edition)
    assert "every public page exists" not in failures(newsroom.components.settings)


def test_files_of_another_user_are_found(settings: Settings) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    foreign = settings.files_dir / SITE_ID / "ferry"
    os.chown(foreign, 12_345, -1)
    advice = failures(settings)["all data belongs to the owner of its folder"]
    assert advice == f"not {foreign}: chown -R 0 {settings.folder}"


def test_a_file_that_the_server_deletes_meanwhile_is_no_failure(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    (settings.files_dir / "unfinished.gz").touch()
    (settings.secrets_dir / "unfinished").touch()
    list_all = file_status.all_below

    def list_then_delete(folder: Path) -> Iterator[Path]:
        for path in list(list_all(folder)):
            if path.name.startswith("unfinished"):
                path.unlink(missing_ok=True)
            yield path

    with monkeypatch.context() as patch:
        patch.setattr(file_status, "all_below", list_then_delete)
        assert failures(settings) == {}
    (settings.secrets_dir / "unfinished").touch()
    with monkeypatch.context() as patch:
        patch.setattr(file_status, "all_below", list_then_delete)
        (found,) = clocks._newest_file(settings, time.time())
        assert found.status == "ok"


def test_a_folder_that_the_server_deletes_meanwhile_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "replies").mkdir()
    (tmp_path / "replies" / "1.html").touch()
    names = []
    for path in file_status.all_below(tmp_path):
        shutil.rmtree(tmp_path / "replies", ignore_errors=True)
        names.append(path.name)
    assert names == ["replies"]


def test_a_database_that_does_not_accept_writes_is_found(newsroom: NewsroomHarness) -> None:
    settings = newsroom.components.settings
    if not newsroom.database.is_sqlite:
        with newsroom.database.writing() as conn:
            name = newsroom.database.url.database
            conn.exec_driver_sql(f"alter database {name} set default_transaction_read_only = on")
        newsroom.database.engine.dispose()
        found = failures(settings)["comments can be stored"]
        url = newsroom.database.url.set(drivername="postgresql")
        with psycopg.connect(
            url.render_as_string(hide_password=False),
            options="-c default_transaction_read_only=off",
        ) as connection:
            reset = f"alter database {name} reset default_transaction_read_only"
            connection.execute(reset.encode())
        assert "accepts no writes" in found
        return
    newsroom.database.engine.dispose()
    file = Path(settings.database_url.removeprefix("sqlite:///"))
    with as_nobody(settings.folder.parent):
        file.chmod(0o400)
        assert "may not be written by this user" in failures(settings)["comments can be stored"]


def test_a_folder_that_cannot_be_written_is_found(settings: Settings) -> None:
    with as_nobody(settings.folder.parent):
        settings.files_dir.chmod(0o500)
        settings.secrets_dir.chmod(0o500)
        advice = failures(settings)["public files and keys can be written"]
        settings.files_dir.chmod(0o700)
        settings.secrets_dir.chmod(0o700)
    assert f"cannot write public files: {settings.files_dir} may not be written" in advice
    assert f"cannot rotate its keys: {settings.secrets_dir} may not be written" in advice


@contextmanager
def as_nobody(folder: Path) -> Iterator[None]:
    """Root may write everything, so this thread works as another user, whose folder it is."""
    if os.geteuid() != 0:
        yield
        return
    parents = [path for path in folder.parents if path.stat().st_mode & 0o711 != 0o711]
    modes = {path: path.stat().st_mode for path in parents}
    for path, mode in modes.items():
        path.chmod(mode | 0o011)
    for path in (folder, *folder.rglob("*")):
        os.chown(path, 65_534, 65_534)
    os.seteuid(65_534)
    try:
        yield
    finally:
        os.seteuid(0)
        for path, mode in modes.items():
            path.chmod(mode)


# Addresses and schedule

EVERY_2_HOURS = tuple(f"{hour:02}:00" for hour in range(0, 24, 2))


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
        (
            {"public_url": "https://one.example", "desk_url": "https://one.example:8443"},
            "host name of its own",
        ),
        ({"intake_listen": "0.0.0.0:8600"}, "intake_listen: use 127.0.0.1"),
        ({"desk_listen": "[::]:8601"}, "desk_listen: use 127.0.0.1"),
        ({"intake_listen": "192.0.2.1:8600"}, "intake_listen: use 127.0.0.1"),
        ({"release_interval_seconds": 20}, "confidential, not anonymous"),
        ({"release_interval_seconds": 3_600}, "of 50,000 daily readers about 1 remain"),
        (
            {"release_times": EVERY_2_HOURS, "max_hold_slots": 2},
            "of 50,000 daily readers about 5 remain",
        ),
    ],
)
def test_an_address_or_a_schedule_that_breaks_a_promise_is_found(
    settings: Settings, changed: dict[str, Any], says: str
) -> None:
    (advice,) = failures(settings, **changed).values()
    assert says in advice


def test_a_schedule_that_hides_authors_among_many_readers_only_is_a_warning(
    settings: Settings,
) -> None:
    """Four times a day, it hides them among 5,000 readers as well."""
    for release_times, status in ((EVERY_2_HOURS[::2], "warn"), (EVERY_2_HOURS[::3], "ok")):
        changed = msgspec.structs.replace(settings, release_times=release_times, max_hold_slots=2)
        (finding,) = settings_checks.schedule(changed)
        assert finding.status == status
        assert ("of 5,000, about 10" in finding.advice) is (status == "warn")


@pytest.mark.parametrize(
    "changed",
    [
        {"desk_url": "http://[::1]:8601"},
        {"public_url": "http://abcdefghij234567.onion"},
        {"desk_url": "https://desk.example:8443", "public_url": "https://comments.example"},
    ],
)
def test_safe_addresses_are_no_failure(settings: Settings, changed: dict[str, Any]) -> None:
    assert failures(settings, **changed) == {}


# Rounds


def test_an_inbox_that_was_not_moved_at_the_last_round_is_a_warning(
    sqlite_newsroom: NewsroomHarness,
) -> None:
    def status(hours: int) -> str:
        now = sqlite_newsroom.now + hours * 3_600
        settings = sqlite_newsroom.components.settings
        (finding,) = rounds.examine(settings, clock=lambda: now)
        return finding.status

    assert status(0) == "ok"  # 13:00, and the round at 11:00 is done
    assert status(5) == "ok"  # the one at 17:00 may be running
    assert status(11) == "warn"
    sqlite_newsroom.now += 11 * 3_600
    sqlite_newsroom.run_scheduler()
    assert status(0) == "ok"


def test_an_inbox_that_others_may_read_is_found(settings: Settings) -> None:
    (file, *_) = sqlite_inbox.files(Path(make_url(settings.database_url).database or ""))
    file.chmod(0o644)
    assert file.name in failures(settings)["only the owner can read the database"]


# The clock


def test_a_release_that_lies_in_the_future_is_found(sqlite_newsroom: NewsroomHarness) -> None:
    with sqlite_newsroom.database.writing() as conn:
        conn.exec_driver_sql("update sites set released_slot = 9999999600")
    advice = failures(sqlite_newsroom.components.settings)
    assert "`yobal release --trust-clock`" in advice["clock and last release agree"]


def test_a_clock_that_has_leapt_since_the_last_release_is_found(settings: Settings) -> None:
    advice = failures(settings, clock=lambda: time.time() + 400 * 86_400)
    assert "`yobal release --trust-clock`" in advice["clock and last release agree"]


def test_a_newsroom_without_comments_may_start_weeks_after_its_setup(
    sqlite_newsroom: NewsroomHarness,
) -> None:
    late = time.time() + 400 * 86_400
    assert "clock and last release agree" not in failures(
        sqlite_newsroom.components.settings, clock=lambda: late
    )


def test_a_demo_may_be_stopped_for_weeks(
    sqlite_newsroom: NewsroomHarness,
) -> None:
    sqlite_newsroom.send()
    with sqlite_newsroom.database.writing() as conn:
        conn.exec_driver_sql("update sites set is_demo = true")
    late = time.time() + 400 * 86_400
    assert "clock and last release agree" not in failures(
        sqlite_newsroom.components.settings, clock=lambda: late
    )


def test_a_clock_that_was_set_back_is_found_by_a_newer_file(settings: Settings) -> None:
    advice = failures(settings, clock=lambda: time.time() - 3_600)
    assert "was written later than now" in advice["clock and newest file agree"]


def test_a_clock_from_before_this_version_is_found(settings: Settings) -> None:
    assert failures(settings, clock=lambda: 1_700_000_000.0) == {
        "clock": "it shows a time before this version was made: set it"
    }


@pytest.mark.parametrize(("state", "status"), [(0, "ok"), (5, "warn"), (-1, "warn")])
def test_a_clock_that_is_not_synchronised_is_a_warning(state: int, status: str) -> None:
    def adjtimex(timex: Any) -> int:
        assert bytes(timex._obj) == bytes(ctypes.sizeof(clocks.Timex))  # it changes nothing
        return state

    assert clocks.clock_is_synchronised(adjtimex).status == status
    assert clocks.clock_is_synchronised().status in ("ok", "warn")  # the real one can be asked


# Databases


def test_a_database_without_a_write_ahead_log_is_found(
    sqlite_newsroom: NewsroomHarness, settings: Settings
) -> None:
    sqlite_newsroom.close()
    file = settings.database_url.removeprefix("sqlite:///")
    database = databases.sqlite_module().connect(file)
    database.execute("pragma journal_mode = delete")
    database.close()
    assert (
        "let nothing else write" in failures(settings)["the database uses a write-ahead log (WAL)"]
    )


def test_a_database_of_another_version_is_found(database_url: str, tmp_path: Path) -> None:
    newsroom = make_newsroom(tmp_path, database_url)
    with newsroom.database.writing() as conn:
        conn.exec_driver_sql("update alembic_version set version_num = 'older'")
        conn.exec_driver_sql("alter table sites rename column id to site")
    newsroom.close()
    advice = failures(newsroom.components.settings)
    assert "made by another version" in advice["database schema"]
    assert "clock" not in advice


def test_a_database_without_any_table_is_found(
    sqlite_newsroom: NewsroomHarness, postgresql: str
) -> None:
    empty = new_postgresql(postgresql)
    advice = failures(sqlite_newsroom.components.settings, database=empty)
    assert advice["database schema"] == "it is empty: `yobal init` sets a site up"
    assert "clock" not in advice


SAFE = {
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
}
UNSAFE = {
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
UNSAFE_SERVER_WIDE = {"fsync": "off", "full_page_writes": "off", "track_commit_timestamp": "on"}


class Server:
    """A newsroom on PostgreSQL as docs/install.md sets it up, with the intake's own role."""

    def __init__(self, folder: Path, url: str) -> None:
        self.newsroom = make_newsroom(folder, url)
        self.url = self.newsroom.database.url
        self.role = f"intake_{os.urandom(4).hex()}"
        self.run(f"create role {self.role} login")
        for name, value in SAFE.items():
            self.alter("database", name, value)

    @property
    def settings(self) -> Settings:
        intake = self.url.set(username=self.role).render_as_string(hide_password=False)
        return msgspec.structs.replace(self.newsroom.components.settings, intake_database=intake)

    def alter(self, target_kind: str, name: str, value: str) -> None:
        self.run(f"alter {self._target(target_kind)} set {name} = '{value}'")

    def reset(self, target_kind: str, name: str) -> None:
        self.run(f"alter {self._target(target_kind)} reset {name}")

    def _target(self, kind: str) -> str:
        return f"{kind} {self.url.database if kind == 'database' else self.role}"

    def run(self, statement: str) -> None:
        plain = self.url.set(drivername="postgresql").render_as_string(hide_password=False)
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(statement.encode())


@pytest.fixture(scope="module")
def server(postgresql: str) -> Iterator[Server]:
    with folder_on_disk() as folder:
        made = Server(folder, new_postgresql(postgresql))
        yield made
        made.newsroom.close()


def test_postgresql_as_documented_has_no_failure(server: Server) -> None:
    assert failures(server.settings) == {}


@pytest.mark.parametrize("name", UNSAFE)
def test_a_setting_of_postgresql_that_breaks_a_promise_is_found(server: Server, name: str) -> None:
    server.alter("database", name, UNSAFE[name])
    try:
        advice_given = failures(server.settings)
    finally:
        server.reset("database", name)
        if name in SAFE:
            server.alter("database", name, SAFE[name])
    advice_by_setting = {what.partition(" = ")[0]: advice for what, advice in advice_given.items()}
    assert set(advice_by_setting) == {name}
    assert len(advice_given) == 2  # for both roles
    assert f"set {name} = '" in advice_by_setting[name]


def test_a_setting_of_the_intake_role_alone_is_found(server: Server) -> None:
    server.alter("role", "log_duration", "on")
    try:
        assert set(failures(server.settings)) == {"log_duration = on (intake_database)"}
    finally:
        server.reset("role", "log_duration")


@pytest.mark.parametrize("name", UNSAFE_SERVER_WIDE)
def test_a_setting_of_the_whole_server_is_read_from_it(server: Server, name: str) -> None:
    """Another server would have to be started with such a setting, so this one is made to report it."""
    server.run("create schema if not exists overridden")
    server.run(
        "create or replace function overridden.current_setting(name text, missing_ok boolean)"
        f" returns text language sql as 'select ''{UNSAFE_SERVER_WIDE[name]}'''"
    )
    url = server.url.update_query_dict({"options": "-c search_path=overridden,pg_catalog"})
    value, allowed = server_settings(url.render_as_string(hide_password=False))[name]
    assert value not in allowed
    value, allowed = server_settings(server.url.render_as_string(hide_password=False))[name]
    assert value in allowed


def test_a_database_that_does_not_answer_is_a_failure(server: Server) -> None:
    nowhere = "postgresql://u:hidden@127.0.0.1:1/d"
    advice = failures(server.settings, intake_database=nowhere)
    assert set(advice) == {"database"}
    assert "no server answers at this host and port: start it" in advice["database"]
    assert "hidden" not in advice["database"]


def test_an_intake_with_another_database_or_too_many_rights_is_found(
    server: Server, postgresql: str
) -> None:
    other = new_postgresql(postgresql).replace("postgresql+psycopg", "postgresql")
    another = sa.make_url(other).set(username=server.role).render_as_string(hide_password=False)
    advice = failures(server.settings, intake_database=another)
    assert "nothing that readers send" in advice["the intake's database is the desk's"]
    server.run(f"grant select on comments to {server.role}")
    try:
        advice = failures(server.settings)
    finally:
        server.run(f"revoke select on comments from {server.role}")
    assert set(advice) == {"the intake's role cannot read comments"}


# Memory


@pytest.mark.parametrize(
    ("missing", "says"),
    [
        ("GLIBC_TUNABLES", "the test at its start failed"),
        ("PYTHONMALLOC", "the test at its start failed"),
        ("_RJEM_MALLOC_CONF", "not every allocator"),
    ],
)
def test_a_server_that_does_not_wipe_memory_is_found_whatever_its_environment_says(
    tmp_path: Path, missing: str, says: str
) -> None:
    settings = {name: value for name, value in allocators.SETTINGS.items() if name != missing}
    with serving(tmp_path, environment=settings | {allocators.ENV_FLAG: "1"}) as served:
        finding = process_memory.examine_process(Path(f"/proc/{served.pid}"))
        log = served.log()
    assert finding.is_failure
    assert says in finding.advice
    assert ("does not overwrite memory" in log) is ("test" in says)


def test_a_server_that_wipes_memory_is_ok_and_is_examined(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        assert process_memory.examine_process(Path(f"/proc/{served.pid}")).status == "ok"
        assert any(
            f"(process {served.pid})" in finding.check for finding in process_memory.examine()
        )


def test_a_process_that_was_not_tested_is_a_failure() -> None:
    other = subprocess.Popen(
        [sys.executable, "-c", "print(flush=True); input()"],
        env={**allocators.SETTINGS, allocators.ENV_FLAG: "1"},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with other:
        assert other.stdout is not None
        other.stdout.readline()
        assert (
            "it was not tested" in process_memory.examine_process(Path(f"/proc/{other.pid}")).advice
        )


def test_an_account_that_may_not_read_a_process_gets_an_explanation() -> None:
    """From an account that may not read the environment of process 1, which is root's."""
    code = (
        "import os; from pathlib import Path; from yobal.doctor import process_memory;"
        "os.geteuid() or os.setuid(65534); print(process_memory.examine_process(Path('/proc/1')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=HERE, capture_output=True, text=True, check=True
    )
    assert "only root may look" in done.stdout


@pytest.mark.parametrize("name", ["backup_dir", "purge_list_dir"])
def test_a_folder_elsewhere_that_cannot_be_written_is_a_failure(
    settings: Settings, tmp_path: Path, name: str
) -> None:
    def failures_with(folder: Path) -> dict[str, str]:
        changed: dict[str, Any] = {name: str(folder)}
        return failures(settings, **changed)

    check = f"{name} can be written"
    assert check not in failures_with(tmp_path / "not" / "made" / "yet")
    in_the_way = tmp_path / "in-the-way"
    in_the_way.write_text("a file")
    for refused in (in_the_way, in_the_way / "below"):
        assert str(refused) in failures_with(refused)[check]
