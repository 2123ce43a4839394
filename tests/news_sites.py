"""Runs nginx, Caddy and Apache as the servers of a news site that has the comments below a path, from the shipped examples."""

import contextlib
import os
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.harness import SITE_ID
from tests.nginx import Nginx, temp_folders
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
from tests.web_servers import APACHE_EXAMPLE

PATH_EXAMPLES: Final = {
    "nginx": ROOT / "examples" / "nginx-path.conf",
    "caddy": ROOT / "examples" / "Caddyfile-path",
    "apache": ROOT / "examples" / "apache-path.conf",
}


@dataclass
class NewsSite:
    name: str
    folder: Path  # with everything that the server writes, logs as well
    port: int
    pids: list[int]

    def log(self) -> str:
        """What the news site logs of its own pages."""
        return (self.folder / "access.log").read_text(encoding="utf-8")


@contextlib.contextmanager
def news_site_before(
    name: str, served: Served, folder: Path, *, text: str = ""
) -> Iterator[NewsSite]:
    """A news site with the page /story.html, which logs all it can."""
    folder.mkdir()
    (folder / "pages").mkdir()
    (folder / "pages" / "story.html").write_text("<h1>A story</h1>", encoding="utf-8")
    example = text or PATH_EXAMPLES[name].read_text(encoding="utf-8")
    ours_by_shipped = {
        "RIVER-POST": SITE_ID,
        "/srv/yobal/data/public": str(served.newsroom.files_dir),
        "127.0.0.1:8600": f"127.0.0.1:{served.intake}",
    }
    for shipped, ours in ours_by_shipped.items():
        assert shipped in example
        example = example.replace(shipped, ours)
    (port,) = free_ports(1)
    start = {"nginx": _nginx, "caddy": _caddy, "apache": _apache}[name]
    process = start(folder, port, example)
    try:
        wait_for(lambda: process.poll() is not None or is_listening(port), f"{name} listens")
        assert process.poll() is None, (folder / "output").read_text()
        ask(port)  # by then, Apache's children are there
        yield NewsSite(name, folder, port, [process.pid, *children(process.pid)])
    finally:
        process.send_signal(signal.SIGQUIT if name == "nginx" else signal.SIGTERM)
        process.wait(timeout=READY_SECONDS)


def _nginx(folder: Path, port: int, example: str) -> "subprocess.Popen[bytes]":
    http, server = example.split("# Into `server`")
    server = server.partition("\n")[2]
    text = (
        f"pid {folder}/pid; error_log {folder}/error.log info; worker_processes 1; events {{}}\n"
        f"{'user root;' if os.geteuid() == 0 else ''}\n"
        f"http {{ access_log {folder}/access.log;\n{temp_folders(folder)}\n{http}\n"
        f"server {{ listen 127.0.0.1:{port}; root {folder}/pages;\n{server} }} }}"
    )
    nginx = Nginx(folder, port, desk=0, plain=0, text=text, desk_text="")
    nginx.start()
    return nginx.processes[0]


def _caddy(folder: Path, port: int, example: str) -> "subprocess.Popen[bytes]":
    settings, _, rest = example.partition("\n{\n")
    snippet, _, site = rest.partition("# Into the block of the news site")
    assert "#\timport yobal\n" in site
    text = (
        f"{settings}\n{{\n\tadmin off\n\tauto_https off\n{snippet}\n"
        f"http://:{port} {{\n\tbind 127.0.0.1\n\tlog {{\n\t\toutput file {folder}/access.log\n\t}}\n"
        f"\troot * {folder}/pages\n\timport yobal\n\tfile_server\n}}\n"
    )
    (folder / "Caddyfile").write_text(text, encoding="utf-8")
    home = {"HOME": str(folder), "XDG_DATA_HOME": str(folder)}
    command = [needed("caddy", "caddy"), "run", "--config", str(folder / "Caddyfile")]
    return _started([*command, "--adapter", "caddyfile"], folder, home)


def _apache(folder: Path, port: int, example: str) -> "subprocess.Popen[bytes]":
    head = APACHE_EXAMPLE.read_text(encoding="utf-8").partition("# No access log anywhere")[0]
    for shipped, ours in {
        "/run/apache2": str(folder),
        "/etc/apache2": str(folder),
        "COMMENTS.EXAMPLE": "news.example",
    }.items():
        assert shipped in head
        head = head.replace(shipped, ours)
    if os.geteuid() == 0:
        # The served files are in a folder that only the test's own user may enter.
        head = head.replace("User www-data\n", "").replace("Group www-data\n", "")
    text = (
        f"{head}\nErrorLog {folder}/error.log\nLogLevel info\nMutex file:{folder}\n"
        f"TypesConfig /dev/null\nListen 127.0.0.1:{port}\n"
        "<Directory />\nRequire all denied\n</Directory>\n"
        f"<Directory {folder}/pages>\nRequire all granted\n</Directory>\n"
        'LogFormat "%h %r" plain\n'
        f"<VirtualHost *:{port}>\nDocumentRoot {folder}/pages\n"
        f"CustomLog {folder}/access.log plain env=!yobal\n{example}\n</VirtualHost>\n"
    )
    (folder / "apache.conf").write_text(text, encoding="utf-8")
    command = [needed("apache2", "apache2-bin"), "-D", "FOREGROUND", "-f"]
    return _started([*command, str(folder / "apache.conf")], folder, {})


def _started(
    command: list[str], folder: Path, environment: dict[str, str]
) -> "subprocess.Popen[bytes]":
    with (folder / "output").open("wb") as output:
        return subprocess.Popen(
            command, cwd=folder, env=os.environ | environment, stdout=output, stderr=output
        )
