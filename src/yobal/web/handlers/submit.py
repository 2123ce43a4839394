"""A reader sends a comment: refusals, "read it once more", sealed and durable, or a clear no."""

import secrets

from yobal.actions import submit
from yobal.adapters.rendering.pages import Draft, Problem
from yobal.core import idempotency, submission
from yobal.core.errors import DatabaseUnavailable
from yobal.core.schedule import day_of, next_slot
from yobal.core.submission import FieldError, Submission
from yobal.core.thread import PublishedComment
from yobal.web.handlers.context import IntakeDependencies, RequestContext
from yobal.web.http import Response
from yobal.web.thread_status import SealingKey

Parent = tuple[str, PublishedComment] | None


class SubmitHandler:
    """The steps `send`, `confirm` and `reply`."""

    def __init__(self, dependencies: IntakeDependencies) -> None:
        self._dependencies = dependencies

    async def send(self, context: RequestContext) -> Response:
        draft, sealing_key = context.draft, context.site_status.sealing_key
        closed = self._closed(context)
        if closed is not None or sealing_key is None:
            problem = closed or "not_open_yet"
            return self._dependencies.problem(problem, thread=context.thread, draft=draft)
        parent = await self._dependencies.parent(context)
        if parent is None and context.fields.get("parent_id"):
            return self._dependencies.problem("parent_removed", thread=context.thread, draft=draft)
        field_errors = submission.validate(draft.text, draft.name, self._dependencies.rules.limits)
        if field_errors:
            return self._form(context, draft, parent, field_errors)
        if not idempotency.is_idempotency_key(context.fields.get("idempotency_key", "")):
            return self._confirm(context, draft, parent)
        return await self._store(context, draft, sealing_key, parent)

    async def reply(self, context: RequestContext) -> Response:
        """The form to answer a published comment."""
        closed = self._closed(context)
        if closed is not None:
            return self._dependencies.problem(closed, thread=context.thread)
        parent = await self._dependencies.parent(context)
        if parent is None:
            return self._dependencies.problem("parent_removed", thread=context.thread)
        return self._form(context, Draft(), parent, [])

    def _closed(self, context: RequestContext) -> Problem | None:
        """Why nothing can be sent here; said before anything is accepted."""
        rules = self._dependencies.rules
        if context.site_status.sealing_key is None:
            return "not_open_yet"
        if not context.story_status.is_open:
            return "closed"
        if context.story_status.pending_story >= rules.max_pending_per_story:
            return "story_full"
        if context.story_status.pending_site >= rules.max_pending_per_site:
            return "site_full"
        return None

    def _form(
        self,
        context: RequestContext,
        draft: Draft,
        parent: Parent,
        field_errors: list[FieldError],
    ) -> Response:
        key = context.fields.get("idempotency_key", "")
        page = self._dependencies.pages.form(
            context.thread,
            draft,
            idempotency_key=key
            if idempotency.is_idempotency_key(key)
            else self._new_idempotency_key(),
            parent=parent[1] if parent else None,
            field_errors=field_errors,
        )
        return self._dependencies.page(page, status=422 if field_errors else 200)

    def _confirm(self, context: RequestContext, draft: Draft, parent: Parent) -> Response:
        schedule = self._dependencies.rules.schedule
        page = self._dependencies.pages.confirm(
            context.thread,
            draft,
            idempotency_key=self._new_idempotency_key(),
            parent=parent[1] if parent else None,
            earliest_day=day_of(schedule, next_slot(schedule, self._dependencies.clock())),
        )
        return self._dependencies.page(page)

    async def _store(
        self, context: RequestContext, draft: Draft, sealing_key: SealingKey, parent: Parent
    ) -> Response:
        dependencies, now = self._dependencies, self._dependencies.clock()
        sealed = submit.seal(
            Submission(
                site_id=context.thread.site_id,
                story_id=context.thread.story_id,
                edition=context.thread.edition.tag,
                parent_id=parent[1].id if parent else None,
                text=draft.text,
                name=draft.name,
            ),
            submit.SubmissionTarget(
                epoch_id=sealing_key.epoch_id,
                sealer=sealing_key.sealer,
                languages=context.site_status.languages,
                root_id=parent[0] if parent else None,
            ),
            dependencies.keyring,
            dependencies.rules,
            idempotency_key=context.fields["idempotency_key"],
            wants_receipt=draft.wants_receipt,
            now=now,
            random=secrets.token_bytes,
        )
        outcome = await dependencies.group.add(sealed.arrival)
        if outcome.status == "failed":
            raise DatabaseUnavailable("the store refused this comment")
        if outcome.status == "new":
            context.story_status.pending_story += 1
            context.story_status.pending_site += 1
        page = dependencies.pages.sent(
            context.thread,
            earliest=next_slot(dependencies.rules.schedule, now),
            code=sealed.code if outcome.has_receipt else None,
            until=sealed.receipt_until if outcome.has_receipt else None,
            is_out_of_codes=draft.wants_receipt and not outcome.has_receipt,
        )
        return dependencies.page(page)

    def _new_idempotency_key(self) -> str:
        return idempotency.new_idempotency_key(
            secrets.token_bytes, today=self._dependencies.today()
        )
