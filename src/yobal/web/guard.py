"""Decides who may use a route of the desk. A route that declares no access is denied."""

from collections.abc import Callable
from typing import Any, Final, Literal, NamedTuple

from litestar import Request
from litestar.connection import ASGIConnection

from yobal.actions import session_lock, sign_in
from yobal.actions.session_row import SessionAccess
from yobal.core.errors import Forbidden, NotSignedIn, SessionLocked
from yobal.core.roles import Role
from yobal.web.errors import BadRequest, HostMismatch, OriginMismatch, TlsRequired

Access = Literal["anyone", "moderator", "lead"]
AnyConnection = ASGIConnection[Any, Any, Any, Any]
AnyRequest = Request[Any, Any, Any]
COOKIE: Final = "__Host-yobal"
_LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")


class SignedInModerator(NamedTuple):
    """Whose request it is. The role is the roster's."""

    pseudonym: str
    role: Role


class Guard:
    """Checks every request before its route."""

    def __init__(
        self, sessions: SessionAccess, *, desk_url: str, clock: Callable[[], float]
    ) -> None:
        self._sessions = sessions
        self._origin = desk_url
        self._scheme, _, self._host = desk_url.partition("://")
        self._clock = clock

    def check(self, request: AnyRequest) -> None:
        """Raises TlsRequired, OriginMismatch, BadRequest, NotSignedIn, SessionLocked, RosterInvalid or Forbidden."""
        access: Access | None = request.route_handler.opt.get("access")
        if access is None:
            raise Forbidden
        check_host(request, self._host)
        self._check_tls()
        if request.method == "POST":
            check_origin(request, self._origin)
        if access == "anyone":
            return
        may_resume = bool(request.route_handler.opt.get("may_resume"))
        moderator = self._moderator(request, may_resume=may_resume)
        if access == "lead" and moderator.role != "lead":
            raise Forbidden
        request.state.moderator = moderator

    def _check_tls(self) -> None:
        """Without TLS only on loopback."""
        if self._scheme != "https" and self._host.rsplit(":", 1)[0] not in _LOOPBACK:
            raise TlsRequired

    def _moderator(self, request: AnyConnection, *, may_resume: bool) -> SignedInModerator:
        token = session_token(request)
        if token is None:
            raise NotSignedIn
        now = self._clock()
        try:
            pseudonym, member = sign_in.member_for(
                self._sessions, token=token, now=now, may_resume=may_resume
            )
        except SessionLocked:  # maybe only now, because nothing was heard of it for too long
            if not session_lock.lock(self._sessions, token=token, now=now):
                raise NotSignedIn from None
            raise
        return SignedInModerator(pseudonym, member.role)


def check_host(request: AnyConnection, host: str) -> None:
    """Only under the desk's own host: another name may be somebody else's, pointed to this address."""
    if request.headers.get("host") != host:
        raise HostMismatch


def check_origin(request: AnyConnection, origin: str) -> None:
    if request.headers.get("origin") != origin:
        raise OriginMismatch
    if request.headers.get("content-type", "").split(";")[0].strip() != "application/json":
        raise BadRequest


def session_token(request: AnyConnection) -> bytes | None:
    try:
        return bytes.fromhex(request.cookies.get(COOKIE, "")) or None
    except ValueError:
        return None
