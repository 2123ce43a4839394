"""The commands as a technician types them, each in its own process. An error is one sentence."""

import errno
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import run
from tests.doctor.conftest import folder_on_disk
from tests.harness import SITE_ID, START
from yobal.actions import setup_site
from yobal.cli import main
from yobal.server.rebuild import write_assets
from yobal.server.settings import load
from yobal.server.wiring import build_components, prepare_storage

WORDS = ("--edition", "en", "--title", "Ferry workers", "--url", "https://news.example/ferry")


def succeed(folder: Path, *words: str) -> str:
    done = run(folder, *words)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def fail(folder: Path, *words: str, **environment: str) -> str:
    """One sentence on standard error, exit 1, no traceback."""
    done = run(folder, *words, **environment)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("yobal: ")
    assert done.stderr.count("\n") == 1
    return done.stderr


def failures(done: subprocess.CompletedProcess[str]) -> list[str]:
    """What `doctor` reports as a failure. Other servers on this machine are ignored."""
    failed = [line for line in done.stdout.splitlines() if line.startswith("fail")]
    assert done.returncode == (1 if failed else 0), done.stdout
    return [line for line in failed if "memory" not in line]


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    with folder_on_disk() as folder:  # in memory, the doctor warns
        yield folder


@pytest.fixture
def site(tmp_path: Path) -> Path:
    """A folder with a site set up, without a process for each step."""
    path = tmp_path / "yobal.toml"
    path.write_text(f'site_id = "{SITE_ID}"\nsite_name = "The River Post"\n', encoding="utf-8")
    settings = load(path, {})
    prepare_storage(settings)
    components = build_components(settings)
    setup_site.create_site(components.database, components.rules, name="The River Post", now=START)
    write_assets(components)
    components.close()
    return tmp_path


def test_a_newsroom_is_set_up_and_run_from_the_shell(tmp_path: Path) -> None:
    first = succeed(tmp_path, "init", "--site-id", SITE_ID, "--name", 'The "River" Post')
    assert "http://localhost:8601/join#" in first
    assert 'The \\"River\\" Post' in (tmp_path / "yobal.toml").read_text()
    assert "already set up" in fail(tmp_path, "init")
    again = succeed(tmp_path, "init", "--new-epoch")
    assert first.split("#")[1].split()[0] not in again

    assert f"/{SITE_ID}/ferry/en/" in succeed(tmp_path, "story", "add", "ferry", *WORDS)
    thread = tmp_path / "data/public" / SITE_ID / "ferry/en/index.html"
    before = thread.read_bytes()
    assert "closed" in succeed(tmp_path, "story", "close", "ferry")
    assert succeed(tmp_path, "story", "list") == "ferry  closed  0 comments  en\n"
    assert "open" in succeed(tmp_path, "story", "open", "ferry")
    assert succeed(tmp_path, "release") == "released 0\n"
    thread.unlink()
    succeed(tmp_path, "rebuild")
    assert thread.read_bytes() == before
    assert failures(run(tmp_path, "doctor")) == []


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("story", "add", "a/b", *WORDS), "a story id"),
        (("story", "add", "..", *WORDS), "a story id"),
        (("story", "add", "ferry", "--edition", "EN", *WORDS[2:]), "language tag"),
        (("story", "add", "ferry", *WORDS[:4], "--url", "javascript:alert(1)"), "URL"),
        (("story", "add", "ferry", *WORDS[:4], "--url", "/en/x"), "full address"),
        (("story", "add", "ferry", *WORDS[:3], "\u200b", *WORDS[4:]), "the title is empty"),
        (("story", "add", "ferry", *WORDS[:3], "a\u202eb", *WORDS[4:]), "U+202E"),
        (("story", "add", "ferry", *WORDS[:3], "a\nb", *WORDS[4:]), "one line"),
        (("story", "close", "nowhere"), "nowhere"),
        (("serve", "both"), "intake or desk"),
        (("grant-intake", "role"), "PostgreSQL"),
        (("release", "--config", "none.toml"), "does not exist"),
        (("release", "--clock-is-right"), "--trust-clock"),
        (("init", "--again"), "--new-epoch"),
        (("init", "--site", "other"), "--site-id"),
        (("init", "--site=other"), "--site-id"),
    ],
)
def test_a_mistake_is_reported_in_one_sentence(
    site: Path, words: tuple[str, ...], says: str
) -> None:
    assert says in fail(site, *words)


def test_an_unknown_variable_is_an_error_of_every_command(site: Path) -> None:
    assert "YOBAL_NOPE" in fail(site, "story", "list", YOBAL_NOPE="1")


def test_before_init_every_command_says_what_to_do(tmp_path: Path) -> None:
    assert "yobal init" in fail(tmp_path, "story", "list")
    assert "--site-id" in fail(tmp_path, "init")


def test_serve_refuses_a_database_whose_keys_were_made_outside_a_browser(tmp_path: Path) -> None:
    path = tmp_path / "yobal.toml"
    path.write_text(f'site_id = "{SITE_ID}"\nsite_name = "n"\n', encoding="utf-8")
    settings = load(path, {})
    prepare_storage(settings)
    components = build_components(settings)
    setup_site.create_site(components.database, components.rules, name="n", now=START, is_demo=True)
    components.close()
    assert "yobal demo" in fail(tmp_path, "serve")


def test_the_settings_of_another_site_do_not_open_this_database(site: Path) -> None:
    assert "river-post" in fail(site, "story", "list", YOBAL_SITE_ID="other")


def test_doctor_says_what_to_do_and_exits_with_1(site: Path) -> None:
    (site / "data" / "secrets").chmod(0o755)
    done = run(
        site, "doctor", YOBAL_DESK_URL="http://desk.example", YOBAL_RELEASE_INTERVAL_SECONDS="20"
    )
    assert len(failures(done)) == 3
    assert "chmod" in done.stdout
    assert "use https" in done.stdout
    assert "confidential, not anonymous" in done.stdout


def test_serve_imports_nothing_that_makes_a_moderators_key() -> None:
    code = (
        "import sys, yobal.cli.main, yobal.cli.commands, yobal.server.serve, yobal.doctor;"
        "print([name for name in sys.modules if name.startswith('yobal.demo')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_server_without_standard_output_ends_without_a_traceback(tmp_path: Path) -> None:
    command = f"exec {shlex.quote(sys.executable)} -m yobal serve --config missing.toml >&-"
    done = subprocess.run(
        ["sh", "-c", command], cwd=tmp_path, stderr=subprocess.PIPE, text=True, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("yobal: ")
    assert done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (PermissionError(errno.EACCES, "", "/x"), "who may not do this: correct owner and mode"),
        (OSError(errno.ENOSPC, "", "/x"), ": free disk space"),
        (OSError(errno.EROFS, "", "/x"), ": mount it"),
    ],
)
def test_an_error_of_a_file_says_what_to_do(error: OSError, advice: str) -> None:
    assert advice in main._advice(error)


def test_an_operation_without_a_file_has_no_advice_about_owners() -> None:
    """Such as listening on port 80, or locking memory."""
    assert main._advice(PermissionError(errno.EACCES, "Permission denied")) == ""
