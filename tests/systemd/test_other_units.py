"""The variants of yobal.service: intake and desk apart, several sites, and the web servers in front."""

from collections.abc import Iterator
from typing import Final

import pytest

from tests.cli.test_units import TIMED
from tests.nginx import make_certificate
from tests.systemd.container import Container
from tests.systemd.news import NEWS, NOTICES
from tests.systemd.technician import (
    SETTINGS_FILE,
    THREAD,
    UNITS,
    WITH_SOCKETS,
    add_settings,
    add_site,
    block,
    start,
    wait_for_restart,
)

pytestmark = pytest.mark.slow

SITES: Final = ("gazette", "herald")


@pytest.fixture
def apart(installed: Container) -> Iterator[Container]:
    """Intake and desk are units of their own, and listen on unix sockets."""
    start(installed)
    installed.run(f"cp {SETTINGS_FILE} /root/before.toml")
    installed.run(block("install.md", containing="enable --now yobal-desk"))
    add_settings(installed, block("install.md", containing="unix:/run/yobal/intake.sock"))
    units = " ".join(f"{UNITS}/{unit}.service" for unit in ("yobal", "yobal-desk", "yobal-intake"))
    installed.run(f"sed -i '{WITH_SOCKETS}' {units}")
    installed.run("systemctl daemon-reload; systemctl restart yobal-desk yobal-intake")
    yield installed
    installed.run("systemctl disable --quiet --now yobal-desk yobal-intake")
    installed.run(f"cat /root/before.toml > {SETTINGS_FILE}; rm /root/before.toml")


def ask_intake(container: Container) -> int:
    return container.ask(THREAD, scheme="unix", address="/run/yobal/intake.sock", host="intake")[0]


def ask_desk(container: Container) -> int:
    socket = "/run/yobal/desk.sock"
    return container.ask("/join", scheme="unix", address=socket, host="desk.example:8443")[0]


def test_intake_and_desk_run_apart_on_sockets_of_the_web_servers_group(apart: Container) -> None:
    assert (ask_intake(apart), ask_desk(apart)) == (200, 200)
    assert apart.run("stat -c %G /run/yobal/intake.sock /run/yobal/desk.sock") == "www-data\n" * 2


def test_both_together_and_the_common_unit_never_run_at_once(apart: Container) -> None:
    apart.run("systemctl start yobal")
    assert [apart.is_active(unit) for unit in ("yobal-desk", "yobal-intake")] == [False, False]
    apart.run("systemctl start yobal-desk yobal-intake")
    assert not apart.is_active("yobal")
    assert (ask_intake(apart), ask_desk(apart)) == (200, 200)


def test_apart_the_desk_works_while_the_intake_is_stopped_or_killed(apart: Container) -> None:
    desk_pid, intake_pid = apart.main_pid("yobal-desk"), apart.main_pid("yobal-intake")
    apart.run(f"kill -KILL {intake_pid}")
    wait_for_restart(apart, "yobal-intake", pid=intake_pid)
    assert (ask_intake(apart), ask_desk(apart)) == (200, 200)
    apart.run("systemctl stop yobal-intake")
    assert apart.property_of("yobal-intake", "Result") == "success"
    assert (ask_intake(apart), ask_desk(apart)) == (0, 200)
    assert apart.main_pid("yobal-desk") == desk_pid


@pytest.fixture(scope="module")
def two_sites(installed: Container) -> Iterator[Container]:
    for site in SITES:
        add_site(installed, site)
    yield installed
    installed.run("systemctl disable --quiet --now yobal@gazette yobal@herald")


def test_several_sites_run_side_by_side_and_cannot_read_each_other(two_sites: Container) -> None:
    for site in SITES:
        socket = f"/run/yobal-{site}/intake.sock"
        status, text = two_sites.ask(f"/{site}/ferry/en/", scheme="unix", address=socket, host="h")
        assert (status, "Ferry workers" in text) == (200, True)
    pids = {site: two_sites.main_pid(f"yobal@{site}") for site in SITES}
    two_sites.run(f"kill -KILL {pids['gazette']}")
    wait_for_restart(two_sites, "yobal@gazette", pid=pids["gazette"])
    assert two_sites.main_pid("yobal@herald") == pids["herald"]
    look = "runuser -u yobal-gazette -- ls /srv/yobal-{}/data/secrets"
    assert two_sites.try_to_run(look.format("gazette")).returncode == 0
    assert two_sites.try_to_run(look.format("herald")).returncode != 0


def test_each_site_has_timers_of_its_own_which_do_its_work_only(two_sites: Container) -> None:
    two_sites.write("/opt/news.py", NEWS)
    two_sites.run("systemd-run --quiet --unit news /usr/bin/python3 /opt/news.py")
    add_timers = block("install.md", containing="yobal-backup@gazette.timer")
    assert "editor yobal.toml\n" in add_timers
    for site in SITES:
        settings = block("operate.md", containing="backup_recipient =") + NOTICES
        settings = settings.replace("/yobal", f"/yobal-{site}")
        edited = f"cat >> yobal.toml <<'END'\n{settings}END\n"
        commands = add_timers.replace("editor yobal.toml\n", edited).replace("gazette", site)
        two_sites.run(commands.replace(f"https://{site}.example/", "http://127.0.0.1:8701/"))
    waiting = two_sites.run("systemctl list-timers --no-pager --plain")
    for unit in TIMED:
        assert all(f"{unit}@{site}.timer" in waiting for site in SITES)
        two_sites.run('systemctl start "$1"', f"{unit}@gazette")
        assert two_sites.property_of(f"{unit}@gazette", "Result") == "success"
    stories = "cd /srv/yobal-{}; /opt/yobal/bin/yobal story list"
    assert "harbour" in two_sites.run(stories.format("gazette"))
    assert ".yobal.age" in two_sites.run("ls /var/backups/yobal-gazette")
    assert two_sites.run("ls /var/backups/yobal-herald") == ""
    assert "harbour" not in two_sites.run(stories.format("herald"))
    two_sites.run("systemctl stop news")
    timers = [f"{unit}@{site}.timer" for unit in TIMED for site in SITES]
    two_sites.run(f"systemctl disable --quiet --now {' '.join(timers)}")


def test_both_web_servers_start_as_the_docs_say_and_the_desks_is_started_again(
    served: Container,
) -> None:
    for host in ("comments.example", "desk.example"):
        folder = served.root / "etc/ssl" / host
        folder.mkdir(parents=True)
        key, certificate = make_certificate(folder)
        key.rename(folder / "privkey.pem")
        certificate.rename(folder / "fullchain.pem")
    commands = block("install.md", containing="enable --now nginx-desk")
    adapt = "sed -i 's/COMMENTS.EXAMPLE/comments.example/g; s/DESK.EXAMPLE/desk.example/g' "
    assert commands.count("editor ") == 2
    served.run(commands.replace("editor ", adapt))
    readers = served.ask(THREAD, scheme="https", address="127.0.0.1", host="comments.example")
    assert (readers[0], "Ferry workers" in readers[1]) == (200, True)
    desk = {"scheme": "https", "address": "127.0.0.1:8443", "host": "desk.example:8443"}
    assert served.ask("/join", **desk)[0] == 200
    pid = served.main_pid("nginx-desk")
    served.run("systemctl kill --signal KILL nginx-desk")
    wait_for_restart(served, "nginx-desk", pid=pid)
    assert served.ask("/join", **desk)[0] == 200
    served.run("systemctl disable --quiet --now nginx nginx-desk")
