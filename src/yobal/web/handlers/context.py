"""What the handlers of readers' forms share: the request's context, dependencies and responses."""

import time
from collections.abc import Callable
from typing import Final

import msgspec

from yobal.actions.roster_reader import RosterReader
from yobal.adapters.rendering.pages import Draft, PageRenderer, Problem, ServerFacts
from yobal.adapters.server_keys import Keyring
from yobal.core.schedule import next_slot
from yobal.core.site_rules import SiteRules
from yobal.core.thread import ThreadRef
from yobal.store.database import Database
from yobal.store.group_commit import GroupCommit
from yobal.store.inbox import Inbox
from yobal.web.http import Response, page_headers
from yobal.web.thread_status import ThreadStatus, ThreadStatusCache

PROBLEM_STATUSES: Final[dict[Problem, int]] = {
    "closed": 403,
    "unknown_story": 404,
    "unknown_comment": 404,  # not 410: a GET must not ask the database whether it ever existed
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
    """A form that was sent to an existing thread."""

    thread: ThreadRef
    fields: dict[str, str]
    draft: Draft  # text and name of the form, cleaned once
    status: ThreadStatus


class IntakeDependencies(msgspec.Struct, frozen=True, kw_only=True):
    """What the handlers use, with the two kinds of response that they all give."""

    rules: SiteRules
    database: Database
    inbox: Inbox
    keyring: Keyring
    roster_reader: RosterReader
    page_renderer: PageRenderer
    thread_status: ThreadStatusCache
    group_commit: GroupCommit
    csp: str
    server_facts: ServerFacts
    clock: Callable[[], float] = time.time

    def page(self, body: bytes, *, status: int = 200) -> Response:
        """A page that no cache may keep."""
        return Response(status, body, [*page_headers(self.csp), ("cache-control", "no-store")])

    def problem_page(
        self,
        problem: Problem,
        *,
        thread: ThreadRef | None = None,
        draft: Draft | None = None,
        typed_code: str = "",
        path: str = "",
        leads_back: bool = True,
    ) -> Response:
        """Says what happened, gives the draft back and says what to do."""
        is_full = problem in ("story_full", "site_full")
        body = self.page_renderer.problem(
            thread,
            problem,
            draft=draft,
            typed_code=typed_code,
            next_slot=next_slot(self.rules.schedule, self.clock()) if is_full else None,
            path=path,
            leads_back=leads_back,
        )
        response = self.page(body, status=PROBLEM_STATUSES[problem])
        if problem == "method":
            response.headers.append(("allow", "GET, HEAD, POST"))
        return response
