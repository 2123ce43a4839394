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
