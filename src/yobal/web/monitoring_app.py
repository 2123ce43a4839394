"""The RSGI application for machines that watch Yobal: `/healthz`, `/readyz` and `/metrics`.

What it answers changes at rounds, slots and the start of the server only. It reads no header and no body.
"""

from collections.abc import Callable
from typing import Final

from yobal.core import metrics
from yobal.web.http import Response, Scope, Transport, send_response

_PLAIN: Final = "text/plain; charset=utf-8"


class MonitoringApp:
    def __init__(self, *, is_ready: Callable[[], bool], metrics_text: Callable[[], str]) -> None:
        self._is_ready = is_ready
        self._metrics_text = metrics_text

    async def __rsgi__(self, scope: Scope, transport: Transport) -> None:
        is_head = scope.method == "HEAD"
        response = self._response(scope) if is_head or scope.method == "GET" else _plain(405)
        send_response(transport, response, without_body=is_head)

    def _response(self, scope: Scope) -> Response:
        match scope.path:
            case "/healthz":
                return _plain(200)
            case "/readyz":
                return _plain(200 if self._is_ready() else 503)
            case "/metrics":
                return _response(200, self._metrics_text(), metrics.CONTENT_TYPE)
            case _:
                return _plain(404)


def _plain(status: int) -> Response:
    words = {200: "ok", 404: "not found", 405: "only GET and HEAD", 503: "not ready"}
    return _response(status, words[status] + "\n", _PLAIN)


def _response(status: int, text: str, content_type: str) -> Response:
    headers = [("content-type", content_type), ("cache-control", "no-store")]
    return Response(status, text.encode(), headers)
