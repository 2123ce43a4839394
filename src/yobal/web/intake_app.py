"""The public side's front: files to whoever reads, forms to `reader`, and a clear no to the rest."""

from typing import Final

from granian.rsgi import ProtocolClosed  # type: ignore[attr-defined]  # granian names no exports

from yobal.adapters import error_reporting
from yobal.core import paths
from yobal.web.body_timeout import BodyTimeout
from yobal.web.file_cache import CachedFile, FileCache
from yobal.web.forms import BODY_BYTES_MAX, is_form
from yobal.web.handlers.dispatch import PublicFormHandler
from yobal.web.http import SAFE_HEADERS, Asked, Response, Transport, send_answer

BODY_SECONDS: Final = 60  # a slow phone may take its time, but not for ever
_READS: Final = ("GET", "HEAD")
_DIGITS_MAX: Final = 9  # Python refuses to read a number of thousands of digits


class IntakeApp:
    """An application of granian's own interface. Reading never touches the database."""

    def __init__(self, files: FileCache, reader: PublicFormHandler) -> None:
        self._files = files
        self._reader = reader
        self._patience = BodyTimeout(BODY_SECONDS)

    async def __rsgi__(self, asked: Asked, wire: Transport) -> None:
        method, path = asked.method, asked.path
        if method in _READS:
            kept = self._files.get(path)
            if kept is not None:
                _send_kept(asked, wire, kept, is_head=method == "HEAD")
                return
        answer = await self._answer(asked, wire)
        send_answer(wire, answer, without_body=method == "HEAD")

    def housekeeping(self) -> None:
        """What is due every few seconds: forget old files, and give up on who sends too slowly."""
        self._files.sweep()
        self._patience.cancel_late()

    async def _answer(self, asked: Asked, wire: Transport) -> Response:
        path = asked.path
        if asked.method in _READS:
            return self._missing(path)
        if asked.method != "POST":
            return await self._reader.problem("method", path)
        if not is_form(asked.headers.get("content-type", "")):
            return await self._reader.problem("type", path)
        try:
            body = await self._patience.wait_for(_read(asked.headers.get("content-length"), wire))
        except TimeoutError:
            return await self._reader.problem("bad_form", path)
        if body is None:
            return await self._reader.problem("too_large", path)
        return await self._ask_reader(path, body)

    async def _ask_reader(self, path: str, body: bytes) -> Response:
        try:
            return await self._reader.answer(path, body)
        except Exception as error:  # noqa: BLE001  # a page, never the server's bare 500
            error_reporting.count(error)
            return await self._reader.problem("unavailable", path)

    def _missing(self, path: str) -> Response:
        if not path.endswith("/") and self._files.get(path + "/") is not None:
            location = [("location", path + "/"), ("cache-control", "no-store")]
            return Response(308, b"", [*location, *SAFE_HEADERS])
        thread, _ = paths.parse_thread_path(path)
        has_thread = bool(thread) and self._files.get(thread) is not None
        return self._reader.missing(path, has_thread=has_thread)


async def _read(announced: str | None, wire: Transport) -> bytes | None:
    """The body; None as soon as it is too large, empty where its sender has gone."""
    try:
        if announced is None:  # it says by itself where it ends
            return await _read_pieces(wire)
        if not announced.isdecimal() or len(announced) > _DIGITS_MAX:
            return None
        if int(announced) > BODY_BYTES_MAX:
            return None
        body = await wire()  # the server gives no more than was announced
        return body if len(body) <= BODY_BYTES_MAX else None
    except ProtocolClosed:
        return b""


async def _read_pieces(wire: Transport) -> bytes | None:
    pieces, size_bytes = [], 0
    async for piece in wire:
        size_bytes += len(piece)
        if size_bytes > BODY_BYTES_MAX:
            return None
        pieces.append(piece)
    return b"".join(pieces)


def _send_kept(asked: Asked, wire: Transport, kept: CachedFile, *, is_head: bool) -> None:
    is_packed = _takes_gzip(asked.headers.get("accept-encoding", ""))
    headers = kept.packed_headers if is_packed else kept.plain_headers
    known = asked.headers.get("if-none-match")
    if known and (kept.packed_tag if is_packed else kept.plain_tag) in known:
        wire.response_empty(304, headers[:-2] if is_packed else headers[:-1])
    elif is_head:
        wire.response_empty(200, headers)
    else:
        wire.response_bytes(200, headers, kept.packed if is_packed else kept.plain)


def _takes_gzip(accepts: str) -> bool:
    """Whether an Accept-Encoding names gzip, and not to forbid it (`gzip;q=0`)."""
    for one in accepts.lower().split(","):
        name, _, weight = one.partition(";")
        if name.strip() == "gzip":
            return not weight or weight.strip().removeprefix("q=").strip("0.") != ""
    return False
