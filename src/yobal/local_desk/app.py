"""The desk of this package on loopback: its page and files, and the server's routes, forwarded.

Other people's programs on this computer and other pages in the same browser can send requests here. Host and
Origin keep out pages, the token keeps out programs.
"""

import hmac
from pathlib import Path
from typing import Any, Final

from litestar import Litestar, MediaType, Response, post

from yobal.core.errors import YobalError
from yobal.local_desk.forwarder import ABOUT, Forwarder
from yobal.web import errors
from yobal.web.errors import ServerResponseInvalid, ServerUnreachable, TokenMissing
from yobal.web.guard import AnyRequest, check_host, check_origin
from yobal.web.response_types import About
from yobal.web.routes import (
    BODY_BYTES_MAX,
    DESK_HEADERS,
    DESK_ROUTES,
    exception_handlers,
    file_handlers,
)

TOKEN_HEADER: Final = "yobal-token"  # noqa: S105  # the name of a header


def local_desk_app(forwarder: Forwarder, *, static: Path, address: str, token: str) -> Litestar:
    """`address` is HOST:PORT, as the browser has to name it."""
    paths = [route.path for route in DESK_ROUTES if route.path != ABOUT]
    return Litestar(
        route_handlers=[
            *file_handlers(static),
            _about(forwarder),
            *(_forwarded(path, forwarder) for path in paths),
        ],
        before_request=LocalGuard(address, token).check,
        exception_handlers=exception_handlers()
        | dict.fromkeys((ServerUnreachable, ServerResponseInvalid), _handle_server_error),
        response_headers=DESK_HEADERS,
        request_max_body_size=BODY_BYTES_MAX,
        logging_config=None,
        openapi_config=None,
        debug=False,
    )


class LocalGuard:
    """Checks every request before its route. The files need no token: everyone can have them."""

    def __init__(self, address: str, token: str) -> None:
        self._address = address
        self._token = token.encode()

    def check(self, request: AnyRequest) -> None:
        """Raises HostMismatch, OriginMismatch, BadRequest or TokenMissing."""
        check_host(request, self._address)
        if request.method == "POST":
            check_origin(request, f"http://{self._address}")
            token = request.headers.get(TOKEN_HEADER, "").encode()
            if not hmac.compare_digest(token, self._token):
                raise TokenMissing


def _handle_server_error(_request: AnyRequest, error: YobalError) -> Response[Any]:
    """For the page only: in the terminal, a fault of the server would look like one of this program."""
    status, body = errors.to_response(error)
    return Response(body, status_code=status, headers=DESK_HEADERS)


def _about(forwarder: Forwarder) -> Any:
    @post(ABOUT, status_code=200)
    async def about() -> About:
        return await forwarder.about()

    return about


def _forwarded(path: str, forwarder: Forwarder) -> Any:
    async def forward(request: AnyRequest) -> Response[bytes]:
        response = await forwarder.post(path, await request.body())
        return Response(response.body, status_code=response.status, media_type=MediaType.JSON)

    return post(path, status_code=200, name=path)(forward)
