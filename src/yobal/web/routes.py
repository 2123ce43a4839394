"""Every route of the desk, and who may use it. The public side is in `intake_app.py`."""

import gzip
from collections.abc import Callable
from html import escape
from pathlib import Path
from types import MethodType
from typing import Any, Final, NamedTuple

from litestar import Litestar, MediaType, Response, get, post
from litestar.exceptions import HTTPException, ValidationException

from yobal.actions.session_row import SessionAccess
from yobal.adapters import error_reporting
from yobal.adapters.rendering.catalogue_file import DESK_LANGUAGE
from yobal.core.errors import YobalError
from yobal.web import errors
from yobal.web.errors import BadRequest
from yobal.web.guard import Access, AnyRequest, Guard
from yobal.web.hidden import HiddenController
from yobal.web.http import accepts_gzip
from yobal.web.imports import ImportsController
from yobal.web.moderation import DeskDependencies, ModerationController
from yobal.web.own_keys import OwnKeysController
from yobal.web.people import PeopleController
from yobal.web.response_types import ErrorBody
from yobal.web.roster import RosterController
from yobal.web.sessions import SessionsController


class Route(NamedTuple):
    """A POST with a JSON body. `method` names its request and response types."""

    path: str
    access: Access
    method: Callable[..., Any]
    may_resume: bool = False  # also while a restored roster waits for a lead


PAGES: Final = ("/", "/join", "/recover")
PAGE: Final = "desk.html"
ASSETS: Final = ("desk.js", "desk.css", "language-detector.js", "words.json", "icon.svg")
PEOPLE_ROUTES: Final = (
    Route("/api/desk/about", "anyone", PeopleController.about),
    Route("/api/desk/sign-in/challenge", "anyone", PeopleController.sign_in_challenge),
    Route("/api/desk/sign-in", "anyone", PeopleController.sign_in),
    Route("/api/desk/sign-in/passkey", "anyone", PeopleController.sign_in_with_passkey),
    Route("/api/desk/session", "moderator", PeopleController.session, may_resume=True),
    Route("/api/desk/sign-out", "anyone", PeopleController.sign_out),
    Route("/api/desk/open-invitation", "anyone", PeopleController.open_invitation),
    Route("/api/desk/begin-roster", "anyone", PeopleController.begin_roster),
    Route("/api/desk/register", "anyone", PeopleController.register),
    Route("/api/desk/people", "moderator", PeopleController.people),
    Route("/api/desk/invite", "lead", PeopleController.invite),
    Route("/api/desk/cancel-invitation", "lead", PeopleController.cancel_invitation),
    Route("/api/desk/confirm-member", "lead", PeopleController.confirm_member),
    Route("/api/desk/discard-registration", "lead", PeopleController.discard_registration),
    Route("/api/desk/lift-suspension", "lead", PeopleController.lift_suspension),
    Route("/api/desk/recovery/challenge", "anyone", PeopleController.recovery_challenge),
    Route("/api/desk/recovery/prove", "anyone", PeopleController.prove_recovery),
    Route("/api/desk/recovery/finish", "anyone", PeopleController.finish_recovery),
)
ROSTER_ROUTES: Final = (
    Route("/api/desk/roster", "moderator", RosterController.roster, may_resume=True),
    Route("/api/desk/store-pin", "moderator", RosterController.store_pin),
    Route("/api/desk/return-statements", "anyone", RosterController.return_statements),
    Route("/api/desk/extend-roster", "lead", RosterController.extend_roster),
    Route("/api/desk/resume-roster", "lead", RosterController.resume_roster, may_resume=True),
    Route("/api/desk/keys", "moderator", RosterController.keys),
    Route("/api/desk/begin-epoch", "lead", RosterController.begin_epoch),
    Route("/api/desk/remove-member", "moderator", RosterController.remove_member),
)
OWN_KEYS_ROUTES: Final = (
    Route("/api/desk/passkeys", "moderator", OwnKeysController.passkeys),
    Route("/api/desk/passkeys/open", "moderator", OwnKeysController.open_with_passkey),
    Route("/api/desk/passkeys/add", "moderator", OwnKeysController.add_passkey),
    Route("/api/desk/passkeys/remove", "moderator", OwnKeysController.remove_passkey),
    Route("/api/desk/renew-sheet", "moderator", OwnKeysController.renew_sheet),
)
SESSION_ROUTES: Final = (
    Route(
        "/api/desk/hold-device-key",
        "moderator",
        SessionsController.hold_device_key,
        may_resume=True,
    ),
    Route("/api/desk/device-key", "moderator", SessionsController.device_key, may_resume=True),
    Route("/api/desk/set-pin", "moderator", SessionsController.set_pin),
    Route("/api/desk/lock", "anyone", SessionsController.lock),
    Route("/api/desk/lock-state", "anyone", SessionsController.lock_state),
    Route("/api/desk/unlock", "anyone", SessionsController.unlock),
    Route("/api/desk/sessions", "moderator", SessionsController.sessions),
    Route("/api/desk/label-device", "moderator", SessionsController.label_device),
    Route("/api/desk/end-session", "moderator", SessionsController.end_session),
    Route("/api/desk/end-other-sessions", "moderator", SessionsController.end_other_sessions),
    Route("/api/desk/end-sessions", "lead", SessionsController.end_sessions),
)
MODERATION_ROUTES: Final = (
    Route("/api/desk/queue", "moderator", ModerationController.queue),
    Route("/api/desk/already-decided", "moderator", ModerationController.already_decided),
    Route("/api/desk/decide", "moderator", ModerationController.decide),
    Route("/api/desk/reject-many", "moderator", ModerationController.reject_many),
    Route("/api/desk/undo", "moderator", ModerationController.undo),
    Route("/api/desk/undo-many", "moderator", ModerationController.undo_many),
    Route("/api/desk/remove", "moderator", ModerationController.remove),
    Route("/api/desk/history", "moderator", ModerationController.history),
)
IMPORT_ROUTES: Final = (
    Route("/api/desk/imports", "lead", ImportsController.imports),
    Route("/api/desk/import-sample", "lead", ImportsController.sample),
    Route("/api/desk/sign-import", "lead", ImportsController.sign),
    Route("/api/desk/refuse-import", "lead", ImportsController.refuse),
)
HIDDEN_ROUTES: Final = (
    Route("/api/desk/hidden", "moderator", HiddenController.hidden),
    Route("/api/desk/bring-back", "lead", HiddenController.bring_back),
    Route("/api/desk/destroy-hidden", "lead", HiddenController.destroy),
)
DESK_ROUTES: Final = (
    *PEOPLE_ROUTES,
    *ROSTER_ROUTES,
    *SESSION_ROUTES,
    *OWN_KEYS_ROUTES,
    *MODERATION_ROUTES,
    *HIDDEN_ROUTES,
    *IMPORT_ROUTES,
)

BODY_BYTES_MAX: Final = 256 * 1024
_SERVER_ERROR: Final = 500
DESK_CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self';"
    " form-action 'none'; base-uri 'none'; frame-ancestors 'none';"
    " require-trusted-types-for 'script'; trusted-types lit-html"
)
_ERROR_PAGE: Final = (
    '<!doctype html>\n<html lang="{lang}">\n<meta charset="utf-8">\n'
    '<meta name="viewport" content="width=device-width">\n<title>Yobal</title>\n<p>{message}</p>\n'
)
DESK_HEADERS: Final = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": DESK_CSP,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_MEDIA_TYPES: Final = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}


Controller = (
    PeopleController
    | RosterController
    | SessionsController
    | OwnKeysController
    | ModerationController
    | HiddenController
    | ImportsController
)


def desk_app(
    dependencies: DeskDependencies, *, static: Path, site_name: str, is_demo: bool
) -> Litestar:
    """The desk as an ASGI application."""
    session_access = SessionAccess(
        database=dependencies.database,
        roster_reader=dependencies.roster_reader,
        device_keys=dependencies.device_keys,
        session_key=dependencies.keyring.session_key(),
    )
    guard = Guard(session_access, desk_url=dependencies.desk_url, clock=dependencies.clock)
    sessions = SessionsController(dependencies, session_access)
    own_keys = OwnKeysController(dependencies, session_key=session_access.session_key)
    people = PeopleController(dependencies, session_access, site_name=site_name, is_demo=is_demo)
    roster = RosterController(dependencies)
    moderation, hidden = ModerationController(dependencies), HiddenController(dependencies)
    imports = ImportsController(dependencies)
    return Litestar(
        route_handlers=[
            *file_handlers(static),
            *(_route(route, people) for route in PEOPLE_ROUTES),
            *(_route(route, roster) for route in ROSTER_ROUTES),
            *(_route(route, sessions) for route in SESSION_ROUTES),
            *(_route(route, own_keys) for route in OWN_KEYS_ROUTES),
            *(_route(route, moderation) for route in MODERATION_ROUTES),
            *(_route(route, hidden) for route in HIDDEN_ROUTES),
            *(_route(route, imports) for route in IMPORT_ROUTES),
        ],
        before_request=guard.check,
        exception_handlers=exception_handlers(),
        response_headers=DESK_HEADERS,
        request_max_body_size=BODY_BYTES_MAX,
        logging_config=None,
        openapi_config=None,
        debug=False,
    )


def exception_handlers() -> dict[int | type[Exception], Any]:
    return {
        YobalError: _handle_yobal_error,
        HTTPException: _handle_http_error,
        RecursionError: _handle_unreadable,
        UnicodeDecodeError: _handle_unreadable,
        Exception: _handle_unexpected,
    }


def _route(route: Route, controller: Controller) -> Any:
    opt = {"access": route.access, "may_resume": route.may_resume}
    handler = post(route.path, status_code=200, sync_to_thread=True, opt=opt)
    return handler(MethodType(route.method, controller))


def file_handlers(static: Path) -> list[Any]:
    """The page, and the files that it loads, each as it was built."""
    return [
        *(_file(path, static / PAGE) for path in PAGES),
        *(_file(f"/assets/{name}", static / name) for name in ASSETS),
    ]


def _file(path: str, file: Path) -> Any:
    """Gzipped, because nothing is cached on a moderator's device and the language detector is large."""
    plain = file.read_bytes()
    gzipped = gzip.compress(plain, mtime=0)

    def send_file(request: AnyRequest) -> Response[bytes]:
        response = Response(plain, media_type=_MEDIA_TYPES[file.suffix])
        response.headers["vary"] = "accept-encoding"
        if accepts_gzip(request.headers.get("accept-encoding", "")):
            response.content = gzipped
            response.headers["content-encoding"] = "gzip"
        return response

    handler = get(path, sync_to_thread=False, opt={"access": "anyone"}, name=f"file {path}")
    return handler(send_file)


def _handle_yobal_error(request: AnyRequest, error: YobalError) -> Response[Any]:
    """Only server errors are reported to the technician, not the mistakes of moderators."""
    status, body = errors.to_response(error)
    if status >= _SERVER_ERROR:
        error_reporting.report_once(error)
    return _error_response(request, status, body)


def _error_response(request: AnyRequest, status: int, body: ErrorBody) -> Response[Any]:
    """JSON for the desk's own requests, a page for a person who opened the address."""
    if request.method != "GET" or request.url.path.startswith("/api/"):
        return Response(body, status_code=status, headers=DESK_HEADERS)
    page_html = _ERROR_PAGE.format(lang=DESK_LANGUAGE, message=escape(body.message))
    return Response(page_html, status_code=status, headers=DESK_HEADERS, media_type=MediaType.HTML)


def _handle_http_error(request: AnyRequest, error: HTTPException) -> Response[Any]:
    """What the framework refuses. Its own message could quote the body, so it is not used."""
    if isinstance(error, ValidationException) or error.status_code == 400:
        return _handle_yobal_error(request, BadRequest())
    return _error_response(request, error.status_code, errors.framework_error(error.status_code))


def _handle_unreadable(request: AnyRequest, _error: Exception) -> Response[Any]:
    """The desk's pages never send JSON that is nested this deep, or that is not UTF-8."""
    return _handle_yobal_error(request, BadRequest())


def _handle_unexpected(_request: AnyRequest, error: Exception) -> Response[ErrorBody]:
    """No traceback leaves the process: it could quote the text of a comment."""
    error_reporting.report_once(error)
    status, body = errors.to_response(YobalError())
    return Response(body, status_code=status, headers=DESK_HEADERS)
