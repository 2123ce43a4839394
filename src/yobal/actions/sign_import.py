"""A lead signs an import, which lets its comments appear, or refuses it, which deletes them."""

import msgspec

from yobal.actions.roster_reader import RosterReader
from yobal.core import import_manifest
from yobal.core.errors import Forbidden, ImportChanged, NoSuchImport, SignatureInvalid
from yobal.core.ids import RandomBytes
from yobal.core.import_manifest import ImportDocument, RowsSummary
from yobal.core.schedule import Slot, next_slot
from yobal.core.site_rules import SiteRules
from yobal.store import imports, pending_purge, sites, staged_comments
from yobal.store.database import Connection, Database
from yobal.store.imports import ImportSignature


class ManifestSignature(msgspec.Struct, frozen=True, kw_only=True):
    """What a lead's browser has signed: these many comments, with this hash."""

    comments: int
    rows_hash: str
    head: str
    signature: bytes


def sign(
    database: Database,
    rules: SiteRules,
    roster_reader: RosterReader,
    import_id: str,
    *,
    pseudonym: str,
    manifest: ManifestSignature,
    now: float,
) -> Slot:
    """The slot with which its comments begin to appear.

    Raises NoSuchImport, ImportChanged, SignatureInvalid, Forbidden, RosterInvalid.
    """
    with database.writing() as conn:
        by = _signing_key(conn, roster_reader, pseudonym)
        _check_manifest(conn, import_id, manifest)
        document = ImportDocument(
            site_id=rules.site_id,
            import_id=import_id,
            comments=manifest.comments,
            rows_hash=manifest.rows_hash,
            head=manifest.head,
            by=by,
        )
        signers = roster_reader.signers(conn)
        if signers is None or not import_manifest.is_genuine(document, manifest.signature, signers):
            raise SignatureInvalid(import_id)
        # After what is released already: between two slots, nothing changes for readers.
        due_slot = next_slot(rules.schedule, max(now, sites.released_slot(conn, rules.site_id)))
        signature = ImportSignature(
            signed_by=pseudonym,
            head=manifest.head,
            signing_key=by,
            signature=manifest.signature,
            due_slot=due_slot,
        )
        if not imports.sign(conn, import_id, rows_hash=manifest.rows_hash, signature=signature):
            raise ImportChanged
    return due_slot


def refuse(database: Database, rules: SiteRules, import_id: str, *, random: RandomBytes) -> None:
    """Deletes every comment of the import, including those in the queue; the caller purges.

    What a moderator has decided on stays. Raises NoSuchImport, ImportChanged.
    """
    with database.writing() as conn:
        if imports.get(conn, import_id) is None:
            raise NoSuchImport
        if not imports.transition(conn, import_id, from_=("waiting", "reading"), to="reading"):
            raise ImportChanged
        pending_purge.request(conn, rules.site_id, random=random)
        staged_comments.delete_import(conn, import_id)
        imports.delete(conn, import_id)


def _signing_key(conn: Connection, roster_reader: RosterReader, pseudonym: str) -> str:
    """Raises Forbidden, RosterInvalid."""
    roster = roster_reader.read(conn)
    member = roster.named(pseudonym) if roster is not None else None
    if member is None or member.role != "lead":
        raise Forbidden
    return member.signing_key


def _check_manifest(conn: Connection, import_id: str, manifest: ManifestSignature) -> None:
    """Compares with the rows themselves, not with a stored result: they may have been changed since."""
    item = imports.get(conn, import_id)
    if item is None:
        raise NoSuchImport
    summary = import_manifest.summarize(imports.row_hashes(conn, import_id))
    if summary != RowsSummary(manifest.comments, manifest.rows_hash):
        raise ImportChanged
