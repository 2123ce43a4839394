"""Every step of a reader is a POST to the thread's own address; here each finds its answer.

No cookie, no address, no Origin is looked at: there is no authority to borrow.
"""

from yobal.adapters import error_reporting
from yobal.adapters.rendering.pages import Draft, Problem
from yobal.core.errors import NoSuchStory
from yobal.core.thread import ThreadRef
from yobal.web import forms
from yobal.web.errors import BadForm
from yobal.web.handlers.context import IntakeDependencies, RequestContext, draft_of
from yobal.web.handlers.receipts import ReceiptHandler
from yobal.web.handlers.submit import SubmitHandler
from yobal.web.http import Response
from yobal.web.thread_status import thread_ref


class PublicFormHandler:
    """Answers forms. `answer` is the only entry for what a reader sends."""

    def __init__(self, dependencies: IntakeDependencies) -> None:
        self._dependencies = dependencies
        sending, receipts = SubmitHandler(dependencies), ReceiptHandler(dependencies)
        self._steps = {
            "send": sending.send,
            "confirm": sending.send,
            "reply": sending.reply,
            "receipt": receipts.show,
            "withdraw": receipts.withdraw,
        }

    async def answer(self, path: str, body: bytes) -> Response:
        """The page that answers a form sent to a thread's address."""
        try:
            fields = forms.parse(body)
        except BadForm:
            return await self.problem("bad_form", path)
        draft = draft_of(fields)
        try:
            context = await self._visit(path, fields, draft)
        except NoSuchStory:
            return self._dependencies.problem(
                "unknown_story", draft=draft, path=path, leads_back=False
            )
        except Exception as error:  # noqa: BLE001  # the reader gets the text back, the operator the place
            return self._failed(error, None, draft, path=path)
        return await self._take(context)

    async def _take(self, context: RequestContext) -> Response:
        step = self._steps.get(context.fields.get("step", ""))
        if step is None:
            return self._dependencies.problem(
                "bad_form", thread=context.thread, draft=context.draft
            )
        try:
            return await step(context)
        except Exception as error:  # noqa: BLE001  # likewise
            return self._failed(error, context.thread, context.draft)

    def _failed(
        self, error: Exception, thread: ThreadRef | None, draft: Draft, *, path: str = ""
    ) -> Response:
        error_reporting.count(error)
        return self._dependencies.problem("unavailable", thread=thread, draft=draft, path=path)

    async def problem(self, problem: Problem, path: str) -> Response:
        """For what never got as far as a form; in its thread where it was sent to one."""
        try:
            context = await self._visit(path, {}, Draft())
        except NoSuchStory:
            return self._dependencies.problem(problem, path=path, leads_back=False)
        except Exception as error:  # noqa: BLE001  # likewise
            error_reporting.count(error)
            return self._dependencies.problem(problem, path=path)
        return self._dependencies.problem(problem, thread=context.thread)

    def missing(self, path: str, *, has_thread: bool) -> Response:
        """For a page that is not there. Reading never touches the database."""
        return self._dependencies.problem("unknown_story", path=path, leads_back=has_thread)

    async def _visit(self, path: str, fields: dict[str, str], draft: Draft) -> RequestContext:
        dependencies = path.strip("/").split("/")
        if len(dependencies) != 3 or dependencies[0] != self._dependencies.rules.site_id:
            raise NoSuchStory(path)
        _, story_id, edition = dependencies
        site_status, story_status = await self._dependencies.doors.get(story_id)
        thread = thread_ref(self._dependencies.rules, story_id, edition, site_status, story_status)
        return RequestContext(thread, fields, draft, site_status, story_status)
