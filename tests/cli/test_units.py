"""The commands of the shipped timer units, as they are in `ExecStart`, with a test's folder and address."""

import re
import shlex
from pathlib import Path
from typing import Final

import pyrage
import pytest

from tests.cli.command import run
from tests.serving import ROOT
from tests.web_server import Answer, web_server

UNITS: Final = ROOT / "examples"
PROGRAM: Final = "/opt/yobal/bin/yobal"
TIMED: Final = ("yobal-backup", "yobal-notice", "yobal-sync")
OF_SEVERAL_SITES: Final = tuple(
    f"{unit}@" for unit in TIMED
)  # each differs in names and paths only
SERVERS: Final = ("yobal-desk", "yobal-intake", "yobal@")
FEED: Final = """<?xml version="1.0"?><rss version="2.0"><channel><title>n</title>
<item><title>Ferry workers</title><link>https://news.example/en/ferry</link></item>
</channel></rss>"""


def command_of(unit: str, folder: Path, *, feed_url: str) -> list[str]:
    text = (UNITS / f"{unit}.service").read_text(encoding="utf-8")
    (line,) = re.findall(r"^ExecStart=(.*)$", text, re.MULTILINE)
    words = shlex.split(
        line.replace("/srv/yobal", str(folder)).replace("https://news.example/feed.xml", feed_url)
    )
    assert words[0] == PROGRAM
    return words[1:]


def service_lines(unit: str) -> list[str]:
    """What a unit says of its process, for the common site and without comments."""
    text = (UNITS / f"{unit}.service").read_text(encoding="utf-8")
    service = text.split("[Service]\n")[1].split("[Install]")[0].replace("yobal-%i", "yobal")
    service = re.sub(r"serve (?:desk|intake) ", "serve ", service)
    return [line for line in service.splitlines() if line and not line.startswith("# ")]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    assert run(tmp_path, "init", "--site-id", "post", "--name", "The Post").returncode == 0
    recipient = pyrage.x25519.Identity.generate().to_public()
    for name in ("backups", "purged"):
        (tmp_path / name).mkdir()
    lines = (
        f'backup_dir = "{tmp_path}/backups"',
        f'backup_recipient = "{recipient}"',
        f'purge_list_dir = "{tmp_path}/purged"',
        'notice_urls = "json://127.0.0.1:1"',
        'notice_process = "command"',
    )
    with (tmp_path / "yobal.toml").open("a", encoding="utf-8") as file:
        file.write("\n".join(("", *lines, "")))
    return tmp_path


def test_every_timer_starts_a_service_that_is_shipped_and_tried_here() -> None:
    timers = {path.stem for path in UNITS.glob("*.timer")}
    assert timers == {*TIMED, *OF_SEVERAL_SITES}
    assert all((UNITS / f"{timer}.service").exists() for timer in timers)


def test_the_commands_of_the_timers_do_their_work(site: Path) -> None:
    with web_server() as news:
        news.answers["/feed.xml"] = Answer(
            FEED.encode(), headers={"Content-Type": "application/rss+xml"}
        )
        for unit in TIMED:
            done = run(site, *command_of(unit, site, feed_url=f"{news.url}/feed.xml"))
            assert done.returncode == 0, (unit, done.stderr)
    assert len(list((site / "backups").glob("*.age"))) >= 1
    assert "ferry" in run(site, "story", "list").stdout


@pytest.mark.parametrize("unit", SERVERS)
def test_every_unit_of_a_server_has_the_process_and_the_sandbox_of_the_common_one(
    unit: str,
) -> None:
    own = ["RuntimeDirectoryPreserve=yes"] if unit != "yobal@" else []
    assert [line for line in service_lines(unit) if line not in own] == service_lines("yobal")
    assert set(own) <= set(service_lines(unit))


def test_the_services_of_timers_have_the_sandbox_of_the_server() -> None:
    """Beside paths and the way to other machines; tests/systemd tries the sandbox itself."""
    start = "NoNewPrivileges=yes"
    shipped = [line for line in service_lines("yobal") if not line.startswith("#")]
    for unit in TIMED:
        lines = service_lines(unit)
        assert lines[lines.index(start) :] == shipped[shipped.index(start) :], unit


@pytest.mark.parametrize("unit", TIMED)
def test_for_several_sites_the_service_and_the_timer_differ_in_names_only(unit: str) -> None:
    own_feed = ["EnvironmentFile=/srv/yobal/sync.env"]
    shipped = [
        line.replace("https://news.example/feed.xml --edition en", "$SYNC")
        for line in service_lines(unit)
    ]
    lines = [line for line in service_lines(f"{unit}@") if line not in own_feed]
    assert lines == shipped
    timers = [(UNITS / f"{name}.timer").read_text(encoding="utf-8") for name in (unit, f"{unit}@")]
    assert timers[0].split("[Timer]")[1] == timers[1].split("[Timer]")[1]
