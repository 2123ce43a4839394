"""The desk's routes for removed comments whose texts are not destroyed yet: list, bring back, destroy."""

from collections import defaultdict

from litestar.params import JSONBody

from yobal.actions import bring_back, destroy_hidden, purge_deleted, write_public_files
from yobal.core import hidden_text as hidden_text_format
from yobal.core.decision_signature import DecisionSignature
from yobal.core.errors import DatabaseUnavailable, YobalError
from yobal.core.hidden_text import HiddenText
from yobal.core.stale_files import StaleFile
from yobal.store import hidden_texts
from yobal.store.hidden_texts import HiddenListRow
from yobal.web import cursors, errors, request_types, serializers
from yobal.web import response_types as types
from yobal.web.guard import AnyRequest
from yobal.web.moderation import PAGE_ROWS, DeskDependencies, purge_after_commit


class HiddenController:
    """One method for each route. The methods are sync and run in threads."""

    def __init__(self, dependencies: DeskDependencies) -> None:
        self._dependencies = dependencies
        self._rules = dependencies.rules
        self._database = dependencies.database
        self._cell_file = dependencies.cell_file

    def hidden(self, data: JSONBody[request_types.HiddenRequest]) -> types.HiddenPage:
        after, now = cursors.decode(data.cursor), self._dependencies.clock()
        site_id = self._rules.site_id
        with self._database.reading() as conn:
            rows = hidden_texts.page(conn, site_id, after=after, limit=PAGE_ROWS + 1)
            total = hidden_texts.count(conn, site_id)
            waiting_for_lead = hidden_texts.count(conn, site_id, waiting_for_lead=True)
        page, has_more = rows[:PAGE_ROWS], len(rows) > PAGE_ROWS
        cursor = cursors.encode(page[-1].destroy_slot, page[-1].comment_id) if has_more else None
        comments = [
            serializers.hidden_comment(row, self._rules, hidden_text=self._decrypt(row), now=now)
            for row in page
        ]
        return types.HiddenPage(comments, cursor, total, waiting_for_lead)

    def _decrypt(self, row: HiddenListRow) -> HiddenText | None:
        """None if its cell is missing: the database was restored without it."""
        plain = self._cell_file.decrypt(
            row.cell, row.ciphertext, purpose="hidden text", row_id=row.comment_id
        )
        return hidden_text_format.decode(plain) if plain is not None else None

    def bring_back(
        self, data: JSONBody[request_types.BringBackRequest], request: AnyRequest
    ) -> types.HiddenResult:
        """Each comment separately: one that cannot be brought back does not stop the others."""
        context, result = self._dependencies.decision_context(request), _empty_result()
        moves = self._dependencies.moves_file.read()
        files: dict[str, set[StaleFile]] = defaultdict(set)
        for index, item in enumerate(data.comments):
            signature = DecisionSignature(head=data.head, signature=item.signature)
            try:
                brought_back = bring_back.bring_back(
                    self._database,
                    self._cell_file,
                    context,
                    item.decision_id,
                    signature=signature,
                    moves=moves,
                )
            except DatabaseUnavailable:
                result.not_stored.extend(later.comment_id for later in data.comments[index:])
                break
            except YobalError as error:
                result.failed.append(_failed(item.comment_id, error))
            else:
                files[brought_back.story_id] |= brought_back.files
                result.comment_ids.append(brought_back.comment_id)
                if brought_back.is_withheld:
                    result.withheld.append(brought_back.comment_id)
        self._finish(files)
        return result

    def destroy(
        self, data: JSONBody[request_types.DestroyHiddenRequest], request: AnyRequest
    ) -> types.HiddenResult:
        """Each comment separately. The response is sent after the cells are overwritten."""
        context, result = self._dependencies.decision_context(request), _empty_result()
        for index, item in enumerate(data.comments):
            signature = DecisionSignature(head=data.head, signature=item.signature)
            try:
                destroy_hidden.destroy_now(
                    self._database, context, item.comment_id, signature=signature
                )
            except DatabaseUnavailable:
                result.not_stored.extend(later.comment_id for later in data.comments[index:])
                break
            except YobalError as error:
                result.failed.append(_failed(item.comment_id, error))
            else:
                result.comment_ids.append(item.comment_id)
        self._finish({})
        return result

    def _finish(self, files: dict[str, set[StaleFile]]) -> None:
        """After the commits: the public files, then the cells."""
        with purge_after_commit():
            try:
                for story_id, stale in files.items():
                    write_public_files.write_files_now(
                        self._dependencies.file_writer, story_id, frozenset(stale)
                    )
            finally:
                purge_deleted.purge_deleted(self._database, self._cell_file, self._rules.site_id)


def _empty_result() -> types.HiddenResult:
    return types.HiddenResult([], [], [], [])


def _failed(comment_id: str, error: YobalError) -> types.FailedComment:
    _, body = errors.to_response(error)
    return types.FailedComment(comment_id, body.error, body.message)
