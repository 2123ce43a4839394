"""Serves the local desk until it is stopped."""

import asyncio
import contextlib
import secrets
import signal
from collections.abc import Callable
from typing import Final

import uvloop
from granian.constants import Interfaces

from yobal import __version__
from yobal.core.errors import InvalidSettings, UnsupportedEnvironment
from yobal.core.web_url import is_origin
from yobal.local_desk.app import local_desk_app
from yobal.local_desk.forwarder import Forwarder
from yobal.server import ports
from yobal.server.hardening import dumpable
from yobal.server.http_server import Listener, new_server, until_listening
from yobal.server.wiring import STATIC, read_built_asset
from yobal.web.errors import ServerResponseInvalid, ServerUnreachable, VersionDiffers
from yobal.web.routes import PAGE

HOST: Final = "127.0.0.1"  # not "localhost", which may be another address of this computer
CONNECTIONS_MAX: Final = 64
TOKEN_BYTES: Final = 32
STOP_SECONDS: Final = 5
SIGN_OUT_SECONDS: Final = 3
_LOOPBACK: Final = ("http://localhost:", "http://127.0.0.1:")  # a demonstration, or a test

Show = Callable[[str], None]


def checked_desk_url(desk_url: str) -> str:
    """The origin of a desk. Raises InvalidSettings."""
    origin = desk_url.removesuffix("/")
    is_safe = origin.startswith(("https://", *_LOOPBACK))
    if not is_origin(origin) or not is_safe:
        raise InvalidSettings(
            f"--of {desk_url}: it takes the address of the desk, for example --of https://desk.example"
        )
    return origin


def run(desk_url: str, *, port: int, show: Show) -> None:
    """Until SIGINT or SIGTERM. Raises InvalidSettings or UnsupportedEnvironment."""
    origin, address = checked_desk_url(desk_url), f"{HOST}:{port}"
    read_built_asset(PAGE)
    with ports.reserved([address]):
        dumpable.forbid()
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_run(origin, address, show))


async def _run(desk_url: str, address: str, show: Show) -> None:
    async with Forwarder(desk_url) as forwarder:
        site_id = await _check_server(forwarder)
        # 256 bits: other users of this computer can try as many as they like.
        token = secrets.token_urlsafe(TOKEN_BYTES)
        application = local_desk_app(forwarder, static=STATIC, address=address, token=token)
        server = new_server(Listener(application, Interfaces.ASGINL, address, CONNECTIONS_MAX))
        stop_requested = asyncio.Event()
        loop = asyncio.get_running_loop()
        for stop_signal in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(stop_signal, stop_requested.set)
        task = asyncio.create_task(server.serve())
        await until_listening([address], [task])
        # Only printed: a program that is started with the address would show it to every user in `ps`.
        _show_address(show, f"http://{address}/#token={token}", desk_url=desk_url, site_id=site_id)
        stop_task = asyncio.create_task(stop_requested.wait())
        await asyncio.wait([stop_task, task], return_when=asyncio.FIRST_COMPLETED)
        server.stop()  # type: ignore[no-untyped-call]  # granian has no types for it
        await asyncio.wait([task], timeout=STOP_SECONDS)
        task.cancel()
        stop_task.cancel()
        await _sign_out(forwarder, show)


def _show_address(show: Show, url: str, *, desk_url: str, site_id: str) -> None:
    show(
        f"The desk of {site_id} at {desk_url}, with the files of Yobal {__version__} on this computer."
    )
    show("Open this address in a browser on this computer, and no other:")
    show(f"  {url}")
    show("Do not show it to anyone: it works until you press Ctrl-C here. Then you are signed out.")


async def _check_server(forwarder: Forwarder) -> str:
    """The site's id. Raises UnsupportedEnvironment with a sentence for the terminal."""
    url = forwarder.desk_url
    try:
        about = await forwarder.about()
    except ServerUnreachable as error:
        raise UnsupportedEnvironment(
            f"{url} could not be reached: {error}. Check the address and your connection"
        ) from None
    except ServerResponseInvalid:
        raise UnsupportedEnvironment(
            f"{url} does not answer as the desk of Yobal {__version__} does. Is the address right, and"
            " is the server as new as this copy?"
        ) from None
    except VersionDiffers as error:
        raise UnsupportedEnvironment(_other_version(url, str(error))) from None
    return about.site_id


def _other_version(url: str, version: str) -> str:
    """The server may lie about its version, so it must not be the source of another one."""
    named = version if version.isascii() and version.isprintable() and len(version) < 30 else "?"
    return (
        f"{url} says that it has Yobal {named}, and this computer has {__version__}: both must be the same."
        " Ask your technician which version is right, and get it from where you got this one, never"
        " from the server itself"
    )


async def _sign_out(forwarder: Forwarder, show: Show) -> None:
    """The session must not outlive the program that held it."""
    try:
        async with asyncio.timeout(SIGN_OUT_SECONDS):
            await forwarder.sign_out()
    except (TimeoutError, ServerUnreachable, ServerResponseInvalid):
        show(
            "The server could not be told to end your session there. It ends by itself at its time."
        )
        return
    with contextlib.suppress(BrokenPipeError):
        show("Stopped.")
