"""Runs nginx with the shipped example in front of a served newsroom, on a test's ports and folders."""

import contextlib
import os
import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.serving import (
    READY_SECONDS,
    ROOT,
    Served,
    children,
    free_ports,
    is_listening,
    needed,
    wait_for,
)

EXAMPLE: Final = ROOT / "examples" / "nginx.conf"


@dataclass
class Nginx:
    """nginx with the example's configuration."""

    folder: Path
    port: int
    desk: int
    plain: int
    text: str
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    @property
    def workers(self) -> list[int]:
        return [self.pid, *children(self.pid)]

    def start(self) -> None:
        program = needed("nginx", "nginx-light")
        path = self.folder / "nginx.conf"
        path.write_text(self.text, encoding="utf-8")
        command = [
            program,
            "-p",
            str(self.folder),
            "-c",
            str(path),
            "-e",
            "/dev/null",
            "-g",
            "daemon off;",
        ]
        with (self.folder / "output").open("ab") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output)
        wait_for(self._is_ready, "nginx answers")

    def stop(self) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(timeout=READY_SECONDS)

    def _is_ready(self) -> bool:
        assert self.process is not None
        output = (self.folder / "output").read_text(errors="replace")
        assert self.process.poll() is None, f"nginx ended: {output[-2000:]}"
        return is_listening(self.port)


def make_nginx(folder: Path, served: Served, *, extra: str = "", text: str = "") -> Nginx:
    """The shipped example with this test's ports and paths; `extra` goes into its `http` block."""
    folder.mkdir(parents=True, exist_ok=True)
    port, desk, plain = free_ports(3)
    conf = text or EXAMPLE.read_text(encoding="utf-8")
    conf = conf.replace("listen 80;", f"listen 127.0.0.1:{plain};").replace("listen [::]:80;", "")
    readers, heading, moderators = conf.partition("    # Moderators: ")
    assert heading, "the example has two servers"
    conf = _plain(readers, port) + heading + _plain(moderators, desk)
    for shipped, ours in (
        ("user www-data;", "user root;" if os.geteuid() == 0 else ""),
        ("pid /run/nginx.pid;", f"pid {folder}/nginx.pid;"),
        ("worker_processes auto;", "worker_processes 1;"),
        ("/srv/yobal/data/public", str(served.newsroom.files_dir)),
        ("http://127.0.0.1:8600", f"http://127.0.0.1:{served.intake}"),
        ("http://127.0.0.1:8601", f"http://127.0.0.1:{served.desk}"),
        ("http {\n", f"http {{\n{_temp_folders(folder)}{extra}\n"),
    ):
        assert shipped in conf, f"the example lacks {shipped!r}"
        conf = conf.replace(shipped, ours)
    return Nginx(folder, port, desk, plain, conf)


@contextlib.contextmanager
def nginx_before(folder: Path, served: Served, **given: str) -> Iterator[Nginx]:
    """nginx with the shipped example in front of a served newsroom."""
    nginx = make_nginx(folder, served, **given)
    try:
        nginx.start()
        yield nginx
    finally:
        if nginx.process is not None and nginx.process.poll() is None:
            nginx.stop()


def _plain(server: str, port: int) -> str:
    """Without TLS and on loopback only."""
    server = re.sub(r"\n +ssl_certificate[^\n]*", "", server)
    server = server.replace("listen 443 ssl;", f"listen 127.0.0.1:{port};")
    ipv6 = f"listen [::1]:{port};" if socket.has_dualstack_ipv6() else ""
    return server.replace("listen [::]:443 ssl;", ipv6)


def _temp_folders(folder: Path) -> str:
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return "".join(f"    {kind}_temp_path {folder}/{kind}_temp;\n" for kind in kinds)
