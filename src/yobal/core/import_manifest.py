"""What a lead signs for an import: how many comments it has, and a hash over all of them.

As with decisions, the hash of each comment goes over 32 random bytes that are destroyed together with its text,
so that afterwards a guess cannot be confirmed. `docs/file-formats.md` has the format.
"""

import hashlib
from collections.abc import Iterable
from typing import Annotated, Final, Literal

import msgspec

from yobal.core.decision_signature import Id, Signers
from yobal.core.roster import Hex32, is_signed
from yobal.core.schedule import Slot
from yobal.core.terms import EditKind
from yobal.core.thread import Removal

IMPORT_DOMAIN: Final = b"yobal import 1\0"
IMPORTED_COMMENT_DOMAIN: Final = b"yobal imported comment 1\0"

# `reading`: the command has not come to the end of the file. `waiting`: for a lead. `signed`: appears with the
# next slot, as fast as it can be written. `stopped`: its comments are not those that the lead has signed.
ImportState = Literal["reading", "waiting", "signed", "stopped", "published"]
WAITING: Final = "waiting"


class ImportedPublication(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What will appear of an imported comment, and where. `parent_id` is null at the top of a thread.

    Only an export of Yobal has the last four: how a moderator edited it, or why only its line is left.
    """

    text: str
    name: str
    lang: str
    story_id: str
    edition: str
    parent_id: str | None
    slot: Slot  # noon of its day
    edit_kind: EditKind | None = None
    edited_clause: str | None = None
    removal: Removal | None = None
    removal_clause: str | None = None


class ImportDocument(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is signed."""

    v: Literal[1] = 1
    site_id: str
    import_id: Id
    comments: Annotated[int, msgspec.Meta(ge=1)]
    rows_hash: Hex32
    head: Hex32  # of the roster that the lead's browser has verified
    by: Hex32  # the lead's signing key


class RowsSummary(msgspec.Struct, frozen=True):
    """How many comments an import has, and the hash over all of them."""

    comments: int
    rows_hash: str


def row_hash(nonce: bytes, publication: ImportedPublication) -> bytes:
    content = msgspec.json.encode(publication, order="sorted")
    return hashlib.sha256(IMPORTED_COMMENT_DOMAIN + nonce + content).digest()


def summarize(rows: Iterable[tuple[str, bytes]]) -> RowsSummary:
    """From the id and the hash of every comment, sorted by id. There may be millions, so none is held."""
    digest, count = hashlib.sha256(IMPORTED_COMMENT_DOMAIN), 0
    for comment_id, hash_ in rows:
        digest.update(comment_id.encode() + hash_)
        count += 1
    return RowsSummary(count, digest.hexdigest())


def message(document: ImportDocument) -> bytes:
    """The bytes that are signed."""
    return IMPORT_DOMAIN + msgspec.json.encode(document, order="sorted")


def is_genuine(document: ImportDocument, signature: bytes | None, signers: Signers) -> bool:
    """Whether a person who was a lead at the head that the document names has signed it."""
    if signature is None or document.site_id != signers.site_id:
        return False
    return signers.was_lead(document.by, document.head) and is_signed(
        message(document), signature=signature, by=document.by
    )
