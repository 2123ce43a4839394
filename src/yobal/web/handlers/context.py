"""One reader's step, what it is parent with, and the parts that answering takes."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Final

import msgspec

from yobal.adapters.rendering.pages import Draft, PageRenderer, Problem
from yobal.adapters.server_keys import Keyring
from yobal.core import text as texts
from yobal.core.schedule import next_slot
from yobal.core.site_rules import SiteRules
from yobal.core.thread import PublishedComment, ThreadRef
from yobal.store.database import Database
from yobal.store.group_commit import GroupCommit
from yobal.web.http import Response, page_headers
from yobal.web.thread_status import SiteStatus, StoryStatus, ThreadStatusCache

STATUS: Final[dict[Problem, int]] = {
    "closed": 403,
    "unknown_story": 404,
    "not_open_yet": 503,
    "story_full": 503,
    "site_full": 503,
    "unavailable": 503,
    "method": 405,
    "type": 415,
    "too_large": 413,
    "bad_form": 400,
    "unknown_receipt": 200,
    "cannot_withdraw": 200,
    "parent_removed": 410,
}


class RequestContext(msgspec.Struct, frozen=True):
    """Where, the form's fields, and how things stand there."""

    thread: ThreadRef
    fields: dict[str, str]
    draft: Draft  # what was written, cleaned once
    site_status: SiteStatus
    story_status: StoryStatus


class IntakeDependencies(msgspec.Struct, frozen=True, kw_only=True):
    """What the reader's side is put together from."""

    rules: SiteRules
    database: Database
    keyring: Keyring
    pages: PageRenderer
    doors: ThreadStatusCache
    group: GroupCommit
    csp: str
    clock: Callable[[], float] = time.time

    def today(self) -> date:
        return datetime.fromtimestamp(self.clock(), UTC).date()

    def page(self, page: bytes, *, status: int = 200) -> Response:
        """An answer that nobody keeps."""
        headers = [*page_headers(self.csp), ("cache-control", "no-store")]
        return Response(status, page, headers)

    def problem(
        self,
        problem: Problem,
        *,
        thread: ThreadRef | None = None,
        draft: Draft | None = None,
        path: str = "",
        leads_back: bool = True,
    ) -> Response:
        """What happened, that nothing was lost, and what to do."""
        slot = None
        if problem in ("story_full", "site_full"):
            slot = next_slot(self.rules.schedule, self.clock())
        answer = self.page(
            self.pages.problem(
                thread, problem, draft=draft, next_slot=slot, path=path, leads_back=leads_back
            ),
            status=STATUS[problem],
        )
        if problem == "method":
            answer.headers.append(("allow", "GET, HEAD, POST"))
        return answer

    async def parent(self, context: RequestContext) -> tuple[str, PublishedComment] | None:
        """The published comment a form answers, with the id of the one it stands under."""
        parent_id = context.fields.get("parent_id")
        if not parent_id:
            return None
        return await asyncio.to_thread(
            self.doors.parent_comment, context.thread.story_id, parent_id
        )


def draft_of(fields: dict[str, str]) -> Draft:
    """What was written, cleaned: it is given back with every refusal."""
    return Draft(
        text=texts.clean(fields.get("text", "")),
        name=texts.clean_name(fields.get("name", "")),
        wants_receipt=fields.get("receipt") == "yes",
    )
