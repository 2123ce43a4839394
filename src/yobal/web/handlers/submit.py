"""The steps of a reader who writes a comment or a reply."""

import asyncio
import secrets
from datetime import UTC, datetime

from yobal.actions import submit
from yobal.adapters.rendering.pages import Draft, Problem
from yobal.core import idempotency, submission
from yobal.core.schedule import day_of, earliest_release
from yobal.core.submission import FieldError, Submission
from yobal.web.handlers.context import IntakeDependencies, RequestContext
from yobal.web.http import Response
from yobal.web.thread_status import Parent, SealingKey


class SubmitHandler:
    """The steps `send`, `confirm` and `reply`."""

    def __init__(self, dependencies: IntakeDependencies) -> None:
        self._dependencies = dependencies

    async def send(self, context: RequestContext) -> Response:
        """Validates, asks for confirmation if the form has no idempotency key, and stores.

        With `change`, the button beside that confirmation, it gives the form back filled.
        """
        draft, sealing_key = context.draft, context.status.site.sealing_key
        problem = self._why_closed(context)
        if problem is not None or sealing_key is None:
            return self._problem(problem or "not_open_yet", context)
        parent = await self._parent(context)
        if parent is None and context.fields.get("parent_id"):
            return self._problem("parent_removed", context)
        if context.fields.get("change") == "yes":
            return self._form(context, draft, parent, [])
        field_errors = submission.validate(draft.text, draft.name, self._dependencies.rules.limits)
        if field_errors:
            return self._form(context, draft, parent, field_errors)
        if not idempotency.is_idempotency_key(context.fields.get("idempotency_key", "")):
            return self._confirm(context, parent)
        return await self._store(context, sealing_key, parent)

    async def reply(self, context: RequestContext) -> Response:
        """The form for a reply to a published comment."""
        problem = self._why_closed(context)
        if problem is not None:
            return self._dependencies.problem_page(problem, thread=context.thread)
        parent = await self._parent(context)
        if parent is None:
            return self._dependencies.problem_page("parent_removed", thread=context.thread)
        return self._form(context, Draft(), parent, [])

    def _why_closed(self, context: RequestContext) -> Problem | None:
        """Checked first, before the reader is asked to correct or confirm anything. Raises RosterInvalid."""
        story = context.status.story
        refusal = context.status.site.roster_refusal
        if refusal is not None:
            raise refusal.as_error()
        if context.status.form != "open":
            return context.status.form
        if story.closes_slot is not None and self._dependencies.clock() >= story.closes_slot:
            return "closed"  # its slot is not released yet
        if story.admission.is_closed:
            return "story_full"
        if story.site_admission.is_closed:
            return "site_full"
        return None

    async def _parent(self, context: RequestContext) -> Parent | None:
        parent_id = context.fields.get("parent_id")
        if not parent_id:
            return None
        cache = self._dependencies.thread_status
        return await asyncio.to_thread(cache.parent, context.thread.story_id, parent_id)

    def _problem(self, problem: Problem, context: RequestContext) -> Response:
        return self._dependencies.problem_page(problem, thread=context.thread, draft=context.draft)

    def _form(
        self,
        context: RequestContext,
        draft: Draft,
        parent: Parent | None,
        field_errors: list[FieldError],
    ) -> Response:
        key = context.fields.get("idempotency_key", "")
        body = self._dependencies.page_renderer.form(
            context.thread,
            draft,
            idempotency_key=key if idempotency.is_idempotency_key(key) else self._new_key(),
            parent=parent.comment if parent else None,
            field_errors=field_errors,
        )
        return self._dependencies.page(body, status=422 if field_errors else 200)

    def _confirm(self, context: RequestContext, parent: Parent | None) -> Response:
        schedule = self._dependencies.rules.schedule
        body = self._dependencies.page_renderer.confirm(
            context.thread,
            context.draft,
            idempotency_key=self._new_key(),
            parent=parent.comment if parent else None,
            earliest_day=day_of(schedule, earliest_release(schedule, self._dependencies.clock())),
        )
        return self._dependencies.page(body)

    async def _store(
        self, context: RequestContext, sealing_key: SealingKey, parent: Parent | None
    ) -> Response:
        dependencies, draft, now = self._dependencies, context.draft, self._dependencies.clock()
        sealed = submit.seal(
            Submission(
                site_id=context.thread.site_id,
                story_id=context.thread.story_id,
                edition=context.thread.edition.tag,
                parent_id=parent.comment.id if parent else None,
                text=draft.text,
                name=draft.name,
            ),
            submit.SubmissionTarget(
                epoch_id=sealing_key.epoch_id,
                sealer=sealing_key.sealer,
                languages=context.status.site.languages,
                root_id=parent.root_id if parent else None,
            ),
            dependencies.keyring,
            dependencies.rules,
            idempotency_key=context.fields["idempotency_key"],
            wants_receipt=draft.wants_receipt,
            now=now,
            random=secrets.token_bytes,
        )
        outcome = await dependencies.group_commit.add(sealed.arrival)
        if outcome.status == "new":
            context.status.story.count_new_comment()
        body = dependencies.page_renderer.sent(
            context.thread,
            earliest=earliest_release(dependencies.rules.schedule, now),
            code=sealed.code if outcome.has_receipt else None,
            until=sealed.receipt_until if outcome.has_receipt else None,
            is_out_of_codes=draft.wants_receipt and not outcome.has_receipt,
        )
        return dependencies.page(body)

    def _new_key(self) -> str:
        today = datetime.fromtimestamp(self._dependencies.clock(), UTC).date()
        return idempotency.new_idempotency_key(secrets.token_bytes, today=today)
