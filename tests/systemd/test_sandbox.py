"""What the shipped units let a process do, even one of root: tried from inside, beside a unit without these lines."""

import json
import re
import shutil
from pathlib import Path
from typing import Final

import pytest

from tests.serving import ROOT, wait_for
from tests.systemd.container import Container
from tests.systemd.technician import UNITS

pytestmark = pytest.mark.slow

OURS: Final = sorted(ROOT.glob("examples/yobal*.service"))
EXPOSURE_MAX: Final = 16  # systemd's tenths: 1.6 of 10
# Those of yobal-desk, yobal-intake and yobal@ have the same lines: tests/cli/test_units.py
TRIED: Final = ("yobal", "yobal-backup", "yobal-notice", "yobal-sync")
OUTSIDE: Final = {"yobal-notice", "yobal-sync"}  # they connect to other machines
PROBE: Final = """
[Service]
Type=oneshot
ExecStart=/usr/bin/python3 /opt/probe.py
StandardOutput=truncate:/run/probe.json
"""
# Who runs it and when; the probe runs once, as root, whom only the sandbox stops.
OTHERS: Final = re.compile(
    r"^(?:Type|NotifyAccess|WatchdogSec|User|Group|ExecStart|Restart|RestartSec|WorkingDirectory)=.*\n",
    re.MULTILINE,
)
SERVER: Final = "/usr/bin/python3 -m http.server --directory /opt/empty 8700"


@pytest.fixture(scope="module")
def other_machine(installed: Container) -> Container:
    """192.0.2.77 answers, and is no address of loopback."""
    shutil.copy(Path(__file__).parent / "probe.py", installed.root / "opt/probe.py")
    installed.run(
        "mkdir -p /opt/empty /var/backups/yobal /srv/yobal/data/of-root; ip address add 192.0.2.77/32 dev lo"
    )
    installed.run(f"systemd-run --quiet --unit other-machine {SERVER}")
    wait_for(lambda: installed.ask("/", address="192.0.2.77:8700")[0] == 200, "it answers")
    return installed


def probe(container: Container, sandbox: str) -> dict[str, bool]:
    container.write(f"{UNITS}/probe.service", PROBE + sandbox)
    container.run("systemctl daemon-reload; systemctl start probe")
    container.run("rm -f /etc/probe /opt/yobal/probe /srv/yobal/data/of-root/probe")
    return dict(json.loads(container.run("cat /run/probe.json")))


def sandbox_of(unit: str) -> str:
    text = (ROOT / f"examples/{unit}.service").read_text(encoding="utf-8")
    service = text.split("[Service]\n")[1].split("[Install]")[0]
    return OTHERS.sub("", service)


def has_packet_filter(container: Container) -> bool:
    """Without cgroup v2, systemd cannot enforce IPAddressDeny."""
    return container.run("stat --file-system --format %T /sys/fs/cgroup") == "cgroup2fs\n"


def test_control_without_the_sandbox_everything_can_be_done(other_machine: Container) -> None:
    done = probe(other_machine, "")
    assert [name for name, worked in done.items() if not worked] == []


@pytest.mark.parametrize("unit", TRIED)
def test_a_unit_lets_even_root_do_nothing_but_its_work(other_machine: Container, unit: str) -> None:
    done = probe(other_machine, sandbox_of(unit))
    allowed = {"write its data", "connect to this machine"}
    if unit in OUTSIDE or not has_packet_filter(other_machine):
        allowed.add("connect elsewhere")
    assert {name for name, worked in done.items() if worked} == allowed


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.stem)
def test_systemd_finds_no_mistake_in_a_unit_and_its_exposure_is_low(
    installed: Container, path: Path
) -> None:
    name = path.name.replace("@", "@gazette")
    verified = installed.try_to_run(
        "systemd-analyze verify --man=no --recursive-errors=no $1", name
    )
    assert (verified.returncode, verified.stderr) == (0, "")
    rated = installed.try_to_run(
        f"systemd-analyze security --no-pager --threshold={EXPOSURE_MAX} $1", name
    )
    assert rated.returncode == 0, rated.stdout[-200:]


def test_control_a_unit_without_a_sandbox_is_rated_as_exposed(installed: Container) -> None:
    rated = installed.try_to_run(
        f"systemd-analyze security --no-pager --threshold={EXPOSURE_MAX} systemd-journald.service"
    )
    assert rated.returncode != 0
