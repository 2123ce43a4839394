"""Runs nginx with the shipped examples in front of a served newsroom, on a test's ports and folders."""

import contextlib
import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tests.ports import free_ports
from tests.serving import (
    READY_SECONDS,
    ROOT,
    Served,
    children,
    is_listening,
    needed,
    wait_for,
)

EXAMPLE: Final = ROOT / "examples" / "nginx.conf"
DESK_EXAMPLE: Final = ROOT / "examples" / "nginx-desk.conf"


@dataclass
class Nginx:
    """nginx with the readers' example, and beside it nginx with the desk's."""

    folder: Path
    port: int
    desk: int
    plain: int
    text: str
    desk_text: str
    processes: "list[subprocess.Popen[bytes]]" = field(default_factory=list)

    @property
    def workers(self) -> list[int]:
        return [pid for process in self.processes for pid in (process.pid, *children(process.pid))]

    def start(self) -> None:
        for name, text, port in (
            ("nginx", self.text, self.port),
            ("nginx-desk", self.desk_text, self.desk),
        ):
            if text:
                self._start(self.folder / f"{name}.conf", text, port)

    def _start(self, path: Path, text: str, port: int) -> None:
        program = needed("nginx", "nginx-light")
        path.write_text(text, encoding="utf-8")
        command = [program, "-p", str(self.folder), "-c", str(path), "-e", "/dev/null"]
        with (self.folder / "output").open("ab") as output:
            process = subprocess.Popen(
                [*command, "-g", "daemon off;"], stdout=output, stderr=output
            )
        self.processes.append(process)
        wait_for(lambda: self._is_ready(process, port), f"nginx answers ({path.name})")

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGQUIT)
        for process in self.processes:
            process.wait(timeout=READY_SECONDS)

    def _is_ready(self, process: "subprocess.Popen[bytes]", port: int) -> bool:
        output = (self.folder / "output").read_text(errors="replace")
        assert process.poll() is None, f"nginx ended: {output[-2000:]}"
        return is_listening(port)


def make_nginx(
    folder: Path,
    served: Served,
    *,
    extra: str = "",
    text: str = "",
    is_desk_apart: bool = True,
    sockets: Path | None = None,
) -> Nginx:
    """The shipped examples with this test's ports and paths; `extra` goes into the readers' `http` block.

    `is_desk_apart`: otherwise one nginx serves both, as an earlier example did. `sockets`: the folder with
    Yobal's unix sockets, otherwise it listens on ports.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port, desk, plain = free_ports(3)
    conf = text or EXAMPLE.read_text(encoding="utf-8")
    conf = conf.replace("listen 80;", f"listen 127.0.0.1:{plain};").replace("listen [::]:80;", "")
    conf = _without_tls(conf, port)
    desk_conf = _without_tls(DESK_EXAMPLE.read_text(encoding="utf-8"), desk)
    intake_upstream = f"unix:{sockets}/intake.sock" if sockets else f"127.0.0.1:{served.intake}"
    desk_upstream = f"unix:{sockets}/desk.sock" if sockets else f"127.0.0.1:{served.desk}"
    desk_conf = _replace(
        desk_conf, {"http://127.0.0.1:8601": f"http://{desk_upstream}"} | _paths(folder)
    )
    if not is_desk_apart:
        extra += desk_conf[desk_conf.index("    server {") : desk_conf.rindex("}")]
        desk_conf = ""
    ours_by_shipped = {
        "worker_processes auto;": "worker_processes 1;",
        "/srv/yobal/data/public": str(served.newsroom.files_dir),
        "http://127.0.0.1:8600": f"http://{intake_upstream}",
        "/var/www/acme;": f"{folder}/acme;",
    }
    conf = _replace(conf, ours_by_shipped | _paths(folder, extra))
    return Nginx(folder, port, desk, plain, conf, desk_conf)


def _paths(folder: Path, extra: str = "") -> dict[str, str]:
    """What both examples have in common."""
    return {
        "user www-data;": "user root;" if os.geteuid() == 0 else "",
        "pid /run/": f"pid {folder}/",
        "http {\n": f"http {{\n{temp_folders(folder)}{extra}\n",
    }


def _replace(conf: str, ours_by_shipped: dict[str, str]) -> str:
    for shipped, ours in ours_by_shipped.items():
        assert shipped in conf, f"the example lacks {shipped!r}"
        conf = conf.replace(shipped, ours)
    return conf


@contextlib.contextmanager
def nginx_before(folder: Path, served: Served, **given: Any) -> Iterator[Nginx]:
    """nginx with the shipped examples in front of a served newsroom."""
    nginx = make_nginx(folder, served, **given)
    try:
        nginx.start()
        yield nginx
    finally:
        nginx.stop()


def _without_tls(conf: str, port: int) -> str:
    """On loopback only."""
    conf = re.sub(r"\n +ssl_certificate[^\n]*", "", conf)
    conf, count = re.subn(r"listen 8?443 ssl([^;]*);", rf"listen 127.0.0.1:{port}\g<1>;", conf)
    assert count, "the example listens with TLS"
    ipv6 = rf"listen [::1]:{port}\g<1>;" if socket.has_dualstack_ipv6() else ""
    return re.sub(r"listen \[::\]:8?443 ssl([^;]*);", ipv6, conf)


def with_tls(conf: str, port: int, folder: Path) -> str:
    """A configuration of `make_nginx` with TLS again, and a test's certificate."""
    key, certificate = make_certificate(folder)
    conf = re.sub(rf"listen ([^;]*:{port})([^;]*);", r"listen \1 ssl\2;", conf)
    return conf.replace(
        "ssl_session_tickets off;",
        f"ssl_certificate {certificate}; ssl_certificate_key {key}; ssl_session_tickets off;",
    )


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A key, and an untrusted certificate."""
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    command = [needed("openssl", "openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes"]
    files = ["-subj", "/CN=test", "-keyout", str(key), "-out", str(certificate)]
    subprocess.run([*command, *files], check=True, capture_output=True)
    return key, certificate


def temp_folders(folder: Path) -> str:
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return "".join(f"    {kind}_temp_path {folder}/{kind}_temp;\n" for kind in kinds)
