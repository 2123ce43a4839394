"""The hash over the desk's files, which a release names. `docs/desk-code.md` describes it."""

import hashlib
from collections.abc import Mapping


def hash_list(files: Mapping[str, bytes]) -> str:
    """The files as `LC_ALL=C sha256sum` lists them, ordered by name."""
    return "".join(f"{_sha256(files[name])}  {name}\n" for name in sorted(files))


def desk_hash(files: Mapping[str, bytes]) -> str:
    """SHA-256 of `hash_list`, in hex."""
    return _sha256(hash_list(files).encode())


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
