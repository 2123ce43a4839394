"""What the public side reads from the tables: views without secrets, and the status behind a receipt.

On PostgreSQL this runs as a role that may do nothing else, apart from the inbox (`store/grants.py`).
"""

from typing import Final

import msgspec
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.decision_signature import DecisionDocument
from yobal.core.decisions import Verdict
from yobal.core.roster import SignedStatement
from yobal.core.schedule import Round, Slot
from yobal.core.states import State
from yobal.core.terms import EditKind
from yobal.core.thread import Edition
from yobal.store.rows import fetch_all, fetch_one
from yobal.store.sql_views import RECEIPT_STATUS
from yobal.store.withdrawal_requests import RequestKind

_SITE: Final = sa.text(
    "select id, name, is_demo, is_restoring, released_slot, last_round, is_full, arrivals_since_slot,"
    " admission_seed from intake_site order by id limit 1"
).columns(is_demo=sa.Boolean, is_restoring=sa.Boolean, is_full=sa.Boolean)
_STATEMENTS: Final = sa.text(
    "select statement, signature from intake_statements where site_id = :site_id order by number"
)
_NEWEST_STATEMENT: Final = sa.text(
    "select number, statement from intake_statements where site_id = :site_id"
    " order by number desc limit 1"
)
_FORMER_STATEMENTS: Final = sa.text(
    "select statement, signature from intake_former_statements"
    " where site_id = :site_id and first = :first order by number"
)
_STORY: Final = sa.text(
    "select is_open, closes_slot, is_full, arrivals_since_slot from intake_stories"
    " where site_id = :site_id and story_id = :story_id"
).columns(is_open=sa.Boolean, is_full=sa.Boolean)
_EDITIONS: Final = sa.text(
    "select tag, title, url from intake_editions"
    " where site_id = :site_id and story_id = :story_id order by tag"
)
_LANGUAGES: Final = sa.text("select distinct tag from intake_editions where site_id = :site_id")
_PUBLISHED: Final = sa.text(
    "select id, root_id, edition, text, name, lang, slot, edit_kind, edited_clause"
    " from intake_published"
    " where id = :id and site_id = :site_id and story_id = :story_id"
)


class IntakeSite(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    name: str
    is_demo: bool
    is_restoring: bool
    released_slot: Slot
    last_round: Round
    is_full: bool
    arrivals_since_slot: int
    admission_seed: bytes


class IntakeStory(msgspec.Struct, frozen=True, kw_only=True):
    """`arrivals_since_slot` are in the tables; more may be in the inbox."""

    is_open: bool
    closes_slot: Slot | None
    is_full: bool
    arrivals_since_slot: int


class PublicComment(msgspec.Struct, frozen=True, kw_only=True):
    """A published comment that readers can reply to."""

    id: str
    root_id: str | None
    edition: str
    text: str
    name: str
    lang: str
    slot: Slot
    edit_kind: EditKind | None
    edited_clause: str | None


class ReceiptStatus(msgspec.Struct, frozen=True, kw_only=True):
    """What a receipt shows, as of the last release. `slot` is when the comment was published.

    Only a published comment has its text here.
    """

    site_id: str
    story_id: str
    state: State
    clause: str | None = None
    edit_kind: EditKind | None = None
    feedback: bytes | None = None  # sealed to the receipts
    sealed_note: bytes | None = None  # the note alone, for colleagues
    text: str | None = None
    name: str | None = None
    lang: str | None = None
    slot: Slot | None = None
    removal_clause: str | None = None
    is_hidden: bool = False  # removed, and not destroyed yet
    is_withheld: bool = False  # published, and not shown: it does not verify
    withdrawal_request: RequestKind | None = None  # under any code of this comment
    # What the signature of the decision that is shown covers.
    comment_id: str | None = None
    verdict: Verdict | None = None
    envelope_hash: str | None = None
    publication_hash: str | None = None
    feedback_hash: str | None = None
    head: str | None = None
    signing_key: str | None = None
    signature: bytes | None = None

    def document(self) -> DecisionDocument | None:
        """What a moderator must have signed; None without a decision or a signature."""
        if (
            self.comment_id is None
            or self.verdict is None
            or self.head is None
            or self.signing_key is None
        ):
            return None
        return DecisionDocument(
            site_id=self.site_id,
            comment_id=self.comment_id,
            verdict=self.verdict,
            envelope_hash=self.envelope_hash,
            clause=self.clause,
            edit_kind=self.edit_kind,
            publication_hash=self.publication_hash,
            feedback_hash=self.feedback_hash,
            head=self.head,
            by=self.signing_key,
        )


def receipt_status(
    conn: Connection, receipt_hash: bytes, *, idempotency_hash: bytes
) -> ReceiptStatus | None:
    """None if the tables have neither this receipt nor a comment with this idempotency hash."""
    statement = (
        RECEIPT_STATUS
        if conn.dialect.name == "sqlite"
        else "select * from receipt_status(:hash, :idempotency_hash)"
    )
    parameters = {"hash": receipt_hash, "idempotency_hash": idempotency_hash}
    typed = sa.text(statement).columns(is_hidden=sa.Boolean, is_withheld=sa.Boolean)
    return fetch_one(conn, ReceiptStatus, typed, parameters)


def get_site(conn: Connection) -> IntakeSite | None:
    return fetch_one(conn, IntakeSite, _SITE)


def list_statements(conn: Connection, site_id: str) -> list[SignedStatement]:
    """The roster, without the keys beside its statements."""
    return fetch_all(conn, SignedStatement, _STATEMENTS.bindparams(site_id=site_id))


def list_former_statements(conn: Connection, site_id: str, *, first: str) -> list[SignedStatement]:
    """The statements of the former roster with this first statement, also without keys."""
    chosen = _FORMER_STATEMENTS.bindparams(site_id=site_id, first=first)
    return fetch_all(conn, SignedStatement, chosen)


def newest_statement(conn: Connection, site_id: str) -> tuple[int, str] | None:
    """How many there are, and the last."""
    row = conn.execute(_NEWEST_STATEMENT, {"site_id": site_id}).one_or_none()
    return (row.number + 1, row.statement) if row is not None else None


def get_story(conn: Connection, site_id: str, story_id: str) -> IntakeStory | None:
    return fetch_one(conn, IntakeStory, _STORY, {"site_id": site_id, "story_id": story_id})


def editions(conn: Connection, site_id: str, story_id: str) -> list[Edition]:
    return fetch_all(conn, Edition, _EDITIONS.bindparams(site_id=site_id, story_id=story_id))


def languages(conn: Connection, site_id: str) -> frozenset[str]:
    """The languages that the site has editions in: a comment may name these in clear."""
    return frozenset(conn.execute(_LANGUAGES, {"site_id": site_id}).scalars())


def get_published(
    conn: Connection, site_id: str, story_id: str, comment_id: str
) -> PublicComment | None:
    return fetch_one(
        conn,
        PublicComment,
        _PUBLISHED,
        {"id": comment_id, "site_id": site_id, "story_id": story_id},
    )
