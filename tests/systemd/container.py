"""A Debian 12 with a running systemd and a network of its own: made by debootstrap, booted by systemd-nspawn."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.serving import ROOT

PROGRAMS: Final = ("debootstrap", "systemd-nspawn", "nsenter")
PACKAGES: Final = ("python3-venv", "nginx-light")  # what docs/install.md installs
BOOT_SECONDS: Final = 60
REBOOT_STATUS: Final = (
    133  # of systemd-nspawn with --keep-unit, once the system in it has asked for a reboot
)
NSPAWN: Final = ("systemd-nspawn", "--quiet", "--register=no", "--keep-unit", "--link-journal=no")
NSENTER: Final = ("nsenter", "--all", "--target")
# Commands that change the system are run where this file is and nowhere else.
MARK: Final = "/etc/yobal-test-container"
BASH: Final = ("bash", "-euo", "pipefail", "-c")
# pip finds the wheels of the lock file in the container, which has no network.
ENVIRONMENT: Final = (
    "PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "HOME=/root",
    "LANG=C.UTF-8",
    "DEBIAN_FRONTEND=noninteractive",
    "PIP_NO_INDEX=1",
    "PIP_FIND_LINKS=/wheels",
    "PIP_ROOT_USER_ACTION=ignore",
)
ASK: Final = """
import http.client, json, ssl, socket, sys
scheme, address, path, host, body = sys.argv[1:]
if scheme == "unix":
    connection = http.client.HTTPConnection("localhost", timeout=20)
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(address)
elif scheme == "https":
    unchecked = ssl._create_unverified_context()
    connection = http.client.HTTPSConnection(address, timeout=20, context=unchecked)
else:
    connection = http.client.HTTPConnection(address, timeout=20)
headers = {"Host": host or address}
if body:
    headers["Content-Type"] = "application/x-www-form-urlencoded"
connection.request("POST" if body else "GET", path, body or None, headers)
answer = connection.getresponse()
print(json.dumps([answer.status, answer.read().decode()]))
"""


class CannotBoot(Exception):
    """This machine cannot run a container with systemd; the text says why."""


@dataclass
class Container:
    root: Path
    nspawn: "subprocess.Popen[bytes] | None" = None
    leader_pid: int = 0  # systemd's, as this machine sees it

    def try_to_run(
        self, script: str, *words: str, seconds: int = 180
    ) -> subprocess.CompletedProcess[str]:
        """As root, without a terminal. Runs nothing outside the container."""
        enter = [*NSENTER, str(self.leader_pid), "env", "-i", *ENVIRONMENT]
        return subprocess.run(
            [*enter, *BASH, f"test -e {MARK}; {script}", "bash", *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )

    def run(self, script: str, *words: str) -> str:
        """What it prints. Fails if any line of the script does."""
        done = self.try_to_run(script, *words)
        assert done.returncode == 0, (
            f"{script}\n{done.stdout}\n{done.stderr}\n{self.newest_lines()}"
        )
        return done.stdout

    def newest_lines(self) -> str:
        return self.try_to_run("journalctl --no-pager --quiet --lines 60 --output cat").stdout

    def property_of(self, unit: str, name: str) -> str:
        return self.run('systemctl show --property "$1" --value "$2"', name, unit).strip()

    def main_pid(self, unit: str) -> int:
        """0 if it does not run."""
        return int(self.property_of(unit, "MainPID"))

    def is_active(self, unit: str) -> bool:
        return self.property_of(unit, "ActiveState") == "active"

    def ask(
        self,
        path: str,
        *,
        address: str = "127.0.0.1:8600",
        scheme: str = "http",
        host: str = "",
        body: str = "",
    ) -> tuple[int, str]:
        """The status and text of a page, asked for from inside; (0, the reason) without an answer.

        With a body, a form is sent.
        """
        words = (ASK, scheme, address, path, host, body)
        done = self.try_to_run('/usr/bin/python3 -c "$@"', *words)
        if done.returncode != 0:
            return 0, done.stderr
        status, text = json.loads(done.stdout)
        return status, text

    def reboot(self) -> None:
        """Shut the system down as `reboot` does, and boot it again from what is on its disk."""
        assert self.nspawn is not None
        self.try_to_run("systemctl --no-block reboot")
        assert self.nspawn.wait(timeout=BOOT_SECONDS) == REBOOT_STATUS
        self.boot()

    def boot(self) -> None:
        """Raises CannotBoot if systemd does not come up."""
        console = self.root.parent / "console"
        command = [*NSPAWN, "-D", str(self.root), "--machine=yobal-test", "--boot"]
        with console.open("wb") as output:
            self.nspawn = subprocess.Popen(
                [*command, "--private-network"],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        until = time.monotonic() + BOOT_SECONDS
        state = "no systemd"
        while self.nspawn.poll() is None and time.monotonic() < until:
            leader_pid = _leader_pid(self.nspawn.pid)
            if leader_pid is not None:
                self.leader_pid = leader_pid
                state = self.try_to_run("systemctl is-system-running || true").stdout.strip()
                if state in ("running", "degraded"):
                    return
            time.sleep(0.2)
        last = console.read_text(errors="replace")[-500:]
        raise CannotBoot(f"systemd does not come up here ({state}): {last}")

    def shut_down(self) -> None:
        if self.nspawn is None or self.nspawn.poll() is not None:
            return
        self.nspawn.send_signal(signal.SIGTERM)  # shuts the system in it down
        try:
            self.nspawn.wait(timeout=BOOT_SECONDS)
        except subprocess.TimeoutExpired:
            self.nspawn.kill()
            self.nspawn.wait()

    def write(self, path: str, text: str) -> None:
        target = self.root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def make_tree(root: Path) -> None:
    """Debian with systemd and the packages that docs/install.md names, all from Debian's mirror."""
    if os.geteuid() != 0:
        raise CannotBoot("only root can make a container")
    for program in PROGRAMS:
        if shutil.which(program) is None:
            raise CannotBoot(f"{program} is missing (tools/needs systemd-container)")
    include = "--include=systemd,systemd-sysv,dbus,adduser"
    _build("debootstrap", "--variant=minbase", include, "bookworm", str(root))
    # Nothing starts before the container boots.
    policy = root / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n", encoding="utf-8")
    policy.chmod(0o755)
    inside = [*NSPAWN, "-D", str(root), "--pipe", "--setenv=DEBIAN_FRONTEND=noninteractive"]
    _build(*inside, "apt-get", "-qq", "update")
    _build(*inside, "apt-get", "-qq", "install", "-y", "--no-install-recommends", *PACKAGES)
    policy.unlink()
    (root / MARK.lstrip("/")).touch()


def add_wheels(root: Path, yobal_wheel: Path) -> None:
    """The packages of the lock file in /wheels, and the source with the wheel in /opt/yobal-source."""
    lock = ROOT / "requirements/run.lock"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q", "download"]
    of_debian = ["--python-version", "3.11", "--only-binary", ":all:", "--no-deps"]
    _build(*pip, *of_debian, "--require-hashes", "-r", str(lock), "-d", str(root / "wheels"))
    source = root / "opt/yobal-source"
    for folder in ("examples", "requirements"):
        shutil.copytree(ROOT / folder, source / folder)
    (source / "dist").mkdir()
    shutil.copy(yobal_wheel, source / "dist")


def _build(*command: str) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)  # noqa: PLW1510  # its output says more than an exception
    assert done.returncode == 0, f"{command}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"


@contextlib.contextmanager
def booted(root: Path) -> Iterator[Container]:
    """Raises CannotBoot if systemd does not come up."""
    container = Container(root)
    try:
        container.boot()
        yield container
    finally:
        container.shut_down()


def _leader_pid(nspawn_pid: int) -> int | None:
    """The child that is the first process of a namespace; before it, there are others, on the way there."""
    for pid in Path(f"/proc/{nspawn_pid}/task/{nspawn_pid}/children").read_text().split():
        with contextlib.suppress(OSError):
            status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
            if re.search(r"^NSpid:\t\d+\t1$", status, re.MULTILINE):
                return int(pid)
    return None
