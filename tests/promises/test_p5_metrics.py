"""P5: who polls health and metrics between rounds and slots learns nothing of readers or moderators.

Attack: ask all three addresses after everything that others do, and compare every byte.
Control: if the figures are read again with each pass, the same polls show each of it.
"""

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.harness import SLOT, NewsroomHarness
from tests.in_process_client import intake_of
from tests.ports import free_ports
from tests.serving import Served, ask, form, is_listening, post, serving, wait_for
from yobal.self_test.in_process import Scope, Transport
from yobal.server import figures, serve
from yobal.server.scheduler.maintenance_thread import MaintenanceThread

PATHS = ("/healthz", "/readyz", "/metrics")


class Watched:
    """The server's monitoring application and its scheduler, with the newsroom's clock."""

    def __init__(self, newsroom: NewsroomHarness) -> None:
        self.maintenance = MaintenanceThread(
            newsroom.components, is_desk=True, clock=lambda: newsroom.now
        )
        self.application = serve._monitoring(newsroom.components, self.maintenance).application

    def poll(self) -> list[tuple[int, bytes]]:
        """A pass of the scheduler, then every address."""
        self.maintenance._tick()
        return [self._ask(path) for path in PATHS]

    def _ask(self, path: str) -> tuple[int, bytes]:
        transport = Transport([])
        asyncio.run(self.application.__rsgi__(Scope("GET", path, []), transport))
        assert transport.response is not None
        return transport.response.status, transport.response.body


def acts(newsroom: NewsroomHarness) -> Iterator[Callable[[], object]]:
    """What readers and moderators do between a round and a slot."""
    first, second, third = (newsroom.send(f"Waits, {number}.") for number in range(3))
    public = newsroom.publish_new("Public.")
    with intake_of(newsroom) as intake:
        yield lambda: newsroom.send("In the inbox.", waits_for_round=True)
        yield lambda: intake.post(step="send", text="Is it open?", waits_for_round=True)
        yield lambda: newsroom.request_withdrawal(first.code, "now", waits_for_round=True)
        yield lambda: newsroom.request_withdrawal(public.code, "now", waits_for_round=True)
        yield lambda: newsroom.publish(second.id)
        yield lambda: newsroom.reject(third.id)


def test_polls_between_rounds_and_slots_show_nothing(newsroom: NewsroomHarness) -> None:
    others = acts(newsroom)
    first_act = next(others)
    watched = Watched(newsroom)
    before = watched.poll()
    assert [status for status, _ in before] == [200, 200, 200]
    for act in (first_act, *others):
        act()
        assert watched.poll() == before
    newsroom.now += SLOT
    assert watched.poll() != before, "a round and a slot have come"


def test_a_restart_between_them_shows_nothing_either(newsroom: NewsroomHarness) -> None:
    sent = newsroom.send("Waits.")
    before = Watched(newsroom).poll()
    newsroom.publish(sent.id)
    assert Watched(newsroom).poll() == before


def test_control_figures_that_are_read_with_each_pass_show_it(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    unchanged = figures.record
    monkeypatch.setattr(figures, "record", lambda components, _: unchanged(components, None))
    sent = newsroom.send("Waits.")
    watched = Watched(newsroom)
    before = watched.poll()
    newsroom.publish(sent.id)
    assert watched.poll() != before


@pytest.fixture
def served(tmp_path: Any, database_url: str) -> Iterator[tuple[Served, int]]:
    """With a round and a slot that do not come while the test runs."""
    (port,) = free_ports(1)
    settings: dict[str, Any] = {
        "metrics_listen": f"127.0.0.1:{port}",
        "round_times": (f"{datetime.now(UTC) + timedelta(hours=11):%H:%M}",),
        "release_times": (f"{datetime.now(UTC) + timedelta(hours=12):%H:%M}",),
    }
    with serving(tmp_path, database_url, **settings) as running:
        wait_for(lambda: is_listening(port), "metrics have their port, after the readers'")
        wait_for(lambda: ask(port, path="/readyz").status == 200, "it is ready")
        wait_for(lambda: ask(port, path="/metrics").body, "figures are recorded")
        yield running, port


def test_a_served_newsroom_answers_the_same_while_comments_arrive(
    served: tuple[Served, int],
) -> None:
    """Over the network, headers included; only `Date` is the clock's."""
    running, port = served

    def poll() -> list[object]:
        responses = [ask(port, path=path) for path in PATHS]
        return [
            (
                response.status,
                response.body,
                [pair for pair in response.headers if pair[0] != "date"],
            )
            for response in responses
        ]

    before = poll()
    for number in range(3):
        assert post(running.intake, form(f"Arrives, {number}.")).is_received
        assert poll() == before
    assert ask(port, "POST", "/metrics").status == 405
    assert ask(port, path="/").status == 404
    assert ask(running.intake, path="/metrics").status == 404
