"""What a technician copies from the docs, into a container."""

import re
from typing import Final

from tests.serving import ROOT, wait_for
from tests.systemd.container import Container

SETTINGS_FILE: Final = "/srv/yobal/yobal.toml"
UNITS: Final = "/etc/systemd/system"
THREAD: Final = "/river-post/ferry/en/"
RESTART_SECONDS: Final = 90
# The comment signs that docs/install.md takes away for unix sockets.
WITH_SOCKETS: Final = r"s/^#\(SupplementaryGroups=\|SystemCallFilter=\)/\1/"


def block(page: str, *, containing: str) -> str:
    """The only block of a page that has this text, as it stands there."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    blocks = re.findall(r"^```\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    (chosen,) = [commands for commands in blocks if containing in commands]
    return str(chosen)


def without(commands: str, *lines: str) -> str:
    """A block without lines that have no place in a test, which must be there."""
    for line in lines:
        assert f"{line}\n" in commands, line
        commands = commands.replace(f"{line}\n", "")
    return commands


def install(container: Container) -> None:
    """Steps 2 and 3 of docs/install.md, and a story."""
    container.run(block("install.md", containing="python3 -m venv /opt/yobal"))
    asks = block("install.md", containing="yobal init\n")
    container.run(without(asks, "/opt/yobal/bin/yobal init"))
    printed = container.run(block("install.md", containing="--site-id river-post"))
    assert "https://desk.example:8443/join#" in printed
    container.run(block("install.md", containing=f"chmod 640 {SETTINGS_FILE}"))
    add_settings(container, 'metrics_listen = "127.0.0.1:8602"\n')
    add_story(container, "/srv/yobal")
    container.run(
        f"cp /opt/yobal-source/examples/*.service /opt/yobal-source/examples/*.timer {UNITS}/"
    )


def add_settings(container: Container, lines: str, *, path: str = SETTINGS_FILE) -> None:
    container.run('printf "%s" "$1" >> "$2"', f"\n{lines}", path)


def add_story(container: Container, folder: str) -> None:
    container.run(
        'cd "$1"; /opt/yobal/bin/yobal story add ferry --edition en --title "Ferry workers"'
        " --url https://news.example/ferry",
        folder,
    )


def add_site(container: Container, site_id: str) -> None:
    """What docs/install.md says of the site `gazette`."""
    settings = block("install.md", containing="unix:/run/yobal-gazette/intake.sock")
    commands = block("install.md", containing="enable --now yobal@gazette\n")
    assert "editor yobal.toml\n" in commands
    edited = f"cat >> yobal.toml <<'END'\n{settings}END\n"
    commands = commands.replace("editor yobal.toml\n", edited).replace(
        f"editor {UNITS}/yobal@.service\n",
        f"sed -i '{WITH_SOCKETS}' {UNITS}/yobal@.service\n",
    )
    container.run(commands.replace("gazette", site_id))
    add_story(container, f"/srv/yobal-{site_id}")


def start(container: Container) -> None:
    """Step 4."""
    container.run(block("install.md", containing="systemctl enable --now yobal\n"))


def has_thread(container: Container) -> bool:
    status, text = container.ask(THREAD)
    return status == 200 and "Ferry workers" in text


def wait_for_restart(container: Container, unit: str, *, pid: int) -> None:
    wait_for(
        lambda: container.main_pid(unit) not in (0, pid) and container.is_active(unit),
        f"systemd starts {unit} again",
        seconds=RESTART_SECONDS,
    )
