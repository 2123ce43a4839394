"""The desk's routes for moderating: queue, decisions, undo, removal, history."""

import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

import msgspec
from litestar.params import JSONBody

from yobal.actions import decide, purge_deleted, write_public_files
from yobal.actions import remove as remove_action
from yobal.actions import undo as undo_action
from yobal.actions.decision_context import DecisionContext
from yobal.actions.roster_reader import RosterReader
from yobal.actions.write_public_files import FileWriter
from yobal.adapters.cell_file import CellFile
from yobal.adapters.device_keys import DeviceKeys
from yobal.adapters.moves_file import MovesFile
from yobal.adapters.server_keys import Keyring
from yobal.core import held_text as held_text_format
from yobal.core.decision_signature import DecisionSignature
from yobal.core.errors import (
    AlreadyDecided,
    AlreadyUndone,
    DatabaseUnavailable,
    NoSuchComment,
    NoSuchDecision,
    PurgePending,
    SignatureInvalid,
    TooLateToUndo,
)
from yobal.core.feedback import SealedFeedback
from yobal.core.held_text import HeldText
from yobal.core.preset_notes import PresetNotes
from yobal.core.site_rules import SiteRules
from yobal.store import decisions, imported_history, queue, sites
from yobal.store.database import Database
from yobal.store.decisions import HistoryRow
from yobal.store.queue import QueueRow
from yobal.web import cursors, errors, request_types, serializers
from yobal.web import response_types as types
from yobal.web.guard import AnyRequest

PAGE_ROWS: Final = 50


class DeskDependencies(msgspec.Struct, frozen=True, kw_only=True):
    """What the desk's controllers use."""

    rules: SiteRules
    database: Database
    roster_reader: RosterReader
    keyring: Keyring
    device_keys: DeviceKeys
    cell_file: CellFile
    file_writer: FileWriter
    desk_url: str
    preset_notes: Sequence[PresetNotes]
    moves_file: MovesFile
    clock: Callable[[], float] = time.time

    def decision_context(self, request: AnyRequest) -> DecisionContext:
        return DecisionContext(
            rules=self.rules,
            pseudonym=request.state.moderator.pseudonym,
            roster_reader=self.roster_reader,
            now=self.clock(),
            random=secrets.token_bytes,
            randbelow=secrets.randbelow,
        )


class ModerationController:
    """One method for each route. The methods are sync and run in threads."""

    def __init__(self, dependencies: DeskDependencies) -> None:
        self._dependencies = dependencies
        self._rules = dependencies.rules
        self._database = dependencies.database
        self._cell_file = dependencies.cell_file

    def queue(
        self, data: JSONBody[request_types.QueueRequest], request: AnyRequest
    ) -> types.QueuePage:
        pseudonym = request.state.moderator.pseudonym
        after, now = cursors.decode(data.cursor), self._dependencies.clock()
        with self._database.reading() as conn:
            rows = queue.page(
                conn, self._rules.site_id, pseudonym=pseudonym, after=after, limit=PAGE_ROWS + 1
            )
            recipients = queue.recipients_of(conn, [row.idempotency_hash for row in rows])
            status = serializers.queue_status(conn, self._rules, pseudonym, now=now)
            first_expiry_slot = sites.first_expiry_slot(conn, self._rules.site_id)
        page, has_more = rows[:PAGE_ROWS], len(rows) > PAGE_ROWS
        cursor = cursors.encode(page[-1].arrival_round, page[-1].comment_id) if has_more else None
        return types.QueuePage(
            comments=[
                serializers.queue_row(
                    row,
                    self._rules,
                    envelope=envelope,
                    recipients=recipients.get(row.idempotency_hash, []),
                    first_expiry_slot=first_expiry_slot,
                    now=now,
                )
                for row in page
                if (envelope := self._decrypt(row)) is not None
            ],
            next_cursor=cursor,
            pending_count=status.pending_count,
            expiring_count=status.expiring_count,
            held_count=status.held_count,
            next_slot=status.next_slot,
            next_round=status.next_round,
        )

    def _decrypt(self, row: QueueRow) -> bytes | None:
        """None if its cell is missing: the next start marks the comment as lost."""
        return self._cell_file.decrypt(
            row.cell, row.ciphertext, purpose="envelope", row_id=row.comment_id
        )

    def already_decided(
        self, data: JSONBody[request_types.AlreadyDecidedRequest]
    ) -> types.AlreadyDecidedList:
        """What others did to the comments and to the decisions on a moderator's screen."""
        with self._database.reading() as conn:
            pending_ids = queue.filter_pending(conn, data.comment_ids)
            decided = [
                serializers.already_decided(comment_id, decide.already_decided(conn, comment_id))
                for comment_id in data.comment_ids
                if comment_id not in pending_ids
            ]
            superseded = decisions.superseded(conn, data.decision_ids)
        return types.AlreadyDecidedList(decided, serializers.superseded_decisions(superseded))

    def decide(
        self, data: JSONBody[request_types.DecideRequest], request: AnyRequest
    ) -> types.DecisionResult:
        context = self._context(request)
        match data:
            case request_types.PublishRequest():
                result = decide.publish(
                    self._database,
                    self._cell_file,
                    context,
                    data.comment_id,
                    text=data.text,
                    name=data.name,
                    nonce=bytes.fromhex(data.nonce),
                    lang=data.lang,
                    signature=_signature(data, nonce=data.publication_nonce),
                )
            case request_types.PublishEditedRequest():
                result = decide.publish_edited(
                    self._database,
                    self._cell_file,
                    context,
                    data.comment_id,
                    text=data.text,
                    name=data.name,
                    lang=data.lang,
                    edit_kind=data.edit_kind,
                    clause=data.clause,
                    feedback=_feedback(data.feedback),
                    signature=_signature(data, nonce=data.publication_nonce),
                )
            case request_types.RejectRequest():
                result = decide.reject(
                    self._database,
                    self._cell_file,
                    context,
                    data.comment_id,
                    clause=data.clause,
                    feedback=_feedback(data.feedback),
                    signature=_signature(data),
                )
        return serializers.decision_result(self._rules, result, now=context.now)

    def reject_many(
        self, data: JSONBody[request_types.RejectManyRequest], request: AnyRequest
    ) -> types.RejectManyResult:
        """Each comment separately: one that cannot be rejected does not stop the others."""
        context = self._context(request)
        decided: list[types.DecisionResult] = []
        already_decided: list[types.AlreadyDecided] = []
        not_signed: list[str] = []
        for index, item in enumerate(data.comments):
            try:
                result = decide.reject(
                    self._database,
                    self._cell_file,
                    context,
                    item.comment_id,
                    clause=data.clause,
                    signature=DecisionSignature(head=data.head, signature=item.signature),
                )
            except (AlreadyDecided, NoSuchComment) as error:
                already_decided.append(serializers.already_decided(item.comment_id, error))
            except SignatureInvalid:
                not_signed.append(item.comment_id)
            except DatabaseUnavailable:
                not_stored = [later.comment_id for later in data.comments[index:]]
                return types.RejectManyResult(decided, already_decided, not_stored, not_signed)
            else:
                decided.append(serializers.decision_result(self._rules, result, now=context.now))
        return types.RejectManyResult(decided, already_decided, [], not_signed)

    def undo(
        self, data: JSONBody[request_types.UndoRequest], request: AnyRequest
    ) -> types.UndoResult:
        undone = undo_action.undo(
            self._database, self._context(request), data.decision_id, signature=_signature(data)
        )
        with purge_after_commit():
            self._purge()
        return types.UndoResult(undone.comment_id, undone.state)

    def undo_many(
        self, data: JSONBody[request_types.UndoManyRequest], request: AnyRequest
    ) -> types.UndoManyResult:
        """Each decision separately, as in `reject_many`, with one purge for all of them."""
        result = self._undo_each(data, self._context(request))
        if result.undone:
            with purge_after_commit():
                self._purge()
        return result

    def _undo_each(
        self, data: request_types.UndoManyRequest, context: DecisionContext
    ) -> types.UndoManyResult:
        result = types.UndoManyResult([], [], [])
        for index, item in enumerate(data.undos):
            decision_id = item.decision_id
            signature = DecisionSignature(head=data.head, signature=item.signature)
            try:
                undone = undo_action.undo(self._database, context, decision_id, signature=signature)
            except (TooLateToUndo, NoSuchDecision, SignatureInvalid) as error:
                _, body = errors.to_response(error)
                undone_by = error.undone_by if isinstance(error, AlreadyUndone) else None
                result.failed.append(
                    types.FailedUndo(decision_id, body.error, body.message, undone_by)
                )
            except DatabaseUnavailable:
                result.not_stored.extend(later.decision_id for later in data.undos[index:])
                break
            else:
                result.undone.append(
                    types.UndoneDecision(decision_id, undone.comment_id, undone.state)
                )
        return result

    def remove(
        self, data: JSONBody[request_types.RemoveRequest], request: AnyRequest
    ) -> types.DecisionResult:
        """Takes effect at once: when the response is sent, no file has the text in clear."""
        context = self._context(request)
        removed = remove_action.remove(
            self._database,
            self._cell_file,
            context,
            data.comment_id,
            clause=data.clause,
            signature=_signature(data),
        )
        with purge_after_commit():
            try:
                write_public_files.write_files_now(
                    self._dependencies.file_writer, removed.story_id, removed.files
                )
            finally:
                self._purge()
        return serializers.decision_result(self._rules, removed.decided, now=context.now)

    def history(self, data: JSONBody[request_types.HistoryRequest]) -> types.HistoryPage:
        before = cursors.decode(data.cursor)
        with self._database.reading() as conn:
            rows = decisions.history(
                conn,
                self._rules.site_id,
                comment_id=data.comment_id,
                before=before,
                limit=PAGE_ROWS + 1,
            )
            released = sites.released_slot(conn, self._rules.site_id)
            if data.comment_id is not None and not rows:
                rows = imported_history.of_comment(conn, self._rules.site_id, data.comment_id)
        page, has_more = rows[:PAGE_ROWS], len(rows) > PAGE_ROWS
        cursor = cursors.encode(page[-1].slot, page[-1].id) if has_more else None
        entries = [
            serializers.history_entry(row, self._rules, released, held_text=self._held_text(row))
            for row in page
        ]
        return types.HistoryPage(entries, cursor)

    def _held_text(self, row: HistoryRow) -> HeldText | None:
        if row.held_cell is None or row.held_ciphertext is None:
            return None
        plain = self._cell_file.decrypt(
            row.held_cell, row.held_ciphertext, purpose="held text", row_id=row.comment_id
        )
        return held_text_format.decode(plain) if plain is not None else None

    def _purge(self) -> None:
        purge_deleted.purge_deleted(self._database, self._cell_file, self._rules.site_id)

    def _context(self, request: AnyRequest) -> DecisionContext:
        return self._dependencies.decision_context(request)


def _feedback(data: request_types.Feedback | None) -> SealedFeedback | None:
    return SealedFeedback(data.sealed, data.sealed_note) if data is not None else None


def _signature(data: request_types.Signed, *, nonce: str = "") -> DecisionSignature:
    return DecisionSignature(head=data.head, signature=data.signature, nonce=bytes.fromhex(nonce))


@contextmanager
def purge_after_commit() -> Iterator[None]:
    """The change is committed: an error from here on must not say that nothing was changed."""
    try:
        yield
    except DatabaseUnavailable as error:
        raise PurgePending(str(error)) from error
