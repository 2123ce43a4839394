"""`examples/nginx.conf` without TLS, with its paths and ports replaced."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench import newsroom, nginx, serving
from yobal.server.settings import Settings

PATH: Final = Path(__file__).parent.parent / "examples" / "nginx.conf"
_TEMPORARY: Final = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


@contextlib.contextmanager
def running(settings: Settings, folder: Path) -> Iterator[int]:
    """Run nginx with one worker, set up as a technician would; yields the readers' port.

    Raises NotAvailable where nginx is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    readers = newsroom.free_port()
    config = folder / "nginx.conf"
    config.write_text(_fitted(PATH.read_text(encoding="utf-8"), settings, folder, readers))
    command = [
        nginx.find_nginx(),
        "-p",
        str(folder),
        "-c",
        str(config),
        "-e",
        "/dev/null",
        "-g",
        "daemon off;",
    ]
    with serving.running(command, port=readers):
        yield readers


def _fitted(text: str, settings: Settings, folder: Path, port: int) -> str:
    """Raises ValueError where the example lacks a line that is replaced here."""
    text = _without_tls(text, port)
    kinds = "".join(f"    {kind}_temp_path {folder}/{kind};\n" for kind in _TEMPORARY)
    for shipped, ours in (
        ("user www-data;", f"user {folder.owner()};"),
        ("pid /run/nginx.pid;", f"pid {folder}/nginx.pid;"),
        ("worker_processes auto;", "worker_processes 1;"),
        ("/srv/yobal/data/public", str(settings.files_dir)),
        ("127.0.0.1:8600", settings.intake_listen),
        ("http {\n", f"http {{\n{kinds}"),
    ):
        if shipped not in text:
            raise ValueError(f"the example lacks {shipped!r}")
        text = text.replace(shipped, ours)
    return text


def _without_tls(text: str, port: int) -> str:
    text = re.sub(r"\n +(ssl_certificate|listen \[::\])[^\n]*", "", text)
    return text.replace("listen 443 ssl", f"listen 127.0.0.1:{port}")
