"""Fetches feeds and pages of the newsroom over HTTP, within limits. Only commands of the technician do it.

No address that a reader sent ever gets here: the linter forbids the server to import this module.
"""

import ipaddress
import re
import socket
import tempfile
import time
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Final
from urllib.parse import urlsplit

import httpx
import msgspec

from yobal.core.errors import CannotFetch
from yobal.core.web_url import is_web_url, join

_GZIP_MAGIC: Final = b"\x1f\x8b"
_CHUNK_BYTES: Final = 64 * 1_024
_STEP_SECONDS: Final = 10.0  # for connecting, and between two pieces of a body
# Some hosts refuse a program that does not say what it is. Not our name: a CDN would learn who runs Yobal.
_USER_AGENT: Final = "Mozilla/5.0 (compatible; feed reader)"
_ERROR_NUMBER: Final = re.compile(r"^\[Errno -?\d+\] ")


class FetchLimits(msgspec.Struct, frozen=True, kw_only=True):
    """`size_bytes_max` is 50 MiB unpacked, as the sitemap protocol has it."""

    size_bytes_max: int = 50 * 1_024 * 1_024
    seconds_max: float = 60.0
    redirects_max: int = 5


class Fetched(msgspec.Struct, frozen=True):
    """What came from `url`, which is where the redirects ended. `headers` have names in lower case."""

    url: str
    headers: dict[str, str]
    file: IO[bytes]  # unpacked, at its beginning; it vanishes when it is closed


def fetch(url: str, limits: FetchLimits | None = None) -> Fetched:
    """Raises CannotFetch."""
    limits = limits or FetchLimits()
    deadline = time.monotonic() + limits.seconds_max
    first_url = url
    try:
        with httpx.Client(timeout=_STEP_SECONDS, headers=_headers()) as client:
            for _ in range(limits.redirects_max + 1):
                _check_scheme(url)
                with client.stream("GET", url) as response:
                    if response.has_redirect_location:
                        url = _redirected(url, response.headers["location"])
                        continue
                    if response.status_code != httpx.codes.OK:
                        raise CannotFetch(f"{url} answered with {response.status_code}")
                    body = _until(deadline, response.iter_raw(_CHUNK_BYTES), url)
                    packing = response.headers.get("content-encoding", "identity").lower()
                    if packing not in ("identity", "gzip", "x-gzip"):
                        raise CannotFetch(f"{url} is packed as {packing}, which was not requested")
                    headers = {name.lower(): value for name, value in response.headers.items()}
                    return Fetched(url, headers, _stored(body, limits, url))
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        reason = _ERROR_NUMBER.sub("", str(error)) or type(error).__name__
        raise CannotFetch(f"{url} could not be fetched: {reason}") from None
    if limits.redirects_max == 0:
        raise CannotFetch(f"{first_url} redirects to {url}, which is not followed")
    raise CannotFetch(f"{first_url} redirects more than {limits.redirects_max} times")


def read_file(path: Path, limits: FetchLimits | None = None) -> IO[bytes]:
    """A file, unpacked if it is a gzip file, within the same limit of size. Raises CannotFetch."""
    with path.open("rb") as file:
        return unpack(file, str(path), limits)


def unpack(file: IO[bytes], name: str, limits: FetchLimits | None = None) -> IO[bytes]:
    """The same for an open file, such as standard input. Raises CannotFetch."""
    chunks = iter(lambda: file.read(_CHUNK_BYTES), b"")
    return _stored(chunks, limits or FetchLimits(), name)


def _headers() -> dict[str, str]:
    return {"user-agent": _USER_AGENT, "accept": "*/*", "accept-encoding": "gzip"}


def _check_scheme(url: str) -> None:
    if not is_web_url(url):
        raise CannotFetch(f"{url} is not an address with https:// or http://")


def _redirected(url: str, location: str) -> str:
    target = join(url, location)
    if not is_web_url(target):
        raise CannotFetch(
            f"{url} redirects to {target}, which is not an address with https:// or http://"
        )
    if _is_internal(target) and not _is_internal(url):
        raise CannotFetch(
            f"{url} redirects to {target}, which is inside this machine or its network"
        )
    if urlsplit(url).scheme == "https" and urlsplit(target).scheme != "https":
        raise CannotFetch(f"{url} redirects to {target}, which is not encrypted")
    return target


def _is_internal(url: str) -> bool:
    """Whether its host has an address that only this machine or its network reaches."""
    try:
        entries = socket.getaddrinfo(urlsplit(url).hostname, None)
    except (OSError, UnicodeError):
        return False  # then it cannot be fetched either
    addresses = [str(entry[4][0]).partition("%")[0] for entry in entries]
    return not all(ipaddress.ip_address(address).is_global for address in addresses)


def _until(deadline: float, chunks: Iterable[bytes], url: str) -> Iterator[bytes]:
    for chunk in chunks:
        if time.monotonic() > deadline:
            raise CannotFetch(f"{url} takes too long")
        yield chunk


def _stored(chunks: Iterable[bytes], limits: FetchLimits, name: str) -> IO[bytes]:
    """In a temporary file without a name, so that a large feed is not in memory."""
    file = tempfile.TemporaryFile()  # noqa: SIM115  # the caller closes it
    size_bytes = 0
    try:
        for chunk in _unpacked(chunks, name):
            size_bytes += len(chunk)
            _check_size(size_bytes, limits, name)
            file.write(chunk)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return file


def _check_size(size_bytes: int, limits: FetchLimits, name: str) -> None:
    if size_bytes > limits.size_bytes_max:
        mebibytes = limits.size_bytes_max / 1_024 / 1_024
        raise CannotFetch(f"{name} has more than {mebibytes:g} MiB")


def _unpacked(chunks: Iterable[bytes], name: str) -> Iterator[bytes]:
    """In pieces of limited size, whatever a small packed one becomes."""
    iterator = iter(chunks)
    first = next(iterator, b"")
    if not first.startswith(_GZIP_MAGIC):
        yield first
        yield from iterator
        return
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        packed = first
        while packed:
            yield unpacker.decompress(packed, _CHUNK_BYTES)
            packed = unpacker.unconsumed_tail or next(iterator, b"")
    except zlib.error:
        raise CannotFetch(f"{name} is a damaged gzip file") from None
    if not unpacker.eof:
        raise CannotFetch(f"{name} ends in the middle")
