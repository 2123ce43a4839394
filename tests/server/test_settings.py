"""Settings are typed and checked all at once, and nothing unknown is ignored."""

from pathlib import Path

import msgspec
import pytest

from yobal.core.errors import InvalidSettings
from yobal.server.setting_checks import SETTING_CHECKS, SettingCheck
from yobal.server.settings import PREFIX, RENAMED, Settings, load

PLAIN = 'site_id = "river-post"\nsite_name = "The River Post"\n'


def _load(folder: Path, text: str = "", **environment: str) -> Settings:
    path = folder / "yobal.toml"
    path.write_text(PLAIN + text, encoding="utf-8")
    return load(path, environment)


def test_two_settings_are_enough(tmp_path: Path) -> None:
    loaded = _load(tmp_path)
    assert (loaded.site_id, loaded.min_batch_size, loaded.max_hold_slots) == ("river-post", 3, 2)
    assert loaded.database_url.startswith("sqlite:///")
    assert loaded.folder == tmp_path / "data"


@pytest.mark.parametrize("text", ["colour = 1", "[smtp]\nhost = 1", 'Site = "x"'])
def test_an_unknown_key_is_an_error_that_names_it(tmp_path: Path, text: str) -> None:
    name = text.split(maxsplit=1)[0].strip("[]")
    with pytest.raises(InvalidSettings, match=f"yobal.toml: not a setting of Yobal: {name}"):
        _load(tmp_path, text)


def test_an_unknown_variable_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match="YOBAL_BATCHMIN"):
        _load(tmp_path, YOBAL_BATCHMIN="1")
    _load(tmp_path, HOME="/", PATH="", YOBAL_CONFIG="x", YOBAL_MEMORY_HARDENED="1")


@pytest.mark.parametrize("name", [field.name for field in msgspec.structs.fields(Settings)])
def test_every_setting_can_be_set_by_a_variable(tmp_path: Path, name: str) -> None:
    value = {
        "site_id": "other",
        "public_url": "https://c.example",
        "desk_url": "https://d.example",
        "intake_listen": "[::1]:1",
        "desk_listen": "0.0.0.0:2",
        "time_zone": "Asia/Phnom_Penh",
        "release_times": "01:00, 13:00",
        "round_times": "00:30, 12:30",
        "frame_ancestors": "https://a.example,https://b.example",
        "embedded_form": "page",
        "backup_dir": "/var/backups/yobal",
        "backup_recipient": "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p",
        "purge_list_dir": "/mnt/elsewhere",
        "text_graphemes_max": "100",
        "name_graphemes_max": "7",
        "epoch_days": "14",
        "site_name": "n",
        "site_names": "km=ប៉ុស្តិ៍ទន្លេ, zh-Hant = n",
        "site_url": "https://news.example/",
        "data_dir": "d",
        "database": "sqlite:////x",
        "intake_database": "postgresql://x/y",
        "metrics_listen": "[::1]:3",
        "socket_group": "www-data",
        "pending_days": "8",
        "notice_urls_file": "notices.txt",
        "preset_notes_file": "notes.toml",
        "notice_urls": "mailto://x json://y",
        "notice_times": "07:00, 19:00",
        "notice_language": "km",
        "notice_subject": "Good morning",
        "notice_sender": "Night desk",
        "notice_process": "command",
        "canary": "off",
    }.get(name, "7")
    changed = _load(tmp_path, **{PREFIX + name.upper(): value})
    assert getattr(changed, name) != getattr(_load(tmp_path), name)


@pytest.mark.parametrize("name", ["\u200b", " ", "The \u202eRiver Post", "The River\nPost"])
def test_the_name_of_the_newsroom_is_one_line_of_plain_text(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidSettings, match="site_name"):
        _load(tmp_path, YOBAL_SITE_NAME=name)


INVALID = {
    'time_zone = "Asia/Atlantis"': "time_zone",
    'time_zone = "Factory"': "time_zone",
    'time_zone = "../etc/passwd"': "time_zone",
    "release_times = []": "release_times",
    'release_times = ["6:00"]': "release_times",
    'release_times = ["24:00"]': "release_times",
    'release_times = ["06:00", "06:00"]': "release_times",
    'release_times = ["06:60"]': "release_times",
    "release_interval_seconds = -1": "release_interval_seconds",
    "max_hold_slots = 0": "max_hold_slots",
    "max_hold_slots = 9": "max_hold_slots",
    "min_batch_size = 0": "min_batch_size",
    "text_graphemes_max = 0": "text_graphemes_max",
    "text_graphemes_max = 2600": "text_graphemes_max",
    "receipt_days = 0": "receipt_days",
    "receipt_days = 201": "receipt_days",
    "original_retention_days = -1": "original_retention_days",
    "pending_days = 7": "pending_days",
    "pending_days = 201": "pending_days",
    "max_pending_per_story = 0": "max_pending_per_story",
    'public_url = "comments.example"': "public_url",
    'public_url = "ftp://x"': "public_url",
    'desk_url = "https://x/desk"': "desk_url",
    'desk_url = "https://x:y"': "desk_url",
    'desk_url = "https://[::1"': "desk_url",
    'desk_url = "https://x:0"': "desk_url",
    'desk_url = "https://:8600"': "desk_url",
    'desk_url = "https://x@y"': "desk_url",
    'intake_listen = "8600"': "listen",
    'desk_listen = "127.0.0.1:99999"': "listen",
    'desk_listen = "localhost:8601"': "desk_listen",
    'desk_listen = "127.0.0.1:0"': "desk_listen",
    'desk_listen = "127.0.0.1:²"': "desk_listen",
    'max_hold_slots = "two"': "max_hold_slots",
    'database = "postgresql://u@h:x/d"': "database",
    'database = "sqlite:////"': "database",
    "session_hours = 99999999": "session_hours",
    "idle_lock_minutes = 121": "idle_lock_minutes",
    'frame_ancestors = ["*"]': "frame_ancestors",
    'frame_ancestors = ["https://news.example/stories"]': "frame_ancestors",
    'site_url = "https://"': "site_url",
    'site_url = "http://[::1"': "site_url",
    'site_names = { xx = "A" }': "site_names",
    'site_names = { iw = "A" }': "site_names",
    'site_name = "a\\nb"': "site_name",
    'data_dir = "a\\u0000b"': "data_dir",
    "data_dir = 1": "data_dir",
    'notice_times = ["9:00"]': "notice_times",
    "notice_pending_hours_max = 721": "notice_pending_hours_max",
    'notice_language = "xx"': "notice_language",
    'notice_subject = "a\\nb"': "notice_subject",
    'notice_process = "cron"': "notice_process",
    'canary = "hourly"': "canary",
    'notice_urls = "mail"': "notice_urls",
    "max_hold_slots = [": "toml",
}


@pytest.mark.parametrize("text", INVALID)
def test_an_invalid_value_is_an_error_that_names_the_setting(tmp_path: Path, text: str) -> None:
    path = tmp_path / "yobal.toml"
    plain = PLAIN if "site_name" not in text else PLAIN.partition("site_name")[0]
    path.write_text(plain + text + "\n", encoding="utf-8")
    with pytest.raises(InvalidSettings, match=INVALID[text]):
        load(path, {})


def test_all_invalid_values_are_reported_at_once(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings) as raised:
        _load(tmp_path, "max_hold_slots = 0\nmin_batch_size = 0")
    assert "max_hold_slots" in str(raised.value)
    assert "min_batch_size" in str(raised.value)


@pytest.mark.parametrize("site_id", ["", "A", "a/b", "-a", "@", "a" * 64, "ក"])
def test_a_site_id_fits_an_address_and_a_file_name(tmp_path: Path, site_id: str) -> None:
    with pytest.raises(InvalidSettings, match="site"):
        _load(tmp_path, YOBAL_SITE_ID=site_id)


def test_a_file_that_is_not_utf8_is_an_error_that_says_so(tmp_path: Path) -> None:
    path = tmp_path / "yobal.toml"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(InvalidSettings, match="UTF-8"):
        load(path, {})


def test_without_a_settings_file_the_error_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match="yobal init"):
        load(tmp_path / "none.toml", {})


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    with pytest.raises(AttributeError):
        _load(tmp_path).site_id = "x"  # type: ignore[misc]  # the test: it is frozen


@pytest.mark.parametrize(("old_name", "new_name"), RENAMED.items())
def test_the_old_name_of_a_setting_is_an_error_that_gives_the_new_one(
    tmp_path: Path, old_name: str, new_name: str
) -> None:
    with pytest.raises(InvalidSettings, match=rf"{old_name} \(now {new_name}\)"):
        _load(tmp_path, f"{old_name} = 1")
    variable = f"YOBAL_{old_name.upper()}"
    with pytest.raises(InvalidSettings, match=f"it is now YOBAL_{new_name.upper()}"):
        _load(tmp_path, **{variable: "1"})


def test_an_error_says_what_the_setting_takes_and_gives_an_example(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings) as raised:
        _load(tmp_path, 'max_hold_slots = 9\nrelease_times = [06:00:00]\ndesk_listen = "8601"')
    assert str(raised.value).split("; ") == [
        (
            'desk_listen = "8601" is not valid: it takes an IP address and a port, ADDRESS:PORT, '
            'or unix: and the absolute path of a socket, for example "127.0.0.1:8601"'
        ),
        (
            'release_times = ["06:00:00"] is not valid: it takes different times of day, HH:MM, '
            'for example ["06:00", "18:00"]'
        ),
        "max_hold_slots = 9 is not valid: it takes a whole number, 1 to 8, for example 2",
    ]


@pytest.mark.parametrize("name", ["database", "intake_database", "notice_urls"])
def test_an_error_never_repeats_the_password_of_a_database(tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidSettings, match=name) as raised:
        _load(tmp_path, f'{name} = "mysql:/u:hidden@h/d"')
    assert "hidden" not in str(raised.value)


def test_every_setting_has_a_check_and_every_example_passes_it(tmp_path: Path) -> None:
    names = [field.name for field in msgspec.structs.fields(Settings)]
    assert sorted(check.setting for check in SETTING_CHECKS) == sorted(names)
    text = "".join(f"{check.setting} = {check.example}\n" for check in SETTING_CHECKS)
    path = tmp_path / "yobal.toml"
    path.write_text(text, encoding="utf-8")
    load(path, {})


def test_a_missing_name_is_an_error_that_gives_an_example(tmp_path: Path) -> None:
    path = tmp_path / "yobal.toml"
    path.write_text('site_id = "river-post"\n', encoding="utf-8")
    with pytest.raises(InvalidSettings, match=r'site_name is missing: .* "The River Post"'):
        load(path, {})


# None of these is a value of any setting; some are values of another type.
NEVER_VALID = ("true", "[1]", "1.5", "-1", '""', "{a = 1}", "2026-01-01", "06:00:00")
MAY_BE_EMPTY = {
    "database",
    "intake_database",
    "site_url",
    "backup_dir",
    "backup_recipient",
    "purge_list_dir",
    "metrics_listen",
    "socket_group",
    "notice_sender",
    "notice_urls",
    "notice_urls_file",
    "preset_notes_file",
}


@pytest.mark.parametrize("check", SETTING_CHECKS, ids=lambda check: check.setting)
@pytest.mark.parametrize("value", NEVER_VALID)
def test_the_error_of_every_setting_has_its_name_its_value_what_it_takes_and_an_example(
    tmp_path: Path, check: SettingCheck, value: str
) -> None:
    if value == '""' and check.setting in MAY_BE_EMPTY:
        pytest.skip("empty means the default")
    required = {"site_id": '"river-post"', "site_name": '"The River Post"'} | {check.setting: value}
    path = tmp_path / "yobal.toml"
    path.write_text("".join(f"{name} = {text}\n" for name, text in required.items()))
    with pytest.raises(InvalidSettings) as raised:
        load(path, {})
    message = str(raised.value)
    assert message.startswith(check.setting)
    assert message.endswith(f" is not valid: it takes {check.takes}, for example {check.example}")
    assert (" = " in message.partition(" is not")[0]) is not check.is_secret


@pytest.mark.parametrize(
    "lines",
    [
        'desk_listen = "127.0.0.1:8600"',
        'desk_listen = "0.0.0.0:8600"',
        'desk_listen = "[::]:8600"',
        'intake_listen = "[::1]:9"\ndesk_listen = "[::1]:9"',
        'intake_listen = "unix:/run/yobal/s"\ndesk_listen = "unix:/run/yobal/s"',
    ],
)
def test_the_two_sides_cannot_listen_on_the_same_address(tmp_path: Path, lines: str) -> None:
    with pytest.raises(
        InvalidSettings, match=r"intake_listen = .* and desk_listen = .* same address"
    ):
        _load(tmp_path, lines)


@pytest.mark.parametrize("address", ["127.0.0.1:8600", "0.0.0.0:8601"])
def test_the_metrics_have_a_port_of_their_own(tmp_path: Path, address: str) -> None:
    with pytest.raises(InvalidSettings, match=r"metrics_listen = .* needs its own"):
        _load(tmp_path, f'metrics_listen = "{address}"')
    assert _load(tmp_path, 'metrics_listen = "127.0.0.1:8602"').metrics_listen


def test_the_same_port_on_two_addresses_is_valid(tmp_path: Path) -> None:
    assert _load(tmp_path, 'desk_listen = "127.0.0.2:8600"').desk_listen == "127.0.0.2:8600"


def test_the_two_sides_cannot_have_the_same_url(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match="public_url and desk_url are both"):
        _load(tmp_path, 'public_url = "https://a.example"\ndesk_url = "https://a.example"')
