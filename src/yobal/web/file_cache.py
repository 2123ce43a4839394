"""Serves public files from memory. Reads only the folder of public files, never the database."""

import hashlib
import os
from collections import OrderedDict
from email.utils import formatdate
from pathlib import Path
from typing import Final

import msgspec

from yobal.adapters.durable_files import read_untraced
from yobal.adapters.public_files import TEMPORARY_PREFIX
from yobal.core import paths
from yobal.web.http import (
    CROSS_ORIGIN_HEADERS,
    CROSS_ORIGIN_SUFFIXES,
    HTML,
    PUBLIC_CACHE,
    Headers,
    Policies,
    page_headers,
)

MEMORY_BYTES_MAX: Final = 64 * 1024 * 1024
CHECKED_FILES_MAX: Final = 500  # 5 ms of file system calls
_CONTENT_TYPES: Final = {
    ".html": HTML,
    ".json": "application/json",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".atom": "application/atom+xml; charset=utf-8",
}
Signature = tuple[int, int, int, int]  # inode, size, modification and change time


class FileVariant(msgspec.Struct, frozen=True):
    """A file as it is sent in one encoding."""

    body: bytes
    etag: str
    headers: Headers
    not_modified_headers: Headers  # for a 304: without length and encoding


class CachedFile(msgspec.Struct, frozen=True):
    signature: Signature
    plain: FileVariant
    gzipped: FileVariant

    @property
    def size_bytes(self) -> int:
        return len(self.plain.body) + len(self.gzipped.body)


class FileCache:
    """Keeps a folder in memory as far as it fits. Every request checks whether the file changed."""

    def __init__(self, folder: Path, policies: Policies) -> None:
        self._folder = os.fspath(folder)
        self._policies = policies
        self._files: OrderedDict[str, CachedFile] = OrderedDict()
        self._size_bytes = 0
        self._paths_to_check: list[str] = []

    def get(self, path: str) -> CachedFile | None:
        """The file at the path of a URL; None if there is none."""
        if path.endswith("/"):
            path += paths.NEWEST
        signature = self._signature(path)
        if signature is None:
            self._drop(path)
            return None
        file = self._files.get(path)
        if file is not None and file.signature == signature:
            self._files.move_to_end(path)
            return file
        return self._load(path, signature)

    def drop_outdated(self) -> int:
        """Drop files that were changed or deleted: they may hold text that was removed.

        Each call checks one batch, so that no request waits for it. Returns how many were dropped.
        """
        pending = self._paths_to_check or list(self._files)
        batch, self._paths_to_check = pending[:CHECKED_FILES_MAX], pending[CHECKED_FILES_MAX:]
        outdated = [path for path in batch if self._is_outdated(path)]
        for path in outdated:
            self._drop(path)
        return len(outdated)

    def _is_outdated(self, path: str) -> bool:
        file = self._files.get(path)
        return file is not None and file.signature != self._signature(path)

    def _signature(self, path: str) -> Signature | None:
        """Differs between two states of a file; None if there is no file."""
        try:
            stat = os.stat(self._folder + path)  # noqa: PTH116  # twice as fast, and in every GET
        except (OSError, ValueError):
            return None
        return (stat.st_ino, stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns)

    def _load(self, path: str, signature: Signature) -> CachedFile | None:
        suffix = Path(path).suffix
        if suffix not in _CONTENT_TYPES or not _is_public(path):
            return None
        try:
            plain = read_untraced(self._folder + path)
            gzipped = read_untraced(self._folder + path + ".gz")
        except OSError:
            return None
        file = self._cached_file(plain, gzipped, path, signature)
        self._drop(path)
        self._size_bytes += file.size_bytes
        self._files[path] = file
        while self._size_bytes > MEMORY_BYTES_MAX and len(self._files) > 1:
            _, oldest = self._files.popitem(last=False)
            self._size_bytes -= oldest.size_bytes
        return file

    def _drop(self, path: str) -> None:
        file = self._files.pop(path, None)
        if file is not None:
            self._size_bytes -= file.size_bytes

    def _cached_file(
        self, plain: bytes, gzipped: bytes, path: str, signature: Signature
    ) -> CachedFile:
        digest, suffix = hashlib.sha256(plain).hexdigest()[:32], Path(path).suffix
        headers = [
            *page_headers(self._policies.of(path), content_type=_CONTENT_TYPES[suffix]),
            *(CROSS_ORIGIN_HEADERS if suffix in CROSS_ORIGIN_SUFFIXES else []),
            ("cache-control", PUBLIC_CACHE),
            ("last-modified", formatdate(signature[2] // 1_000_000_000, usegmt=True)),
            ("vary", "accept-encoding"),
        ]
        return CachedFile(
            signature,
            _variant(plain, f'"{digest}"', headers, []),
            _variant(gzipped, f'"{digest}-gz"', headers, [("content-encoding", "gzip")]),
        )


def _variant(body: bytes, etag: str, headers: Headers, encoding: Headers) -> FileVariant:
    validated = [*headers, ("etag", etag)]
    length = ("content-length", str(len(body)))
    return FileVariant(body, etag, [*validated, *encoding, length], validated)


def _is_public(path: str) -> bool:
    """Whether the path stays in the folder and does not name a file that is still being written."""
    parts = path.split("/")
    return (
        parts[0] == ""
        and not any(part in ("", ".", "..") for part in parts[1:])
        and not parts[-1].startswith(TEMPORARY_PREFIX)
        and "\0" not in path
    )
