"""Settings: typed, checked all at once, and nothing unknown is passed over."""

from pathlib import Path

import msgspec
import pytest

from yobal.core.errors import InvalidSettings
from yobal.server.settings import PREFIX, Settings, load

PLAIN = 'site = "river-post"\nsite_name = "The River Post"\n'


def _load(folder: Path, text: str = "", **environment: str) -> Settings:
    path = folder / "yobal.toml"
    path.write_text(PLAIN + text, encoding="utf-8")
    return load(path, environment)


def test_two_settings_are_enough(tmp_path: Path) -> None:
    settings = _load(tmp_path)
    assert (settings.site, settings.min_batch_size, settings.max_hold_slots) == ("river-post", 3, 2)
    assert settings.database_url.startswith("sqlite:///")
    assert settings.folder == tmp_path / "data"


@pytest.mark.parametrize("text", ["colour = 1", "[smtp]\nhost = 1", 'Site = "x"'])
def test_an_unknown_key_is_refused_by_name(tmp_path: Path, text: str) -> None:
    name = text.split(maxsplit=1)[0].strip("[]")
    with pytest.raises(InvalidSettings, match=name):
        _load(tmp_path, text)


def test_an_unknown_variable_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match="YOBAL_BATCHMIN"):
        _load(tmp_path, YOBAL_BATCHMIN="1")
    _load(tmp_path, HOME="/", PATH="", YOBAL_CONFIG="x", YOBAL_SCRUBBED="1")


@pytest.mark.parametrize("name", [field.name for field in msgspec.structs.fields(Settings)])
def test_every_setting_can_be_given_as_a_variable(tmp_path: Path, name: str) -> None:
    given = {
        "site": "other",
        "public_url": "https://c.example",
        "desk_url": "https://d.example",
        "intake_listen": "[::1]:1",
        "desk_listen": "0.0.0.0:2",
        "time_zone": "Asia/Phnom_Penh",
        "slots": "01:00, 13:00",
        "frame_hosts": "https://a.example,https://b.example",
        "text_letters_max": "100",
        "name_letters_max": "7",
        "site_name": "n",
        "data_dir": "d",
        "database": "sqlite:////x",
        "database_intake": "postgresql://x/y",
    }.get(name, "7")
    changed = _load(tmp_path, **{PREFIX + name.upper(): given})
    assert getattr(changed, name) != getattr(_load(tmp_path), name)


WRONG = {
    'time_zone = "Asia/Atlantis"': "time_zone",
    'time_zone = "../etc/passwd"': "time_zone",
    "slots = []": "slots",
    'slots = ["6:00"]': "slots",
    'slots = ["24:00"]': "slots",
    'slots = ["06:00", "06:00"]': "slots",
    'slots = ["06:60"]': "slots",
    "every_seconds = -1": "every_seconds",
    "hold_slots = 0": "hold_slots",
    "hold_slots = 9": "hold_slots",
    "batch_min = 0": "batch_min",
    "text_letters_max = 0": "letters",
    "text_letters_max = 2600": "text_letters_max",
    "receipt_days = 0": "receipt_days",
    "receipt_days = 201": "receipt_days",
    "appeal_days = -1": "appeal_days",
    "waiting_story_max = 0": "waiting_story_max",
    'public_url = "comments.example"': "public_url",
    'public_url = "ftp://x"': "public_url",
    'desk_url = "https://x/desk"': "desk_url",
    'desk_url = "https://x@y"': "desk_url",
    'intake_listen = "8600"': "listen",
    'desk_listen = "127.0.0.1:99999"': "listen",
    'hold_slots = "two"': "hold_slots",
    "data_dir = 1": "data_dir",
    "hold_slots = [": "toml",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_cannot_be_is_refused_by_name(tmp_path: Path, text: str) -> None:
    path = tmp_path / "yobal.toml"
    path.write_text(PLAIN + text + "\n", encoding="utf-8")
    with pytest.raises(InvalidSettings, match=WRONG[text]):
        load(path, {})


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings) as wrong:
        _load(tmp_path, "hold_slots = 0\nbatch_min = 0")
    assert "hold_slots" in str(wrong.value)
    assert "batch_min" in str(wrong.value)


@pytest.mark.parametrize("site", ["", "A", "a/b", "-a", "@", "a" * 64, "ក"])
def test_a_site_is_a_plain_word(tmp_path: Path, site: str) -> None:
    with pytest.raises(InvalidSettings, match="site"):
        _load(tmp_path, YOBAL_SITE=site)


def test_without_its_file_the_sentence_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match="yobal init"):
        load(tmp_path / "none.toml", {})


def test_settings_never_change(tmp_path: Path) -> None:
    with pytest.raises(AttributeError):
        _load(tmp_path).site = "x"  # type: ignore[misc]  # that it is frozen is what is tested
