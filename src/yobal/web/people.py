"""The desk's routes for people: signing in, invitations, joining, recovery."""

import secrets

from litestar import Response
from litestar.datastructures import Cookie
from litestar.params import JSONBody

from yobal import __version__
from yobal.actions import (
    challenges,
    invite,
    join,
    member_keys,
    recover,
    session_lock,
    sign_in,
    suspend,
)
from yobal.actions.join import Newcomer, Wrap
from yobal.actions.recover import RecoveryContext
from yobal.actions.session_row import SessionAccess
from yobal.adapters.passkey_verifier import Assertion, PasskeyVerifier
from yobal.core.errors import KeysMissing, NotSignedIn
from yobal.core.tokens import INVITATION_HOURS
from yobal.store import identities, member_activity, people
from yobal.web import request_types, serializers
from yobal.web import response_types as types
from yobal.web.guard import COOKIE, AnyRequest, session_token
from yobal.web.moderation import DeskDependencies
from yobal.web.roster import signed_statement


class PeopleController:
    """One method for each route. The methods are sync and run in threads."""

    def __init__(
        self,
        dependencies: DeskDependencies,
        session_access: SessionAccess,
        *,
        site_name: str,
        is_demo: bool,
    ) -> None:
        self._dependencies = dependencies
        self._rules = dependencies.rules
        self._database = dependencies.database
        self._cell_file = dependencies.cell_file
        self._roster_reader = dependencies.roster_reader
        self._session_access = session_access
        self._session_key = session_access.session_key
        self._site_name = site_name
        self._passkey_verifier = PasskeyVerifier(dependencies.desk_url)
        self._is_demo = is_demo

    def about(self) -> types.About:
        return types.About(
            version=__version__,
            site_id=self._rules.site_id,
            site_name=self._site_name,
            desk_url=self._dependencies.desk_url,
            is_demo=self._is_demo,
        )

    def sign_in_challenge(self) -> types.SignInChallenge:
        return types.SignInChallenge(
            challenges.make(
                session_key=self._session_key,
                now=self._dependencies.clock(),
                random=secrets.token_bytes,
            )
        )

    def sign_in(
        self, data: JSONBody[request_types.SignInRequest], request: AnyRequest
    ) -> Response[types.Session]:
        pseudonym = data.pseudonym.strip()
        token = sign_in.sign_in(
            self._database,
            self._rules,
            self._roster_reader,
            pseudonym=pseudonym,
            challenge=data.challenge,
            signature=data.signature,
            session_key=self._session_key,
            now=self._dependencies.clock(),
            random=secrets.token_bytes,
        )
        return self._with_cookie(pseudonym, token, request)

    def sign_in_with_passkey(
        self, data: JSONBody[request_types.PasskeySignInRequest], request: AnyRequest
    ) -> Response[types.PasskeySession]:
        """Also opens a locked desk."""
        signed_in = sign_in.sign_in_with_passkey(
            self._database,
            self._cell_file,
            self._rules,
            self._roster_reader,
            self._passkey_verifier,
            assertion=assertion_of(data),
            challenge=data.challenge,
            pseudonym=data.pseudonym,
            session_key=self._session_key,
            now=self._dependencies.clock(),
            random=secrets.token_bytes,
        )
        session = self._with_cookie(signed_in.pseudonym, signed_in.token, request)
        return Response(
            types.PasskeySession(session.content, signed_in.identity), cookies=session.cookies
        )

    def session(self, request: AnyRequest) -> types.Session:
        return self._session(request.state.moderator.pseudonym)

    def sign_out(self, request: AnyRequest) -> Response[types.Empty]:
        token = session_token(request)
        if token is not None:
            self._end_session(token)
        response = Response(types.Empty())
        response.cookies = [session_cookie("", age=0)]
        return response

    def open_invitation(
        self, data: JSONBody[request_types.OpenInvitationRequest]
    ) -> types.Invitation:
        invitation, signed = invite.open_invitation(
            self._database,
            self._roster_reader,
            token=bytes.fromhex(data.token),
            now=self._dependencies.clock(),
        )
        return types.Invitation(invitation.invited_by is None, serializers.statements(signed))

    def begin_roster(
        self, data: JSONBody[request_types.BeginRosterRequest], request: AnyRequest
    ) -> Response[types.Session]:
        pseudonym = join.begin_roster(
            self._database,
            self._cell_file,
            self._rules,
            self._roster_reader,
            token=bytes.fromhex(data.token),
            statements=[signed_statement(item) for item in data.statements],
            newcomer=_newcomer(data.newcomer),
            wrap=data.wrap,
            now=self._dependencies.clock(),
            random=secrets.token_bytes,
        )
        return self._start_session(pseudonym, request)

    def register(self, data: JSONBody[request_types.RegisterRequest]) -> types.Empty:
        join.register(
            self._database,
            self._cell_file,
            self._rules,
            token=bytes.fromhex(data.token),
            head=data.head,
            newcomer=_newcomer(data.newcomer),
            now=self._dependencies.clock(),
        )
        return types.Empty()

    def people(self) -> types.PeopleList:
        site_id, now = self._rules.site_id, self._dependencies.clock()
        with self._database.reading() as conn:
            invitations = people.list_invitations(conn, site_id, now=now)
            registrations = people.list_registrations(conn, site_id, now=now)
            activity = member_activity.list_all(conn, site_id)
        return serializers.people_list(self._rules, activity, invitations, registrations)

    def invite(
        self, data: JSONBody[request_types.InviteRequest], request: AnyRequest
    ) -> types.NewInvitation:
        expires = invite.invite(
            self._database,
            self._rules,
            self._roster_reader,
            token=bytes.fromhex(data.token),
            role=data.role,
            invited_by=request.state.moderator.pseudonym,
            now=self._dependencies.clock(),
        )
        return types.NewInvitation(
            INVITATION_HOURS, serializers.slot_with_day(self._rules, expires)
        )

    def cancel_invitation(
        self, data: JSONBody[request_types.CancelInvitationRequest]
    ) -> types.Empty:
        invite.cancel(self._database, invitation_id=bytes.fromhex(data.invitation_id))
        return types.Empty()

    def confirm_member(
        self, data: JSONBody[request_types.ConfirmMemberRequest], request: AnyRequest
    ) -> types.Empty:
        join.confirm_member(
            self._database,
            self._cell_file,
            self._rules,
            self._roster_reader,
            registration_id=bytes.fromhex(data.registration_id),
            confirmed_by=request.state.moderator.pseudonym,
            statement=signed_statement(data.statement),
            wraps=[Wrap(wrap.epoch_id, wrap.wrap) for wrap in data.wraps],
            now=self._dependencies.clock(),
        )
        return types.Empty()

    def discard_registration(
        self, data: JSONBody[request_types.DiscardRegistrationRequest]
    ) -> types.Empty:
        join.discard_registration(
            self._database, registration_id=bytes.fromhex(data.registration_id)
        )
        return types.Empty()

    def lift_suspension(self, data: JSONBody[request_types.LiftSuspensionRequest]) -> types.Empty:
        suspend.resume(self._database, self._rules.site_id, pseudonym=data.pseudonym)
        return types.Empty()

    def recovery_challenge(
        self, data: JSONBody[request_types.RecoveryChallengeRequest]
    ) -> types.RecoveryChallenge:
        challenge_id, sealed = recover.challenge(
            self._database,
            self._recovery_context(),
            pseudonym=data.pseudonym.strip(),
            random=secrets.token_bytes,
        )
        return types.RecoveryChallenge(challenge_id, sealed)

    def prove_recovery(
        self, data: JSONBody[request_types.RecoveryProofRequest]
    ) -> types.RecoveryTicket:
        proven = recover.prove(
            self._database,
            self._recovery_context(),
            challenge_id=data.challenge_id,
            answer=bytes.fromhex(data.answer),
        )
        return types.RecoveryTicket(proven.ticket, proven.identity, proven.head)

    def finish_recovery(
        self, data: JSONBody[request_types.RecoveryFinishRequest], request: AnyRequest
    ) -> Response[types.Session]:
        pseudonym = recover.finish(
            self._database,
            self._recovery_context(),
            ticket=data.ticket,
            statement=signed_statement(data.statement),
            identity=data.identity,
        )
        return self._start_session(pseudonym, request)

    def _recovery_context(self) -> RecoveryContext:
        return RecoveryContext(
            rules=self._rules,
            roster_reader=self._roster_reader,
            cell_file=self._cell_file,
            session_key=self._session_key,
            now=self._dependencies.clock(),
        )

    def _start_session(self, pseudonym: str, request: AnyRequest) -> Response[types.Session]:
        token = sign_in.open_session(
            self._database,
            self._rules,
            self._roster_reader,
            pseudonym=pseudonym,
            session_key=self._session_key,
            now=self._dependencies.clock(),
            random=secrets.token_bytes,
        )
        return self._with_cookie(pseudonym, token, request)

    def _with_cookie(
        self, pseudonym: str, token: bytes, request: AnyRequest
    ) -> Response[types.Session]:
        """Replaces the session that this browser had before."""
        replaced = session_token(request)
        if replaced is not None:
            self._end_session(replaced)
        session_lock.begin(self._session_access, token=token)
        response = Response(self._session(pseudonym))
        response.cookies = [session_cookie(token.hex())]
        return response

    def _end_session(self, token: bytes) -> None:
        sign_in.sign_out(self._session_access, token=token)

    def _session(self, pseudonym: str) -> types.Session:
        with self._database.reading() as conn:
            moderator = people.get(conn, self._rules.site_id, pseudonym)
            roster, _ = self._roster_reader.read_to_resume(conn)
            if moderator is None or roster is None:  # deactivated since the request began
                raise NotSignedIn
            identity = member_keys.read_identity(
                conn, self._cell_file, moderator.signing_key, opened_by=identities.WORDS
            )
            if identity is None:
                raise KeysMissing
            return serializers.session(
                conn,
                self._rules,
                pseudonym,
                roster,
                identity=identity,
                roster_pin=moderator.roster_pin,
                epoch_keys=member_keys.read_wraps(
                    conn, self._cell_file, self._rules.site_id, pseudonym
                ),
                roster_reader=self._roster_reader,
                site_name=self._site_name,
                preset_notes=self._dependencies.preset_notes,
                now=self._dependencies.clock(),
            )


def assertion_of(data: request_types.PasskeySignInRequest) -> Assertion:
    return Assertion(data.credential_id, data.client_data, data.authenticator_data, data.signature)


def _newcomer(new: request_types.NewKeys) -> Newcomer:
    return Newcomer(
        new.keys, new.keys_signature, new.identity, new.recovery_identity, new.roster_pin
    )


def session_cookie(value: str, *, age: int | None = None) -> Cookie:
    """The prefix `__Host-` makes browsers refuse it for other hosts and without TLS."""
    return Cookie(
        key=COOKIE,
        value=value,
        path="/",
        secure=True,
        httponly=True,
        samesite="strict",
        max_age=age,
    )
