"""Writes the commented settings file of a new newsroom, with the answers and the settings to choose next."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from yobal.core.errors import InvalidSettings
from yobal.core.toml import toml_value
from yobal.server import settings as settings_file
from yobal.server.settings import Settings

Value = str | list[str] | Mapping[str, str]
NewSettings = Mapping[str, Value]  # options of `yobal init`
REQUIRED: Final = {"site_id": "--site-id", "site_name": "--name"}
_MODE: Final = 0o600  # a password of a database may be in it
_HEAD: Final = """\
# Settings of Yobal. docs/settings.md lists all of them, and says what each one costs.
# A line that begins with #NAME shows a default, or an example: take the # away to change it.
# They are read at the start only: after a change restart Yobal, then run `yobal doctor`.
"""


class Line(msgspec.Struct, frozen=True):
    """One setting of the file. `example` is written as a comment if nothing was chosen."""

    setting: str
    purpose: str
    example: str


SECTIONS: Final[Mapping[str, tuple[Line, ...]]] = {
    "Who you are": (
        Line("site_id", "In every address and every key. It can never be changed.", '"river-post"'),
        Line("site_name", "As readers and moderators see it.", '"The River Post"'),
        Line("site_names", "In editions where it is another.", '{ km = "ប៉ុស្តិ៍ទន្លេ" }'),
        Line("site_url", "Your front page.", '"https://news.example/"'),
        Line("time_zone", "Of release times, and of the day that readers see.", '"UTC"'),
    ),
    "Addresses": (
        Line("public_url", "Where readers reach the comments.", '"http://127.0.0.1:8600"'),
        Line(
            "desk_url",
            "Where moderators reach the desk: another host name, and https.",
            '"http://localhost:8601"',
        ),
        Line("intake_listen", "Where your web server finds the public side.", '"127.0.0.1:8600"'),
        Line("desk_listen", "Where your web server finds the desk.", '"127.0.0.1:8601"'),
        Line(
            "frame_ancestors",
            "Whose pages may show the form in a frame. Your web server has a copy of this.",
            '["https://news.example"]',
        ),
    ),
    "When comments appear": (
        Line(
            "release_times",
            "Fewer times hide better who was online.",
            '["00:00", "06:00", "12:00", "18:00"]',
        ),
        Line("min_batch_size", "Fewer comments than this wait for the next release.", "3"),
    ),
    "Where data is stored": (
        Line("data_dir", "The folder for everything, beside this file.", '"data"'),
        Line(
            "database",
            "Empty: SQLite in data_dir.",
            '"postgresql://yobal:PASSWORD@localhost/yobal"',
        ),
        Line(
            "intake_database",
            "The same database as the role that may only add comments.",
            '"postgresql://yobal_intake:PASSWORD@localhost/yobal"',
        ),
    ),
    "Backups and notices, when it runs": (
        Line("backup_dir", "Where `yobal backup` writes.", '"/var/backups/yobal"'),
        Line(
            "backup_recipient",
            "Whose key can open a backup: the output of age-keygen on another machine.",
            '"age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"',
        ),
        Line(
            "purge_list_dir",
            "On another disk, so that it outlives this one.",
            '"/mnt/elsewhere/yobal"',
        ),
        Line("notice_urls_file", "A file with the addresses that notices go to.", '"notices.txt"'),
    ),
}


def missing_options(new_settings: NewSettings) -> list[str]:
    return [option for name, option in REQUIRED.items() if not new_settings.get(name)]


def write(path: Path, new_settings: NewSettings) -> Settings:
    """A file that is not valid is removed again: the next `init` would fail because of it."""
    text = content(new_settings)
    path.touch(mode=_MODE)
    path.write_text(text, encoding="utf-8")
    try:
        return settings_file.load(path)
    except InvalidSettings:
        path.unlink()
        raise


def content(new_settings: NewSettings) -> str:
    values = {name: value for name, value in _complete(new_settings).items() if value}
    blocks = [_HEAD]
    for title, lines in SECTIONS.items():
        block = [f"# {title}", ""]
        for line in lines:
            chosen = values.get(line.setting)
            shown = (
                f"{line.setting} = {toml_value(chosen)}"
                if chosen
                else f"#{line.setting} = {line.example}"
            )
            block += [f"# {line.purpose}", shown]
        blocks.append("\n".join([*block, ""]))
    return "\n".join(blocks)


def _complete(new_settings: NewSettings) -> NewSettings:
    """With what follows from the answers."""
    return {
        "intake_listen": _listen_address(str(new_settings.get("public_url", ""))),
        "desk_listen": _listen_address(str(new_settings.get("desk_url", ""))),
        "frame_ancestors": _framing_origins(new_settings),
        **new_settings,
    }


def _listen_address(url: str) -> str:
    """Where to listen for a URL on this machine; empty for a URL that a proxy serves."""
    scheme, _, authority = url.partition("://")
    host, _, port = authority.rpartition(":")
    is_local = scheme == "http" and host in ("127.0.0.1", "localhost") and port.isdecimal()
    return f"127.0.0.1:{port}" if is_local else ""


def _framing_origins(new_settings: NewSettings) -> list[str]:
    """The news site's own pages show the form. A page that came without TLS may be an attacker's."""
    parts = urlsplit(str(new_settings.get("site_url", "")))
    origin = f"{parts.scheme}://{parts.netloc}".lower()
    is_other_host = origin != new_settings.get("public_url", "")
    return [origin] if parts.scheme == "https" and is_other_host else []
