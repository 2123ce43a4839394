"""The public side's RSGI application: serves files, reads forms, refuses everything else.

A GET never touches the database. Every response to a POST has one size, and every response to
anything but a GET or HEAD one duration.
"""

import time
from typing import Final

from granian.rsgi import ProtocolClosed  # type: ignore[attr-defined]  # granian exports no names

from yobal.adapters import error_reporting
from yobal.adapters.rendering import json_pages
from yobal.adapters.rendering.pages import Problem
from yobal.core import paths
from yobal.core.thread import ThreadRef
from yobal.web.body_timeout import BodyTimeout
from yobal.web.file_cache import CachedFile, FileCache
from yobal.web.forms import BODY_BYTES_MAX, is_form
from yobal.web.handlers.dispatch import FormHandler
from yobal.web.http import (
    SAFE_HEADERS,
    Policies,
    Response,
    Scope,
    Transport,
    accepts_gzip,
    send_response,
)
from yobal.web.response_padding import pad
from yobal.web.response_time import ResponseTime

BODY_SECONDS_MAX: Final = 60  # enough for a slow phone
SHORT_BYTES_MAX: Final = 16 * 1024  # read in one piece, which is faster, and not counted
_ANY_ETAG: Final = "*"  # RFC 9110: matches whatever exists
_READ_METHODS: Final = ("GET", "HEAD")
_LENGTH_DIGITS_MAX: Final = 9  # Python refuses to convert a number of thousands of digits


class IntakeApp:
    def __init__(
        self,
        files: FileCache,
        form_handler: FormHandler,
        policies: Policies,
        response_time: ResponseTime,
    ) -> None:
        self._files = files
        self._policies = policies
        self._form_handler = form_handler
        self._response_time = response_time
        self._body_timeout = BodyTimeout(BODY_SECONDS_MAX)

    async def __rsgi__(self, scope: Scope, transport: Transport) -> None:
        is_head = scope.method == "HEAD"
        if scope.method in _READ_METHODS:
            file = self._files.get(scope.path)
            if file is not None:
                _send_file(scope, transport, file, is_head=is_head)
                return
            response = self._what_we_keep(scope.path) or self._not_found(scope.path)
        elif scope.method == "POST":
            response = await self._post(scope, transport)
        else:
            response = await self._refuse_method(scope.path)
        send_response(transport, self._policies.apply(response, scope.path), without_body=is_head)

    def housekeeping(self) -> None:
        """To be called every few seconds: drops outdated files from the cache and cancels slow bodies."""
        self._files.drop_outdated()
        self._body_timeout.cancel_late()

    async def _post(self, scope: Scope, transport: Transport) -> Response:
        body, problem = await self._read_form(scope, transport)
        received_at = time.monotonic()
        response = pad(
            await self._handle(scope.path, body, problem),
            self._form_handler.limits,
            is_gzip_accepted=accepts_gzip(scope.headers.get("accept-encoding", "")),
        )
        await self._response_time.wait(received_at)
        return response

    async def _refuse_method(self, path: str) -> Response:
        """The page names the thread, so it reads the thread's status as a form does."""
        received_at = time.monotonic()
        response = await self._form_handler.problem("method", path)
        await self._response_time.wait(received_at)
        return response

    async def _read_form(self, scope: Scope, transport: Transport) -> tuple[bytes, Problem | None]:
        """The body, or why it cannot be handled."""
        if not is_form(scope.headers.get("content-type", "")):
            return b"", "type"
        reading = self._read_body(scope.headers.get("content-length"), transport)
        try:
            body = await self._body_timeout.wait_for(reading)
        except TimeoutError:
            return b"", "bad_form"
        return (b"", "too_large") if body is None else (body, None)

    async def _handle(self, path: str, body: bytes, problem: Problem | None) -> Response:
        if problem is not None:
            return await self._form_handler.problem(problem, path)
        try:
            return await self._form_handler.handle(path, body)
        except Exception as error:  # noqa: BLE001  # a page instead of the server's bare 500
            error_reporting.count(error)
            return await self._form_handler.problem("unavailable", path)

    async def _read_body(self, content_length: str | None, transport: Transport) -> bytes | None:
        """The body; None once it is too large. Empty if the connection was closed."""
        try:
            if content_length is None:
                return await self._read_chunks(transport)
            if not content_length.isdecimal() or len(content_length) > _LENGTH_DIGITS_MAX:
                return None
            if int(content_length) > BODY_BYTES_MAX:
                return None
            if int(content_length) > SHORT_BYTES_MAX:
                return await self._read_chunks(transport)
            body = await transport()  # the server reads no more than Content-Length
            return body if len(body) <= BODY_BYTES_MAX else None
        except ProtocolClosed:
            return b""

    async def _read_chunks(self, transport: Transport) -> bytes | None:
        chunks, size_bytes = [], 0
        async for chunk in transport:
            self._body_timeout.count(len(chunk))
            size_bytes += len(chunk)
            if size_bytes > BODY_BYTES_MAX:
                return None
            chunks.append(chunk)
        return b"".join(chunks)

    def _not_found(self, path: str) -> Response:
        if not path.endswith("/") and self._files.get(path + "/") is not None:
            location = [("location", path + "/"), ("cache-control", "no-store")]
            return Response(308, b"", [*location, *SAFE_HEADERS])
        return self._form_handler.not_found(path, self._thread_above(path))

    def _what_we_keep(self, path: str) -> Response | None:
        """In every language that there are terms in, and in no other."""
        site_id, edition = paths.parse_what_we_keep(path) or ("", "")
        if not edition or self._files.get(f"/{paths.terms(site_id, edition)}") is None:
            return None
        return self._form_handler.what_we_keep(site_id, edition)

    def _thread_above(self, path: str) -> ThreadRef | None:
        """The thread that a path lies below, from its file."""
        thread_path, _ = paths.parse_thread_path(path)
        file = self._files.get(thread_path + paths.NEWEST_JSON) if thread_path else None
        return json_pages.parse_thread(file.plain.body) if file else None


def _send_file(scope: Scope, transport: Transport, file: CachedFile, *, is_head: bool) -> None:
    variant = file.gzipped if accepts_gzip(scope.headers.get("accept-encoding", "")) else file.plain
    if_none_match = scope.headers.get("if-none-match", "")
    if variant.etag in if_none_match or if_none_match.strip() == _ANY_ETAG:
        transport.response_empty(304, variant.not_modified_headers)
    elif is_head:
        transport.response_empty(200, variant.headers)
    else:
        transport.response_bytes(200, variant.headers, variant.body)
