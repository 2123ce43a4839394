"""The desk's side of moderating: queue, decisions, undo, removal, history."""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final

import msgspec
from litestar import Request
from litestar.params import JSONBody

from yobal.actions import decide, write_public_files
from yobal.actions import remove as removal
from yobal.actions import undo as undoing
from yobal.actions.write_public_files import FileWriter
from yobal.adapters.server_keys import Keyring
from yobal.core.decisions import DecisionContext
from yobal.core.errors import (
    AlreadyDecided,
    DatabaseUnavailable,
    NoSuchComment,
    NoSuchDecision,
    PurgePending,
    TooLateToUndo,
)
from yobal.core.site_rules import SiteRules
from yobal.store import comments, decisions, stories
from yobal.store.database import Database
from yobal.web import errors, request_types, serializers

PAGE: Final = 50
AnyRequest = Request[Any, Any, Any]


class DeskDependencies(msgspec.Struct, frozen=True, kw_only=True):
    """What the desk is put together from."""

    rules: SiteRules
    database: Database
    keyring: Keyring
    press: FileWriter
    desk_url: str
    clock: Callable[[], float] = time.time


class ModerationController:
    """One method a route; each is sync and runs in a thread."""

    def __init__(self, parts: DeskDependencies) -> None:
        self._parts = parts
        self._rules = parts.rules
        self._database = parts.database

    def queue(
        self, data: JSONBody[request_types.QueueQuery], request: AnyRequest
    ) -> dict[str, Any]:
        me = request.state.me.pseudonym
        after, now = request_types.decode_cursor(data.after), self._parts.clock()
        with self._database.reading() as conn:
            rows = comments.waiting(conn, self._rules.site, reader=me, after=after, limit=PAGE + 1)
            queue_status = serializers.queue_status(conn, self._rules, me, now=now)
        shown, more = rows[:PAGE], len(rows) > PAGE
        last = request_types.cursor(shown[-1].arrival_slot, shown[-1].id) if more else None
        listed = [serializers.waiting(row, self._rules, now=now) for row in shown]
        return {"rows": listed, "next": last, **queue_status}

    def gone(self, data: JSONBody[request_types.PendingQuery]) -> dict[str, Any]:
        """Of what stands on a moderator's screen, that which others decided meanwhile."""
        with self._database.reading() as conn:
            pending = comments.filter_pending(conn, data.ids)
            gone = [
                serializers.missed(one, decide.already_decided(conn, one))
                for one in data.ids
                if one not in pending
            ]
        return {"gone": gone}

    def decide(
        self, data: JSONBody[request_types.DecideBody], request: AnyRequest
    ) -> dict[str, Any]:
        desk = self._desk(request)
        match data:
            case request_types.Publish():
                done = decide.publish(
                    self._database,
                    desk,
                    data.id,
                    text=data.text,
                    name=data.name,
                    nonce=bytes.fromhex(data.nonce),
                    lang=data.lang,
                )
            case request_types.PublishEdited():
                done = decide.publish_edited(
                    self._database,
                    desk,
                    data.id,
                    text=data.text,
                    name=data.name,
                    lang=data.lang,
                    kind=data.kind,
                    clause=data.clause,
                    note=data.note,
                )
            case request_types.Reject():
                done = decide.reject(
                    self._database, desk, data.id, clause=data.clause, note=data.note
                )
        return serializers.decided(self._rules, done, now=desk.now)

    def reject_many(
        self, data: JSONBody[request_types.RejectMany], request: AnyRequest
    ) -> dict[str, Any]:
        """Each on its own: those that were decided before are told, and those the store did not take."""
        desk = self._desk(request)
        done: list[Any] = []
        missed: list[Any] = []
        for at, comment in enumerate(data.ids):
            try:
                one = decide.reject(self._database, desk, comment, clause=data.clause)
            except (AlreadyDecided, NoSuchComment) as error:
                missed.append(serializers.missed(comment, error))
            except DatabaseUnavailable:
                return {"decided": done, "missed": missed, "unsent": data.ids[at:]}
            else:
                done.append(serializers.decided(self._rules, one, now=desk.now))
        return {"decided": done, "missed": missed, "unsent": []}

    def undo(self, data: JSONBody[request_types.Undo], request: AnyRequest) -> dict[str, Any]:
        desk = self._desk(request)
        undone = undoing.undo(
            self._database, self._rules, data.decision, by=desk.by, now=desk.now, random=desk.random
        )
        with _purge_after_commit():
            self._database.purge()
        return msgspec.structs.asdict(undone)

    def undo_many(
        self, data: JSONBody[request_types.UndoMany], request: AnyRequest
    ) -> dict[str, Any]:
        """Each on its own like `reject_many`, and one purge for all of them."""
        undone, missed, unsent = self._undo_each(data.decisions, self._desk(request))
        if undone:
            with _purge_after_commit():
                self._database.purge()
        return {"undone": undone, "missed": missed, "unsent": unsent}

    def _undo_each(
        self, given: list[str], desk: DecisionContext
    ) -> tuple[list[Any], list[Any], list[str]]:
        undone: list[Any] = []
        missed: list[Any] = []
        for at, decision in enumerate(given):
            try:
                one = undoing.undo(
                    self._database,
                    self._rules,
                    decision,
                    by=desk.by,
                    now=desk.now,
                    random=desk.random,
                )
            except (TooLateToUndo, NoSuchDecision) as error:
                missed.append({"decision": decision, **errors.to_response(error)[1]})
            except DatabaseUnavailable:
                return undone, missed, given[at:]
            else:
                undone.append(msgspec.structs.asdict(one) | {"decision": decision})
        return undone, missed, []

    def remove(self, data: JSONBody[request_types.Remove], request: AnyRequest) -> dict[str, Any]:
        """At once: the answer comes after the words are out of every file."""
        desk = self._desk(request)
        done = removal.remove(self._database, desk, data.id, clause=data.clause)
        with _purge_after_commit():
            try:
                write_public_files.write_files_now(self._parts.press, done.story, done.files)
            finally:
                self._database.purge()
        return serializers.decided(self._rules, done.decided, now=desk.now)

    def history(self, data: JSONBody[request_types.HistoryQuery]) -> dict[str, Any]:
        before = request_types.decode_cursor(data.before)
        with self._database.reading() as conn:
            rows = decisions.history(
                conn, self._rules.site, comment=data.comment, before=before, limit=PAGE + 1
            )
            released = stories.released_slot(conn, self._rules.site)
        shown, more = rows[:PAGE], len(rows) > PAGE
        last = request_types.cursor(shown[-1].slot, shown[-1].decision) if more else None
        return {
            "rows": [serializers.history_entry(row, self._rules, released) for row in shown],
            "next": last,
        }

    def _desk(self, request: AnyRequest) -> DecisionContext:
        return DecisionContext(
            rules=self._rules,
            by=request.state.me.pseudonym,
            now=self._parts.clock(),
            random=secrets.token_bytes,
            draw=secrets.randbelow,
        )


@contextmanager
def _purge_after_commit() -> Iterator[None]:
    """After the commit: a failure must not read as if nothing had been done."""
    try:
        yield
    except DatabaseUnavailable as error:
        raise PurgePending(str(error)) from error
