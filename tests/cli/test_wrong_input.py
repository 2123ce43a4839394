"""Every command with plausible wrong input: one sentence that says what to do, never a traceback."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from tests.cli.command import run
from tests.conftest import new_postgresql
from tests.harness import SITE_ID, make_newsroom
from tests.ports import free_ports
from tests.serving import is_listening, wait_for
from yobal.server.settings import load
from yobal.server.wiring import prepare_storage

PLAIN = f'site_id = "{SITE_ID}"\nsite_name = "The River Post"\n'
ADD = (
    "story",
    "add",
    "ferry",
    "--edition",
    "en",
    "--title",
    "T",
    "--url",
    "https://news.example/t",
)
COMMANDS = (
    ("story", "list"),
    ADD,
    ("story", "open", "ferry"),
    ("story", "close", "ferry"),
    ("release",),
    ("rebuild",),
    ("serve",),
    ("serve", "intake"),
    ("serve", "desk"),
    ("grant-intake", "nosuch"),
)


def run_without_traceback(
    folder: Path, *words: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    done = run(folder, *words, **environment)
    assert "Traceback" not in done.stderr
    assert "panicked" not in done.stderr
    return done


def fail(folder: Path, *words: str, **environment: str) -> str:
    done = run_without_traceback(folder, *words, **environment)
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert done.stderr.startswith("yobal: ")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Settings, and no site: nothing was set up."""
    intake, desk = free_ports(2)
    listens = f'intake_listen = "127.0.0.1:{intake}"\ndesk_listen = "127.0.0.1:{desk}"\n'
    (tmp_path / "yobal.toml").write_text(PLAIN + listens, encoding="utf-8")
    return tmp_path


def _name_database(folder: Path, url: str) -> None:
    path = folder / "yobal.toml"
    path.write_text(path.read_text() + f'database = "{url}"\n', encoding="utf-8")


def test_the_version_is_printed(tmp_path: Path) -> None:
    done = run_without_traceback(tmp_path, "--version")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == "yobal 0.1.0\n"


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_before_init_every_command_says_what_to_do(folder: Path, words: tuple[str, ...]) -> None:
    assert "`yobal init`" in fail(folder, *words)


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_without_settings_every_command_says_what_to_do(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    assert "yobal.toml does not exist; `yobal init` writes one" in fail(tmp_path, *words)


@pytest.mark.parametrize("words", [("serve",), ("serve", "intake"), ("serve", "desk")])
def test_before_init_on_postgresql_serve_says_what_to_do(
    folder: Path, postgresql: str, words: tuple[str, ...]
) -> None:
    _name_database(folder, new_postgresql(postgresql))
    assert "`yobal init`" in fail(folder, *words)


def _with_schema(folder: Path, url: str, revision: str) -> None:
    """A database that another version has made: other tables, and another version of the schema."""
    newsroom = make_newsroom(folder, url)
    with newsroom.database.writing() as conn:
        conn.exec_driver_sql(f"update alembic_version set version_num = '{revision}'")
        for view in ("intake_site", "intake_editions"):
            conn.exec_driver_sql(f"drop view {view}")
        conn.exec_driver_sql("alter table sites rename column id to site")
    newsroom.close()
    _name_database(folder, url)


@pytest.mark.parametrize("words", [words for words in COMMANDS if words[0] != "init"], ids=" ".join)
def test_with_the_database_of_a_newer_version_every_command_says_what_to_do(
    folder: Path, database_url: str, words: tuple[str, ...]
) -> None:
    _with_schema(folder, database_url, "a_newer_one")
    message = fail(folder, *words)
    assert "made by another version of Yobal (schema a_newer_one)" in message
    assert "install that version again" in message


def test_doctor_gives_the_same_advice_for_the_database_of_a_newer_version(
    folder: Path, database_url: str
) -> None:
    _with_schema(folder, database_url, "a_newer_one")
    done = run_without_traceback(folder, "doctor")
    failed = [line for line in done.stdout.splitlines() if line.startswith("fail")]
    (schema,) = (line for line in failed if "schema" in line)
    assert "install that version again" in schema
    assert "start the database" not in done.stdout
    assert "start `yobal serve`" not in "".join(failed)


def test_grant_intake_without_such_a_role_says_what_to_do(folder: Path, postgresql: str) -> None:
    url = new_postgresql(postgresql)
    make_newsroom(folder, url).close()
    _name_database(folder, url)
    assert "there is no role “nosuch”: create it first" in fail(folder, "grant-intake", "nosuch")
    for name in ("No Such", "a;b", "", "x" * 64):
        assert "is not a plain name of a role" in fail(folder, "grant-intake", name)


def test_serve_intake_as_a_role_without_rights_says_what_to_do(
    folder: Path, postgresql: str
) -> None:
    url = new_postgresql(postgresql)
    make_newsroom(folder, url).close()
    role = f"bare_{os.urandom(4).hex()}"
    parsed = sa.make_url(url)
    plain = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f"create role {role} login".encode())
    _name_database(folder, url)
    intake = parsed.set(username=role).render_as_string(hide_password=False)
    assert "grant-intake" in fail(folder, "serve", "intake", YOBAL_INTAKE_DATABASE=intake)
    assert "grant-intake" in fail(folder, "story", "list", YOBAL_DATABASE=intake)


@pytest.fixture
def site(folder: Path) -> Path:
    settings = load(folder / "yobal.toml", {})
    prepare_storage(settings)
    assert run_without_traceback(folder, "init").returncode == 0
    return folder


WRONG = [
    (("story", "add", "ferry/x", *ADD[3:]), "a story id"),
    (("story", "add", "x" * 129, *ADD[3:]), "a story id"),
    (("story", "add", "សាឡាង", *ADD[3:]), "a story id"),
    (("story", "add", "ferry", "--edition", "xx-zz-not", *ADD[5:]), "that Unicode's CLDR knows"),
    (("story", "add", "--from", "none.jsonl"), "none.jsonl: No such file"),
    (("story", "add", "--from", "data"), "data: Is a directory"),
    (("story", "open", "nosuch"), "there is no story nosuch; `yobal story list`"),
    (("story", "close", ""), "there is no story"),
    (("serve", "both"), "intake or desk"),
    (("serve", "--config", "none.toml"), "does not exist"),
    (("serve", "--config", "data"), "cannot be read"),
    (("grant-intake", "nosuch"), "SQLite has no roles"),
    (("init",), "already set up"),
    (("init", "--site-id", "other"), "another value of site_id"),
    (("demo", "--port", "0"), "port: 1 to"),
    (("demo", "--port", "65535"), "port: 1 to"),
    (("demo", "--folder", "data"), "holds other files"),
    (("demo", "--folder", "yobal.toml"), "yobal.toml"),
    (("demo", "--reset", "--folder", "data"), "was not made by"),
    (("demo", "--reset", "--folder", "yobal.toml"), "was not made by"),
]


def test_wrong_words_are_reported_in_one_sentence(site: Path) -> None:
    problems = []
    for words, says in WRONG:
        message = fail(site, *words)
        if says not in message:
            problems.append((words, message))
    assert not problems


USAGE = (
    ("nosuch",),
    ("story", "nosuch"),
    ("story", "add"),
    ("story", "add", "ferry", "--edition", "en"),
    ("story", "add", "", *ADD[3:]),
    ("story", "add", "ferry", "--from", "stories.jsonl"),
    ("serve", "intake", "desk"),
    ("demo", "--port", "x"),
    ("release", "--nosuch"),
)


def test_an_unknown_word_or_option_is_answered_with_the_usage(site: Path) -> None:
    for words in USAGE:
        done = run_without_traceback(site, *words)
        assert (done.returncode, done.stdout) == (2, ""), words
        assert "Usage: yobal" in done.stderr, words


BROKEN = {
    "a list for a name": ('site_name = ["a"]\n', "site_name"),
    "an old name": ('slots = ["06:00"]\n', "release_times"),
    "a table": ("[smtp]\nhost = 1\n", "smtp"),
    "half a line": ("max_hold_slots = [\n", "TOML file: Invalid value (at end"),
    "no text at all": ("\0", "TOML"),
}


@pytest.mark.parametrize(("text", "says"), BROKEN.values(), ids=BROKEN)
def test_broken_settings_are_reported_in_one_sentence(folder: Path, text: str, says: str) -> None:
    path = folder / "yobal.toml"
    path.write_text(text if "name" in text else PLAIN + text, encoding="utf-8")
    for words in (("story", "list"), ("serve",), ("doctor",), ("init",)):
        assert says in fail(folder, *words), words


# A command as root


@pytest.fixture
def theirs() -> Iterator[Path]:
    """A folder of another user, as `adduser --system` makes it, which every user may enter."""
    if os.geteuid() != 0:
        pytest.skip("only root can work as another user")
    made = Path(tempfile.mkdtemp(prefix="yobal-theirs-"))
    made.chmod(0o711)
    (made / "yobal.toml").write_text(PLAIN, encoding="utf-8")
    (made / "data").mkdir(mode=0o711)
    os.chown(made / "data", NOBODY, NOBODY)
    yield made
    shutil.rmtree(made)


NOBODY = 65_534


@cache
def _python_for_everyone() -> dict[str, str]:
    """What makes `python3` run Yobal for a user who may not read this test's own Python."""
    own = ["/usr/bin/env", sys.executable, "-c", "import json"]
    if subprocess.run(own, user=NOBODY, cwd="/", check=False, capture_output=True).returncode == 0:
        return {"program": sys.executable, "path": ""}
    system = "/usr/bin/python3"
    code = "import sys; print(sys.version_info[:2])"
    done = subprocess.run([system, "-c", code], capture_output=True, text=True, check=False)
    if done.stdout.strip() != str(sys.version_info[:2]):
        pytest.skip(f"another user may not read {sys.executable}, and {system} is another version")
    packages = [path for path in sys.path if path and not path.startswith(sys.base_prefix)]
    return {"program": system, "path": os.pathsep.join(packages)}


def as_root(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    python = _python_for_everyone()
    done = subprocess.run(
        [python["program"], "-P", "-m", "yobal", *words],
        cwd=folder,
        env={"PATH": "/usr/bin:/bin"} | ({"PYTHONPATH": python["path"]} if python["path"] else {}),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in done.stderr
    return done


def owners(folder: Path) -> set[int]:
    return {path.stat().st_uid for path in [folder, *folder.rglob("*")]}


def test_a_command_as_root_leaves_every_file_to_the_owner_of_the_data(theirs: Path) -> None:
    for words in (("init",), ADD, ("story", "close", "ferry"), ("release",), ("rebuild",)):
        done = as_root(theirs, *words)
        assert (done.returncode, done.stderr) == (0, ""), words
        assert owners(theirs / "data") == {NOBODY}, words
    assert len(list((theirs / "data").rglob("*"))) > 20
    os.chown(theirs / "data", 0, 0)
    (theirs / "data" / "public" / "stray").touch()
    assert owners(theirs / "data") == {0, NOBODY}, "the check can fail"


def test_init_as_root_gives_the_settings_to_the_owner_of_their_folder(theirs: Path) -> None:
    (theirs / "yobal.toml").unlink()
    shutil.rmtree(theirs / "data")
    os.chown(theirs, NOBODY, NOBODY)
    done = as_root(theirs, "init", "--site-id", SITE_ID, "--name", "n")
    assert (done.returncode, done.stderr) == (0, "")
    assert owners(theirs) == {NOBODY}


def test_a_python_that_the_owner_may_not_read_is_reported_in_one_sentence(theirs: Path) -> None:
    if _python_for_everyone()["program"] == sys.executable:
        pytest.skip("every user may read this Python")
    assert "who may not read the Python at" in fail(theirs, "init")
    assert owners(theirs / "data") == {NOBODY}


def test_serve_as_root_works_as_the_owner_of_the_data(theirs: Path) -> None:
    assert as_root(theirs, "init").returncode == 0
    intake, desk = free_ports(2)
    listens = f'intake_listen = "127.0.0.1:{intake}"\ndesk_listen = "127.0.0.1:{desk}"\n'
    (theirs / "yobal.toml").write_text(PLAIN + listens, encoding="utf-8")
    python = _python_for_everyone()
    server = subprocess.Popen(
        [python["program"], "-P", "-m", "yobal", "serve"],
        cwd=theirs,
        env={"PYTHONPATH": python["path"]} if python["path"] else {},
    )
    try:
        wait_for(lambda: is_listening(intake), "it listens")
        assert Path(f"/proc/{server.pid}").stat().st_uid == NOBODY
        assert Path(f"/proc/{server.pid}/comm").read_text() == "yobal wiped\n"
        (memory,) = (
            line
            for line in as_root(theirs, "doctor").stdout.splitlines()
            if f"{server.pid})" in line
        )
        assert memory.startswith("ok")
    finally:
        server.terminate()
        server.wait(timeout=120)
    assert owners(theirs / "data") == {NOBODY}
