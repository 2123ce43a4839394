"""Every route of the desk on one page, with who may use it. The public side is `edge.py`."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Litestar, Request, Response, get, post
from litestar.exceptions import HTTPException, ValidationException

from yobal.adapters import error_reporting
from yobal.core.errors import YobalError
from yobal.web import errors
from yobal.web.errors import BadRequest
from yobal.web.guard import Access, Guard
from yobal.web.moderation import DeskDependencies, ModerationController
from yobal.web.people import People

BODY_BYTES_MAX: Final = 256 * 1024
_OURS: Final = 500  # statuses from here on are for the operator
DESK_CSP: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self';"
    " form-action 'none'; base-uri 'none'; frame-ancestors 'none';"
    " require-trusted-types-for 'script'; trusted-types lit-html"
)
_HEADERS: Final = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "content-security-policy": DESK_CSP,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
_TYPES: Final = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".json": "application/json",
    ".svg": "image/svg+xml",
}


def desk_app(parts: DeskDependencies, *, static: Path, site_name: str, is_demo: bool) -> Litestar:
    """The desk as an ASGI application."""
    session_key = parts.keyring.session_key()
    guard = Guard(
        parts.database, desk_url=parts.desk_url, session_key=session_key, clock=parts.clock
    )
    people = People(parts, session_key=session_key, site_name=site_name)
    moderating = ModerationController(parts)
    shell = _shell(parts.rules.site, site_name, is_demo=is_demo)
    return Litestar(
        route_handlers=[
            _page("/", shell),
            _page("/join", shell),
            _page("/recover", shell),
            _asset(static, "desk.js"),
            _asset(static, "desk.css"),
            _asset(static, "words.json"),
            _asset(static, "icon.svg"),
            _route("/api/sign-in", "anyone", people.sign_in),
            _route("/api/session", "moderator", people.session),
            _route("/api/sign-out", "anyone", people.sign_out),
            _route("/api/invitation", "anyone", people.invitation),
            _route("/api/join", "anyone", people.join),
            _route("/api/recovery/challenge", "anyone", people.challenge),
            _route("/api/recovery/prove", "anyone", people.prove),
            _route("/api/recovery/finish", "anyone", people.finish),
            _route("/api/people", "moderator", people.people),
            _route("/api/invite", "lead", people.invite),
            _route("/api/queue", "moderator", moderating.queue),
            _route("/api/gone", "moderator", moderating.gone),
            _route("/api/decide", "moderator", moderating.decide),
            _route("/api/reject-many", "moderator", moderating.reject_many),
            _route("/api/undo", "moderator", moderating.undo),
            _route("/api/undo-many", "moderator", moderating.undo_many),
            _route("/api/remove", "moderator", moderating.remove),
            _route("/api/history", "moderator", moderating.history),
        ],
        before_request=guard.check,
        exception_handlers={
            YobalError: _handle_yobal_error,
            HTTPException: _handle_http_error,
            RecursionError: _handle_recursion,
            Exception: _handle_unexpected,
        },
        response_headers=_HEADERS,
        request_max_body_size=BODY_BYTES_MAX,
        logging_config=None,
        openapi_config=None,
        debug=False,
    )


def _route(path: str, access: Access, method: Callable[..., Any]) -> Any:
    return post(path, status_code=200, sync_to_thread=True, opt={"access": access})(method)


def _page(path: str, shell: bytes) -> Any:
    def page() -> Response[bytes]:
        return Response(shell, media_type="text/html; charset=utf-8")

    return get(path, sync_to_thread=False, opt={"access": "anyone"}, name=f"page {path}")(page)


def _asset(static: Path, name: str) -> Any:
    content = (static / name).read_bytes()

    def asset() -> Response[bytes]:
        return Response(content, media_type=_TYPES[Path(name).suffix])

    return get(f"/assets/{name}", sync_to_thread=False, opt={"access": "anyone"})(asset)


def _shell(site: str, site_name: str, *, is_demo: bool) -> bytes:
    templates = Path(__file__).parent.parent / "templates"
    environment = Environment(
        loader=FileSystemLoader(templates), autoescape=True, undefined=StrictUndefined
    )
    return (
        environment.get_template("desk.html")
        .render(site=site, site_name=site_name, is_demo=is_demo)
        .encode()
    )


def _handle_yobal_error(_request: Request[Any, Any, Any], error: YobalError) -> Response[Any]:
    """What is ours to mend is told to the operator as well; a refusal is between the desk and us."""
    status, body = errors.to_response(error)
    if status >= _OURS:
        error_reporting.report_once(error)
    return Response(body, status_code=status, headers=_HEADERS)


def _handle_http_error(request: Request[Any, Any, Any], error: HTTPException) -> Response[Any]:
    """The framework's own refusals; of a body it could not read it repeats nothing."""
    if isinstance(error, ValidationException) or error.status_code == 400:
        return _handle_yobal_error(request, BadRequest())
    body = {"error": "refused", "sentence": "The desk has nothing here."}
    return Response(body, status_code=error.status_code, headers=_HEADERS)


def _handle_recursion(request: Request[Any, Any, Any], _error: Exception) -> Response[Any]:
    """JSON of a hundred thousand brackets is nobody's page."""
    return _handle_yobal_error(request, BadRequest())


def _handle_unexpected(_request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """No traceback leaves the process: its message could hold a comment's words."""
    error_reporting.report_once(error)
    status, body = errors.to_response(YobalError())
    return Response(body, status_code=status, headers=_HEADERS)
