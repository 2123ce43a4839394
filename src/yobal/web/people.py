"""The desk's side of people: signing in, joining by a link, inviting, recovering."""

import secrets
from typing import Any

from litestar import Response
from litestar.datastructures import Cookie
from litestar.params import JSONBody

from yobal.actions import join, sign_in
from yobal.actions.join import Wrap
from yobal.actions.recover import RecoveryChallenges
from yobal.core.tokens import INVITATION_HOURS
from yobal.store import people
from yobal.store.people import Moderator
from yobal.web import request_types, serializers
from yobal.web.guard import COOKIE, session_token
from yobal.web.moderation import AnyRequest, DeskDependencies

Json = dict[str, Any]


class People:
    """One method a route; each is sync and runs in a thread."""

    def __init__(self, parts: DeskDependencies, *, session_key: bytes, site_name: str) -> None:
        self._parts = parts
        self._rules = parts.rules
        self._database = parts.database
        self._session_key = session_key
        self._site_name = site_name
        self._recoveries = RecoveryChallenges()

    def sign_in(self, data: JSONBody[request_types.SignIn]) -> Response[Json]:
        pseudonym = data.pseudonym.strip()
        token = sign_in.sign_in(
            self._database,
            self._rules,
            pseudonym=pseudonym,
            secret=bytes.fromhex(data.secret),
            session_key=self._session_key,
            now=self._parts.clock(),
            random=secrets.token_bytes,
        )
        return self._session_answer(pseudonym, token)

    def session(self, request: AnyRequest) -> Json:
        return self._session(request.state.me.pseudonym)

    def sign_out(self, request: AnyRequest) -> Response[Json]:
        token = session_token(request)
        if token is not None:
            sign_in.sign_out(self._database, token=token, session_key=self._session_key)
        response: Response[Json] = Response({})
        response.cookies = [_cookie("", age=0)]
        return response

    def invitation(self, data: JSONBody[request_types.Invitation]) -> Json:
        opened = join.open_invitation(
            self._database, token=bytes.fromhex(data.token), now=self._parts.clock()
        )
        wraps = [
            {"epoch": epoch, "recipient": recipient, "wrap": wrap}
            for epoch, recipient, wrap in opened.wraps
        ]
        return {"role": opened.role, "is_first": opened.is_first, "wraps": wraps}

    def join(self, data: JSONBody[request_types.Join]) -> Response[Json]:
        newcomer = Moderator(
            site=self._rules.site,
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
            newcomer,
            token=bytes.fromhex(data.token),
            wraps=[Wrap(*one) for one in request_types.decode_wraps(data.wraps)],
            epoch_recipient=data.epoch.recipient if data.epoch else None,
            now=self._parts.clock(),
            random=secrets.token_bytes,
        )
        return self._open(newcomer.pseudonym)

    def people(self) -> Json:
        with self._database.reading() as conn:
            members = people.active(conn, self._rules.site)
            invited = people.list_invitations(conn, self._rules.site, now=self._parts.clock())
        return serializers.people_list(self._rules, members, invited)

    def invite(self, data: JSONBody[request_types.Invite]) -> Json:
        until = join.invite(
            self._database,
            self._rules,
            token=bytes.fromhex(data.token),
            role=data.role,
            wraps=[Wrap(*one) for one in request_types.decode_wraps(data.wraps)],
            now=self._parts.clock(),
        )
        return {"hours": INVITATION_HOURS, "until": serializers.until(self._rules, until)}

    def challenge(self, data: JSONBody[request_types.Challenge]) -> Json:
        challenge, sealed = self._recoveries.challenge(
            self._database,
            self._rules,
            pseudonym=data.pseudonym.strip(),
            now=self._parts.clock(),
            random=secrets.token_bytes,
        )
        return {"challenge": challenge, "sealed": sealed}

    def prove(self, data: JSONBody[request_types.Proof]) -> Json:
        ticket, identity = self._recoveries.prove(
            self._database,
            self._rules,
            challenge=data.challenge,
            answer=bytes.fromhex(data.answer),
            now=self._parts.clock(),
            random=secrets.token_bytes,
        )
        return {"ticket": ticket, "identity": identity}

    def finish(self, data: JSONBody[request_types.Finish]) -> Response[Json]:
        pseudonym = self._recoveries.finish(
            self._database,
            self._rules,
            ticket=data.ticket,
            secret=bytes.fromhex(data.secret),
            identity=data.identity,
            now=self._parts.clock(),
        )
        return self._open(pseudonym)

    def _open(self, pseudonym: str) -> Response[Json]:
        token = sign_in.open_session(
            self._database,
            self._rules,
            pseudonym=pseudonym,
            session_key=self._session_key,
            now=self._parts.clock(),
            random=secrets.token_bytes,
        )
        return self._session_answer(pseudonym, token)

    def _session_answer(self, pseudonym: str, token: bytes) -> Response[Json]:
        response: Response[Json] = Response(self._session(pseudonym))
        response.cookies = [_cookie(token.hex())]
        return response

    def _session(self, pseudonym: str) -> Json:
        with self._database.reading() as conn:
            moderator = people.get(conn, self._rules.site, pseudonym)
            return serializers.session(
                conn, self._rules, moderator, site_name=self._site_name, now=self._parts.clock()
            )


def _cookie(value: str, *, age: int | None = None) -> Cookie:
    """`__Host-`: this host only, over TLS (or on the machine itself), the whole desk."""
    return Cookie(
        key=COOKIE,
        value=value,
        path="/",
        secure=True,
        httponly=True,
        samesite="strict",
        max_age=age,
    )
