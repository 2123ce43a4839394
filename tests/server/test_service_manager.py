"""systemd is told when the server is ready, that it works, and that it stops: over a real socket."""

import os
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.harness import NewsroomHarness
from tests.serving import serving, wait_for
from yobal.server import service_manager
from yobal.server.scheduler import maintenance_thread
from yobal.server.scheduler.maintenance_thread import MaintenanceThread


@pytest.fixture
def manager(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(str(tmp_path / "notify"))
        listening.settimeout(30)
        yield listening


def test_a_served_newsroom_is_ready_works_and_stops(tmp_path: Path, manager: socket.socket) -> None:
    environment = {"NOTIFY_SOCKET": manager.getsockname(), "WATCHDOG_USEC": "200000"}
    with serving(tmp_path, environment=environment) as served:
        assert manager.recv(100) == b"READY=1"
        assert [manager.recv(100) for _ in range(3)] == [b"WATCHDOG=1"] * 3
        assert served.stop() == 0
    manager.settimeout(1)
    last = wait_for(lambda: (said := manager.recv(100)) != b"WATCHDOG=1" and said, "it stops")
    assert last == b"STOPPING=1"


def test_without_a_manager_nothing_is_sent_and_a_silent_one_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for address in ("", "nonsense", str(tmp_path / "nobody listens")):
        monkeypatch.setenv("NOTIFY_SOCKET", address)
        service_manager.notify(service_manager.READY)


@pytest.mark.parametrize(
    ("limit", "pid", "expected"),
    [("60000000", "", 30), ("60000000", "own", 30), ("60000000", "1", None), ("", "", None)],
)
def test_the_watchdog_is_fed_twice_in_its_time_if_it_is_this_process_that_it_watches(
    monkeypatch: pytest.MonkeyPatch, limit: str, pid: str, expected: float | None
) -> None:
    monkeypatch.setenv("WATCHDOG_USEC", limit)
    if pid:
        monkeypatch.setenv("WATCHDOG_PID", str(os.getpid()) if pid == "own" else pid)
    else:
        monkeypatch.delenv("WATCHDOG_PID", raising=False)
    assert service_manager.watchdog_seconds() == expected


def test_a_scheduler_that_makes_no_pass_does_not_work(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    maintenance = MaintenanceThread(newsroom.components, is_desk=True, clock=lambda: newsroom.now)
    assert not maintenance.is_working(), "nothing is prepared yet"
    maintenance._tick()
    assert maintenance.is_ticking()
    assert maintenance.is_working()
    monkeypatch.setattr(maintenance_thread, "STUCK_SECONDS", 0.0)
    assert not maintenance.is_ticking()
    assert not maintenance.is_working()
