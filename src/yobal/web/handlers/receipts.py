"""The steps of a reader who has a receipt: what happened to the comment, and withdrawing it."""

import asyncio
from typing import Final, Literal

from yobal.actions import receipts
from yobal.actions.roster_reader import RosterReader
from yobal.adapters.rendering.pages import ReceiptDetails
from yobal.core import text as texts
from yobal.core.feedback import Feedback
from yobal.core.receipts import read_code
from yobal.core.schedule import day_of
from yobal.core.states import PUBLISHED
from yobal.web.handlers.context import IntakeDependencies, RequestContext
from yobal.web.http import Response

TYPED_CODE_MAX: Final = 200  # of what was typed as a code; more cannot be a mistyped code
_WHEN: Final[dict[str, Literal["now", "next"]]] = {"now": "now", "next": "next"}


class ReceiptHandler:
    """The steps `receipt` and `withdraw`."""

    def __init__(self, dependencies: IntakeDependencies) -> None:
        self._dependencies = dependencies

    async def show(self, context: RequestContext) -> Response:
        match = await self._find(context)
        if match is None:
            return self._unknown(context)
        when = match.requested_withdrawal
        if when is not None:
            return self._withdrawal_requested(context, match, when)
        # As it was typed, the code could be long.
        details = self._details(match, read_code(context.fields.get("code", "")) or "")
        body = self._dependencies.page_renderer.receipt(context.thread, details)
        return self._dependencies.page(body)

    async def withdraw(self, context: RequestContext) -> Response:
        dependencies, match = self._dependencies, await self._find(context)
        if match is None:
            return self._unknown(context)
        when = _WHEN.get(context.fields.get("when", ""))
        if when is None and match.can_withdraw:
            return await self.show(context)  # with both choices
        if when is None or not match.can_withdraw:
            return dependencies.problem_page("cannot_withdraw", thread=context.thread)
        await asyncio.to_thread(receipts.request_withdrawal, dependencies.inbox, match, when=when)
        return self._withdrawal_requested(context, match, when)

    def _withdrawal_requested(
        self, context: RequestContext, match: receipts.ReceiptMatch, when: Literal["now", "next"]
    ) -> Response:
        """The answer to a request, and what the receipt shows until the request is processed."""
        body = self._dependencies.page_renderer.withdrawal_requested(
            context.thread,
            when=when,
            is_published=match.status.state == PUBLISHED,
            is_hidden=match.status.is_hidden,
        )
        return self._dependencies.page(body)

    def _unknown(self, context: RequestContext) -> Response:
        """Gives the code back, to correct it. A code that expired looks the same."""
        typed_code = texts.clean_line(context.fields.get("code", "")[:TYPED_CODE_MAX])
        return self._dependencies.problem_page(
            "unknown_receipt", thread=context.thread, typed_code=typed_code
        )

    async def _find(self, context: RequestContext) -> receipts.ReceiptMatch | None:
        return await asyncio.to_thread(
            receipts.find,
            self._dependencies.database,
            self._dependencies.inbox,
            self._dependencies.keyring,
            self._roster_reader(context),
            site_id=context.thread.site_id,
            story_id=context.thread.story_id,
            typed=context.fields.get("code", ""),
            limits=self._dependencies.rules.limits,
            now=self._dependencies.clock(),
        )

    def _roster_reader(self, context: RequestContext) -> RosterReader | None:
        """None while the roster does not verify: verifying it again for each request would take long."""
        is_refused = context.status.site.roster_refusal is not None
        return None if is_refused else self._dependencies.roster_reader

    def _details(self, match: receipts.ReceiptMatch, code: str) -> ReceiptDetails:
        status, schedule = match.status, self._dependencies.rules.schedule
        feedback = match.feedback or Feedback()
        changes = feedback.changes if match.are_changes_shown else ()
        name = feedback.name if match.are_changes_shown else None
        return ReceiptDetails(
            code=code,
            state=match.status.state,
            clause=status.clause,
            edit_kind=status.edit_kind,
            note=feedback.note,
            changes=changes,
            former_name=feedback.former_name if match.are_changes_shown else None,
            is_abridged=feedback.is_abridged,
            is_feedback_closed=match.is_feedback_closed,
            is_unconfirmed=not match.is_confirmed,
            text=status.text,
            name=status.name if status.name is not None else name,
            lang=status.lang or feedback.lang,
            can_withdraw=match.can_withdraw,
            is_hidden=status.is_hidden,
            is_withheld=status.is_withheld,
            day=day_of(schedule, status.slot).isoformat() if status.slot is not None else None,
        )
