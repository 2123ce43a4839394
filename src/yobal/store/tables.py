"""Every table, for both databases. `docs/threat-model.md` says what stands in each.

Times are slots. Ids are random, and tables about comments have no row number that SQLite counts,
because that would be the order of arrival. There is no sequence anywhere.
"""

from typing import Final

import sqlalchemy as sa

metadata: Final = sa.MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

_ROW_KEY: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # its own row number there


def _text(name: str, **extra: bool) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=extra.pop("nullable", False), **extra)  # type: ignore[arg-type]  # flags only


def _key(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, primary_key=True, nullable=False)


def _slot(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=nullable)


def _bytes(name: str, *, nullable: bool = False) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, nullable=nullable)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean, nullable=False)


def _hash_key(name: str) -> sa.Column[bytes]:
    return sa.Column(name, sa.LargeBinary, primary_key=True, nullable=False)


sites = sa.Table(
    "sites",
    metadata,
    _key("site"),
    _text("name"),
    _flag("is_demo"),  # made by `yobal demo`: its keys were made outside a browser
    _slot("released_slot"),  # decisions up to here are final, and receipts show them
    # A hash of the settings and the version that pages were last drawn with.
    sa.Column("drawn_as", sa.Text, nullable=False, server_default=""),
    sqlite_with_rowid=False,
)

stories = sa.Table(
    "stories",
    metadata,
    _key("site"),
    _key("story"),
    _flag("is_open"),
    _number("places"),  # how many top-level comments ever took a place in this thread
    _number("comments_total"),  # how many are published and present, replies included
    sqlite_with_rowid=False,
)

editions = sa.Table(
    "editions",
    metadata,
    _key("site"),
    _key("story"),
    _key("edition"),
    _text("title"),
    _text("url"),
    sqlite_with_rowid=False,
)

epochs = sa.Table(
    "epochs",
    metadata,
    _key("epoch"),
    _text("site"),
    _number("number"),  # the highest is the one that intake seals to
    _text("recipient"),
    _slot("first_slot"),
    _slot("last_slot", nullable=True),
    sa.UniqueConstraint("site", "number"),
    sqlite_with_rowid=False,
)

wraps = sa.Table(
    "wraps",
    metadata,
    _key("epoch"),
    _key("pseudonym"),
    _bytes("wrap"),  # an age file: the epoch's identity, to the moderator's own
    sqlite_with_rowid=False,
)

moderators = sa.Table(
    "moderators",
    metadata,
    _key("site"),
    _key("pseudonym"),
    _text("role"),
    _flag("is_active"),
    _bytes("secret_hash"),  # SHA-256 of 90 random bits that scrypt stretched: needs no slow hash
    _text("recipient"),
    _bytes("identity"),  # the personal identity, wrapped to the passphrase's
    _text("recovery_recipient"),
    _bytes("recovery_identity"),  # … and to the recovery sheet's
    sqlite_with_rowid=False,
)

invitations = sa.Table(
    "invitations",
    metadata,
    _hash_key("token_hash"),
    _text("site"),
    _text("role"),
    _flag("is_first"),
    _slot("until_slot"),
    sqlite_with_rowid=False,
)

invitation_wraps = sa.Table(
    "invitation_wraps",
    metadata,
    _hash_key("token_hash"),
    _key("epoch"),
    _bytes("wrap"),
    sqlite_with_rowid=False,
)

sessions = sa.Table(
    "sessions",
    metadata,
    _hash_key("token_hash"),
    _text("site"),
    _text("pseudonym"),
    _slot("until_slot"),
    sqlite_with_rowid=False,
)

comments = sa.Table(
    "comments",
    metadata,
    _key("id"),
    _text("site"),
    _text("story"),
    _text("edition"),
    _text("root", nullable=True),
    _text("to_id", nullable=True),
    _text("state"),
    _slot("arrival_slot"),
    _text("epoch"),
    _number("size_kib"),
    _text("lane"),
    _text("cluster", nullable=True),
    _text("lang"),
    _bytes("once", nullable=True),  # unique: the same form with the same words is one comment
    _bytes("commitment", nullable=True),
    _slot("due_slot", nullable=True),  # held: the slot that was drawn
    _slot("decided_slot", nullable=True),  # when the newest decision becomes final
    sa.UniqueConstraint("once"),
    # Few and narrow: every index is one more page that a submission writes.
    sa.Index("ix_comments_queue", "site", "state", "arrival_slot", "id", "story"),
    sa.Index(
        "ix_comments_due",
        "site",
        "state",
        "due_slot",
        sqlite_where=sa.text("due_slot is not null"),
        postgresql_where=sa.text("due_slot is not null"),
    ),
    sqlite_with_rowid=False,
)

# Rows this large want a number as their key (https://sqlite.org/withoutrowid.html); it is drawn
# from the comment's random id, and tells no more than that.
envelopes = sa.Table(
    "envelopes",
    metadata,
    sa.Column("place", _ROW_KEY, primary_key=True, autoincrement=False),
    _text("comment"),
    _bytes("sealed"),
    sa.UniqueConstraint("comment"),
)

held_texts = sa.Table(
    "held_texts",
    metadata,  # rows are deleted, never blanked
    _key("comment"),
    _text("text"),
    _text("name"),
    _text("lang"),
    _text("clause", nullable=True),
    _text("kind", nullable=True),
    sqlite_with_rowid=False,
)

receipts = sa.Table(
    "receipts",
    metadata,
    _hash_key("hash"),
    _bytes("once"),  # which comment: the public side never learns an id back
    _number("copy"),
    _text("week"),
    sa.UniqueConstraint("once", "copy"),
    sqlite_with_rowid=False,
)

wishes = sa.Table(
    "wishes",
    metadata,
    _key("wish"),
    _text("site"),
    _bytes("receipt_hash"),
    _text("kind"),
    sa.Index("uq_wishes_receipt_hash_kind", "receipt_hash", "kind", unique=True),
    sqlite_with_rowid=False,
)

decisions = sa.Table(
    "decisions",
    metadata,  # rows are only added; a withdrawal blanks the note
    _key("decision"),
    _text("site"),
    _text("comment"),
    _text("verdict"),
    _text("clause", nullable=True),
    _text("kind", nullable=True),
    _text("note", nullable=True),
    _text("by"),
    _slot("slot"),
    _number("terms_version"),
    _text("undoes", nullable=True),
    sa.Index("ix_decisions_history", "site", "slot", "decision"),
    sa.Index("ix_decisions_comment", "comment"),
    sa.UniqueConstraint("undoes"),
    sqlite_with_rowid=False,
)

published_comments = sa.Table(
    "letters",
    metadata,  # what is published
    _key("id"),
    _text("site"),
    _text("story"),
    _text("edition"),
    _text("root", nullable=True),
    _text("to_id", nullable=True),
    _number("place"),  # of a top-level comment in its thread, of a reply under its root
    _text("text"),
    _text("name"),
    _text("lang"),
    _slot("slot"),
    _text("edited_clause", nullable=True),
    _text("gone", nullable=True),
    _text("gone_clause", nullable=True),
    _number("replies"),  # how many replies ever took a place under it
    sa.Index("ix_letters_place", "site", "story", "root", "place"),
    sa.Index("ix_letters_to_id", "to_id"),
    sqlite_with_rowid=False,
)

touched = sa.Table(
    "touched",
    metadata,  # files that the store has outrun: written, then forgotten
    _key("site"),
    _key("story"),
    _key("kind"),
    _key("root"),
    sa.Column("number", sa.Integer, primary_key=True, nullable=False, autoincrement=False),
    # Counts how often it was noted, so that who has written the file knows whether it is still due.
    sa.Column("again", sa.Integer, nullable=False, server_default="0"),
    sqlite_with_rowid=False,
)
