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

Answered = tuple[str, PublishedComment] | None


class SubmitHandler:
    """The steps `send`, `again` and `reply`."""

    def __init__(self, parts: IntakeDependencies) -> None:
        self._parts = parts

    async def send(self, visit: RequestContext) -> Response:
        draft, opening = visit.draft, visit.site.opening
        closed = self._closed(visit)
        if closed is not None or opening is None:
            problem = closed or "not_open_yet"
            return self._parts.problem(problem, thread=visit.thread, draft=draft)
        answered = await self._parts.answered(visit)
        if answered is None and visit.fields.get("to"):
            return self._parts.problem("gone_comment", thread=visit.thread, draft=draft)
        field_errors = submission.validate(draft.text, draft.name, self._parts.rules.limits)
        if field_errors:
            return self._form(visit, draft, answered, field_errors)
        if not idempotency.is_idempotency_key(visit.fields.get("once", "")):
            return self._read_again(visit, draft, answered)
        return await self._store(visit, draft, opening, answered)

    async def reply(self, visit: RequestContext) -> Response:
        """The form to answer a published comment."""
        closed = self._closed(visit)
        if closed is not None:
            return self._parts.problem(closed, thread=visit.thread)
        answered = await self._parts.answered(visit)
        if answered is None:
            return self._parts.problem("gone_comment", thread=visit.thread)
        return self._form(visit, Draft(), answered, [])

    def _closed(self, visit: RequestContext) -> Problem | None:
        """Why nothing can be sent here; said before anything is accepted."""
        rules = self._parts.rules
        if visit.site.opening is None:
            return "not_open_yet"
        if not visit.story.is_open:
            return "closed"
        if visit.story.waiting_story >= rules.max_pending_per_story:
            return "story_full"
        if visit.story.waiting_site >= rules.max_pending_per_site:
            return "site_full"
        return None

    def _form(
        self,
        visit: RequestContext,
        draft: Draft,
        answered: Answered,
        field_errors: list[FieldError],
    ) -> Response:
        form = visit.fields.get("once", "")
        page = self._parts.pages.form(
            visit.thread,
            draft,
            once=form if idempotency.is_idempotency_key(form) else self._new_once(),
            answered=answered[1] if answered else None,
            field_errors=field_errors,
        )
        return self._parts.page(page, status=422 if field_errors else 200)

    def _read_again(self, visit: RequestContext, draft: Draft, answered: Answered) -> Response:
        schedule = self._parts.rules.schedule
        page = self._parts.pages.confirm(
            visit.thread,
            draft,
            once=self._new_once(),
            answered=answered[1] if answered else None,
            earliest_day=day_of(schedule, next_slot(schedule, self._parts.clock())),
        )
        return self._parts.page(page)

    async def _store(
        self, visit: RequestContext, draft: Draft, opening: SealingKey, answered: Answered
    ) -> Response:
        parts, now = self._parts, self._parts.clock()
        sealed = submit.seal(
            Submission(
                site=visit.thread.site,
                story=visit.thread.story,
                edition=visit.thread.edition.edition,
                to=answered[1].id if answered else None,
                text=draft.text,
                name=draft.name,
            ),
            submit.SubmissionTarget(
                epoch=opening.epoch,
                sealer=opening.sealer,
                languages=visit.site.languages,
                root=answered[0] if answered else None,
            ),
            parts.keyring,
            parts.rules,
            form=visit.fields["once"],
            wants_receipt=draft.wants_receipt,
            now=now,
            random=secrets.token_bytes,
        )
        outcome = await parts.group.add(sealed.arrival)
        if outcome.kind == "failed":
            raise DatabaseUnavailable("the store refused this comment")
        if outcome.kind == "new":
            visit.story.waiting_story += 1
            visit.story.waiting_site += 1
        page = parts.pages.sent(
            visit.thread,
            earliest=next_slot(parts.rules.schedule, now),
            code=sealed.code if outcome.has_receipt else None,
            until=sealed.receipt_until if outcome.has_receipt else None,
            is_out_of_codes=draft.wants_receipt and not outcome.has_receipt,
        )
        return parts.page(page)

    def _new_once(self) -> str:
        return idempotency.new_idempotency_key(secrets.token_bytes, today=self._parts.today())
