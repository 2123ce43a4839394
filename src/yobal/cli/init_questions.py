"""The conversation of `yobal init` on a terminal. It writes nothing: it only asks, and returns the answers."""

import re
import sys
import unicodedata
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import typer

from yobal.cli.new_settings_file import NewSettings
from yobal.core import ids
from yobal.core.errors import DatabaseUnavailable
from yobal.server import settings
from yobal.store.database import Database

LOCAL_TIME: Final = Path("/etc/localtime")
ZONES: Final = "zoneinfo/"
ON_THIS_MACHINE: Final = ("http://127.0.0.1:8600", "http://localhost:8601")
_SAME_HOST: Final = (
    "readers and moderators would have the same host name: the desk needs another, because a page on one"
    " port of a host can read the cookies of all its ports"
)
_INTRODUCTION: Final = (
    "A few questions set up your newsroom. Enter accepts the value in brackets. Nothing is written",
    "before the last question; Ctrl-C stops.",
)


def is_terminal() -> bool:
    return sys.stdin.isatty() and sys.stdout.isatty()


def ask(path: Path, chosen: NewSettings) -> NewSettings:
    """Ask for what the options leave open. Raises typer.Abort if a person stops it or says no."""
    for line in _INTRODUCTION:
        typer.echo(line)
    answers = dict(chosen)

    def ask_for(setting: str, question: str, default: str | None = "") -> str:
        answers[setting] = answers.get(setting) or _ask(setting, question, default=default)
        return str(answers[setting])

    site_name = ask_for("site_name", "The newsroom's name", None)
    ask_for(
        "site_id",
        "A short name for addresses, a-z, 0-9 and hyphens; it can never be changed",
        _short_name(site_name),
    )
    answers["site_names"] = answers.get("site_names") or _ask_names()
    ask_for("site_url", "The URL of your news site, whose pages may show the comments; Enter: none")
    public_url = ask_for(
        "public_url",
        "The URL of the comments, for readers; Enter: try it on this machine",
        ON_THIS_MACHINE[0],
    )
    while _have_same_host(
        ask_for(
            "desk_url",
            "The URL of the desk, for moderators, with a host name of its own",
            _desk_url(public_url),
        ),
        public_url,
    ):
        typer.echo(_SAME_HOST)
        answers["desk_url"] = ""
    ask_for("time_zone", "The time zone of your readers", _time_zone())
    if ask_for("database", "postgresql://USER:PASSWORD@HOST/NAME; Enter: SQLite").startswith("p"):
        ask_for("intake_database", "The same with the intake's own role; Enter: the same role")
    typer.confirm(f"Write {path}, and set the newsroom up?", default=True, abort=True)
    return answers


def _ask(setting: str, question: str, *, default: str | None) -> str:
    """Ask until the setting takes the answer."""
    while True:
        answer = str(typer.prompt(question, default=default, show_default=bool(default))).strip()
        problem = settings.value_problem(setting, answer) or database_problem(setting, answer)
        if problem is None:
            return answer
        typer.echo(problem)


def _ask_names() -> dict[str, str]:
    names: dict[str, str] = {}
    question = "Its name in another language of yours, such as km=NAME; Enter for no more"
    while answer := str(typer.prompt(question, default="", show_default=False)).strip():
        tag, equals, name = answer.partition("=")
        if not equals:
            typer.echo(f"{answer} has no =: type TAG=NAME, for example km=NAME")
            continue
        problem = settings.value_problem("site_names", names | {tag.strip(): name.strip()})
        if problem is None:
            names[tag.strip()] = name.strip()
        else:
            typer.echo(problem)
    return names


def database_problem(setting: str, url: str) -> str | None:
    """Checked now, because a settings file with a database that does not respond would be of no use."""
    if setting not in ("database", "intake_database") or not url.startswith("postgresql"):
        return None
    database = Database(url)
    try:
        with database.reading():
            return None
    except DatabaseUnavailable as error:
        return str(error)
    finally:
        database.close()


def _short_name(site_name: str) -> str | None:
    """None for a name that has no Latin letters."""
    plain = unicodedata.normalize("NFKD", site_name).encode("ascii", "ignore").decode().lower()
    short = re.sub(r"[^a-z0-9]+", "-", plain.removeprefix("the ")).strip("-")
    return short if ids.is_site_id(short) else None


def _have_same_host(desk_url: str, public_url: str) -> bool:
    return urlsplit(desk_url).hostname == urlsplit(public_url).hostname


def _desk_url(public_url: str) -> str:
    """As in the examples of a web server: beside the readers' host, on a port of its own."""
    host = urlsplit(public_url).hostname or ""
    if public_url.startswith("http://"):
        return ON_THIS_MACHINE[1]
    return f"https://desk.{host.partition('.')[2] if host.count('.') > 1 else host}:8443"


def _time_zone() -> str:
    """The time zone that this machine is set to, if it is a place."""
    _, _, zone = str(LOCAL_TIME.resolve()).partition(ZONES)
    return zone if zone and settings.value_problem("time_zone", zone) is None else "UTC"
