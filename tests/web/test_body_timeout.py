"""A form that is sent too slowly is given up; a slow one is waited for."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.in_process_client import FORM, THREAD, Intake, Scope, Transport
from yobal.web.body_timeout import BodyTimeout
from yobal.web.intake_app import BODY_SECONDS_MAX, IntakeApp


class Stalled(Transport):
    """A body that stops and never ends."""

    async def __call__(self) -> bytes:
        await asyncio.Event().wait()
        return b""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"step=send"
        await asyncio.Event().wait()


@pytest.mark.parametrize("content_length", [(), (("content-length", "400"),)])
def test_a_form_that_never_ends_is_answered_when_its_time_is_up(
    sqlite_intake: Intake, content_length: tuple[tuple[str, str], ...]
) -> None:
    now = [0.0]
    app: IntakeApp = sqlite_intake.app
    app._body_timeout = BodyTimeout(BODY_SECONDS_MAX, lambda: now[0])
    transport = Stalled([], is_cut=False)

    async def stall() -> None:
        request = asyncio.ensure_future(
            app.__rsgi__(Scope("POST", THREAD, (FORM, *content_length)), transport)
        )
        for now[0] in (0.0, BODY_SECONDS_MAX - 1.0):
            app.housekeeping()
            await asyncio.sleep(0.01)
            assert not request.done()
        now[0] = BODY_SECONDS_MAX
        app.housekeeping()
        await asyncio.wait_for(request, 1)

    asyncio.run(stall())
    assert transport.response is not None
    assert transport.response.status == 400
    assert app._body_timeout.cancel_late() == 0, "it is not remembered"


def test_a_request_that_is_cancelled_for_another_reason_stays_cancelled() -> None:
    body_timeout = BodyTimeout(10, lambda: 0.0)

    async def stop() -> None:
        waiting = asyncio.ensure_future(body_timeout.wait_for(asyncio.sleep(10)))
        await asyncio.sleep(0)
        waiting.cancel()
        await waiting

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(stop())


def test_a_body_that_arrives_in_time_is_returned() -> None:
    async def read_in_time() -> int:
        body_timeout = BodyTimeout(0)
        result = await body_timeout.wait_for(asyncio.sleep(0.01, 7))
        assert body_timeout.cancel_late() == 0
        return result

    assert asyncio.run(read_in_time()) == 7


def test_the_oldest_long_body_is_given_up_if_all_together_are_too_large() -> None:
    body_timeout = BodyTimeout(60, long_bytes_max=100)

    async def receive(size_bytes: int, finished: asyncio.Event) -> str:
        async def reading() -> str:
            body_timeout.count(size_bytes)
            await finished.wait()
            return "read"

        try:
            return await body_timeout.wait_for(reading())
        except TimeoutError:
            return "given up"

    async def receive_three() -> list[str]:
        finished = asyncio.Event()
        tasks = []
        for size_bytes in (60, 30, 50):
            tasks.append(asyncio.ensure_future(receive(size_bytes, finished)))
            await asyncio.sleep(0)
        await asyncio.wait([tasks[0]])
        finished.set()
        return [await task for task in tasks]

    assert asyncio.run(receive_three()) == ["given up", "read", "read"]
    assert body_timeout._long_bytes == 0
    assert asyncio.run(receive(101, asyncio.Event())) == "given up"
    assert body_timeout._long_bytes == 0
