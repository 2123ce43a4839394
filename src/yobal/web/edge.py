"""The public side's front: files to whoever reads, forms to `reader`, and a clear no to the rest."""

import asyncio
from typing import Final

from yobal.core import paths
from yobal.outlets import mishaps
from yobal.web.answers import SAFE_HEADERS, Answer, Receive, Scope, Send, send_answer
from yobal.web.files import Files, Kept
from yobal.web.forms import BODY_BYTES_MAX, is_form
from yobal.web.reader import Reader

BODY_SECONDS: Final = 60  # a slow phone may take its time, but not for ever
_READS: Final = ("GET", "HEAD")
_DIGITS_MAX: Final = 9  # Python refuses to read a number of thousands of digits


class Edge:
    """An ASGI application. Reading never touches the database."""

    def __init__(self, files: Files, reader: Reader) -> None:
        self._files = files
        self._reader = reader

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        method, path = scope["method"], scope["path"]
        if method in _READS:
            kept = self._files.get(path)
            if kept is not None:
                await _send_kept(scope, send, kept, is_head=method == "HEAD")
                return
        answer = await self._answer(scope, receive, method, path)
        await send_answer(send, answer, without_body=method == "HEAD")

    def sweep(self) -> int:
        """Forget files that are others by now; how many."""
        return self._files.sweep()

    async def _answer(self, scope: Scope, receive: Receive, method: str, path: str) -> Answer:
        if method in _READS:
            return self._missing(path)
        if method != "POST":
            return await self._reader.problem("method", path)
        headers = dict(scope["headers"])
        if not is_form(headers.get(b"content-type", b"")):
            return await self._reader.problem("type", path)
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _read(headers, receive)
        except TimeoutError:
            return await self._reader.problem("bad_form", path)
        if body is None:
            return await self._reader.problem("too_large", path)
        return await self._ask_reader(path, body)

    async def _ask_reader(self, path: str, body: bytes) -> Answer:
        try:
            return await self._reader.answer(path, body)
        except Exception as error:  # noqa: BLE001  # a page, never the server's bare 500
            mishaps.keep(error)
            return await self._reader.problem("unavailable", path)

    def _missing(self, path: str) -> Answer:
        if not path.endswith("/") and self._files.get(path + "/") is not None:
            location = [(b"location", path.encode() + b"/"), (b"cache-control", b"no-store")]
            return Answer(308, b"", [*location, *SAFE_HEADERS])
        thread, _ = paths.thread_at(path)
        has_thread = bool(thread) and self._files.get(thread) is not None
        return self._reader.missing(path, has_thread=has_thread)


async def _read(headers: dict[bytes, bytes], receive: Receive) -> bytes | None:
    """The body; None as soon as it is too large."""
    announced = headers.get(b"content-length", b"0")
    if not announced.isdigit() or len(announced) > _DIGITS_MAX or int(announced) > BODY_BYTES_MAX:
        return None
    chunks, size_bytes = [], 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b""  # the sender has gone
        chunk = message.get("body", b"")
        size_bytes += len(chunk)
        if size_bytes > BODY_BYTES_MAX:
            return None
        chunks.append(chunk)
        if not message.get("more_body"):
            return b"".join(chunks)


async def _send_kept(scope: Scope, send: Send, kept: Kept, *, is_head: bool) -> None:
    accepts, known = b"", b""
    for name, value in scope["headers"]:
        if name == b"accept-encoding":
            accepts = value
        elif name == b"if-none-match":
            known = value
    is_packed = _takes_gzip(accepts)
    headers = kept.packed_headers if is_packed else kept.plain_headers
    if known and (kept.packed_tag if is_packed else kept.plain_tag) in known:
        without_length = headers[:-2] if is_packed else headers[:-1]
        await send({"type": "http.response.start", "status": 304, "headers": without_length})
        await send({"type": "http.response.body", "body": b""})
        return
    body = b"" if is_head else kept.packed if is_packed else kept.plain
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _takes_gzip(accepts: bytes) -> bool:
    """Whether an Accept-Encoding names gzip, and not to forbid it (`gzip;q=0`)."""
    for one in accepts.lower().split(b","):
        name, _, weight = one.partition(b";")
        if name.strip() == b"gzip":
            return not weight or weight.strip().removeprefix(b"q=").strip(b"0.") != b""
    return False
