"""Put the two faces together and serve them from one process, until told to stop."""

import asyncio
import contextlib
import gc
import signal
import sys
import time
from collections.abc import Callable
from typing import Any, Final, Literal

import uvloop
from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server

from yobal.core.errors import UnsupportedEnvironment
from yobal.server.scheduler.maintenance_thread import MaintenanceThread
from yobal.server.wiring import STATIC, Components
from yobal.store.group_commit import GroupCommit
from yobal.web.file_cache import FileCache
from yobal.web.handlers.context import IntakeDependencies
from yobal.web.handlers.dispatch import FormHandler
from yobal.web.http import content_security_policy
from yobal.web.intake_app import IntakeApp
from yobal.web.moderation import DeskDependencies
from yobal.web.routes import desk_app
from yobal.web.thread_status import ThreadStatusCache

Role = Literal["intake", "desk"]
Served = tuple[Any, Interfaces, str]  # an application, what it speaks, where it listens
Clock = Callable[[], float]
STOP_SECONDS: Final = 5  # a client that sends half a header would hold the stop up
HEADER_SECONDS: Final = 20
FORGET_SECONDS: Final = 2
# The thread that stores needs the interpreter a few times for each group, and would wait 5 ms for
# it, the default, while the loop seals one comment after another.
SWITCH_SECONDS: Final = 0.000_02


def intake_app(
    components: Components,
    group: GroupCommit,
    *,
    clock: Clock = time.time,
    thread_status: ThreadStatusCache | None = None,
) -> IntakeApp:
    """The public side."""
    csp = content_security_policy(components.settings.frame_ancestors)
    form_handler = FormHandler(
        IntakeDependencies(
            rules=components.rules,
            database=components.database,
            keyring=components.keyring,
            pages=components.pages,
            thread_status=thread_status or ThreadStatusCache(components.database, components.rules),
            group_commit=group,
            csp=csp,
            clock=clock,
        )
    )
    return IntakeApp(FileCache(components.settings.files_dir, csp), form_handler)


def desk_app_for(components: Components, *, clock: Clock = time.time) -> Any:
    """The desk. Raises UnsupportedEnvironment where the front end is not built."""
    if not (STATIC / "desk.js").exists():
        raise UnsupportedEnvironment("the front end is not built: `make build` does it")
    parts = DeskDependencies(
        rules=components.rules,
        database=components.database,
        keyring=components.keyring,
        file_writer=components.file_writer,
        desk_url=components.settings.desk_url,
        clock=clock,
    )
    return desk_app(
        parts, static=STATIC, site_name=components.settings.site_name, is_demo=components.is_demo
    )


def serve(
    components: Components,
    faces: tuple[Role, ...] = ("intake", "desk"),
    *,
    wrap_intake: Callable[[IntakeApp], Any] = lambda edge: edge,
    when_ready: Callable[[], None] = lambda: None,
) -> None:
    """Serve until SIGINT or SIGTERM, then stop cleanly: nothing acknowledged is lost."""
    sys.setswitchinterval(SWITCH_SECONDS)
    group = GroupCommit(components.database) if "intake" in faces else None
    applications: list[Served] = []
    edge = None
    if group is not None:
        edge = intake_app(components, group)
        applications.append((wrap_intake(edge), Interfaces.RSGI, components.settings.intake_listen))
    if "desk" in faces:
        applications.append(
            (desk_app_for(components), Interfaces.ASGINL, components.settings.desk_listen)
        )
    tending = MaintenanceThread(components, is_desk="desk" in faces)
    tending.start()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_serve(applications, when_ready, edge))
    finally:
        tending.stop()
        if group is not None:
            group.close()
        components.close()


async def _serve(
    applications: list[Served],
    when_ready: Callable[[], None],
    edge: IntakeApp | None,
) -> None:
    servers = [_server(*one) for one in applications]
    is_over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for one in (signal.SIGINT, signal.SIGTERM):  # before anybody can be answered
        loop.add_signal_handler(one, is_over.set)
    tasks = [asyncio.create_task(server.serve()) for server in servers]
    await _until_listening([listen for _, _, listen in applications], tasks)
    when_ready()
    forgetting = asyncio.create_task(_collect_garbage(edge))
    over = asyncio.create_task(is_over.wait())
    await asyncio.wait([over, *tasks], return_when=asyncio.FIRST_COMPLETED)
    for server in servers:
        server.stop()  # type: ignore[no-untyped-call]  # granian's
    _, late = await asyncio.wait(tasks, timeout=STOP_SECONDS)
    for task in late:
        task.cancel()
    over.cancel()
    forgetting.cancel()
    for task in tasks:
        if task.done() and not task.cancelled():
            error = task.exception()
            if error is not None:
                raise error


async def _collect_garbage(edge: IntakeApp | None) -> None:
    """Collect what refers to itself, again and again: it would keep its words until it is collected.

    A template's context does, so a refused text that was given back would stay for hours. What was
    there at the start is set aside, which leaves a millisecond's work. Files that were written anew
    are forgotten, too: nobody may ask for the old ones again, and they hold what was taken back.
    """
    gc.collect()
    gc.freeze()
    while True:
        await asyncio.sleep(FORGET_SECONDS)
        if edge is not None:
            edge.housekeeping()
        gc.collect()


async def _until_listening(listens: list[str], tasks: list[asyncio.Task[None]]) -> None:
    """Wait until every address answers; a server that fails to start ends the wait."""
    for listen in listens:
        host, _, port = listen.rpartition(":")
        while not any(task.done() for task in tasks):
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection(host.strip("[]"), int(port))
                writer.close()
                break
            await asyncio.sleep(0.02)


def _server(application: Any, interface: Interfaces, listen: str) -> Server:
    host, _, port = listen.rpartition(":")
    return Server(
        application,
        address=host.strip("[]"),
        port=int(port),
        interface=interface,
        http=HTTPModes.http1,
        websockets=False,
        log_enabled=False,
        log_access=False,
        http1_settings=HTTP1Settings(
            header_read_timeout=HEADER_SECONDS * 1_000, max_buffer_size=64 * 1_024
        ),
    )
