"""The desk's routes for a member's own keys: passkeys, and a new recovery sheet."""

import secrets

from litestar.params import JSONBody

from yobal.actions import change_passkeys, renew_sheet, sign_in
from yobal.adapters.passkey_verifier import PasskeyVerifier, Registration
from yobal.core.errors import NotSignedIn
from yobal.web import request_types, serializers
from yobal.web import response_types as types
from yobal.web.guard import AnyRequest
from yobal.web.moderation import DeskDependencies
from yobal.web.people import assertion_of
from yobal.web.roster import signed_statement


class OwnKeysController:
    """One method for each route. The methods are sync and run in threads."""

    def __init__(self, dependencies: DeskDependencies, *, session_key: bytes) -> None:
        self._dependencies = dependencies
        self._rules = dependencies.rules
        self._database = dependencies.database
        self._roster_reader = dependencies.roster_reader
        self._session_key = session_key
        self._passkey_verifier = PasskeyVerifier(dependencies.desk_url)

    def passkeys(self, request: AnyRequest) -> types.PasskeyList:
        pseudonym = request.state.moderator.pseudonym
        with self._database.reading() as conn:
            roster = self._roster_reader.read(conn)
            if roster is None:
                raise NotSignedIn
            rows = change_passkeys.list_own(conn, self._rules, roster, pseudonym)
        return serializers.passkey_list(self._rules, rows)

    def open_with_passkey(
        self, data: JSONBody[request_types.PasskeySignInRequest], request: AnyRequest
    ) -> types.PasskeyIdentity:
        """For the member who is signed in, who shows once more that it is them."""
        identity = sign_in.open_with_passkey(
            self._database,
            self._dependencies.cell_file,
            self._rules,
            self._roster_reader,
            self._passkey_verifier,
            assertion=assertion_of(data),
            challenge=data.challenge,
            pseudonym=request.state.moderator.pseudonym,
            session_key=self._session_key,
            now=self._dependencies.clock(),
        )
        return types.PasskeyIdentity(identity)

    def add_passkey(
        self, data: JSONBody[request_types.AddPasskeyRequest], request: AnyRequest
    ) -> types.Empty:
        change_passkeys.add_passkey(
            self._database,
            self._dependencies.cell_file,
            self._rules,
            self._roster_reader,
            self._passkey_verifier,
            added_by=request.state.moderator.pseudonym,
            registration=Registration(data.client_data, data.attestation_object),
            challenge=data.challenge,
            statement=signed_statement(data.statement),
            passkey=data.passkey,
            identity=data.identity,
            session_key=self._session_key,
            now=self._dependencies.clock(),
        )
        return types.Empty()

    def remove_passkey(
        self, data: JSONBody[request_types.RemovePasskeyRequest], request: AnyRequest
    ) -> types.Empty:
        change_passkeys.remove_passkey(
            self._database,
            self._rules,
            self._roster_reader,
            removed_by=request.state.moderator.pseudonym,
            statement=signed_statement(data.statement),
            random=secrets.token_bytes,
        )
        return types.Empty()

    def renew_sheet(
        self, data: JSONBody[request_types.RenewSheetRequest], request: AnyRequest
    ) -> types.Empty:
        renew_sheet.renew_sheet(
            self._database,
            self._dependencies.cell_file,
            self._rules,
            self._roster_reader,
            renewed_by=request.state.moderator.pseudonym,
            statement=signed_statement(data.statement),
            recovery_identity=data.recovery_identity,
            random=secrets.token_bytes,
        )
        return types.Empty()
