"""The desk's routes for the roster: its statements, epochs, and the removal of a member."""

import contextlib
import secrets
from collections.abc import Callable

from litestar.params import JSONBody

from yobal.actions import (
    begin_epoch,
    purge_deleted,
    remove_member,
    resume_roster,
    return_statements,
    store_pin,
)
from yobal.actions.add_epoch import MemberWrap
from yobal.core.errors import DatabaseUnavailable
from yobal.core.roster import SignedStatement
from yobal.store import epochs, member_activity
from yobal.web import request_types, serializers
from yobal.web import response_types as types
from yobal.web.guard import AnyRequest
from yobal.web.moderation import DeskDependencies


class RosterController:
    """One method for each route. The methods are sync and run in threads."""

    def __init__(self, dependencies: DeskDependencies) -> None:
        self._rules = dependencies.rules
        self._database = dependencies.database
        self._cell_file = dependencies.cell_file
        self._roster_reader = dependencies.roster_reader
        self._clock = dependencies.clock

    def roster(self) -> types.Roster:
        """As the database has it: the desk's page verifies it by itself."""
        with self._database.reading() as conn:
            _, signed = self._roster_reader.read_to_resume(conn)
        return types.Roster(serializers.statements(signed))

    def store_pin(
        self, data: JSONBody[request_types.StorePinRequest], request: AnyRequest
    ) -> types.Empty:
        store_pin.store_pin(
            self._database,
            self._rules,
            self._roster_reader,
            pseudonym=request.state.moderator.pseudonym,
            roster_pin=data.roster_pin,
        )
        return types.Empty()

    def return_statements(
        self, data: JSONBody[request_types.ReturnStatementsRequest]
    ) -> types.ReturnedStatements:
        return self._add_lost(return_statements.return_statements, data)

    def extend_roster(
        self, data: JSONBody[request_types.ReturnStatementsRequest]
    ) -> types.ReturnedStatements:
        return self._add_lost(return_statements.extend_roster, data)

    def _add_lost(
        self, add: Callable[..., int], data: request_types.ReturnStatementsRequest
    ) -> types.ReturnedStatements:
        count = add(
            self._database,
            self._rules,
            self._roster_reader,
            statements=[signed_statement(item) for item in data.statements],
            now=self._clock(),
            random=secrets.token_bytes,
        )
        return types.ReturnedStatements(count)

    def resume_roster(
        self, data: JSONBody[request_types.ResumeRosterRequest], request: AnyRequest
    ) -> types.Empty:
        resume_roster.resume_roster(
            self._database,
            self._cell_file,
            self._rules,
            self._roster_reader,
            resumed_by=request.state.moderator.pseudonym,
            statements=[signed_statement(item) for item in data.statements],
            wraps=_member_wraps(data.wraps),
            now=self._clock(),
            random=secrets.token_bytes,
        )
        return types.Empty()

    def keys(self) -> types.KeysPage:
        site_id = self._rules.site_id
        with self._database.reading() as conn:
            overview = epochs.list_overview(conn, site_id)
            activity = member_activity.list_all(conn, site_id)
            roster = self._roster_reader.read(conn)
        return serializers.keys_page(self._rules, overview, activity, roster)

    def begin_epoch(
        self, data: JSONBody[request_types.BeginEpochRequest], request: AnyRequest
    ) -> types.Empty:
        begin_epoch.begin_epoch(
            self._database,
            self._cell_file,
            self._rules,
            self._roster_reader,
            begun_by=request.state.moderator.pseudonym,
            statement=signed_statement(data.statement),
            wraps=_member_wraps(data.wraps),
            now=self._clock(),
        )
        return types.Empty()

    def remove_member(
        self, data: JSONBody[request_types.RemoveMemberRequest], request: AnyRequest
    ) -> types.RemovedMember:
        removed = remove_member.remove_member(
            self._database,
            self._cell_file,
            self._rules,
            self._roster_reader,
            removed_by=request.state.moderator.pseudonym,
            statements=[signed_statement(item) for item in data.statements],
            wraps=_member_wraps(data.wraps),
            now=self._clock(),
            random=secrets.token_bytes,
        )
        # The removal is stored. The scheduler repeats this every second, and reports if it cannot.
        with contextlib.suppress(DatabaseUnavailable):
            purge_deleted.overwrite_expired(self._database, self._cell_file)
        return types.RemovedMember(removed.returned_count)


def signed_statement(new: request_types.NewStatement) -> SignedStatement:
    return SignedStatement(new.statement, new.signature, new.keys, new.keys_signature)


def _member_wraps(new: list[request_types.MemberWrap]) -> list[MemberWrap]:
    return [MemberWrap(wrap.member, wrap.wrap) for wrap in new]
