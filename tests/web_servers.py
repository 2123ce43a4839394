"""Runs Caddy and Apache with the shipped examples in front of a served newsroom, as tests/nginx.py runs nginx."""

import contextlib
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.nginx import nginx_before
from tests.ports import free_ports
from tests.serving import (
    READY_SECONDS,
    ROOT,
    Served,
    ask,
    children,
    is_listening,
    needed,
    wait_for,
)

CADDY_EXAMPLE: Final = ROOT / "examples" / "Caddyfile"
APACHE_EXAMPLE: Final = ROOT / "examples" / "apache.conf"
WEB_SERVERS: Final = ("nginx", "caddy", "apache")


@dataclass
class WebServer:
    """Where one of the three answers: readers, moderators, and plain HTTP (0: the example leaves it to Caddy)."""

    name: str
    folder: Path
    port: int
    desk: int
    plain: int
    pids: list[int] = field(default_factory=list)


@contextlib.contextmanager
def web_server_before(
    name: str, served: Served, *, text: str = "", folder: Path | None = None
) -> Iterator[WebServer]:
    folder = folder or served.folder / name
    if name == "nginx":
        with nginx_before(folder, served, text=text) as nginx:
            yield WebServer(name, folder, nginx.port, nginx.desk, nginx.plain, nginx.workers)
        return
    folder.mkdir()
    port, desk, plain = free_ports(3)
    start = _caddy if name == "caddy" else _apache
    process = start(WebServer(name, folder, port, desk, plain), served, text)
    try:
        wait_for(
            lambda: process.poll() is not None or (is_listening(port) and is_listening(desk)),
            f"{name} listens",
        )
        assert process.poll() is None, (folder / "output").read_text()
        ask(port)  # by then, Apache's children are there
        pids = [process.pid, *children(process.pid)]
        yield WebServer(name, folder, port, desk, 0 if name == "caddy" else plain, pids)
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=READY_SECONDS)


def _replaced(text: str, ours_by_shipped: dict[str, str]) -> str:
    for shipped, ours in ours_by_shipped.items():
        assert shipped in text, f"the example lacks {shipped!r}"
        text = text.replace(shipped, ours)
    return text


def _upstreams(served: Served) -> dict[str, str]:
    return {
        "/srv/yobal/data/public": str(served.newsroom.files_dir),
        "127.0.0.1:8600": f"127.0.0.1:{served.intake}",
        "127.0.0.1:8601": f"127.0.0.1:{served.desk}",
    }


def _caddy(ports: WebServer, served: Served, text: str) -> "subprocess.Popen[bytes]":
    """Without TLS, on loopback only."""
    conf = _replaced(text or CADDY_EXAMPLE.read_text(encoding="utf-8"), _upstreams(served))
    conf, _, _ = conf.partition("# The desk's name without its port.")
    conf = _replaced(
        conf,
        {
            "\nDESK.EXAMPLE:8443 {": f"\nhttp://:{ports.desk} {{\n\tbind 127.0.0.1",
            "\nCOMMENTS.EXAMPLE {": f"\nhttp://:{ports.port} {{\n\tbind 127.0.0.1",
            "\tadmin off\n": "\tadmin off\n\tauto_https off\n",
        },
    )
    path = ports.folder / "Caddyfile"
    path.write_text(conf, encoding="utf-8")
    home = {"HOME": str(ports.folder), "XDG_DATA_HOME": str(ports.folder)}
    command = [needed("caddy", "caddy"), "run", "--config", str(path), "--adapter", "caddyfile"]
    return _started(command, ports.folder, home)


def _apache(ports: WebServer, served: Served, text: str) -> "subprocess.Popen[bytes]":
    conf = _replaced(text or APACHE_EXAMPLE.read_text(encoding="utf-8"), _upstreams(served))
    conf = re.sub(r"\n +SSL(Engine|Certificate)[^\n]*", "", conf)
    conf = re.sub(r"(Listen |VirtualHost \*:)8443\b", rf"\g<1>{ports.desk}", conf)
    conf = re.sub(r"(Listen |VirtualHost \*:)443\b", rf"\g<1>{ports.port}", conf)
    conf = re.sub(r"(Listen |VirtualHost \*:)80\b", rf"\g<1>{ports.plain}", conf)
    conf = re.sub(r"\nListen (\d+)", r"\nListen 127.0.0.1:\1", conf)
    ours = {
        "/run/apache2": str(ports.folder),
        "/etc/apache2": str(ports.folder),
        "/var/www/acme": str(ports.folder / "acme"),
        "COMMENTS.EXAMPLE": "comments.example",
        "DESK.EXAMPLE": "desk.example",
    }
    if os.geteuid() == 0:
        # The served files are in a folder that only the test's own user may enter.
        ours |= {"User www-data\n": "", "Group www-data\n": ""}
    conf = _replaced(conf, ours)
    path = ports.folder / "apache.conf"
    path.write_text(conf, encoding="utf-8")
    return _started(
        [needed("apache2", "apache2-bin"), "-D", "FOREGROUND", "-f", str(path)], ports.folder, {}
    )


def _started(
    command: list[str], folder: Path, environment: dict[str, str]
) -> "subprocess.Popen[bytes]":
    with (folder / "output").open("wb") as output:
        return subprocess.Popen(
            command, cwd=folder, env=os.environ | environment, stdout=output, stderr=output
        )
