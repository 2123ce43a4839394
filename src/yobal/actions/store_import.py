"""Stores what an import brings: public comments wait for a lead, all others are sealed and wait in the queue.

Also the beginning and the end of an import, and its refusal.
"""

import hashlib
from collections.abc import Sequence
from functools import partial
from typing import Final

import msgspec

from yobal.actions.roster_reader import RosterReader
from yobal.adapters.cell_file import CellFile
from yobal.core import envelope as envelopes_format
from yobal.core import ids, import_manifest, language
from yobal.core.decision_signature import NONCE_BYTES as PUBLICATION_NONCE_BYTES
from yobal.core.envelope import NONCE_BYTES, Envelope, Sealer
from yobal.core.errors import EnvelopeTooLarge, ImportChanged
from yobal.core.ids import RandomBytes
from yobal.core.import_manifest import ImportedPublication, ImportState
from yobal.core.import_rows import PlacedComment
from yobal.core.schedule import Slot
from yobal.core.site_rules import SiteRules
from yobal.store import (
    arrivals,
    cells,
    imported_threads,
    imports,
    sites,
    staged_comments,
    stories,
)
from yobal.store.arrivals import Arrival, EncryptedArrival
from yobal.store.database import Connection, Database
from yobal.store.imports import Import
from yobal.store.staged_comments import StagedComment

EXPORT_FORMAT: Final = "jsonl"  # Yobal's own
_ID_KEY_BYTES: Final = 32
_OPEN: Final[tuple[ImportState, ...]] = ("reading", "waiting")
_IDEMPOTENCY_DOMAIN: Final = b"yobal import\0"
NO_LEAD: Final = (
    "it must be sealed, and there is no lead yet who could open it: import again when there is one"
)
_TOO_LARGE: Final = "it does not fit an envelope"


def begin(
    database: Database, rules: SiteRules, *, source: str, format_: str, random: RandomBytes
) -> Import:
    """Go on with the import of this source that no lead has signed, or begin a new one."""
    with database.writing() as conn:
        sites.lock(conn, rules.site_id)
        earlier = imports.of_source(conn, rules.site_id, source)
        for item in earlier:
            if imports.transition(conn, item.id, from_=_OPEN, to="reading"):
                return msgspec.structs.replace(item, state="reading")
        new = Import(
            id=ids.new_id(random),
            site_id=rules.site_id,
            source=source,
            # The same key, so that what was imported before is recognized.
            id_key=earlier[0].id_key if earlier else random(_ID_KEY_BYTES),
            format=format_,
            state="reading",
        )
        imports.add(conn, new)
    return new


def finish(database: Database, import_: Import) -> Import | None:
    """The file was read to its end. None if it brought nothing that is not there."""
    with database.writing() as conn:
        summary = import_manifest.summarize(imports.row_hashes(conn, import_.id))
        has_sealed = staged_comments.count_sealed(conn, import_.id) > 0
        if not summary.comments and not has_sealed:
            imports.delete(conn, import_.id)
            return None
        imports.set_manifest(
            conn,
            import_.id,
            summary=summary,
            state="waiting" if summary.comments else "published",
        )
        return imports.get(conn, import_.id)


class SealedTo(msgspec.Struct, frozen=True):
    """The newest epoch, whose key only moderators have."""

    epoch_id: str
    sealer: Sealer


class DatabaseTarget:
    """Stores batches of one import, each in one transaction."""

    def __init__(
        self,
        database: Database,
        cell_file: CellFile,
        rules: SiteRules,
        import_: Import,
        *,
        roster_reader: RosterReader,
        random: RandomBytes,
    ) -> None:
        self._database, self._cell_file, self._rules = database, cell_file, rules
        self._import, self._random = import_, random
        self._next_number = import_.next_number
        self._keeps_positions: dict[str, bool] = {}  # by story
        self._roster_reader = roster_reader
        with database.reading() as conn:
            self._arrival_round = sites.last_round(conn, rules.site_id)
            self._languages = frozenset(stories.languages(conn, rules.site_id))
        self._sealed_to: SealedTo | None = None

    def imported_slots(self, comment_ids: set[str]) -> dict[str, Slot]:
        with self._database.reading() as conn:
            slots = staged_comments.imported_slots(conn, comment_ids)
            if self._import.format == EXPORT_FORMAT:  # its ids are Yobal's own
                slots = staged_comments.existing_slots(conn, comment_ids) | slots
            return slots

    def store(self, comments: Sequence[PlacedComment]) -> dict[str, str]:
        """Raises ImportChanged if a lead has refused the import meanwhile."""
        to_stage = [comment for comment in comments if comment.is_public]
        if to_stage:
            with self._database.writing() as conn:
                self._check_is_read(conn)
                self._keep_positions(conn, to_stage)
                staged_comments.add(conn, [self._staged(comment) for comment in to_stage])
                imports.set_next_number(conn, self._import.id, self._next_number)
        # After those, because a sealed reply names the comments above it.
        to_seal = [comment for comment in comments if not comment.is_public]
        return self._seal(to_seal) if to_seal else {}

    def _keep_positions(self, conn: Connection, comments: Sequence[PlacedComment]) -> None:
        """A thread that Yobal has exported keeps its positions, and so its pages, if it is empty here."""
        for thread in {item.story_place for item in comments if item.exported is not None}:
            if thread.story_id not in self._keeps_positions:
                self._keeps_positions[thread.story_id] = imported_threads.keep_positions(
                    conn, self._import, thread.story_id, positions=thread.positions
                )

    def _check_is_read(self, conn: Connection) -> None:
        current = imports.get(conn, self._import.id)
        if current is None or current.state != "reading":
            raise ImportChanged("a lead has refused this import meanwhile, so nothing more is read")

    def _staged(self, comment: PlacedComment) -> tuple[StagedComment, bytes]:
        nonce, number = self._random(PUBLICATION_NONCE_BYTES), self._next_number
        self._next_number += 1
        exported = comment.exported
        keeps_position = (
            exported is not None and self._keeps_positions[comment.story_place.story_id]
        )
        staged = StagedComment(
            comment_id=comment.comment_id,
            site_id=self._rules.site_id,
            import_id=self._import.id,
            story_id=comment.story_place.story_id,
            edition=comment.story_place.edition,
            parent_id=comment.parent_id,
            slot=comment.slot,
            number=number,
            text=comment.text,
            name=comment.name,
            lang=comment.lang,
            publication_nonce=nonce,
            position=exported.position if exported is not None and keeps_position else None,
            next_reply_position=exported.next_reply_position
            if exported is not None and keeps_position
            else None,
            edit_kind=exported.edit_kind if exported is not None else None,
            edited_clause=exported.edited_clause if exported is not None else None,
            removal=exported.removal if exported is not None else None,
            removal_clause=exported.removal_clause if exported is not None else None,
        )
        publication = ImportedPublication(
            text=staged.text,
            name=staged.name,
            lang=staged.lang,
            story_id=staged.story_id,
            edition=staged.edition,
            parent_id=staged.parent_id,
            slot=staged.slot,
            edit_kind=staged.edit_kind,
            edited_clause=staged.edited_clause,
            removal=staged.removal,
            removal_clause=staged.removal_clause,
        )
        return staged, import_manifest.row_hash(nonce, publication)

    def _seal(self, comments: Sequence[PlacedComment]) -> dict[str, str]:
        sealed_to = self._newest_epoch()
        if sealed_to is None:
            return {comment.comment_id: NO_LEAD for comment in comments}
        refused: dict[str, str] = {}
        sealed: list[Arrival] = []
        roots = self._roots_of(comments)
        for comment in comments:
            try:
                sealed.append(self._arrival(comment, roots, sealed_to))
            except EnvelopeTooLarge:
                refused[comment.comment_id] = _TOO_LARGE
        find_used = partial(cells.find_used, self._database)
        with (
            self._cell_file.allocate(len(sealed), find_used=find_used) as allocated,
            self._database.writing() as conn,
        ):
            self._check_is_read(conn)
            encrypted = [
                EncryptedArrival(
                    arrival,
                    cell.number,
                    cell.encrypt(arrival.sealed, purpose="envelope", row_id=arrival.id),
                )
                for arrival, cell in zip(sealed, allocated, strict=True)
            ]
            inserted = arrivals.insert_comments(conn, encrypted, arrival_round=self._arrival_round)
            cells.expire_unused(conn, inserted.unused_cells)
            staged_comments.add_sealed(conn, self._import.id, [arrival.id for arrival in sealed])
        return refused

    def _newest_epoch(self) -> SealedTo | None:
        """Read again for each batch: a large file takes hours, and the epoch may have been destroyed meanwhile."""
        with self._database.reading() as conn:
            roster = self._roster_reader.read(conn)
        epoch = roster.epochs[-1] if roster is not None and roster.epochs else None
        if epoch is None:
            return None
        if self._sealed_to is None or self._sealed_to.epoch_id != epoch.epoch_id:
            self._sealed_to = SealedTo(epoch.epoch_id, Sealer(epoch.recipient))
        return self._sealed_to

    def _arrival(
        self, comment: PlacedComment, roots: dict[str, str], sealed_to: SealedTo
    ) -> Arrival:
        """Raises EnvelopeTooLarge."""
        nonce = self._random(NONCE_BYTES)
        root_id = roots.get(comment.comment_id)
        parent_id = comment.parent_id if root_id is not None else None
        sealed, size_kib = sealed_to.sealer.seal(
            Envelope(
                comment_id=comment.comment_id,
                site_id=self._rules.site_id,
                story_id=comment.story_place.story_id,
                edition=comment.story_place.edition,
                root_id=root_id,
                parent_id=parent_id,
                text=comment.text,
                name=comment.name,
                lang=comment.lang,
                nonce=nonce.hex(),
                # No form was sent, so no receipt can be bound to it.
                feedback_key=self._random(NONCE_BYTES).hex(),
            )
        )
        return Arrival(
            id=comment.comment_id,
            site_id=self._rules.site_id,
            story_id=comment.story_place.story_id,
            edition=comment.story_place.edition,
            root_id=root_id,
            parent_id=parent_id,
            epoch_id=sealed_to.epoch_id,
            size_kib=size_kib,
            lang=comment.lang if comment.lang in self._languages else language.OTHER,
            # No form was sent: this only has to be different for each comment.
            idempotency_hash=hashlib.sha256(
                _IDEMPOTENCY_DOMAIN + comment.comment_id.encode()
            ).digest(),
            commitment=envelopes_format.commitment(
                nonce=nonce, name=comment.name, text=comment.text
            ),
            sealed=sealed,
        )

    def _roots_of(self, comments: Sequence[PlacedComment]) -> dict[str, str]:
        """The top-level comment above each reply. The envelope names it, and may be opened before the import is signed."""
        story_of = {comment.comment_id: comment.story_place.story_id for comment in comments}
        above = {comment.comment_id: comment.parent_id for comment in comments}
        roots: dict[str, str | None] = {}
        with self._database.reading() as conn:
            missing = {parent for parent in above.values() if parent} - set(above)
            while missing:
                found_above = staged_comments.ancestors(conn, missing)
                for ancestor in found_above.values():
                    above[ancestor.comment_id] = ancestor.parent_id
                    story_of[ancestor.comment_id] = ancestor.story_id
                    if ancestor.root_id is not None:
                        roots[ancestor.comment_id] = ancestor.root_id
                parents = {item.parent_id for item in found_above.values() if item.parent_id}
                missing = parents - set(above)
        return {
            comment.comment_id: root_id
            for comment in comments
            if (root_id := _root_of(comment.comment_id, above, roots)) is not None
            and story_of.get(root_id) == comment.story_place.story_id
        }


def _root_of(
    comment_id: str, above: dict[str, str | None], roots: dict[str, str | None]
) -> str | None:
    """None for a comment at the top."""
    root_id: str | None = None
    parent_id = above.get(comment_id)
    while parent_id is not None and parent_id in above:
        root_id = roots.get(parent_id) or parent_id
        parent_id = above[parent_id] if parent_id not in roots else None
    return root_id
