"""Every step of a reader is a POST to the thread's own address; here each finds its answer.

No cookie, no address, no Origin is looked at: there is no authority to borrow.
"""

import asyncio
import secrets
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Final
from urllib.parse import unquote

import msgspec

from yobal.actions import receipts, submit
from yobal.actions.doors import Doors, SiteDoor, StoryDoor, place_of
from yobal.actions.group_commit import GroupCommit
from yobal.core import once, submission
from yobal.core import text as texts
from yobal.core.errors import NoSuchStory, StoreUnavailable
from yobal.core.rules import Rules
from yobal.core.schedule import day_of, next_slot
from yobal.core.submission import Submission
from yobal.core.thread import Letter, Place
from yobal.outlets.keyring import Keyring
from yobal.outlets.pages import Draft, Pages, Problem, ReceiptAnswer
from yobal.store.database import Database
from yobal.web import forms
from yobal.web.answers import Answer, Headers, page_headers

STATUS: Final[dict[Problem, int]] = {
    "closed": 403, "unknown_story": 404, "not_open_yet": 503, "story_full": 503, "site_full": 503,
    "unavailable": 503, "method": 405, "type": 415, "too_large": 413, "bad_form": 400,
    "unknown_receipt": 200, "cannot_withdraw": 200, "gone_comment": 410,
}  # fmt: skip
# Answers about receipts are filled up to this, so that a wrong code's answer is as long as a
# right one's to whoever counts bytes on the wire.
RECEIPT_PAGE_BYTES: Final = 48 * 1024


class Visit(msgspec.Struct, frozen=True):
    """One reader's step: where, the form's fields, and how things stand there."""

    place: Place
    fields: dict[str, str]
    site: SiteDoor
    story: StoryDoor


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What the reader's side is put together from."""

    rules: Rules
    database: Database
    keyring: Keyring
    pages: Pages
    doors: Doors
    group: GroupCommit
    csp: bytes
    clock: Callable[[], float] = time.time


class Reader:
    """Answers forms. `answer` is the only entry for what a reader sends."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._headers: Headers = [*page_headers(parts.csp), (b"cache-control", b"no-store")]
        self._steps = {
            "send": self._send,
            "again": self._send,
            "reply": self._reply,
            "receipt": self._receipt,
            "withdraw": self._withdraw,
        }

    async def answer(self, path: str, body: bytes) -> Answer:
        """The page that answers a form sent to a thread's address."""
        try:
            fields = forms.parse(body)
        except forms.BadForm:
            return self.problem("bad_form")
        draft = _draft(fields)
        try:
            visit = await self._visit(path, fields)
        except NoSuchStory:
            return self.problem("unknown_story", draft=draft)
        except StoreUnavailable:
            return self.problem("unavailable", draft=draft)
        step = self._steps.get(fields.get("step", ""))
        if step is None:
            return self.problem("bad_form", place=visit.place, draft=draft)
        try:
            return await step(visit)
        except StoreUnavailable:
            return self.problem("unavailable", place=visit.place, draft=draft)

    def problem(
        self, problem: Problem, *, place: Place | None = None, draft: Draft | None = None
    ) -> Answer:
        """What happened, that nothing was lost, and what to do."""
        slot = None
        if problem in ("story_full", "site_full"):
            slot = next_slot(self._parts.rules.schedule, self._parts.clock())
        body = self._parts.pages.problem(place, problem, draft=draft, next_slot=slot)
        headers = self._headers + ([(b"allow", b"GET, HEAD, POST")] if problem == "method" else [])
        return Answer(STATUS[problem], body, headers)

    async def _visit(self, path: str, fields: dict[str, str]) -> Visit:
        parts = unquote(path).strip("/").split("/")
        if len(parts) != 3 or parts[0] != self._parts.rules.site:
            raise NoSuchStory(path)
        _, story, edition = parts
        known = self._parts.doors.fresh(story) or await asyncio.to_thread(
            self._parts.doors.read, story
        )
        place = place_of(self._parts.rules, story, edition, *known)
        return Visit(place, fields, *known)

    async def _send(self, visit: Visit) -> Answer:
        draft = _draft(visit.fields)
        closed = self._closed(visit)
        if closed is not None:
            return self.problem(closed, place=visit.place, draft=draft)
        answered = await self._answered(visit)
        if answered is None and visit.fields.get("to"):
            return self.problem("gone_comment", place=visit.place, draft=draft)
        refusals = submission.check(draft.text, draft.name, self._parts.rules.limits)
        form = visit.fields.get("once", "")
        if refusals:
            page = self._parts.pages.form(
                visit.place, draft, once=form if once.is_once(form) else self._new_once(),
                answered=answered[1] if answered else None, refusals=refusals,
            )  # fmt: skip
            return self._page(page, status=422)
        if not once.is_once(form):
            return self._read_again(visit, draft, answered)
        return await self._store(visit, draft, answered[0] if answered else None, form)

    def _closed(self, visit: Visit) -> Problem | None:
        """Why nothing can be sent here; said before anything is accepted."""
        rules = self._parts.rules
        if visit.site.epoch is None:
            return "not_open_yet"
        if not visit.story.is_open:
            return "closed"
        if visit.story.waiting_story >= rules.waiting_story_max:
            return "story_full"
        if visit.story.waiting_site >= rules.waiting_site_max:
            return "site_full"
        return None

    def _read_again(
        self, visit: Visit, draft: Draft, answered: tuple[str, Letter] | None
    ) -> Answer:
        page = self._parts.pages.read_again(
            visit.place, draft, once=self._new_once(),
            answered=answered[1] if answered else None, earliest_day=self._earliest_day(),
        )  # fmt: skip
        return self._page(page)

    async def _store(self, visit: Visit, draft: Draft, root: str | None, form: str) -> Answer:
        parts, now = self._parts, self._parts.clock()
        assert visit.site.epoch is not None and visit.site.sealer is not None  # _closed saw to it
        sealed = submit.seal(
            Submission(
                site=visit.place.site, story=visit.place.story,
                edition=visit.place.edition.edition, to=visit.fields.get("to") or None,
                text=draft.text, name=draft.name,
            ),
            submit.Target(
                epoch=visit.site.epoch, sealer=visit.site.sealer, root=root,
                languages=visit.site.languages,
            ),
            parts.keyring, parts.rules, form=form, wants_receipt=draft.wants_receipt, now=now,
            random=secrets.token_bytes,
        )  # fmt: skip
        outcome = await parts.group.add(sealed.arrival)
        if outcome.kind == "failed":
            raise StoreUnavailable("the store refused this comment")
        if outcome.kind == "new":
            visit.story.waiting_story += 1
            visit.story.waiting_site += 1
        page = parts.pages.sent(
            visit.place, earliest=next_slot(parts.rules.schedule, now),
            code=sealed.code if outcome.has_receipt else None,
            until=sealed.receipt_until if outcome.has_receipt else None,
        )  # fmt: skip
        return self._page(page)

    async def _reply(self, visit: Visit) -> Answer:
        closed = self._closed(visit)
        if closed is not None:
            return self.problem(closed, place=visit.place)
        answered = await self._answered(visit)
        if answered is None:
            return self.problem("gone_comment", place=visit.place)
        page = self._parts.pages.form(
            visit.place, Draft(), once=self._new_once(), answered=answered[1], refusals=()
        )
        return self._page(page)

    async def _receipt(self, visit: Visit) -> Answer:
        found = await self._look_up(visit)
        if found is None:
            return _filled(self.problem("unknown_receipt", place=visit.place))
        answer = receipt_answer(found, self._parts.rules, visit.fields.get("code", ""))
        return _filled(self._page(self._parts.pages.receipt(visit.place, answer)))

    async def _withdraw(self, visit: Visit) -> Answer:
        found = await self._look_up(visit)
        if found is None:
            return _filled(self.problem("unknown_receipt", place=visit.place))
        when = visit.fields.get("when", "now")
        if not found.can_withdraw or when not in ("now", "next"):
            return _filled(self.problem("cannot_withdraw", place=visit.place))
        wanted = "now" if when == "now" else "next"
        parts = self._parts
        await asyncio.to_thread(
            receipts.wish, parts.database, parts.rules, found, when=wanted,
            random=secrets.token_bytes,
        )  # fmt: skip
        return _filled(self._page(parts.pages.wish_sent(visit.place, when=wanted)))

    async def _look_up(self, visit: Visit) -> receipts.Found | None:
        parts = self._parts
        return await asyncio.to_thread(
            receipts.look_up, parts.database, parts.keyring, site=visit.place.site,
            story=visit.place.story, typed=visit.fields.get("code", ""), now=parts.clock(),
        )  # fmt: skip

    async def _answered(self, visit: Visit) -> tuple[str, Letter] | None:
        to = visit.fields.get("to")
        if not to:
            return None
        return await asyncio.to_thread(self._parts.doors.letter, visit.place.story, to)

    def _new_once(self) -> str:
        today = datetime.fromtimestamp(self._parts.clock(), UTC).date()
        return once.new_once(secrets.token_bytes, today=today)

    def _earliest_day(self) -> date:
        schedule = self._parts.rules.schedule
        return day_of(schedule, next_slot(schedule, self._parts.clock()))

    def _page(self, page: bytes, *, status: int = 200) -> Answer:
        return Answer(status, page, self._headers)


def receipt_answer(found: receipts.Found, rules: Rules, code: str) -> ReceiptAnswer:
    """A receipt's row in the words of the page."""
    row = found.row
    return ReceiptAnswer(
        code=code, state=found.word, clause=row.clause, kind=row.kind, note=row.note,
        text=row.text, name=row.name, lang=row.lang, can_withdraw=found.can_withdraw,
        day=day_of(rules.schedule, row.slot).isoformat() if row.slot is not None else None,
    )  # fmt: skip


def _draft(fields: dict[str, str]) -> Draft:
    return Draft(
        text=texts.clean(fields.get("text", "")),
        name=texts.clean_line(fields.get("name", "")),
        wants_receipt=fields.get("receipt") == "yes",
    )


def _filled(answer: Answer) -> Answer:
    room = -len(answer.body) % RECEIPT_PAGE_BYTES
    filling = b"<!--" + b" " * (room - 7) + b"-->" if room >= 7 else b" " * room
    return Answer(answer.status, answer.body + filling, answer.headers)
