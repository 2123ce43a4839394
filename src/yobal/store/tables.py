"""Every table for both databases, except the inbox. `docs/threat-model.md` says what each one shows.

Times are slots and rounds. Ids are random. Tables about comments have no row number assigned by SQLite, which
would show the order of arrival. No table uses a sequence.
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

_ROW_KEY: Final = sa.BigInteger().with_variant(sa.Integer(), "sqlite")  # the row number on SQLite
_BYTE_ORDER: Final = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=nullable)


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
    _key("id"),
    _text("name"),
    _flag("is_demo"),  # made by `yobal demo`, with keys from outside a browser
    _slot("released_slot"),  # decisions up to this slot are final, and receipts show them
    # A hash of the settings and the version that the public pages were last rendered with.
    sa.Column("rendering_fingerprint", sa.Text, nullable=False, server_default=""),
    # A random id while deleted text may still be in the database's files; see pending_purge.py.
    _text("pending_purge_id", nullable=True),
    # Rows of a backup are stored, but not purged, or not verified and written, yet: nothing starts.
    sa.Column("is_restoring", sa.Boolean, nullable=False, server_default=sa.false()),
    _slot("last_round"),  # what came to the inbox until then is in the tables
    # No pending comment expires before this slot: a week after a pause, in which no desk showed the warning.
    sa.Column("first_expiry_slot", sa.BigInteger, nullable=False, server_default="0"),
    # Names of SQLite's inbox files that are in the tables and not destroyed yet; see sqlite_inbox.py.
    sa.Column("taken_inboxes", sa.Text, nullable=False, server_default=""),
    # Whether comments are accepted; see admissions.py. The limit of arrivals comes from the seed.
    _bytes("admission_seed"),
    sa.Column("is_full", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("arrivals_since_slot", sa.Integer, nullable=False, server_default="0"),
    sqlite_with_rowid=False,
)

stories = sa.Table(
    "stories",
    metadata,
    _key("site_id"),
    _key("story_id"),
    _flag("is_open"),
    _number("next_position"),  # of the next top-level comment in this thread
    _number("comments_total"),  # published and not removed, replies included
    _slot("closes_slot", nullable=True),  # an open story closes with this slot
    # The same as of the site
    sa.Column("is_full", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("arrivals_since_slot", sa.Integer, nullable=False, server_default="0"),
    sqlite_with_rowid=False,
)

editions = sa.Table(
    "editions",
    metadata,
    _key("site_id"),
    _key("story_id"),
    _key("tag"),  # BCP 47
    _text("title"),
    _text("url"),
    # What the newsroom says above the form and above the thread; empty if nothing.
    sa.Column("question", sa.Text, nullable=False, server_default=""),
    sa.Column("pinned_note", sa.Text, nullable=False, server_default=""),
    sqlite_with_rowid=False,
)

statements = sa.Table(
    "statements",
    metadata,  # the roster; `core/roster.py` verifies it, and nothing else says who is a member
    _key("site_id"),
    sa.Column("number", sa.Integer, primary_key=True, nullable=False, autoincrement=False),
    _text("statement"),
    _bytes("signature"),
    _text("keys", nullable=True),  # whose hash the statement names
    _bytes("keys_signature", nullable=True),
    sqlite_with_rowid=False,
)

former_statements = sa.Table(
    "former_statements",
    metadata,  # of rosters that `init --new-epoch` replaced: what was released then still verifies
    _key("site_id"),
    _key("first"),  # the hash of that roster's first statement
    sa.Column("number", sa.Integer, primary_key=True, nullable=False, autoincrement=False),
    _text("statement"),
    _bytes("signature"),
    _text("keys", nullable=True),
    _bytes("keys_signature", nullable=True),
    sqlite_with_rowid=False,
)

epochs = sa.Table(
    "epochs",
    metadata,  # for the order and the slots; the recipient is in a statement only
    _key("id"),
    _text("site_id"),
    _number("number"),
    _flag("is_current"),  # of the present roster; the others are of those before `init --new-epoch`
    _slot("first_slot"),
    _slot("last_slot", nullable=True),
    # Since then it has no wrap, and gets none any more: what was sealed to it cannot be opened.
    _slot("destroyed_slot", nullable=True),
    sa.UniqueConstraint("site_id", "number"),
    sqlite_with_rowid=False,
)

wrapped_epoch_keys = sa.Table(
    "wrapped_epoch_keys",
    metadata,
    _key("epoch_id"),
    _key("pseudonym"),
    _number("cell"),  # its place in `secrets/cells`: the key that encrypts it
    # An age file, the epoch's identity sealed to the moderator's recipient, encrypted once more.
    _bytes("ciphertext"),
    sa.UniqueConstraint("cell"),
    sqlite_with_rowid=False,
)

moderators = sa.Table(
    "moderators",
    metadata,
    _key("site_id"),
    _key("pseudonym"),
    _text("signing_key"),  # as in the roster; what it owns is in `member_identities`
    _flag("is_active"),
    # By the technician, unsigned. Only a lead's statement removes a member.
    sa.Column("is_suspended", sa.Boolean, nullable=False, server_default=sa.false()),
    _bytes("roster_pin"),  # `core/signed_pin.py`: what their browsers have verified of the roster
    sqlite_with_rowid=False,
)

member_identities = sa.Table(
    "member_identities",
    metadata,  # the personal identity of a member, or of a person who waits for a confirmation
    _key("signing_key"),
    _key("opened_by"),  # `words`, `sheet` or a passkey's hash: what opens the age file
    _number("cell"),  # its place in `secrets/cells`: the key that encrypts it
    _bytes("ciphertext"),  # the age file, encrypted once more
    sa.UniqueConstraint("cell"),
    sqlite_with_rowid=False,
)

member_activity = sa.Table(
    "member_activity",
    metadata,  # what the desk shows about its members; unsigned, and deleted with them
    _key("site_id"),
    _key("pseudonym"),
    _slot("since_slot"),
    _text("opened_epoch_id", nullable=True),  # the newest one when they signed in last
    # The sheet that has proved itself; another recipient than the roster's is of an older sheet.
    _text("tested_recipient", nullable=True),
    sqlite_with_rowid=False,
)

passkeys = sa.Table(
    "passkeys",
    metadata,  # only those count whose hash the roster names
    _key("site_id"),
    _key("passkey_hash"),
    _text("pseudonym"),
    _bytes("credential_id"),
    _text("passkey"),  # what its owner says of it; see core/roster.py
    _slot("since_slot"),
    # The authenticator's counter, 32 bits without a sign; 0 if it does not count.
    sa.Column("sign_count", sa.BigInteger, nullable=False),
    sa.UniqueConstraint("site_id", "credential_id"),
    sqlite_with_rowid=False,
)

used_challenges = sa.Table(
    "used_challenges",
    metadata,  # a challenge signs in once; the rows stay as long as one is valid, and on to a slot
    _hash_key("challenge_hash"),
    _slot("expires_slot"),
    sqlite_with_rowid=False,
)

invitations = sa.Table(
    "invitations",
    metadata,
    _hash_key("token_hash"),
    _text("site_id"),
    _text("role"),
    _text("invited_by", nullable=True),  # a lead's signing key; null for the first lead's link
    _slot("expires_slot"),
    sqlite_with_rowid=False,
)

registrations = sa.Table(
    "registrations",
    metadata,  # who has used a link, and is no member until a lead confirms it
    _hash_key("token_hash"),
    _text("site_id"),
    _text("role"),
    _text("invited_by"),
    _text("head"),  # of the roster that the browser was given
    _text("signing_key"),  # what it owns is in `member_identities`
    _text("keys"),
    _bytes("keys_signature"),
    _bytes("roster_pin"),
    _slot("expires_slot"),
    sqlite_with_rowid=False,
)

sessions = sa.Table(
    "sessions",
    metadata,
    _hash_key("token_hash"),
    _text("site_id"),
    _text("pseudonym"),
    _slot("begun_slot"),  # the last slot before it began
    _slot("expires_slot"),
    _flag("is_locked"),  # it opens nothing until its PIN, which only the server's memory has
    _text("device_label"),  # as its owner calls the device; nothing is taken from the browser
    _bytes("mac"),  # under a key in `secrets/`, over all but the label: `actions/session_row.py`
    _text("passkey_hash", nullable=True),  # that opened it; it ends with the passkey
    _text("end_reason", nullable=True),  # ended for this before it expired; it opens nothing
    sqlite_with_rowid=False,
)

comments = sa.Table(
    "comments",
    metadata,
    _key("id"),
    _text("site_id"),
    _text("story_id"),
    _text("edition"),  # the tag of the edition that it was sent under
    _text("root_id", nullable=True),
    _text("parent_id", nullable=True),
    _text("state"),
    _slot("arrival_round"),
    _text("epoch_id"),
    _number("size_kib"),
    _text("lang"),
    # Unique: the same form with the same words is one comment.
    _bytes("idempotency_hash", nullable=True),
    _bytes("commitment", nullable=True),
    _slot("due_slot", nullable=True),  # held: the slot that was picked
    _slot("decided_slot", nullable=True),  # when the newest decision becomes final
    sa.UniqueConstraint("idempotency_hash"),
    # Few and narrow indexes: each is one more page that a submission writes.
    sa.Index("ix_comments_queue", "site_id", "state", "arrival_round", "id", "story_id"),
    sa.Index(
        "ix_comments_due",
        "site_id",
        "state",
        "due_slot",
        sqlite_where=sa.text("due_slot is not null"),
        postgresql_where=sa.text("due_slot is not null"),
    ),
    sqlite_with_rowid=False,
)

# SQLite needs a number as the key of such large rows (https://sqlite.org/withoutrowid.html). It is
# part of the comment's random id and shows nothing else.
envelopes = sa.Table(
    "envelopes",
    metadata,
    sa.Column("row_key", _ROW_KEY, primary_key=True, autoincrement=False),
    _text("comment_id"),
    _number("cell"),  # its place in `secrets/cells`: the key that encrypts it
    _bytes("ciphertext"),  # an age file, encrypted once more
    sa.UniqueConstraint("comment_id"),
    sa.UniqueConstraint("cell"),
)

held_texts = sa.Table(
    "held_texts",
    metadata,  # rows are deleted, never blanked
    _key("comment_id"),
    _number("cell"),  # its place in `secrets/cells`: the key that encrypts it
    _bytes("ciphertext"),  # `core/held_text.py`
    sa.UniqueConstraint("cell"),
    sqlite_with_rowid=False,
)

hidden_texts = sa.Table(
    "hidden_texts",
    metadata,  # what a moderator has removed, until it is destroyed; rows are deleted, never blanked
    _key("comment_id"),
    _text("site_id"),
    _text("decision_id"),  # the removal
    _number("cell"),  # its place in `secrets/cells`: the key that encrypts it
    _bytes("ciphertext"),  # `core/hidden_text.py`
    _slot("destroy_slot"),  # destroyed with this slot, unless it
    _flag("waits_for_lead"),
    sa.UniqueConstraint("cell"),
    sa.UniqueConstraint("decision_id"),
    sqlite_with_rowid=False,
)

expired_cells = sa.Table(
    "expired_cells",
    metadata,  # cells of deleted rows that are not overwritten yet
    sa.Column("cell", sa.Integer, primary_key=True, nullable=False, autoincrement=False),
    sqlite_with_rowid=False,
)

receipts = sa.Table(
    "receipts",
    metadata,
    _hash_key("hash"),
    _bytes("idempotency_hash"),  # refers to the comment: the public side never learns its id
    _number("copy"),  # from 0; a repeated submission gets one more code
    _text("week"),
    # What a moderator writes to the author is sealed to it. Only the code and the week's pepper make its identity.
    _text("recipient"),
    _bytes(
        "recipient_mac"
    ),  # under a key in the comment's envelope; the moderator's browser checks it
    sa.UniqueConstraint("idempotency_hash", "copy"),
    sqlite_with_rowid=False,
)

withdrawal_requests = sa.Table(
    "withdrawal_requests",
    metadata,
    _key("id"),
    _text("site_id"),
    _bytes("receipt_hash"),
    _text("request_kind"),
    sa.Index(
        "uq_withdrawal_requests_receipt_hash_request_kind",
        "receipt_hash",
        "request_kind",
        unique=True,
    ),
    sqlite_with_rowid=False,
)

decisions = sa.Table(
    "decisions",
    metadata,  # rows are only added
    _key("id"),
    _text("site_id"),
    _text("comment_id"),
    _text("verdict"),
    _text("clause", nullable=True),
    _text("edit_kind", nullable=True),
    _text("decided_by"),
    _slot("slot"),
    _number("terms_version"),
    _text("undoes_id", nullable=True),
    # What the moderator signed, beside the columns above; see core/decision_signature.py. Null for what the
    # system undid.
    _text("envelope_hash", nullable=True),
    _text("publication_hash", nullable=True),
    _text("feedback_hash", nullable=True),
    _text("head", nullable=True),
    _text("signing_key", nullable=True),
    _bytes("signature", nullable=True),
    sa.Index("ix_decisions_history", "site_id", "slot", "id"),
    sa.Index("ix_decisions_comment", "comment_id"),
    sa.UniqueConstraint("undoes_id"),
    sqlite_with_rowid=False,
)

feedback = sa.Table(
    "feedback",
    metadata,  # what moderators wrote to authors; it goes with the receipts, or with a withdrawn comment
    sa.Column("row_key", _ROW_KEY, primary_key=True, autoincrement=False),  # as of envelopes
    _text("decision_id"),
    _text("comment_id"),
    _bytes("sealed"),  # an age file to the comment's receipts; `core/feedback.py`
    _bytes("sealed_note"),  # an age file to the comment's epoch, for colleagues
    sa.UniqueConstraint("decision_id"),
    sa.Index("ix_feedback_comment_id", "comment_id"),
)

published_comments = sa.Table(
    "published_comments",
    metadata,
    _key("id"),
    _text("site_id"),
    _text("story_id"),
    _text("edition"),
    _text("root_id", nullable=True),
    _text("parent_id", nullable=True),
    _number("position"),  # in the thread, or of a reply under its root
    _text("text"),
    _text("name"),
    _text("lang"),
    _slot("slot"),
    _text("edit_kind", nullable=True),
    _text("edited_clause", nullable=True),
    # Erased with the text: without it, the hash in the decision confirms no guess.
    _bytes("publication_nonce", nullable=True),
    # The last rebuild could not verify it, so it is not shown; see actions/verify_published.py.
    sa.Column("is_withheld", sa.Boolean, nullable=False, server_default=sa.false()),
    # Only tombstones have it: rows that stay where a comment with replies was.
    _text("removal", nullable=True),
    _text("removal_clause", nullable=True),
    _number("next_reply_position"),
    sa.Index("ix_published_comments_position", "site_id", "story_id", "root_id", "position"),
    sa.Index("ix_published_comments_parent_id", "parent_id"),
    # For the feeds, and for the counts, which need no more than this index.
    sa.Index("ix_published_comments_newest", "site_id", "slot", "id", "story_id"),
    sa.Index("ix_published_comments_newest_of_story", "site_id", "story_id", "slot", "id"),
    sa.Index(
        "ix_published_comments_removal",
        "site_id",
        sqlite_where=sa.text("removal is not null"),
        postgresql_where=sa.text("removal is not null"),
    ),
    sqlite_with_rowid=False,
)

imports = sa.Table(
    "imports",
    metadata,
    _key("id"),
    _text("site_id"),
    _text("source"),  # the technician's name for where the file came from
    _bytes(
        "id_key"
    ),  # makes the ids of comments from the source's own: the same in every import of it
    _text("format"),
    _text("state"),
    _number("next_number"),  # of the next comment that is staged
    # The manifest: what the lead signs, beside the id of the site and of the import.
    _number("comments_total"),
    _text("rows_hash", nullable=True),
    _slot("due_slot", nullable=True),  # signed: the slot from which on its comments appear
    _text("signed_by", nullable=True),
    _text("head", nullable=True),
    _text("signing_key", nullable=True),
    _bytes("signature", nullable=True),
    sqlite_with_rowid=False,
)

imported_comments = sa.Table(
    "imported_comments",
    metadata,  # every comment that an import has brought; never deleted but with its import
    # In the order of bytes, because the manifest's hash goes over the comments in this order.
    sa.Column("comment_id", _BYTE_ORDER, primary_key=True, nullable=False),
    _text("import_id"),
    _bytes("row_hash", nullable=True),  # null: it was sealed, and a moderator decides on it
    sqlite_with_rowid=False,
)

staged_comments = sa.Table(
    "staged_comments",
    metadata,  # what was public elsewhere, until a lead signs the import and it is published here
    _key("comment_id"),
    _text("site_id"),
    _text("import_id"),
    _text("story_id"),
    _text("edition"),
    _text("parent_id", nullable=True),
    _slot("slot"),  # noon of its day
    _number("number"),  # parents before children; with the slot, the order in the thread
    _text("text"),
    _text("name"),
    _text("lang"),
    _bytes("publication_nonce"),
    # What only an export of Yobal says; null in what comes from another system.
    sa.Column("position", sa.Integer, nullable=True),
    sa.Column("next_reply_position", sa.Integer, nullable=True),
    _text("edit_kind", nullable=True),
    _text("edited_clause", nullable=True),
    _text("removal", nullable=True),
    _text("removal_clause", nullable=True),
    sa.Index("ix_staged_comments_order", "import_id", "story_id", "slot", "number"),
    sqlite_with_rowid=False,
)

imported_threads = sa.Table(
    "imported_threads",
    metadata,  # threads of an export of Yobal that keep their positions
    _key("import_id"),
    _key("site_id"),
    _key("story_id"),
    _number("positions"),  # how many the thread had used
    sa.Column("first_position", sa.Integer, nullable=True),  # here; null until it is published
    sqlite_with_rowid=False,
)

stale_files = sa.Table(
    "stale_files",
    metadata,  # public files that are older than the database
    _key("site_id"),
    _key("story_id"),
    _key("file_kind"),
    _key("comment_id"),
    sa.Column("number", sa.Integer, primary_key=True, nullable=False, autoincrement=False),
    # Grows each time the file is marked again, so that the writer sees whether it is still stale.
    sa.Column("generation", sa.Integer, nullable=False, server_default="0"),
    sqlite_with_rowid=False,
)
