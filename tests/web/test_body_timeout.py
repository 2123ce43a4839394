"""Who sends a form too slowly is given up on; who is merely slow is waited for."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.in_process_client import THREAD, Asked, Intake, Transport
from yobal.web.body_timeout import BodyTimeout
from yobal.web.intake_app import BODY_SECONDS, IntakeApp

FORM = (("content-type", "application/x-www-form-urlencoded"),)


class Stalled(Transport):
    """A body of which nothing more ever comes."""

    async def __call__(self) -> bytes:
        await asyncio.Event().wait()
        return b""

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield b"step=send"
        await asyncio.Event().wait()


@pytest.mark.parametrize("announced", [(), (("content-length", "400"),)])
def test_a_form_that_never_ends_is_answered_when_its_time_is_over(
    sqlite_intake: Intake, announced: tuple[tuple[str, str], ...]
) -> None:
    now = [0.0]
    edge: IntakeApp = sqlite_intake.app
    edge._patience = BodyTimeout(BODY_SECONDS, lambda: now[0])
    wire = Stalled([], is_cut=False)

    async def stall() -> None:
        asking = asyncio.ensure_future(
            edge.__rsgi__(Asked("POST", THREAD, (*FORM, *announced)), wire)
        )
        for now[0] in (0.0, BODY_SECONDS - 1.0):
            edge.housekeeping()
            await asyncio.sleep(0.01)
            assert not asking.done()
        now[0] = BODY_SECONDS
        edge.housekeeping()
        await asyncio.wait_for(asking, 1)

    asyncio.run(stall())
    assert wire.answer is not None
    assert wire.answer.status == 400
    assert edge._patience.cancel_late() == 0  # nothing is kept of who was given up on


def test_who_is_stopped_by_somebody_else_is_stopped() -> None:
    patience = BodyTimeout(10, lambda: 0.0)

    async def stop() -> None:
        waiting = asyncio.ensure_future(patience.wait_for(asyncio.sleep(10)))
        await asyncio.sleep(0)
        waiting.cancel()
        await waiting

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(stop())


def test_what_comes_in_time_is_handed_on() -> None:
    async def nothing_late() -> int:
        patience = BodyTimeout(0)
        got = await patience.wait_for(asyncio.sleep(0.01, 7))
        assert patience.cancel_late() == 0
        return got

    assert asyncio.run(nothing_late()) == 7
