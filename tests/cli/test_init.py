"""`yobal init`: a conversation on a terminal, options elsewhere, and a commented file."""

import re
from pathlib import Path

import pytest

from tests.cli.command import run
from tests.cli.terminal import CTRL_C, CTRL_D, Terminal, on_terminal
from tests.conftest import new_postgresql
from yobal.cli import init_questions, new_settings_file
from yobal.server import settings

NAME = "The newsroom's name"
QUESTIONS = (
    NAME,
    "A short name for addresses",
    "in another language",
    "URL of your news site",
    "URL of the comments",
    "URL of the desk",
    "time zone",
    "Enter: SQLite",
    "Write yobal.toml",
)


def _answer(terminal: Terminal, *answers: str) -> None:
    for question, answer in zip(QUESTIONS, answers, strict=False):
        terminal.answer(question, answer)


def test_enter_takes_the_defaults_on_a_terminal(tmp_path: Path) -> None:
    with on_terminal(tmp_path, "init") as terminal:
        _answer(terminal, "The River Post", *[""] * 8)
        assert terminal.exit_code() == 0
    assert "http://localhost:8601/join#" in terminal.shown
    made = settings.load(tmp_path / "yobal.toml", {})
    assert (made.site_id, made.site_name) == ("river-post", "The River Post")
    assert (made.public_url, made.desk_url) == init_questions.ON_THIS_MACHINE
    assert (tmp_path / "data" / "yobal.sqlite").exists()
    assert (tmp_path / "yobal.toml").stat().st_mode & 0o777 == 0o600
    assert run(tmp_path, "story", "list").returncode == 0


def test_init_asks_for_addresses_and_languages(tmp_path: Path) -> None:
    with on_terminal(tmp_path, "init") as terminal:
        _answer(terminal, "ទន្លេ", "river", "km=ប៉ុស្តិ៍ទន្លេ")
        for question, answer in (
            ("in another language", ""),
            ("URL of your news site", "https://news.example/"),
            ("URL of the comments", "https://comments.news.example"),
            ("[https://desk.news.example:8443]", ""),
            ("time zone", "Asia/Phnom_Penh"),
            ("Enter: SQLite", ""),
            ("Write yobal.toml", "y"),
        ):
            terminal.answer(question, answer)
        assert terminal.exit_code() == 0
    assert "https://desk.news.example:8443/join#" in terminal.shown
    made = settings.load(tmp_path / "yobal.toml", {})
    assert (made.site_id, made.site_names) == ("river", {"km": "ប៉ុស្តិ៍ទន្លេ"})
    assert made.frame_ancestors == ("https://news.example",)
    assert made.time_zone == "Asia/Phnom_Penh"


def test_an_answer_that_a_setting_does_not_take_is_asked_for_again(tmp_path: Path) -> None:
    with on_terminal(tmp_path, "init") as terminal:
        _answer(terminal, "The Post", "Bad Id")
        terminal.wait_for('site_id = "Bad Id" is not valid: it takes 1 to 63 of a-z')
        terminal.answer("A short name for addresses", "post")
        terminal.answer("in another language", "english=Post")
        terminal.wait_for("site_names")
        terminal.answer("in another language", "")
        terminal.answer("URL of your news site", "")
        terminal.answer("URL of the comments", "comments.example")
        terminal.wait_for("public_url")
        assert terminal.stop_with(CTRL_C) == 130


def test_a_desk_on_the_host_of_the_readers_is_asked_for_again(tmp_path: Path) -> None:
    with on_terminal(tmp_path, "init") as terminal:
        _answer(terminal, "The Post", "", "kk")
        terminal.wait_for("kk has no =: type TAG=NAME")
        terminal.answer("in another language", "")
        terminal.answer("URL of your news site", "")
        terminal.answer("URL of the comments", "https://comments.example")
        terminal.answer("URL of the desk", "https://comments.example:8443")
        terminal.wait_for("the desk needs another")
        terminal.answer("URL of the desk", "https://desk.example:8443")
        terminal.answer("time zone", "")
        terminal.answer("Enter: SQLite", "")
        terminal.answer("Write yobal.toml", "")
        assert terminal.exit_code() == 0
    assert settings.load(tmp_path / "yobal.toml", {}).desk_url == "https://desk.example:8443"


@pytest.mark.parametrize("key", [CTRL_C, CTRL_D], ids=["Ctrl-C", "Ctrl-D"])
@pytest.mark.parametrize("answers_before", [0, 1, 8])
def test_an_interrupted_init_leaves_nothing_behind(
    tmp_path: Path, key: bytes, answers_before: int
) -> None:
    with on_terminal(tmp_path, "init") as terminal:
        _answer(terminal, *["The River Post", *[""] * 7][:answers_before])
        terminal.wait_for(QUESTIONS[answers_before])
        assert terminal.stop_with(key) == 130
    assert "stopped: nothing was written" in terminal.shown
    assert list(tmp_path.iterdir()) == []


def test_no_to_the_last_question_leaves_nothing_behind(tmp_path: Path) -> None:
    with on_terminal(tmp_path, "init") as terminal:
        _answer(terminal, "The River Post", *[""] * 7, "n")
        assert terminal.exit_code() == 130
    assert list(tmp_path.iterdir()) == []


def test_init_does_not_ask_for_what_an_option_gives(tmp_path: Path) -> None:
    with on_terminal(
        tmp_path, "init", "--site-id", "post", "--time-zone", "Asia/Phnom_Penh"
    ) as terminal:
        terminal.answer(NAME, "The Post")
        terminal.answer("in another language", "")
        terminal.answer("URL of your news site", "")
        terminal.answer("URL of the comments", "")
        terminal.answer("URL of the desk", "")
        terminal.answer("Enter: SQLite", "")
        terminal.answer("Write", "")
        assert terminal.exit_code() == 0
    assert "A short name" not in terminal.shown
    assert "time zone" not in terminal.shown
    assert settings.load(tmp_path / "yobal.toml", {}).site_id == "post"


def test_init_with_both_options_asks_nothing_on_a_terminal(tmp_path: Path) -> None:
    with on_terminal(tmp_path, "init", "--site-id", "post", "--name", "The Post") as terminal:
        assert terminal.exit_code() == 0
    assert "?" not in terminal.shown


def test_init_without_a_terminal_asks_nothing_and_names_what_is_missing(tmp_path: Path) -> None:
    for words, missing in (
        ((), "--site-id and --name must be given"),
        (("--site-id", "post"), ": --name must be given"),
        (("--name", "The Post"), ": --site-id must be given"),
    ):
        done = run(tmp_path, "init", *words)
        assert (done.returncode, done.stdout) == (1, "")
        assert missing in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_database_that_does_not_answer_is_asked_for_again(
    tmp_path: Path, postgresql: str
) -> None:
    wrong = "postgresql://yobal:hidden@127.0.0.1:1/yobal"
    right = new_postgresql(postgresql).replace("+psycopg", "")
    with on_terminal(tmp_path, "init") as terminal:
        _answer(terminal, "The River Post", *[""] * 6, wrong)
        terminal.wait_for("no server answers at this host and port")
        assert list(tmp_path.iterdir()) == []
        terminal.answer("Enter: SQLite", right)
        terminal.answer("intake's own role", "")
        terminal.answer("Write yobal.toml", "")
        assert terminal.exit_code() == 0
    assert "/join#" in terminal.shown
    assert settings.load(tmp_path / "yobal.toml", {}).database == right


def test_options_with_a_database_that_does_not_answer_leave_nothing_behind(tmp_path: Path) -> None:
    words = ("init", "--site-id", "post", "--name", "The Post", "--database")
    done = run(tmp_path, *words, "postgresql://yobal:hidden@127.0.0.1:1/yobal")
    assert done.returncode == 1
    assert "no server answers at this host and port" in done.stderr
    assert done.stderr.endswith("Nothing was written\n")
    assert list(tmp_path.iterdir()) == []


def test_options_that_differ_from_an_existing_file_are_refused(tmp_path: Path) -> None:
    words = ("init", "--site-id", "post", "--name", "The Post")
    assert run(tmp_path, *words).returncode == 0
    done = run(tmp_path, *words, "--time-zone", "Asia/Phnom_Penh")
    assert done.returncode == 1
    assert "exists already, with another value of time_zone: change it there" in done.stderr
    assert "is already set up" in run(tmp_path, *words).stderr


def test_every_line_of_the_file_is_a_setting_with_its_default_or_a_valid_example() -> None:
    lines = [line for section in new_settings_file.SECTIONS.values() for line in section]
    text = new_settings_file.content({})
    assert len(re.findall(r"^#\w+ = ", text, re.MULTILINE)) == len(lines)
    assert not re.findall(r"^\w", text, re.MULTILINE), "nothing was chosen"


def test_a_file_with_all_its_examples_is_valid(tmp_path: Path) -> None:
    text = re.sub(r"^#(?=\w+ = )", "", new_settings_file.content({}), flags=re.MULTILINE)
    (tmp_path / "yobal.toml").write_text(text, encoding="utf-8")
    changed = settings.load(tmp_path / "yobal.toml", {})
    plain = settings.Settings(site_id="river-post", site_name="The River Post")
    addresses = ("public_url", "desk_url", "intake_listen", "desk_listen")
    for name in (*addresses, "time_zone", "release_times", "min_batch_size"):
        assert getattr(changed, name) == getattr(plain, name), name
    assert changed.backup_recipient


@pytest.mark.parametrize(
    ("site_url", "public_url", "expected"),
    [
        ("https://News.example/km/", "", ("https://news.example",)),
        ("http://news.example/", "", ()),
        ("https://news.example/", "https://news.example", ()),
        ("", "", ()),
    ],
)
def test_the_pages_of_the_news_site_may_show_the_form(
    tmp_path: Path, site_url: str, public_url: str, expected: tuple[str, ...]
) -> None:
    made = new_settings_file.write(
        tmp_path / "yobal.toml",
        {"site_id": "a", "site_name": "A", "site_url": site_url, "public_url": public_url},
    )
    assert made.frame_ancestors == expected
