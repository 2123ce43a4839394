"""Sends a comment through the form as a reader's browser does, to the intake on this machine only."""

import contextlib
import http.client
import ipaddress
import socket
from collections.abc import Mapping
from html import escape
from typing import Final
from urllib.parse import urlencode

from yobal.adapters.rendering.i18n import translator_for
from yobal.core import listen_address
from yobal.core.listen_address import UnixAddress

TIMEOUT_SECONDS: Final = 5.0  # for each answer; the scheduler waits for it
BYTES_MAX: Final = 4 * 1024 * 1024
_RECEIVED: Final = "Your comment reached us"  # the heading of the page that says so
_FIELD: Final = b'name="text"'
_HEADERS: Final = {"Content-Type": "application/x-www-form-urlencoded", "Connection": "close"}


def is_listening(address: str) -> bool:
    try:
        with contextlib.closing(_connection(address)) as connection:
            connection.connect()
    except OSError:
        return False
    return True


def send(address: str, path: str, fields: Mapping[str, str], *, edition: str) -> bool:
    """Whether the page has a form, and the answer to it says that the comment was received."""
    received = escape(translator_for(edition).gettext(_RECEIVED), quote=False).encode()
    try:
        page = _request(address, "GET", path)
        if page is None or _FIELD not in page:
            return False
        answer = _request(address, "POST", path, body=urlencode(fields))
    except (OSError, http.client.HTTPException):
        return False
    return answer is not None and received in answer


def _request(address: str, method: str, path: str, *, body: str | None = None) -> bytes | None:
    """None unless the status is 200."""
    with contextlib.closing(_connection(address)) as connection:
        connection.request(method, path, body=body, headers=_HEADERS)
        response = connection.getresponse()
        return response.read(BYTES_MAX) if response.status == http.HTTPStatus.OK else None


def _connection(address: str) -> http.client.HTTPConnection:
    """An intake that listens on every address of the machine is asked on loopback."""
    parsed = listen_address.parse(address)
    if isinstance(parsed, UnixAddress):
        return _SocketConnection(parsed.path)
    ip = parsed.host
    if ip.is_unspecified:
        ip = ipaddress.ip_address("127.0.0.1" if ip.version == 4 else "::1")
    return http.client.HTTPConnection(str(ip), parsed.port, timeout=TIMEOUT_SECONDS)


class _SocketConnection(http.client.HTTPConnection):
    """The same over a unix socket."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=TIMEOUT_SECONDS)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)
