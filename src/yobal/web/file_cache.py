"""Public files from memory: an answer to a GET without the database, in front of everything else."""

import hashlib
import os
from collections import OrderedDict
from email.utils import formatdate
from pathlib import Path
from typing import Final

import msgspec

from yobal.adapters.public_files import BESIDE
from yobal.core import paths
from yobal.web.http import HTML, PUBLIC_CACHE, Headers, page_headers

MEMORY_BYTES_MAX: Final = 64 * 1024 * 1024
SWEPT_AT_ONCE: Final = 500  # five milliseconds of looking at the disk
_TYPES: Final = {
    ".html": HTML,
    ".json": "application/json",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
}
Signature = tuple[int, int, int, int]


class CachedFile(msgspec.Struct, frozen=True):
    """A file as it is sent, plain and packed, with what tells that the one on disk is another."""

    signature: Signature
    plain: bytes
    packed: bytes
    plain_headers: Headers
    packed_headers: Headers
    plain_tag: str
    packed_tag: str


class FileCache:
    """A folder, kept in memory as far as it fits; every request looks whether it has changed."""

    def __init__(self, folder: Path, csp: str) -> None:
        self._folder = os.fspath(folder)
        self._csp = csp
        self._kept: OrderedDict[str, CachedFile] = OrderedDict()
        self._bytes = 0
        self._to_sweep: list[str] = []

    def get(self, path: str) -> CachedFile | None:
        """The file at a URL's path; None where there is none."""
        if path.endswith("/"):
            path += paths.NEWEST
        signature = self._signature(path)
        if signature is None:
            self._drop(path)
            return None
        kept = self._kept.get(path)
        if kept is not None and kept.signature == signature:
            self._kept.move_to_end(path)
            return kept
        return self._read(path, signature)

    def sweep(self) -> int:
        """Forget what is another file by now, or none: it may hold words that were taken back.

        Some at each call, in turn, so that no reader waits for it; how many went.
        """
        self._to_sweep = self._to_sweep or list(self._kept)
        some, self._to_sweep = self._to_sweep[:SWEPT_AT_ONCE], self._to_sweep[SWEPT_AT_ONCE:]
        over = [path for path in some if self._is_over(path)]
        for path in over:
            self._drop(path)
        return len(over)

    def _is_over(self, path: str) -> bool:
        kept = self._kept.get(path)
        return kept is not None and kept.signature != self._signature(path)

    def _signature(self, path: str) -> Signature | None:
        """What tells one state of a file from another; None where there is no file."""
        try:
            found = os.stat(self._folder + path)  # noqa: PTH116  # twice as fast, and in every GET
        except (OSError, ValueError):
            return None
        return (found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)

    def _drop(self, path: str) -> None:
        kept = self._kept.pop(path, None)
        if kept is not None:
            self._bytes -= _size(kept)

    def _read(self, path: str, signature: Signature) -> CachedFile | None:
        suffix = Path(path).suffix
        if suffix not in _TYPES or not _is_plain(path):
            return None
        try:
            plain = Path(self._folder + path).read_bytes()
            packed = Path(self._folder + path + ".gz").read_bytes()
        except OSError:
            return None
        kept = self._keep(plain, packed, suffix, signature)
        self._drop(path)
        self._bytes += _size(kept)
        self._kept[path] = kept
        while self._bytes > MEMORY_BYTES_MAX and len(self._kept) > 1:
            self._bytes -= _size(self._kept.popitem(last=False)[1])
        return kept

    def _keep(self, plain: bytes, packed: bytes, suffix: str, signature: Signature) -> CachedFile:
        digest = hashlib.sha256(plain).hexdigest()[:32]
        plain_tag, packed_tag = f'"{digest}"', f'"{digest}-gz"'
        headers = [
            *page_headers(self._csp, content_type=_TYPES[suffix]),
            ("cache-control", PUBLIC_CACHE),
            ("last-modified", formatdate(signature[2] // 1_000_000_000, usegmt=True)),
            ("vary", "accept-encoding"),
        ]
        return CachedFile(
            signature,
            plain,
            packed,
            [*headers, ("etag", plain_tag), ("content-length", str(len(plain)))],
            [
                *headers,
                ("etag", packed_tag),
                ("content-encoding", "gzip"),
                ("content-length", str(len(packed))),
            ],
            plain_tag,
            packed_tag,
        )


def _is_plain(path: str) -> bool:
    """No way out of the folder, and nothing that is still being written."""
    parts = path.split("/")
    return (
        parts[0] == ""
        and not any(part in ("", ".", "..") for part in parts[1:])
        and not parts[-1].startswith(BESIDE)
        and "\0" not in path
    )


def _size(kept: CachedFile) -> int:
    return len(kept.plain) + len(kept.packed)
