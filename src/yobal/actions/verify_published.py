"""Compares every published comment with the decision that a member signed, or with the import; withholds those that differ.

Only `yobal rebuild` and `yobal doctor` do it: they read everything.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import msgspec

from yobal.actions.import_verifier import ImportedText, ImportVerifier
from yobal.actions.roster_reader import RosterReader
from yobal.core.decision_signature import Publication, Signers, publication_hash
from yobal.core.moves import Move, origins
from yobal.core.site_rules import SiteRules
from yobal.store import decisions, published_decisions
from yobal.store.database import Connection, Database
from yobal.store.published_decisions import PublishedDecision

_ROWS: Final = 500  # read at once


class VerifiedPublished(msgspec.Struct, frozen=True):
    verified: int
    withheld: int


def withhold_unverified(
    database: Database,
    rules: SiteRules,
    roster_reader: RosterReader,
    moves: Sequence[Move],
    *,
    show: Callable[[int, int], None] = lambda *_: None,
) -> VerifiedPublished:
    """Withhold what does not verify, and show again what does. The caller writes all files.

    Nothing is deleted: if the roster is put back, the next run shows the comments again. `show` gets how many
    comments were verified, and of how many. Raises RosterInvalid.
    """
    verified = withheld = 0
    with database.reading() as conn:
        total = published_decisions.count(conn, rules.site_id)
    show(0, total)
    for page, genuine in _pages(database, rules, roster_reader, moves):
        verified, withheld = verified + len(genuine), withheld + len(page) - len(genuine)
        hidden = [row.id for row in page if row.id not in genuine and not row.is_withheld]
        shown = [row.id for row in page if row.id in genuine and row.is_withheld]
        if hidden or shown:
            with database.writing() as conn:
                published_decisions.set_withheld(conn, hidden, is_withheld=True)
                published_decisions.set_withheld(conn, shown, is_withheld=False)
        show(verified + withheld, max(total, verified + withheld))
    return VerifiedPublished(verified, withheld)


class PublishedFaults(msgspec.Struct, frozen=True):
    """What the next `yobal rebuild` would show or withhold."""

    unverified: int  # they differ from what was signed, whether they are shown or not
    withheld: int  # they are genuine, and not shown


def count_faults(
    database: Database, rules: SiteRules, roster_reader: RosterReader, moves: Sequence[Move]
) -> PublishedFaults:
    """Changes nothing. Raises RosterInvalid."""
    unverified = withheld = 0
    for page, genuine in _pages(database, rules, roster_reader, moves):
        unverified += len(page) - len(genuine)
        withheld += sum(row.is_withheld and row.id in genuine for row in page)
    return PublishedFaults(unverified, withheld)


def is_genuine(row: PublishedDecision, signers: Signers | None, moves: Sequence[Move]) -> bool:
    """Whether a person who was a member then has signed that exactly this appears here."""
    document = decisions.document_of(row.decision) if row.decision is not None else None
    if document is None or row.decision is None or signers is None or not row.publication_nonce:
        return False
    return (
        document.publication_hash in list(_publication_hashes(row, row.publication_nonce, moves))
        and (document.clause, document.edit_kind) == (row.edited_clause, row.edit_kind)
        and (row.root_id, row.parent_id) == _expected_parents(row)
        and signers.is_genuine(document, row.decision.signature)
    )


def _publication_hashes(
    row: PublishedDecision, nonce: bytes, moves: Sequence[Move]
) -> Iterator[str]:
    """The hashes of this text here, and in every place from which the technician has moved it."""
    for story_id, edition in origins(moves, row.story_id, row.edition):
        publication = Publication(
            text=row.text,
            name=row.name,
            lang=row.lang,
            story_id=story_id,
            edition=edition,
            root_id=row.sent_root_id,
            parent_id=row.sent_parent_id,
        )
        yield publication_hash(nonce, publication)


def _expected_parents(row: PublishedDecision) -> tuple[str | None, str | None]:
    """As `release` chooses root and parent: what was replied to may have been gone by then."""
    if not row.has_root:
        return None, None
    return row.sent_root_id, row.sent_parent_id if row.has_parent else row.sent_root_id


def genuine_ids(
    conn: Connection,
    rows: Sequence[PublishedDecision],
    signers: Signers | None,
    moves: Sequence[Move],
    verifier: ImportVerifier | None = None,
) -> set[str]:
    """The ids of rows that a member has decided on so, or that came with an import that a lead has signed.

    A `verifier` that is given again does not read whole imports again.
    """
    genuine = {row.id for row in rows if is_genuine(row, signers, moves)}
    others = [row for row in rows if row.id not in genuine]
    return genuine | _genuine_imports(conn, others, verifier or ImportVerifier(signers, moves))


def _genuine_imports(
    conn: Connection, rows: Sequence[PublishedDecision], verifier: ImportVerifier
) -> set[str]:
    """The ids of rows that an import has brought, as a lead has signed it."""
    texts = [
        ImportedText(
            comment_id=row.id,
            nonce=row.publication_nonce,
            text=row.text,
            name=row.name,
            lang=row.lang,
            story_id=row.story_id,
            edition=row.edition,
            parent_id=row.sent_parent_id,
            slot=row.slot,
            edit_kind=row.edit_kind,
            edited_clause=row.edited_clause,
        )
        for row in rows
        if (row.root_id, row.parent_id) == _imported_parents(row)
    ]
    return verifier.genuine_ids(conn, texts)


def _imported_parents(row: PublishedDecision) -> tuple[str | None, str | None]:
    """As `publish_import` chooses them: what is replied to may be gone, or in another thread."""
    if not row.has_parent or row.sent_parent_story_id != row.story_id:
        return None, None
    return row.sent_parent_root_id or row.sent_parent_id, row.sent_parent_id


def _pages(
    database: Database, rules: SiteRules, roster_reader: RosterReader, moves: Sequence[Move]
) -> Iterator[tuple[list[PublishedDecision], set[str]]]:
    """Some rows, and the ids of the genuine ones."""
    after, verifier = "", None
    while True:
        with database.reading() as conn:
            signers = roster_reader.signers(conn)
            page = published_decisions.page(conn, rules.site_id, after=after, limit=_ROWS)
            verifier = verifier or ImportVerifier(signers, moves)
            genuine = genuine_ids(conn, page, signers, moves, verifier)
        yield page, genuine
        if len(page) < _ROWS:
            return
        after = page[-1].id
