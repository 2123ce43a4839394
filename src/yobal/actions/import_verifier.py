"""Whether an import is what a lead has signed. Shared by `publish_import` and `verify_published`."""

from collections.abc import Iterator, Sequence

import msgspec

from yobal.core import import_manifest
from yobal.core.decision_signature import Signers
from yobal.core.import_manifest import ImportDocument, ImportedPublication
from yobal.core.moves import Move, origins
from yobal.core.schedule import Slot
from yobal.core.terms import EditKind
from yobal.core.thread import Removal
from yobal.store import imports, staged_comments
from yobal.store.database import Connection
from yobal.store.imports import Import


class ImportedText(msgspec.Struct, frozen=True, kw_only=True):
    """An imported comment, staged or published."""

    comment_id: str
    nonce: bytes | None
    text: str
    name: str
    lang: str
    story_id: str
    edition: str
    parent_id: str | None
    slot: Slot
    edit_kind: EditKind | None
    edited_clause: str | None
    removal: Removal | None = None  # staged only: of what was published, a removed text has no hash
    removal_clause: str | None = None


class ImportVerifier:
    """For one run: it computes the hash over an import once."""

    def __init__(self, signers: Signers | None, moves: Sequence[Move]) -> None:
        self._signers, self._moves = signers, moves
        self._genuine: dict[str, bool] = {}

    def is_signed(self, conn: Connection, import_id: str) -> bool:
        """Whether a lead has signed exactly the comments that the database names for this import."""
        if import_id not in self._genuine:
            item = imports.get(conn, import_id)
            self._genuine[import_id] = item is not None and self._is_genuine(conn, item)
        return self._genuine[import_id]

    def _is_genuine(self, conn: Connection, item: Import) -> bool:
        if self._signers is None or not (item.head and item.signing_key and item.rows_hash):
            return False
        summary = import_manifest.summarize(imports.row_hashes(conn, item.id))
        document = ImportDocument(
            site_id=item.site_id,
            import_id=item.id,
            comments=summary.comments,
            rows_hash=summary.rows_hash,
            head=item.head,
            by=item.signing_key,
        )
        return import_manifest.is_genuine(document, item.signature, self._signers)

    def genuine_ids(self, conn: Connection, rows: Sequence[ImportedText]) -> set[str]:
        """The ids of the comments that an import has brought exactly so, with a lead's signature."""
        hashes = staged_comments.row_hashes_of(conn, [row.comment_id for row in rows])
        return {
            row.comment_id
            for row in rows
            if row.comment_id in hashes
            and hashes[row.comment_id][1] in list(self._row_hashes(row))
            and self.is_signed(conn, hashes[row.comment_id][0])
        }

    def _row_hashes(self, row: ImportedText) -> Iterator[bytes]:
        """The hashes of this text here, and in every place from which the technician has moved it."""
        for story_id, edition in (
            origins(self._moves, row.story_id, row.edition) if row.nonce else ()
        ):
            publication = ImportedPublication(
                text=row.text,
                name=row.name,
                lang=row.lang,
                story_id=story_id,
                edition=edition,
                parent_id=row.parent_id,
                slot=row.slot,
                edit_kind=row.edit_kind,
                edited_clause=row.edited_clause,
                removal=row.removal,
                removal_clause=row.removal_clause,
            )
            yield import_manifest.row_hash(row.nonce or b"", publication)
