"""A reader asks with a receipt what became of a comment, or takes it back."""

import asyncio
import secrets
from typing import Final

from yobal.actions import receipts
from yobal.adapters.rendering.pages import ReceiptDetails
from yobal.core.schedule import day_of
from yobal.web.handlers.context import IntakeDependencies, RequestContext
from yobal.web.http import Response

# Answers are filled up to a multiple of this, so that a wrong code's is as long as a right one's
# to whoever counts bytes on the wire.
FILLED_BYTES: Final = 48 * 1024
_FRAME_BYTES: Final = len(b"<!---->")


class ReceiptHandler:
    """The steps `receipt` and `withdraw`."""

    def __init__(self, parts: IntakeDependencies) -> None:
        self._parts = parts

    async def show(self, visit: RequestContext) -> Response:
        found = await self._look_up(visit)
        if found is None:
            return _filled(self._parts.problem("unknown_receipt", thread=visit.thread))
        answer = self._answer(found, visit.fields.get("code", ""))
        return _filled(self._parts.page(self._parts.pages.receipt(visit.thread, answer)))

    async def withdraw(self, visit: RequestContext) -> Response:
        found = await self._look_up(visit)
        if found is None:
            return _filled(self._parts.problem("unknown_receipt", thread=visit.thread))
        if not found.can_withdraw or visit.fields.get("when") not in ("now", "next"):
            return _filled(self._parts.problem("cannot_withdraw", thread=visit.thread))
        parts = self._parts
        when: Final = "now" if visit.fields["when"] == "now" else "next"
        await asyncio.to_thread(
            receipts.wish,
            parts.database,
            parts.rules,
            found,
            when=when,
            random=secrets.token_bytes,
        )
        return _filled(parts.page(parts.pages.withdrawal_requested(visit.thread, when=when)))

    async def _look_up(self, visit: RequestContext) -> receipts.ReceiptMatch | None:
        parts = self._parts
        return await asyncio.to_thread(
            receipts.find,
            parts.database,
            parts.keyring,
            site=visit.thread.site,
            story=visit.thread.story,
            typed=visit.fields.get("code", ""),
            now=parts.clock(),
        )

    def _answer(self, found: receipts.ReceiptMatch, code: str) -> ReceiptDetails:
        row, schedule = found.row, self._parts.rules.schedule
        return ReceiptDetails(
            code=code,
            state=found.word,
            clause=row.clause,
            kind=row.kind,
            note=row.note,
            text=row.text,
            name=row.name,
            lang=row.lang,
            can_withdraw=found.can_withdraw,
            day=day_of(schedule, row.slot).isoformat() if row.slot is not None else None,
        )


def _filled(answer: Response) -> Response:
    room = -len(answer.body) % FILLED_BYTES
    filling = b"<!--" + b" " * (room - _FRAME_BYTES) + b"-->" if room >= _FRAME_BYTES else b""
    return Response(answer.status, answer.body + filling.ljust(room), answer.headers)
