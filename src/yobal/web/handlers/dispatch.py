"""Handles every form of a reader: all are POSTs to the thread's address, and `step` says which it is.

A form in a frame is sent to the frame's address, and its answers are made for the frame.

Cookies, addresses and Origin are not looked at: a reader has no authority that could be abused.
"""

import secrets
from typing import Final

import msgspec

from yobal.adapters import error_reporting
from yobal.adapters.rendering.pages import Draft, Problem
from yobal.core import paths
from yobal.core import text as texts
from yobal.core.errors import NoSuchStory
from yobal.core.submission import Limits
from yobal.core.thread import ThreadRef
from yobal.web import forms
from yobal.web.errors import BadForm
from yobal.web.handlers.context import IntakeDependencies, RequestContext
from yobal.web.handlers.receipts import ReceiptHandler
from yobal.web.handlers.submit import SubmitHandler
from yobal.web.http import PUBLIC_CACHE, Response, page_headers

ID_SUFFIX_BYTES: Final = 8  # a page could try some thousands of ids in a second, of 2^64


class FormHandler:
    def __init__(self, dependencies: IntakeDependencies) -> None:
        self._dependencies = dependencies
        submit, receipts = SubmitHandler(dependencies), ReceiptHandler(dependencies)
        self._steps = {
            "send": submit.send,
            "confirm": submit.send,
            "reply": submit.reply,
            "receipt": receipts.show,
            "withdraw": receipts.withdraw,
        }

    @property
    def limits(self) -> Limits:
        return self._dependencies.rules.limits

    async def handle(self, path: str, body: bytes) -> Response:
        """The page that answers a form. Whatever fails, it gives the reader's text back."""
        problem_page = self._dependencies.problem_page
        try:
            fields = forms.parse(body)
        except BadForm:
            return await self.problem("bad_form", path)
        draft, thread = _draft(fields), None
        try:
            context = await self._context(path, fields, draft)
            thread = context.thread
            step = self._steps.get(fields.get("step", ""))
            if step is None:
                return problem_page("bad_form", thread=thread, draft=draft)
            return await step(context)
        except NoSuchStory:
            return problem_page("unknown_story", draft=draft, path=path, leads_back=False)
        except Exception as error:  # noqa: BLE001  # the reader gets the text, the technician the error
            error_reporting.count(error)
            return problem_page("unavailable", thread=thread, draft=draft, path=path)

    async def problem(self, problem: Problem, path: str) -> Response:
        """For a request without a readable form. Names the thread if it was sent to one."""
        thread: ThreadRef | None = None
        leads_back = True
        try:
            thread = (await self._context(path, {}, Draft())).thread
        except NoSuchStory:
            leads_back = False
        except Exception as error:  # noqa: BLE001  # the page needs no database
            error_reporting.count(error)
        return self._dependencies.problem_page(
            problem, thread=thread, path=path, leads_back=leads_back
        )

    def what_we_keep(self, site_id: str, edition: str) -> Response | None:
        """The page about stored data; None for another site. For a GET: it does not use the database."""
        dependencies = self._dependencies
        if site_id != dependencies.rules.site_id:
            return None
        body = dependencies.page_renderer.what_we_keep(edition, dependencies.server_facts)
        headers = [*page_headers(dependencies.csp), ("cache-control", PUBLIC_CACHE)]
        return Response(200, body, headers)

    def not_found(self, path: str, thread: ThreadRef | None) -> Response:
        """For a GET, so it must not use the database. `thread` is the one that the path lies below."""
        is_comment = thread is not None and paths.is_comment(path)
        problem: Problem = "unknown_comment" if is_comment else "unknown_story"
        return self._dependencies.problem_page(problem, thread=thread, path=path, leads_back=False)

    async def _context(self, path: str, fields: dict[str, str], draft: Draft) -> RequestContext:
        """Raises NoSuchStory."""
        address = paths.parse_form_address(path)
        if address is None or address.site_id != self._dependencies.rules.site_id:
            raise NoSuchStory(path)
        status = await self._dependencies.thread_status.get(address.story_id)
        thread = status.thread_ref(address.site_id, address.story_id, address.edition)
        if address.is_framed:
            thread = msgspec.structs.replace(
                thread, is_framed=True, id_suffix=f"-{secrets.token_hex(ID_SUFFIX_BYTES)}"
            )
        return RequestContext(thread, fields, draft, status)


def _draft(fields: dict[str, str]) -> Draft:
    return Draft(
        text=texts.clean(fields.get("text", "")),
        name=texts.clean_name(fields.get("name", "")),
        wants_receipt=fields.get("receipt") == "yes",
    )
