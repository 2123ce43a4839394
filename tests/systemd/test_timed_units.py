"""The timers and their services: each does its work in its sandbox, beside a running server."""

from collections.abc import Iterator

import pytest

from tests.cli.test_units import TIMED
from tests.systemd.container import Container
from tests.systemd.news import NEWS, NOTICES
from tests.systemd.technician import SETTINGS_FILE, UNITS, add_settings, block

pytestmark = pytest.mark.slow


@pytest.fixture
def timed(served: Container) -> Iterator[Container]:
    """The timers are installed and enabled as the docs say."""
    served.run(f"cp {SETTINGS_FILE} /root/before.toml")
    served.write("/opt/news.py", NEWS)
    served.run("systemd-run --quiet --unit news /usr/bin/python3 /opt/news.py")
    add_settings(served, block("operate.md", containing="backup_recipient =") + NOTICES)
    served.run(block("operate.md", containing="enable --now yobal-backup.timer"))
    served.run(block("operate.md", containing="enable --now yobal-notice.timer"))
    address = "http://127.0.0.1:8701/feed.xml"
    commands = block("stories.md", containing="enable --now yobal-sync.timer")
    assert "editor " in commands
    served.run(commands.replace("editor ", f"sed -i 's#https://news.example/feed.xml#{address}#' "))
    yield served
    served.run(
        "systemctl stop news; systemctl disable --quiet --now yobal-{backup,notice,sync}.timer"
    )
    served.run(f"cat /root/before.toml > {SETTINGS_FILE}; rm /root/before.toml")


def test_each_timer_waits_for_its_time_and_its_service_does_its_work(timed: Container) -> None:
    waiting = timed.run("systemctl list-timers --no-pager --plain")
    assert all(f"{unit}.timer" in waiting for unit in TIMED)
    for unit in TIMED:
        timed.run('systemctl start "$1"', unit)
        assert timed.property_of(unit, "Result") == "success"
    assert ".yobal.age" in timed.run("ls /var/backups/yobal")
    stories = timed.run("cd /srv/yobal; /opt/yobal/bin/yobal story list")
    assert "harbour" in stories
    assert timed.is_active("yobal")


def test_a_notice_leaves_the_sandbox_of_its_unit(timed: Container) -> None:
    """Nothing is due here, so the unit sends the test of every address instead."""
    timed.write(
        f"{UNITS}/yobal-notice.service.d/test.conf",
        "[Service]\nExecStart=\n"
        f"ExecStart=/opt/yobal/bin/yobal notice test --config {SETTINGS_FILE}\n",
    )
    timed.run("systemctl daemon-reload; systemctl start yobal-notice")
    assert '"message"' in timed.run("cat /run/messages")
    timed.run(f"rm -r {UNITS}/yobal-notice.service.d; systemctl daemon-reload")
