"""One HTTP server (granian) inside this process, with limits for what a client may send before a request."""

import asyncio
import contextlib
import os
from pathlib import Path
from typing import Any, Final

import msgspec
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from yobal.core import listen_address
from yobal.core.listen_address import UnixAddress

HEADER_SECONDS: Final = 10  # from the connection on, so that a silent one ends as well
HEADER_BYTES_MAX: Final = 16 * 1024
BACKLOG: Final = 1_024  # connections that wait in the kernel
SOCKET_MODE: Final = 0o660  # only the group may connect
_KEEP_OWNER: Final = -1


class Listener(msgspec.Struct, frozen=True):
    """An application, the protocol it speaks, and where it listens."""

    application: Any
    interface: Interfaces
    address: str
    connections_max: int  # of its own, so that neither side uses up the other's


async def until_listening(addresses: list[str], tasks: list[asyncio.Task[None]]) -> None:
    """Wait until every address accepts connections, or until a server has failed to start."""
    for address in addresses:
        while not any(task.done() for task in tasks):
            with contextlib.suppress(OSError):
                (await _connect(address)).close()
                break
            await asyncio.sleep(0.02)


async def _connect(address: str) -> asyncio.StreamWriter:
    parsed = listen_address.parse(address)
    if isinstance(parsed, UnixAddress):
        _, writer = await asyncio.open_unix_connection(parsed.path)
    else:
        _, writer = await asyncio.open_connection(str(parsed.host), parsed.port)
    return writer


def give_sockets_to_group(addresses: list[str], group_id: int) -> None:
    """Until then only this process's own group may connect."""
    for address in addresses:
        parsed = listen_address.parse(address)
        if isinstance(parsed, UnixAddress):
            os.chown(parsed.path, _KEEP_OWNER, group_id)


def new_server(listener: Listener) -> Server:
    address = listen_address.parse(listener.address)
    address_options: dict[str, Any] = (
        {"uds": Path(address.path)}
        if isinstance(address, UnixAddress)
        else {"address": str(address.host), "port": address.port}
    )
    server = Server(
        listener.application,
        **address_options,
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
    server.uds_permissions = SOCKET_MODE  # which its embedded form takes in no other way
    return server
