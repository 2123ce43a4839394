"""One HTTP server (granian) inside this process, with limits for what a client may send before a request."""

import asyncio
import contextlib
from typing import Any, Final

import msgspec
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

HEADER_SECONDS: Final = 10  # from the connection on, so that a silent one ends as well
HEADER_BYTES_MAX: Final = 16 * 1024
BACKLOG: Final = 1_024  # connections that wait in the kernel


class Listener(msgspec.Struct, frozen=True):
    """An application, the protocol it speaks, and the address it listens on."""

    application: Any
    interface: Interfaces
    address: str
    connections_max: int  # of its own, so that neither side uses up the other's


async def until_listening(addresses: list[str], tasks: list[asyncio.Task[None]]) -> None:
    """Wait until every address accepts connections, or until a server has failed to start."""
    for address in addresses:
        host, _, port = address.rpartition(":")
        while not any(task.done() for task in tasks):
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
                writer.close()
                break
            await asyncio.sleep(0.02)


def new_server(listener: Listener) -> Server:
    host, _, port = listener.address.rpartition(":")
    return Server(
        listener.application,
        address=host.strip("[]"),
        port=int(port),
        interface=listener.interface,
        http=HTTPModes.http1,
        websockets=False,
        backpressure=listener.connections_max,  # later ones wait in the kernel
        backlog=BACKLOG,
        log_enabled=False,
        log_access=False,
        http1_settings=HTTP1Settings(
            header_read_timeout=HEADER_SECONDS * 1_000, max_buffer_size=HEADER_BYTES_MAX
        ),
    )
