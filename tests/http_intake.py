"""The real intake on a real socket of this process, with the newsroom's clock."""

import asyncio
import itertools
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec
from granian.constants import Interfaces

from tests.harness import NewsroomHarness
from tests.ports import free_ports
from tests.serving import is_listening, wait_for
from yobal.server.http_server import Listener, new_server
from yobal.server.serve import intake_app
from yobal.store.group_commit import GroupCommit
from yobal.web.thread_status import ThreadStatusCache

STOP_SECONDS = 60


@contextmanager
def http_intake(newsroom: NewsroomHarness) -> Iterator[None]:
    """The newsroom's `intake_listen` is its address from now on, also when it has ended."""
    (port,) = free_ports(1)
    address = f"127.0.0.1:{port}"
    settings = msgspec.structs.replace(newsroom.components.settings, intake_listen=address)
    newsroom.components = msgspec.structs.replace(newsroom.components, settings=settings)
    ticks = itertools.count(step=60)  # the cached status is always too old
    components, group = newsroom.components, GroupCommit(newsroom.inbox)
    application = intake_app(
        components,
        group,
        clock=lambda: newsroom.now,
        thread_status=ThreadStatusCache(
            newsroom.database,
            newsroom.inbox,
            newsroom.rules,
            components.intake_roster_reader,
            clock=lambda: next(ticks),
        ),
    )
    server = new_server(Listener(application, Interfaces.RSGI, address, 16))
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=lambda: loop.run_until_complete(server.serve()), daemon=True)
    thread.start()
    try:
        wait_for(lambda: is_listening(port), "the intake listens")
        yield
    finally:
        loop.call_soon_threadsafe(server.stop)
        thread.join(timeout=STOP_SECONDS)
        assert not thread.is_alive()
        loop.close()
        group.close()
