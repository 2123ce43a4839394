"""The desk's routes for people: signing in, joining through a link, inviting, recovering."""

import secrets

from litestar import Response
from litestar.datastructures import Cookie
from litestar.params import JSONBody

from yobal.actions import join, recover, sign_in
from yobal.actions.join import Wrap
from yobal.actions.recover import RecoveryContext
from yobal.core.errors import NotSignedIn
from yobal.core.tokens import INVITATION_HOURS
from yobal.store import people
from yobal.store.people import Moderator
from yobal.web import request_types, serializers
from yobal.web import response_types as types
from yobal.web.errors import BadRequest
from yobal.web.guard import COOKIE, AnyRequest, session_token
from yobal.web.moderation import DeskDependencies


class PeopleController:
    """One method for each route. The methods are sync and run in threads."""

    def __init__(
        self, dependencies: DeskDependencies, *, session_key: bytes, site_name: str
    ) -> None:
        self._dependencies = dependencies
        self._rules = dependencies.rules
        self._database = dependencies.database
        self._session_key = session_key
        self._site_name = site_name

    def sign_in(self, data: JSONBody[request_types.SignInRequest]) -> Response[types.Session]:
        pseudonym = data.pseudonym.strip()
        token = sign_in.sign_in(
            self._database,
            self._rules,
            pseudonym=pseudonym,
            secret=bytes.fromhex(data.secret),
            session_key=self._session_key,
            now=self._dependencies.clock(),
            random=secrets.token_bytes,
        )
        return self._with_cookie(pseudonym, token)

    def session(self, request: AnyRequest) -> types.Session:
        return self._session(request.state.moderator.pseudonym)

    def sign_out(self, request: AnyRequest) -> Response[types.Empty]:
        token = session_token(request)
        if token is not None:
            sign_in.sign_out(self._database, token=token, session_key=self._session_key)
        response = Response(types.Empty())
        response.cookies = [_cookie("", age=0)]
        return response

    def open_invitation(
        self, data: JSONBody[request_types.OpenInvitationRequest]
    ) -> types.Invitation:
        contents = join.open_invitation(
            self._database, token=bytes.fromhex(data.token), now=self._dependencies.clock()
        )
        wraps = [
            types.InvitationWrap(wrap.epoch_id, wrap.recipient, wrap.wrap)
            for wrap in contents.wraps
        ]
        return types.Invitation(contents.role, contents.is_first, wraps)

    def join(self, data: JSONBody[request_types.JoinRequest]) -> Response[types.Session]:
        moderator = Moderator(
            site_id=self._rules.site_id,
            pseudonym=data.pseudonym.strip(),
            role="moderator",
            secret_hash=people.hash_secret(bytes.fromhex(data.secret)),
            recipient=data.recipient,
            identity=data.identity,
            recovery_recipient=data.recovery_recipient,
            recovery_identity=data.recovery_identity,
        )
        join.join(
            self._database,
            self._rules,
            moderator,
            token=bytes.fromhex(data.token),
            wraps=_wraps(data.wraps),
            epoch_recipient=data.epoch.recipient if data.epoch else None,
            now=self._dependencies.clock(),
            random=secrets.token_bytes,
        )
        return self._start_session(moderator.pseudonym)

    def people(self) -> types.PeopleList:
        with self._database.reading() as conn:
            members = people.list_active(conn, self._rules.site_id)
            invitations = people.list_invitations(
                conn, self._rules.site_id, now=self._dependencies.clock()
            )
        return serializers.people_list(self._rules, members, invitations)

    def invite(self, data: JSONBody[request_types.InviteRequest]) -> types.NewInvitation:
        expires = join.invite(
            self._database,
            self._rules,
            token=bytes.fromhex(data.token),
            role=data.role,
            wraps=_wraps(data.wraps),
            now=self._dependencies.clock(),
        )
        return types.NewInvitation(
            INVITATION_HOURS, serializers.expiry_with_label(self._rules, expires)
        )

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
        ticket, identity = recover.prove(
            self._database,
            self._recovery_context(),
            challenge_id=data.challenge_id,
            answer=bytes.fromhex(data.answer),
        )
        return types.RecoveryTicket(ticket, identity)

    def finish_recovery(
        self, data: JSONBody[request_types.RecoveryFinishRequest]
    ) -> Response[types.Session]:
        pseudonym = recover.finish(
            self._database,
            self._recovery_context(),
            ticket=data.ticket,
            secret=bytes.fromhex(data.secret),
            identity=data.identity,
        )
        return self._start_session(pseudonym)

    def _recovery_context(self) -> RecoveryContext:
        return RecoveryContext(
            rules=self._rules, session_key=self._session_key, now=self._dependencies.clock()
        )

    def _start_session(self, pseudonym: str) -> Response[types.Session]:
        token = sign_in.open_session(
            self._database,
            self._rules,
            pseudonym=pseudonym,
            session_key=self._session_key,
            now=self._dependencies.clock(),
            random=secrets.token_bytes,
        )
        return self._with_cookie(pseudonym, token)

    def _with_cookie(self, pseudonym: str, token: bytes) -> Response[types.Session]:
        response = Response(self._session(pseudonym))
        response.cookies = [_cookie(token.hex())]
        return response

    def _session(self, pseudonym: str) -> types.Session:
        with self._database.reading() as conn:
            moderator = people.get(conn, self._rules.site_id, pseudonym)
            if moderator is None:  # deactivated since the request began
                raise NotSignedIn
            return serializers.session(
                conn,
                self._rules,
                moderator,
                site_name=self._site_name,
                now=self._dependencies.clock(),
            )


def _wraps(new_wraps: list[request_types.NewWrap]) -> list[Wrap]:
    """Raises BadRequest if an epoch occurs twice."""
    if len({wrap.epoch_id for wrap in new_wraps}) != len(new_wraps):
        raise BadRequest
    return [Wrap(wrap.epoch_id, wrap.wrap) for wrap in new_wraps]


def _cookie(value: str, *, age: int | None = None) -> Cookie:
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
