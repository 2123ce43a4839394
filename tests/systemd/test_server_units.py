"""yobal.service under a real systemd: start, kill, hang, stop, upgrade."""

import re
from collections.abc import Iterator
from typing import Final

import pytest

from tests.server.test_upgrade import NEXT
from tests.serving import ROOT
from tests.systemd.container import Container
from tests.systemd.technician import (
    THREAD,
    UNITS,
    add_settings,
    block,
    has_thread,
    wait_for_restart,
    without,
)

pytestmark = pytest.mark.slow

HEALTH: Final = "127.0.0.1:8602"
UPGRADE: Final = "--force-reinstall"
PACKAGE: Final = "/opt/yobal/lib/python3.11/site-packages/yobal"


def test_it_answers_as_soon_as_systemd_says_that_it_has_started(served: Container) -> None:
    assert served.ask("/readyz", address=HEALTH)[0] == 200
    assert served.ask("/healthz", address=HEALTH)[0] == 200
    assert has_thread(served)
    assert served.ask("/join", address="127.0.0.1:8601", host="desk.example:8443")[0] == 200
    assert served.run("systemctl is-enabled yobal") == "enabled\n"


def test_it_runs_as_its_user_with_freed_memory_overwritten(served: Container) -> None:
    pid = served.main_pid("yobal")
    assert served.run(f"cat /proc/{pid}/comm") == "yobal wiped\n"
    uids = set(re.findall(r"\d+", served.run(f"grep Uid: /proc/{pid}/status")))
    assert uids == {served.run("id -u yobal").strip()}


def test_killed_it_is_started_again(served: Container) -> None:
    pid = served.main_pid("yobal")
    served.run(f"kill -KILL {pid}")
    wait_for_restart(served, "yobal", pid=pid)
    assert served.property_of("yobal", "NRestarts") == "1"
    assert has_thread(served)


def test_hanging_it_is_started_again(served: Container) -> None:
    drop_in = f"{UNITS}/yobal.service.d"
    served.write(f"{drop_in}/watchdog.conf", "[Service]\nWatchdogSec=10\n")
    served.run("systemctl daemon-reload; systemctl restart yobal")
    pid = served.main_pid("yobal")
    served.run(f"kill -STOP {pid}")
    wait_for_restart(served, "yobal", pid=pid)
    assert "Watchdog timeout" in served.run("journalctl --unit yobal --output cat --no-pager")
    assert has_thread(served)
    served.run(f"rm -r {drop_in}; systemctl daemon-reload")


def test_stopped_it_ends_by_itself_and_is_not_started_again(served: Container) -> None:
    served.run("systemctl stop yobal")
    ended = [served.property_of("yobal", name) for name in ("Result", "ExecMainStatus", "MainPID")]
    assert ended == ["success", "0", "0"]
    assert served.property_of("yobal", "ActiveState") == "inactive"
    assert served.ask(THREAD)[0] == 0


@pytest.mark.parametrize(
    ("shipped", "broken"),
    [("yobal serve", "yobal serv"), ("/srv/yobal/data -", "/srv/yobal/nothing -")],
)
def test_control_a_broken_unit_is_noticed(installed: Container, shipped: str, broken: str) -> None:
    unit = (ROOT / "examples/yobal.service").read_text(encoding="utf-8")
    assert shipped in unit
    installed.write(f"{UNITS}/broken.service", unit.replace(shipped, broken))
    started = installed.try_to_run("systemctl daemon-reload; systemctl start broken")
    installed.run(f"systemctl stop broken; rm {UNITS}/broken.service; systemctl daemon-reload")
    assert started.returncode != 0


def test_an_upgrade_replaces_the_package_and_keeps_the_data(served: Container) -> None:
    served.run(f"echo '# the old version' >> {PACKAGE}/__init__.py")
    pid = served.main_pid("yobal")
    # `doctor` fails a newsroom without a lead.
    served.run(without(block("operate.md", containing=UPGRADE), "/opt/yobal/bin/yobal doctor"))
    assert "the old version" not in served.run(f"cat {PACKAGE}/__init__.py")
    assert served.main_pid("yobal") not in (0, pid)
    assert has_thread(served)


@pytest.fixture
def data_put_back(served: Container) -> Iterator[Container]:
    served.run(
        "systemctl stop yobal; mkdir /root/before; cp -a /srv/yobal /root/before/;"
        " systemctl start yobal"
    )
    yield served
    served.run(
        "systemctl stop yobal; rm -r /srv/yobal; mv /root/before/yobal /srv/; rmdir /root/before"
    )


def test_a_version_with_a_newer_schema_makes_a_backup_in_the_units_sandbox_first(
    data_put_back: Container,
) -> None:
    container = data_put_back
    add_settings(container, block("operate.md", containing="backup_recipient ="))
    container.run(block("operate.md", containing="yobal-backup.timer"))
    container.run("systemctl disable --quiet --now yobal-backup.timer; rm -f /var/backups/yobal/*")
    migration = f"{PACKAGE}/store/migrations/versions/next_schema.py"
    container.write(migration, NEXT.format(failure=""))
    check = container.try_to_run("cd /srv/yobal; /opt/yobal/bin/yobal upgrade --check")
    assert check.returncode == 1, check.stdout
    container.run("systemctl restart yobal")
    assert has_thread(container)
    assert ".yobal.age" in container.run("ls /var/backups/yobal")
    container.run(f"systemctl stop yobal; rm {migration}")
    assert container.try_to_run("systemctl start yobal").returncode != 0, "it ran backwards"
    container.run("systemctl stop yobal; rm -r /var/backups/yobal /mnt/elsewhere")
