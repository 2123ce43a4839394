"""nginx with one worker and a minimal configuration, as the reference; `example.py` runs ours."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench import newsroom, serving
from bench.serving import NotAvailable

_PLACES: Final = "/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin:/opt/homebrew/bin"
_MAIN: Final = """
user {user};
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/start.log crit;
events {{ worker_connections 1024; }}
http {{
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    types {{ text/html html; text/css css; application/json json; }}
    default_type application/octet-stream;
    charset utf-8;
    sendfile on;
    tcp_nopush on;
    access_log off;
    {server}
}}
"""
_PLAIN: Final = """
    server {{
        listen 127.0.0.1:{port};
        root {files};
        gzip_static on;
    }}
"""


@contextlib.contextmanager
def plain(files: Path, folder: Path) -> Iterator[int]:
    """Serve files with `gzip_static` and nothing else; yields the port."""
    port = newsroom.free_port()
    with running(_PLAIN.format(port=port, files=files), folder, port=port):
        yield port


@contextlib.contextmanager
def running(server: str, folder: Path, *, port: int) -> Iterator[None]:
    """Run nginx with these lines in its `http` block. Raises NotAvailable."""
    folder.mkdir(parents=True, exist_ok=True)
    config = folder / "nginx.conf"
    config.write_text(_MAIN.format(folder=folder, server=server, user=_owner(folder)))
    command = [find_nginx(), "-c", str(config), "-e", str(folder / "start.log")]
    with serving.running(command, port=port):
        yield


def find_nginx() -> str:
    path = shutil.which("nginx") or shutil.which("nginx", path=_PLACES)
    if path is None:
        raise NotAvailable("nginx is missing: sudo apt-get install nginx-light")
    return path


def _owner(folder: Path) -> str:
    """The user that runs this, who can read the files."""
    return folder.owner()
