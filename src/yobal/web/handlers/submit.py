"""A reader sends a comment: refusals, "read it once more", sealed and durable, or a clear no."""

import secrets

from yobal.actions import submit
from yobal.adapters.rendering.pages import Draft, Problem
from yobal.core import idempotency, submission
from yobal.core.errors import StoreUnavailable
from yobal.core.schedule import day_of, next_slot
from yobal.core.submission import Refusal, Submission
from yobal.core.thread import Letter
from yobal.web.handlers.context import Parts, Visit
from yobal.web.http import Answer
from yobal.web.thread_status import Opening

Answered = tuple[str, Letter] | None


class Sending:
    """The steps `send`, `again` and `reply`."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def send(self, visit: Visit) -> Answer:
        draft, opening = visit.draft, visit.site.opening
        closed = self._closed(visit)
        if closed is not None or opening is None:
            problem = closed or "not_open_yet"
            return self._parts.problem(problem, place=visit.place, draft=draft)
        answered = await self._parts.answered(visit)
        if answered is None and visit.fields.get("to"):
            return self._parts.problem("gone_comment", place=visit.place, draft=draft)
        refusals = submission.check(draft.text, draft.name, self._parts.rules.limits)
        if refusals:
            return self._form(visit, draft, answered, refusals)
        if not idempotency.is_once(visit.fields.get("once", "")):
            return self._read_again(visit, draft, answered)
        return await self._store(visit, draft, opening, answered)

    async def reply(self, visit: Visit) -> Answer:
        """The form to answer a published comment."""
        closed = self._closed(visit)
        if closed is not None:
            return self._parts.problem(closed, place=visit.place)
        answered = await self._parts.answered(visit)
        if answered is None:
            return self._parts.problem("gone_comment", place=visit.place)
        return self._form(visit, Draft(), answered, [])

    def _closed(self, visit: Visit) -> Problem | None:
        """Why nothing can be sent here; said before anything is accepted."""
        rules = self._parts.rules
        if visit.site.opening is None:
            return "not_open_yet"
        if not visit.story.is_open:
            return "closed"
        if visit.story.waiting_story >= rules.waiting_story_max:
            return "story_full"
        if visit.story.waiting_site >= rules.waiting_site_max:
            return "site_full"
        return None

    def _form(
        self, visit: Visit, draft: Draft, answered: Answered, refusals: list[Refusal]
    ) -> Answer:
        form = visit.fields.get("once", "")
        page = self._parts.pages.form(
            visit.place,
            draft,
            once=form if idempotency.is_once(form) else self._new_once(),
            answered=answered[1] if answered else None,
            refusals=refusals,
        )
        return self._parts.page(page, status=422 if refusals else 200)

    def _read_again(self, visit: Visit, draft: Draft, answered: Answered) -> Answer:
        schedule = self._parts.rules.schedule
        page = self._parts.pages.read_again(
            visit.place,
            draft,
            once=self._new_once(),
            answered=answered[1] if answered else None,
            earliest_day=day_of(schedule, next_slot(schedule, self._parts.clock())),
        )
        return self._parts.page(page)

    async def _store(
        self, visit: Visit, draft: Draft, opening: Opening, answered: Answered
    ) -> Answer:
        parts, now = self._parts, self._parts.clock()
        sealed = submit.seal(
            Submission(
                site=visit.place.site,
                story=visit.place.story,
                edition=visit.place.edition.edition,
                to=answered[1].id if answered else None,
                text=draft.text,
                name=draft.name,
            ),
            submit.Target(
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
            raise StoreUnavailable("the store refused this comment")
        if outcome.kind == "new":
            visit.story.waiting_story += 1
            visit.story.waiting_site += 1
        page = parts.pages.sent(
            visit.place,
            earliest=next_slot(parts.rules.schedule, now),
            code=sealed.code if outcome.has_receipt else None,
            until=sealed.receipt_until if outcome.has_receipt else None,
            is_out_of_codes=draft.wants_receipt and not outcome.has_receipt,
        )
        return parts.page(page)

    def _new_once(self) -> str:
        return idempotency.new_once(secrets.token_bytes, today=self._parts.today())
