"""A real SMTP server for tests, in a thread of this process."""

import contextlib
from collections.abc import Iterator
from email import message_from_bytes
from email.message import Message
from typing import Any

from aiosmtpd.controller import Controller

from tests.ports import free_ports

SENDER = "desk@news.example"


def mail_url(port: int, *, login: str = "u:secret-word@", to: str = "tech@news.example") -> str:
    return f"mailto://{login}127.0.0.1:{port}?from={SENDER}&to={to}&mode=insecure&format=text"


class SmtpServer:
    """Keeps every message as it was received, with its envelope."""

    def __init__(self) -> None:
        (self.port,) = free_ports(1)
        self.received: list[tuple[str, list[str], bytes]] = []

    @property
    def messages(self) -> list[Message]:
        return [message_from_bytes(content) for _, _, content in self.received]

    def url(self, to: str = "tech@news.example") -> str:
        return mail_url(self.port, login="", to=to)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's name
        self.received.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 OK"


@contextlib.contextmanager
def smtp_server() -> Iterator[SmtpServer]:
    server = SmtpServer()
    controller = Controller(server, hostname="127.0.0.1", port=server.port)
    controller.start()
    try:
        yield server
    finally:
        controller.stop()
