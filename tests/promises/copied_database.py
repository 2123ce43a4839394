"""An attacker with a copy of database and public files, everybody's words and sheets, and sealed comments kept aside.

Written from `docs/file-formats.md`, without the code that is tested.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec
import pyrage
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from tests.harness import SITE_ID, NewsroomHarness
from yobal.demo.keys import NewModerator, from_passphrase

TABLES = ("member_identities", "wrapped_epoch_keys", "envelopes")


class CopiedDatabase:
    """The rows of one moment, and the age files of its comments as the intake had sealed them.

    Those are worth more than rows: a log of PostgreSQL may keep them, and no cell is needed for them.
    """

    def __init__(self, newsroom: NewsroomHarness) -> None:
        self._rows = {table: newsroom.read_table(table) for table in TABLES}
        self._public = b"".join(newsroom.read_all_files().values())
        keys = newsroom.cells()
        self._sealed = [
            plain
            for row in self._rows["envelopes"]
            for plain in _decrypt(row, keys, "envelope", row["comment_id"])
        ]

    def is_public(self, words: str) -> bool:
        """Whether the public files of that moment have these words."""
        return words.encode() in self._public

    def texts(self, people: Iterable[NewModerator], *, cells: Sequence[bytes] = ()) -> set[str]:
        """What these people's words and sheets open, with the keys of a file of cells or without."""
        epochs = [key for person in people for key in self._epochs_of(person, cells)]
        opened = (plain for sealed in self._sealed for plain in _open(sealed, epochs))
        return {msgspec.json.decode(plain)["text"] for plain in opened}

    def _epochs_of(self, person: NewModerator, cells: Sequence[bytes]) -> Iterator[Any]:
        pseudonym = msgspec.json.decode(person.keys)["pseudonym"]
        _, unlocking = from_passphrase(SITE_ID, pseudonym, person.passphrase)
        secrets = [unlocking, pyrage.x25519.Identity.from_str(person.sheet)]
        personal = [
            identity
            for row in self._rows["member_identities"]
            for age_file in _decrypt(row, cells, "identity", row["signing_key"], row["opened_by"])
            for identity in _identities(age_file, secrets)
        ]
        for row in self._rows["wrapped_epoch_keys"]:
            for age_file in _decrypt(row, cells, "wrap", row["epoch_id"], row["pseudonym"]):
                yield from _identities(age_file, personal)


def _decrypt(row: dict[str, Any], cells: Sequence[bytes], *bound_to: str) -> Iterator[bytes]:
    """What is stored, in case it lies under no cell; and what its cell makes of it."""
    ciphertext = bytes(row["ciphertext"])
    yield ciphertext
    if row["cell"] < len(cells):
        associated = "\0".join(("yobal cell 1", *bound_to)).encode()
        try:
            cipher = ChaCha20Poly1305(cells[row["cell"]])
            yield cipher.decrypt(ciphertext[:12], ciphertext[12:], associated)
        except InvalidTag:
            return


def _open(age_file: bytes, identities: Sequence[Any]) -> Iterator[bytes]:
    for identity in identities:
        try:
            yield pyrage.decrypt(age_file, [identity])
        except (pyrage.DecryptError, ValueError):
            continue


def _identities(age_file: bytes, secrets: Sequence[Any]) -> Iterator[Any]:
    for plain in _open(age_file, secrets):
        lines = [line for line in plain.decode().splitlines() if line and line[0] != "#"]
        yield pyrage.x25519.Identity.from_str(lines[0])
