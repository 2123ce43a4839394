"""Serves the intake and the desk from one process until it is told to stop."""

import asyncio
import gc
import signal
import sys
import time
from collections.abc import Callable
from functools import partial
from typing import Any, Final, Literal

import uvloop
from granian.constants import Interfaces

from yobal.adapters import disk_reserve, preset_notes_file
from yobal.adapters.rendering.page_context import ServerFacts
from yobal.adapters.rendering.preset_notes import built_in
from yobal.adapters.rendering.templates import load_templates
from yobal.core import language, metrics
from yobal.core.errors import UnsupportedEnvironment
from yobal.core.preset_notes import replaced
from yobal.server import figures, open_files, ports, service_manager
from yobal.server.hardening import dumpable, memory_check
from yobal.server.health_probe import HealthProbe
from yobal.server.http_server import Listener, give_sockets_to_group, new_server, until_listening
from yobal.server.notices.thread import NoticeThread
from yobal.server.scheduler.maintenance_thread import MaintenanceThread
from yobal.server.wiring import STATIC, Components
from yobal.store.database import Database
from yobal.store.group_commit import GroupCommit
from yobal.web.file_cache import FileCache
from yobal.web.handlers.context import IntakeDependencies
from yobal.web.handlers.dispatch import FormHandler
from yobal.web.http import policies
from yobal.web.intake_app import IntakeApp
from yobal.web.moderation import DeskDependencies
from yobal.web.monitoring_app import MonitoringApp
from yobal.web.response_time import ResponseTime
from yobal.web.routes import desk_app
from yobal.web.thread_status import ThreadStatusCache

Role = Literal["intake", "desk"]
Clock = Callable[[], float]
STOP_SECONDS: Final = 5  # a client that sends half a header would delay the stop
GARBAGE_SECONDS: Final = 2
# The thread that commits needs the interpreter a few times per group. With Python's default it
# would wait 5 ms each time while the event loop seals one comment after another.
SWITCH_SECONDS: Final = 0.000_02


def intake_app(
    components: Components,
    group: GroupCommit,
    *,
    clock: Clock = time.time,
    thread_status: ThreadStatusCache | None = None,
    response_time: ResponseTime | None = None,
    is_memory_wiped: bool = False,
) -> IntakeApp:
    language.load_scripts()  # or the first reader would wait for it
    csp = policies(components.settings.frame_ancestors)
    form_handler = FormHandler(
        IntakeDependencies(
            rules=components.rules,
            database=components.database,
            inbox=components.inbox,
            keyring=components.keyring,
            roster_reader=components.intake_roster_reader,
            page_renderer=components.page_renderer,
            thread_status=thread_status
            or ThreadStatusCache(
                components.database,
                components.inbox,
                components.rules,
                components.intake_roster_reader,
                is_disk_low=partial(
                    disk_reserve.is_low,
                    components.settings.written_dir,
                    components.settings.disk_reserve_mib,
                ),
            ),
            group_commit=group,
            csp=csp.page,
            server_facts=ServerFacts(
                database="sqlite" if components.database.is_sqlite else "postgresql",
                original_retention_days=components.settings.original_retention_days,
                is_memory_wiped=is_memory_wiped,
            ),
            clock=clock,
        )
    )
    files = FileCache(components.settings.files_dir, csp)
    return IntakeApp(files, form_handler, csp, response_time or ResponseTime())


def desk_app_for(components: Components, *, clock: Clock = time.time) -> Any:
    """Raises UnsupportedEnvironment if the front end is not built."""
    if not (STATIC / "desk.js").exists():
        raise UnsupportedEnvironment("the front end is not built; `make build` builds it")
    dependencies = DeskDependencies(
        rules=components.rules,
        database=components.database,
        roster_reader=components.roster_reader,
        keyring=components.keyring,
        device_keys=components.device_keys,
        cell_file=components.cell_file,
        file_writer=components.file_writer,
        desk_url=components.settings.desk_url,
        preset_notes=replaced(
            built_in(), preset_notes_file.read(components.settings.preset_notes_file)
        ),
        moves_file=components.moves_file,
        clock=clock,
    )
    return desk_app(
        dependencies,
        static=STATIC,
        site_name=components.settings.site_name,
        is_demo=components.is_demo,
    )


def serve(
    components: Components,
    roles: tuple[Role, ...] = ("intake", "desk"),
    *,
    wrap_intake: Callable[[IntakeApp], Any] = lambda intake: intake,
    when_ready: Callable[[], None] = lambda: None,
) -> None:
    """Serve until SIGINT or SIGTERM, then stop cleanly: nothing acknowledged is lost.

    Raises UnsupportedEnvironment if something else listens on one of the addresses, or if the group of
    its sockets cannot be the one that the settings name.
    """
    settings = components.settings
    listens = {"intake": settings.intake_listen, "desk": settings.desk_listen}
    addresses = [listens[role] for role in roles]
    if _is_watched(components, roles):
        addresses.append(settings.metrics_listen)
    try:
        socket_group_id = ports.group_id(settings.socket_group)

        def open_to_web_server() -> None:
            if socket_group_id is not None:
                give_sockets_to_group(addresses, socket_group_id)
            when_ready()

        with ports.reserved(addresses):
            _serve_reserved(
                components, roles, wrap_intake=wrap_intake, when_ready=open_to_web_server
            )
    finally:
        components.close()


def _serve_reserved(
    components: Components,
    roles: tuple[Role, ...],
    *,
    wrap_intake: Callable[[IntakeApp], Any],
    when_ready: Callable[[], None],
) -> None:
    sys.setswitchinterval(SWITCH_SECONDS)
    load_templates()
    settings = components.settings
    group = GroupCommit(components.inbox) if "intake" in roles else None
    is_memory_wiped = memory_check.memory_is_wiped()
    dumpable.forbid()
    intake = (
        intake_app(components, group, is_memory_wiped=is_memory_wiped)
        if group is not None
        else None
    )
    intake_connections = open_files.intake_connections()
    listeners = []
    if intake is not None:
        application, address = wrap_intake(intake), settings.intake_listen
        listeners.append(Listener(application, Interfaces.RSGI, address, intake_connections))
    if "desk" in roles:
        application, address = desk_app_for(components), settings.desk_listen
        listeners.append(
            Listener(application, Interfaces.ASGINL, address, open_files.DESK_CONNECTIONS)
        )
    maintenance = MaintenanceThread(components, is_desk="desk" in roles)
    if _is_watched(components, roles):
        listeners.append(_monitoring(components, maintenance))
    probe = HealthProbe(components, roles)
    notices = _notice_thread(components, roles)
    maintenance.start()
    probe.start()
    if notices is not None:
        notices.start()
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(
                _serve(
                    listeners,
                    when_ready,
                    intake,
                    components.database,
                    is_working=maintenance.is_ticking,
                )
            )
    finally:
        service_manager.notify(service_manager.STOPPING)
        if notices is not None:
            notices.stop()
        probe.stop()
        maintenance.stop()
        if group is not None:
            group.close()


def _is_watched(components: Components, roles: tuple[Role, ...]) -> bool:
    """Figures are recorded by the desk's scheduler."""
    return bool(components.settings.metrics_listen) and "desk" in roles


def _monitoring(components: Components, maintenance: MaintenanceThread) -> Listener:
    settings, schedule = components.settings, components.rules.schedule
    application = MonitoringApp(
        is_ready=maintenance.is_working,
        metrics_text=lambda: metrics.text(figures.read(settings), schedule),
    )
    return Listener(
        application, Interfaces.RSGI, settings.metrics_listen, open_files.METRICS_CONNECTIONS
    )


def _notice_thread(components: Components, roles: tuple[Role, ...]) -> NoticeThread | None:
    """None if another process sends notices, or no address is set."""
    settings = components.settings
    is_sender = "desk" in roles and settings.notice_process == "serve"
    return NoticeThread(components) if is_sender and settings.has_notices else None


async def _serve(
    listeners: list[Listener],
    when_ready: Callable[[], None],
    intake: IntakeApp | None,
    database: Database,
    *,
    is_working: Callable[[], bool],
) -> None:
    servers = [new_server(listener) for listener in listeners]
    gc.collect()  # takes 0.1 s now: or the first response would show that it was the first
    stop_requested = asyncio.Event()
    loop = asyncio.get_running_loop()
    for stop_signal in (signal.SIGINT, signal.SIGTERM):  # before the first request is answered
        loop.add_signal_handler(stop_signal, stop_requested.set)
    server_tasks = [asyncio.create_task(server.serve()) for server in servers]
    await until_listening([listener.address for listener in listeners], server_tasks)
    when_ready()
    service_manager.notify(service_manager.READY)
    watchdog_task = asyncio.create_task(_feed_watchdog(is_working))
    garbage_task = asyncio.create_task(_collect_garbage(intake, database))
    stop_task = asyncio.create_task(stop_requested.wait())
    await asyncio.wait([stop_task, *server_tasks], return_when=asyncio.FIRST_COMPLETED)
    for server in servers:
        server.stop()  # type: ignore[no-untyped-call]  # granian has no types for it
    _, late_tasks = await asyncio.wait(server_tasks, timeout=STOP_SECONDS)
    for task in (*late_tasks, stop_task, garbage_task, watchdog_task):
        task.cancel()
    for task in server_tasks:
        if task.done() and not task.cancelled():
            task.result()  # raises the error that ended it, if there was one


async def _feed_watchdog(is_working: Callable[[], bool]) -> None:
    """From the event loop, so that a loop that hangs is noticed as well as a scheduler that does."""
    interval = service_manager.watchdog_seconds()
    while interval is not None:
        if is_working():
            service_manager.notify(service_manager.WORKING)
        await asyncio.sleep(interval)


async def _collect_garbage(intake: IntakeApp | None, database: Database) -> None:
    """Collect reference cycles every few seconds: until then they keep readers' words in memory.

    The context of a template is such a cycle, so a rejected form would stay in memory for hours.
    Objects that exist at the start are excluded, so that one collection takes about a millisecond.
    The cache of public files is cleaned as well: it may hold files with comments that were
    withdrawn since, and no request may come that would replace them. So may the memory of a database
    connection.
    """
    gc.freeze()
    while True:
        await asyncio.sleep(GARBAGE_SECONDS)
        if intake is not None:
            intake.housekeeping()
        await asyncio.to_thread(database.close_idle)
        gc.collect()
