"""The file of cells: 32-byte keys, and each encrypts one thing until it is overwritten.

Only the desk's side uses it. A key that was ever in two places could not be destroyed, so the file is
never copied, renamed or truncated once it is in use: cells are overwritten in place, and it grows at
its end. Only the keys of members' rows leave it, for the one file of secrets of a backup. A free cell holds random bytes, too, so the file does not show how many are in use.
"""

import contextlib
import fcntl
import os
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Final, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from yobal.adapters.durable_files import create_atomically
from yobal.core.errors import DatabaseUnavailable

CELL_BYTES: Final = 32
Purpose = Literal["envelope", "held text", "hidden text", "identity", "wrap"]
FindUsed = Callable[[Collection[int]], set[int]]
_NONCE_BYTES: Final = 12
_DOMAIN: Final = b"yobal cell 1"
_TRIES: Final = 16  # if so many random choices in turn meet only cells in use, the file grows
_CELLS_AT_ONCE: Final = 32_768  # 1 MiB
_RANDOM: Final = secrets.SystemRandom()


class Cell:
    """A new key, which encrypts one thing. It has no `repr`, so that no error message shows it."""

    def __init__(self, number: int, key: bytes) -> None:
        self.number = number
        self._key = key

    def encrypt(self, plain: bytes, *, purpose: Purpose, row_id: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE_BYTES)
        bound_to = _bound_to(purpose, row_id)
        return nonce + ChaCha20Poly1305(self._key).encrypt(nonce, plain, bound_to)


Allocate = Callable[[int], list[Cell]]


class LockedCells:
    """The file while no other thread or process gives out, or overwrites, a cell.

    What writes raises DatabaseUnavailable if the disk does not take it.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor

    @property
    def count(self) -> int:
        return os.fstat(self._descriptor).st_size // CELL_BYTES

    def choose(self, count: int, find_used: FindUsed) -> list[int]:
        """Free cells at random places. The file grows if most are in use."""
        chosen: set[int] = set()
        cell_count = self.count
        for _ in range(_TRIES):
            missing = count - len(chosen)
            candidates = {secrets.randbelow(cell_count) for _ in range(2 * missing)} - chosen
            free = sorted(candidates - find_used(candidates))
            chosen.update(_RANDOM.sample(free, min(missing, len(free))))
            if len(chosen) == count:
                return _RANDOM.sample(sorted(chosen), count)
        self.grow(2 * cell_count)
        return self.choose(count, find_used)

    def grow(self, count: int) -> None:
        """Up to `count` cells. Whole cells only: an interrupted growth leaves a part that is overwritten."""
        start = self.count * CELL_BYTES
        missing = count * CELL_BYTES - start
        if missing > 0:
            with _translating_errors():
                try:
                    self._write(start, secrets.token_bytes(missing))
                    os.fsync(self._descriptor)
                except OSError:
                    # The database may need what is left of the disk.
                    os.ftruncate(self._descriptor, start)
                    raise

    def write(self, keys: Mapping[int, bytes]) -> None:
        """On the disk when it returns: one sync for all of them."""
        with _translating_errors():
            for numbers in _runs(keys):
                content = b"".join(keys[number] for number in numbers)
                self._write(numbers[0] * CELL_BYTES, content)
            os.fdatasync(self._descriptor)

    def overwrite(self, numbers: Collection[int]) -> None:
        """Destroy these keys. A number beyond the file, which another file left behind, is skipped."""
        inside = sorted(number for number in numbers if number < self.count)
        noise = secrets.token_bytes(CELL_BYTES * len(inside))
        keys = (noise[start : start + CELL_BYTES] for start in range(0, len(noise), CELL_BYTES))
        self.write(dict(zip(inside, keys, strict=True)))

    def overwrite_all_except(self, needed: Collection[int]) -> None:
        """Destroy every key but these: the gaps between them, with one sync."""
        count = self.count
        edges = [-1, *sorted(number for number in needed if number < count), count]
        with _translating_errors():
            for before, after in pairwise(edges):
                for start in range(before + 1, after, _CELLS_AT_ONCE):
                    end = min(start + _CELLS_AT_ONCE, after)
                    self._write(start * CELL_BYTES, secrets.token_bytes((end - start) * CELL_BYTES))
            os.fdatasync(self._descriptor)

    def _write(self, offset: int, content: bytes) -> None:
        if os.pwrite(self._descriptor, content, offset) != len(content):
            raise OSError(28, "No space left on device")


class CellFile:
    """`secrets/cells`, which has at least `cells_min` cells."""

    def __init__(self, path: Path, *, cells_min: int) -> None:
        self.path = path
        self.cells_min = cells_min
        # Cells that were given out for rows that may not have been stored. `actions/purge_deleted.py`
        # overwrites them if no row names them; after a crash, the next start does.
        self.unsettled: set[int] = set()

    def prepare(self) -> None:
        """Make the file if there is none, or longer if the settings ask for more cells."""
        with self.locked() as cells:
            cells.grow(self.cells_min)

    @contextmanager
    def locked(self) -> Iterator[LockedCells]:
        """Wait for the lock, which is freed if the process dies. Raises DatabaseUnavailable."""
        with _translating_errors():
            if not self.path.exists():
                create_atomically(self.path, secrets.token_bytes(self.cells_min * CELL_BYTES))
            descriptor = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield LockedCells(descriptor)
        finally:
            os.close(descriptor)

    @contextmanager
    def allocating(self, *, find_used: FindUsed) -> Iterator[Allocate]:
        """A function that returns new keys, which are on the disk when it returns.

        The block commits the rows that name them. The lock is held until then, so that no other
        process takes the cells for free. If the block raises, it is unknown whether the rows are stored.
        """
        allocated: set[int] = set()
        with self.locked() as cells:
            cells.grow(self.cells_min)  # it may have been truncated

            def allocate(count: int) -> list[Cell]:
                numbers = cells.choose(count, lambda asked: find_used(asked) | self.unsettled)
                keys = {number: secrets.token_bytes(CELL_BYTES) for number in numbers}
                allocated.update(numbers)
                self.unsettled.update(numbers)
                cells.write(keys)
                return [Cell(number, key) for number, key in keys.items()]

            yield allocate
            self.unsettled -= allocated

    @contextmanager
    def allocate(self, count: int, *, find_used: FindUsed) -> Iterator[list[Cell]]:
        """The same for a number that is known in advance: new keys, on the disk before the block begins."""
        with self.allocating(find_used=find_used) as allocate:
            yield allocate(count)

    def decrypt(
        self, number: int, ciphertext: bytes, *, purpose: Purpose, row_id: str
    ) -> bytes | None:
        """None if the cell was overwritten, belongs to another file, or never encrypted this."""
        key = self._read(number)
        nonce, encrypted = ciphertext[:_NONCE_BYTES], ciphertext[_NONCE_BYTES:]
        try:
            return ChaCha20Poly1305(key).decrypt(nonce, encrypted, _bound_to(purpose, row_id))
        except (InvalidTag, ValueError):  # ValueError: no key of this length, or no nonce
            return None

    def read_keys(self, numbers: Iterable[int]) -> dict[int, bytes]:
        """For a backup, which gets no others. A number beyond the file is skipped."""
        keys = {number: self._read(number) for number in numbers}
        return {number: key for number, key in keys.items() if len(key) == CELL_BYTES}

    def restore_keys(self, keys: Mapping[int, bytes]) -> None:
        """From a backup, to their places: the restored rows name them."""
        if keys:
            with self.locked() as cells:
                cells.grow(max(keys) + 1)
                cells.write(keys)

    def _read(self, number: int) -> bytes:
        """Empty if there is no such cell. Raises DatabaseUnavailable if it cannot be known."""
        with _translating_errors(), contextlib.suppress(FileNotFoundError):
            descriptor = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
            try:
                return os.pread(descriptor, CELL_BYTES, number * CELL_BYTES)
            finally:
                os.close(descriptor)
        return b""


@contextmanager
def _translating_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DatabaseUnavailable(f"the file of cells: {error.strerror}") from None


def _bound_to(purpose: Purpose, row_id: str) -> bytes:
    """Binds a text to its row: someone who writes the database must not be able to move it to another."""
    return b"\0".join((_DOMAIN, purpose.encode(), row_id.encode()))


def _runs(numbers: Iterable[int]) -> Iterator[list[int]]:
    """Neighbouring cells together, so that they are written at once."""
    run: list[int] = []
    for number in sorted(numbers):
        if run and number != run[-1] + 1:
            yield run
            run = []
        run.append(number)
    if run:
        yield run
