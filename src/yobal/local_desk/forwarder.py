"""Sends the page's requests to the newsroom's server, and keeps its session: the only code that contacts it.

The server may have been taken over. So nothing that it sends reaches the browser but a status and one JSON
object of limited size: no header, no cookie, no redirect, no page and no script.
"""

import asyncio
import re
from http.cookiejar import CookieJar, DefaultCookiePolicy
from types import TracebackType
from typing import Final, NamedTuple, Self

import httpx
import msgspec

from yobal import __version__
from yobal.core import ids
from yobal.web.errors import ServerResponseInvalid, ServerUnreachable, VersionDiffers
from yobal.web.guard import COOKIE
from yobal.web.response_types import About

ABOUT: Final = "/api/desk/about"
SIGN_OUT: Final = "/api/desk/sign-out"
SECONDS_MAX: Final = 18.0  # the page gives up after 20, and would not show why
RESPONSE_BYTES_MAX: Final = 16 * 1024 * 1024  # a page of 50 comments of the largest size has 2 MiB
CONNECTIONS_MAX: Final = 8
SITE_NAME_LENGTH_MAX: Final = 200
_CHUNK_BYTES: Final = 64 * 1024
_OK: Final = 200
_CLIENT_ERROR: Final = 400
_SERVER_ERROR: Final = 500
_SESSION_COOKIE: Final = re.compile(rf"{COOKIE}=([0-9a-f]{{0,128}})(?:;|$)")
_Json = dict[str, msgspec.Raw]


class ServerResponse(NamedTuple):
    """`body` is a JSON object."""

    status: int
    body: bytes


class Forwarder:
    """The connection to one desk. `desk_url` is an origin;"""

    def __init__(self, desk_url: str) -> None:
        self.desk_url = desk_url
        self._site_id = ""
        self._session_token = ""
        self._client = httpx.AsyncClient(
            follow_redirects=False,
            timeout=SECONDS_MAX,
            limits=httpx.Limits(max_connections=CONNECTIONS_MAX),
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # keeps none
            headers={
                "origin": desk_url,
                "content-type": "application/json",
                "accept": "application/json",
                "accept-encoding": "identity",  # a small packed response could become a large one
                "user-agent": "Mozilla/5.0",
            },
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        await self._client.aclose()

    @property
    def is_signed_in(self) -> bool:
        return self._session_token != ""

    async def post(self, path: str, body: bytes) -> ServerResponse:
        """Raises ServerUnreachable or ServerResponseInvalid."""
        headers = {"cookie": f"{COOKIE}={self._session_token}"} if self.is_signed_in else {}
        request = self._client.build_request(
            "POST", self.desk_url + path, content=body, headers=headers
        )
        try:
            async with asyncio.timeout(SECONDS_MAX):
                response = await self._client.send(request, stream=True)
                try:
                    return await self._read(response)
                finally:
                    await response.aclose()
        except TimeoutError:
            raise ServerUnreachable(f"no answer within {SECONDS_MAX:.0f} seconds") from None
        except httpx.HTTPError as error:
            raise ServerUnreachable(str(error) or type(error).__name__) from None
        finally:
            if path == SIGN_OUT:  # also where the server cannot be reached
                self._session_token = ""

    async def about(self) -> About:
        """The answer must name the same version and site as the first time; otherwise raises VersionDiffers."""
        response = await self.post(ABOUT, b"{}")
        if response.status != _OK:
            raise ServerResponseInvalid
        try:
            about = msgspec.json.decode(response.body, type=About)
        except msgspec.DecodeError:
            raise ServerResponseInvalid from None
        is_site = ids.is_site_id(about.site_id) and len(about.site_name) <= SITE_NAME_LENGTH_MAX
        if not is_site:
            raise ServerResponseInvalid
        if about.version != __version__ or self._site_id not in ("", about.site_id):
            raise VersionDiffers(about.version)
        self._site_id = about.site_id
        return msgspec.structs.replace(about, desk_url=self.desk_url)

    async def sign_out(self) -> None:
        """Raises ServerUnreachable or ServerResponseInvalid."""
        if self.is_signed_in:
            await self.post(SIGN_OUT, b"{}")

    async def _read(self, response: httpx.Response) -> ServerResponse:
        status = response.status_code
        content_type = response.headers.get("content-type", "").partition(";")[0].strip()
        if status != _OK and status < _CLIENT_ERROR:
            raise ServerResponseInvalid  # a redirect is never followed
        if content_type != "application/json":
            if status >= _SERVER_ERROR:
                raise ServerUnreachable(f"its web server answered with {status}")
            raise ServerResponseInvalid
        if response.headers.get("content-encoding", "identity") != "identity":
            raise ServerResponseInvalid
        body = await _read_body(response)
        for cookie in response.headers.get_list("set-cookie"):
            match = _SESSION_COOKIE.match(cookie)
            if match is not None:
                self._session_token = match[1]
        return ServerResponse(status, body)


async def _read_body(response: httpx.Response) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_raw(_CHUNK_BYTES):
        body += chunk
        if len(body) > RESPONSE_BYTES_MAX:
            raise ServerResponseInvalid
    try:
        body.decode()  # msgspec looks at names only
        msgspec.json.decode(body, type=_Json)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise ServerResponseInvalid from None
    return bytes(body)
