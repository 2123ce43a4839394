"""Writes and reads files encrypted with age, in pieces, so that a large one needs little memory."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

import pyrage

from yobal.adapters.durable_files import naming, sync_folder
from yobal.core.errors import BackupInvalid

_FILE_MODE: Final = 0o600
Identity = pyrage.x25519.Identity


def parse_recipient(text: str) -> pyrage.x25519.Recipient:
    """Raises ValueError."""
    try:
        return pyrage.x25519.Recipient.from_str(text)
    except pyrage.RecipientError as error:
        raise ValueError(str(error)) from None


def is_recipient(text: str) -> bool:
    try:
        parse_recipient(text)
    except ValueError:
        return False
    return True


def read_identity(path: Path) -> pyrage.x25519.Identity:
    """From the file that `age-keygen` writes. Raises BackupInvalid."""
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        if line.startswith("AGE-SECRET-KEY-"):
            with suppress(pyrage.IdentityError):
                return Identity.from_str(line.strip())
    raise BackupInvalid(f"{path} holds no key of age: it has a line AGE-SECRET-KEY-…")


def encrypt(
    path: Path, pieces: Iterator[bytes], recipient: str, check: Callable[[bytes], None]
) -> None:
    """Write a file that exists complete or not at all, and pass what can be decrypted from it to `check`.

    The check needs no private key of the recipient: the file is encrypted to a second key, which is
    forgotten when this returns. Errors of `pieces` and `check` pass.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    verification_key = Identity.generate()
    reader = _Reader(pieces)
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE_MODE)
        with naming(path), os.fdopen(descriptor, "wb") as file:
            try:
                pyrage.encrypt_io(
                    reader, file, [parse_recipient(recipient), verification_key.to_public()]
                )
            except pyrage.EncryptError:
                if reader.error is not None:
                    raise reader.error from None
                raise
            file.flush()
            os.fsync(file.fileno())
        decrypt(temporary, verification_key, check)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    sync_folder(path.parent)


def decrypt(path: Path, identity: pyrage.x25519.Identity, take: Callable[[bytes], None]) -> None:
    """Pass the content on in pieces. Raises BackupInvalid; errors of `take` pass.

    A piece that was passed on was authenticated. The end is missing if it raises.
    """
    with path.open("rb") as file:
        try:
            pyrage.decrypt_io(file, _Writer(take), [identity])
        except pyrage.DecryptError as error:
            raise BackupInvalid(
                f"{path.name} cannot be decrypted with this key ({error}): use the one whose public key was"
                " `backup_recipient` when the backup was made"
            ) from None
        except OSError as error:
            if error.errno is not None:
                raise
            raise BackupInvalid(f"{path.name} is damaged or cut off") from None


class _Reader:
    """What the library reads from. It would turn an error into its own, so `error` keeps it."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self.error: BaseException | None = None  # Ctrl-C, too
        self._pieces = pieces
        self._rest = bytearray()

    def read(self, size: int) -> bytes:
        try:
            while len(self._rest) < size:
                piece = next(self._pieces, None)
                if piece is None:
                    break
                self._rest += piece
        except BaseException as error:
            self.error = error
            raise
        taken = bytes(self._rest[:size])
        del self._rest[:size]
        return taken


class _Writer:
    """What the library writes to."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take

    def write(self, piece: bytes) -> int:
        self._take(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing is buffered."""
