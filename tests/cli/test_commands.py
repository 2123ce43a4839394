"""A command that fails prints one sentence, exits with 1, and leaves nothing half done."""

import socket
import time
from pathlib import Path

import pytest

from tests.cli.command import run
from tests.harness import SITE_ID, START, NewsroomHarness
from tests.ports import free_ports
from yobal.actions import setup_site
from yobal.cli import commands, story_commands
from yobal.cli.new_settings_file import NewSettings
from yobal.core.errors import ClockNotTrusted, InvalidSettings
from yobal.server.settings import load
from yobal.server.wiring import build_components, prepare_storage

PLAIN = f'site_id = "{SITE_ID}"\nsite_name = "The River Post"\n'


def run_failing(folder: Path, *words: str, **environment: str) -> str:
    """The error of a command that fails: one line, no traceback."""
    done = run(folder, *words, **environment)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("yobal: ")
    assert done.stderr.count("\n") == 1, done.stderr
    return done.stderr


@pytest.fixture
def site(tmp_path: Path) -> Path:
    path = tmp_path / "yobal.toml"
    path.write_text(PLAIN, encoding="utf-8")
    settings = load(path, {})
    prepare_storage(settings)
    components = build_components(settings)
    setup_site.create_site(components.database, components.rules, name="The River Post", now=START)
    components.close()
    return tmp_path


def test_the_error_for_an_unreachable_database_does_not_contain_its_password(site: Path) -> None:
    for url in ("postgresql://u:hidden@127.0.0.1:1/d", "mysql://u:hidden@h/d", "nonsense:hidden"):
        message = run_failing(site, "story", "list", YOBAL_DATABASE=url)
        assert "database" in message
        assert "hidden" not in message


def test_a_file_that_is_not_a_database_is_reported_in_one_line(site: Path) -> None:
    (site / "data" / "yobal.sqlite").write_bytes(b"Not a database at all. " * 500)
    assert "the file is not a database of SQLite" in run_failing(site, "story", "list")


def test_a_folder_that_cannot_be_created_is_named(site: Path) -> None:
    (site / "in the way").write_text("a file")
    assert "in the way" in run_failing(site, "story", "list", YOBAL_DATA_DIR="in the way/data")
    assert str(site) in run_failing(site, "story", "list", "--config", str(site))


def test_serve_says_which_address_is_in_use(site: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        intake, desk = free_ports(2)
        free = {
            "YOBAL_INTAKE_LISTEN": f"127.0.0.1:{intake}",
            "YOBAL_DESK_LISTEN": f"127.0.0.1:{desk}",
        }
        for name in free:
            assert f"cannot listen on {listen}: Address already in use. " in run_failing(
                site, "serve", **(free | {name: listen})
            )


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"site_id": "Bad Site"}, "site_id"),
        ({"site_name": "Two\nlines"}, "yobal.toml"),
        ({"time_zone": "Asia/Atlantis"}, "time_zone"),
        ({"desk_url": "desk.example"}, "desk_url"),
    ],
)
def test_an_init_that_fails_leaves_no_file(
    tmp_path: Path, changed: dict[str, str], says: str
) -> None:
    new_settings = {"site_id": SITE_ID, "site_name": "The River Post"}
    path = tmp_path / "yobal.toml"
    with pytest.raises(InvalidSettings, match=says):
        commands.init(path, new_settings | changed, is_new_epoch=False)
    assert list(tmp_path.iterdir()) == []
    assert "/join#" in commands.init(path, new_settings, is_new_epoch=False)[1]


def test_the_name_of_the_newsroom_is_written_to_the_settings_unchanged(tmp_path: Path) -> None:
    name = 'ទន្លេ "The\\River" Post\t#1'
    commands.init(
        tmp_path / "yobal.toml", {"site_id": SITE_ID, "site_name": name}, is_new_epoch=False
    )
    assert load(tmp_path / "yobal.toml", {}).site_name == name
    assert (tmp_path / "yobal.toml").stat().st_mode & 0o777 == 0o600


def test_the_names_in_the_editions_are_written_to_the_settings(tmp_path: Path) -> None:
    names = {"km": 'ទន្លេ "x"', "zh-Hant": "河"}
    new_settings: NewSettings = {
        "site_id": SITE_ID,
        "site_name": "The River Post",
        "site_names": names,
    }
    commands.init(tmp_path / "yobal.toml", new_settings, is_new_epoch=False)
    assert load(tmp_path / "yobal.toml", {}).site_names == names
    with pytest.raises(InvalidSettings, match="site_names"):
        commands.init(
            tmp_path / "other.toml",
            {**new_settings, "site_names": {"km": " "}},
            is_new_epoch=False,
        )


def test_a_new_epoch_invalidates_the_previous_link_and_keeps_the_stories(tmp_path: Path) -> None:
    path = tmp_path / "yobal.toml"
    first = commands.init(path, {"site_id": SITE_ID, "site_name": "n"}, is_new_epoch=False)
    story_commands.add(path, "ferry", edition="en", title="T", url="https://news.example/t")
    again = commands.init(path, {}, is_new_epoch=True)
    assert first[1] != again[1]
    assert story_commands.list_all(path) == ["ferry  open  0 comments  en"]


INVALID_SETTINGS = {
    'desk_url = "https://Desk.example"': "desk_url",  # a browser sends it in lower case
    'desk_url = "https://desk.example:443"': "desk_url",  # and without the default port
    'public_url = "http://comments.example:80"': "public_url",
    'desk_url = "https://desk.example/"': "desk_url",
    'desk_url = "https://désk.example"': "desk_url",
    'public_url = "https://a\\nb"': "public_url",
    'frame_ancestors = ["https://a.example; script-src *"]': "frame_ancestors",
    'frame_ancestors = ["https://a.example https://b.example"]': "frame_ancestors",
    'frame_ancestors = ["a\\r\\nSet-Cookie: x"]': "frame_ancestors",
    'database = "mysql://h/d"': "database",
    'database = "sqlite://"': "database",
    'database = "sqlite:///yobal.sqlite"': "ABSOLUTE",  # relative to what?
    'intake_database = "yobal"': "database",
}


@pytest.mark.parametrize("line", INVALID_SETTINGS)
def test_settings_that_would_fail_later_are_errors_at_once(tmp_path: Path, line: str) -> None:
    path = tmp_path / "yobal.toml"
    path.write_text(f"{PLAIN}{line}\n", encoding="utf-8")
    with pytest.raises(InvalidSettings, match=INVALID_SETTINGS[line]):
        load(path, {})


def test_a_sqlite_file_can_be_in_another_folder(tmp_path: Path) -> None:
    file = tmp_path / "elsewhere" / "comments.sqlite"
    file.parent.mkdir()
    (tmp_path / "yobal.toml").write_text(f'{PLAIN}database = "sqlite:///{file}"\n')
    commands.init(tmp_path / "yobal.toml", {}, is_new_epoch=False)
    assert file.stat().st_mode & 0o777 == 0o600
    assert not list((tmp_path / "data").glob("*.sqlite"))


def test_common_addresses_are_valid(tmp_path: Path) -> None:
    path = tmp_path / "yobal.toml"
    lines = [
        'desk_url = "https://desk.example:8443"',
        'public_url = "http://abcdefgh234567.onion"',
        'frame_ancestors = ["https://*.example", "news.example:*"]',
        'database = "postgresql://u@/d?host=/run"',
    ]
    path.write_text(PLAIN + "\n".join(lines), encoding="utf-8")
    assert load(path, {}).frame_ancestors == ("https://*.example", "news.example:*")


def test_after_a_leap_of_the_clock_a_release_needs_trust_clock(
    sqlite_newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    sent = sqlite_newsroom.send()
    held = sqlite_newsroom.publish(sent.id)
    with sqlite_newsroom.database.writing() as conn:  # as if it had been off for years
        conn.exec_driver_sql("update sites set released_slot = 1700000000")
        conn.exec_driver_sql("update comments set due_slot = 1700021600")
        conn.exec_driver_sql("update decisions set slot = 1700021600")
    path = _settings_of(sqlite_newsroom, tmp_path)
    with pytest.raises(ClockNotTrusted, match="--trust-clock"):
        commands.release(path)
    assert sqlite_newsroom.state(held.comment_id) == "held"
    assert commands.release(path, is_clock_trusted=True) == "released 1"
    assert commands.release(path) == "released 0"
    assert sqlite_newsroom.state(held.comment_id) == "published"


def test_trust_clock_corrects_a_release_in_the_future(
    sqlite_newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    sqlite_newsroom.send()
    with sqlite_newsroom.database.writing() as conn:
        conn.exec_driver_sql("update sites set released_slot = 9999999600")
    path = _settings_of(sqlite_newsroom, tmp_path)
    with pytest.raises(ClockNotTrusted, match="--trust-clock"):
        commands.release(path)
    commands.release(path, is_clock_trusted=True)
    assert sqlite_newsroom.read_table("sites")[0]["released_slot"] <= time.time()
    assert commands.release(path) == "released 0"


def _settings_of(newsroom: NewsroomHarness, folder: Path) -> Path:
    path, database = folder / "yobal.toml", newsroom.database.url.render_as_string()
    lines = [f'database = "{database}"', "min_batch_size = 1", "max_hold_slots = 1"]
    path.write_text(PLAIN + "\n".join(lines), encoding="utf-8")
    return path
