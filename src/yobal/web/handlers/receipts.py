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

    def __init__(self, dependencies: IntakeDependencies) -> None:
        self._dependencies = dependencies

    async def show(self, context: RequestContext) -> Response:
        found = await self._look_up(context)
        if found is None:
            return _filled(self._dependencies.problem("unknown_receipt", thread=context.thread))
        answer = self._answer(found, context.fields.get("code", ""))
        return _filled(
            self._dependencies.page(self._dependencies.pages.receipt(context.thread, answer))
        )

    async def withdraw(self, context: RequestContext) -> Response:
        found = await self._look_up(context)
        if found is None:
            return _filled(self._dependencies.problem("unknown_receipt", thread=context.thread))
        if not found.can_withdraw or context.fields.get("when") not in ("now", "next"):
            return _filled(self._dependencies.problem("cannot_withdraw", thread=context.thread))
        dependencies = self._dependencies
        when: Final = "now" if context.fields["when"] == "now" else "next"
        await asyncio.to_thread(
            receipts.request_withdrawal,
            dependencies.database,
            dependencies.rules,
            found,
            when=when,
            random=secrets.token_bytes,
        )
        return _filled(
            dependencies.page(dependencies.pages.withdrawal_requested(context.thread, when=when))
        )

    async def _look_up(self, context: RequestContext) -> receipts.ReceiptMatch | None:
        dependencies = self._dependencies
        return await asyncio.to_thread(
            receipts.find,
            dependencies.database,
            dependencies.keyring,
            site_id=context.thread.site_id,
            story_id=context.thread.story_id,
            typed=context.fields.get("code", ""),
            now=dependencies.clock(),
        )

    def _answer(self, found: receipts.ReceiptMatch, code: str) -> ReceiptDetails:
        row, schedule = found.row, self._dependencies.rules.schedule
        return ReceiptDetails(
            code=code,
            state=found.word,
            clause=row.clause,
            edit_kind=row.edit_kind,
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
