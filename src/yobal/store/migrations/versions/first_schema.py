"""The first schema: every table of `store/tables.py`."""

import sqlalchemy as sa
from alembic import op

revision = "first_schema"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "comments",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("story_id", sa.Text(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("root_id", sa.Text(), nullable=True),
        sa.Column("parent_id", sa.Text(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("arrival_round", sa.BigInteger(), nullable=False),
        sa.Column("epoch_id", sa.Text(), nullable=False),
        sa.Column("size_kib", sa.Integer(), nullable=False),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("idempotency_hash", sa.LargeBinary(), nullable=True),
        sa.Column("commitment", sa.LargeBinary(), nullable=True),
        sa.Column("due_slot", sa.BigInteger(), nullable=True),
        sa.Column("decided_slot", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comments")),
        sa.UniqueConstraint("idempotency_hash", name=op.f("uq_comments_idempotency_hash")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_comments_due",
        "comments",
        ["site_id", "state", "due_slot"],
        unique=False,
        sqlite_where=sa.text("due_slot is not null"),
        postgresql_where=sa.text("due_slot is not null"),
    )
    op.create_index(
        "ix_comments_queue",
        "comments",
        ["site_id", "state", "arrival_round", "id", "story_id"],
        unique=False,
    )
    op.create_table(
        "decisions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("comment_id", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("clause", sa.Text(), nullable=True),
        sa.Column("edit_kind", sa.Text(), nullable=True),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        sa.Column("terms_version", sa.Integer(), nullable=False),
        sa.Column("undoes_id", sa.Text(), nullable=True),
        sa.Column("envelope_hash", sa.Text(), nullable=True),
        sa.Column("publication_hash", sa.Text(), nullable=True),
        sa.Column("feedback_hash", sa.Text(), nullable=True),
        sa.Column("head", sa.Text(), nullable=True),
        sa.Column("signing_key", sa.Text(), nullable=True),
        sa.Column("signature", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decisions")),
        sa.UniqueConstraint("undoes_id", name=op.f("uq_decisions_undoes_id")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_decisions_comment", "decisions", ["comment_id"], unique=False)
    op.create_index("ix_decisions_history", "decisions", ["site_id", "slot", "id"], unique=False)
    op.create_table(
        "editions",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("story_id", sa.Text(), nullable=False),
        sa.Column("tag", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("question", sa.Text(), server_default="", nullable=False),
        sa.Column("pinned_note", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("site_id", "story_id", "tag", name=op.f("pk_editions")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "envelopes",
        sa.Column(
            "row_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("comment_id", sa.Text(), nullable=False),
        sa.Column("cell", sa.Integer(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("row_key", name=op.f("pk_envelopes")),
        sa.UniqueConstraint("cell", name=op.f("uq_envelopes_cell")),
        sa.UniqueConstraint("comment_id", name=op.f("uq_envelopes_comment_id")),
    )
    op.create_table(
        "epochs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("first_slot", sa.BigInteger(), nullable=False),
        sa.Column("last_slot", sa.BigInteger(), nullable=True),
        sa.Column("destroyed_slot", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_epochs")),
        sa.UniqueConstraint("site_id", "number", name=op.f("uq_epochs_site_id_number")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "expired_cells",
        sa.Column("cell", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("cell", name=op.f("pk_expired_cells")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "feedback",
        sa.Column(
            "row_key",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("comment_id", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("sealed_note", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("row_key", name=op.f("pk_feedback")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_feedback_decision_id")),
    )
    op.create_index("ix_feedback_comment_id", "feedback", ["comment_id"], unique=False)
    op.create_table(
        "held_texts",
        sa.Column("comment_id", sa.Text(), nullable=False),
        sa.Column("cell", sa.Integer(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_held_texts")),
        sa.UniqueConstraint("cell", name=op.f("uq_held_texts_cell")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "member_activity",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("pseudonym", sa.Text(), nullable=False),
        sa.Column("since_slot", sa.BigInteger(), nullable=False),
        sa.Column("opened_epoch_id", sa.Text(), nullable=True),
        sa.Column("tested_recipient", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("site_id", "pseudonym", name=op.f("pk_member_activity")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "hidden_texts",
        sa.Column("comment_id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("decision_id", sa.Text(), nullable=False),
        sa.Column("cell", sa.Integer(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("destroy_slot", sa.BigInteger(), nullable=False),
        sa.Column("waits_for_lead", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_hidden_texts")),
        sa.UniqueConstraint("cell", name=op.f("uq_hidden_texts_cell")),
        sa.UniqueConstraint("decision_id", name=op.f("uq_hidden_texts_decision_id")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "invitations",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("invited_by", sa.Text(), nullable=True),
        sa.Column("expires_slot", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_invitations")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "member_identities",
        sa.Column("signing_key", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.Text(), nullable=False),
        sa.Column("cell", sa.Integer(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("signing_key", "opened_by", name=op.f("pk_member_identities")),
        sa.UniqueConstraint("cell", name=op.f("uq_member_identities_cell")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "moderators",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("pseudonym", sa.Text(), nullable=False),
        sa.Column("signing_key", sa.Text(), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("is_suspended", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("roster_pin", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "pseudonym", name=op.f("pk_moderators")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "passkeys",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("passkey_hash", sa.Text(), nullable=False),
        sa.Column("pseudonym", sa.Text(), nullable=False),
        sa.Column("credential_id", sa.LargeBinary(), nullable=False),
        sa.Column("passkey", sa.Text(), nullable=False),
        sa.Column("since_slot", sa.BigInteger(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("site_id", "passkey_hash", name=op.f("pk_passkeys")),
        sa.UniqueConstraint(
            "site_id", "credential_id", name=op.f("uq_passkeys_site_id_credential_id")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "published_comments",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("story_id", sa.Text(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("root_id", sa.Text(), nullable=True),
        sa.Column("parent_id", sa.Text(), nullable=True),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        sa.Column("edit_kind", sa.Text(), nullable=True),
        sa.Column("edited_clause", sa.Text(), nullable=True),
        sa.Column("publication_nonce", sa.LargeBinary(), nullable=True),
        sa.Column("is_withheld", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("removal", sa.Text(), nullable=True),
        sa.Column("removal_clause", sa.Text(), nullable=True),
        sa.Column("next_reply_position", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_published_comments")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_published_comments_parent_id", "published_comments", ["parent_id"], unique=False
    )
    op.create_index(
        "ix_published_comments_removal",
        "published_comments",
        ["site_id"],
        unique=False,
        sqlite_where=sa.text("removal is not null"),
        postgresql_where=sa.text("removal is not null"),
    )
    op.create_index(
        "ix_published_comments_newest",
        "published_comments",
        ["site_id", "slot", "id", "story_id"],
        unique=False,
    )
    op.create_index(
        "ix_published_comments_newest_of_story",
        "published_comments",
        ["site_id", "story_id", "slot", "id"],
        unique=False,
    )
    op.create_index(
        "ix_published_comments_position",
        "published_comments",
        ["site_id", "story_id", "root_id", "position"],
        unique=False,
    )
    op.create_table(
        "receipts",
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.Column("idempotency_hash", sa.LargeBinary(), nullable=False),
        sa.Column("copy", sa.Integer(), nullable=False),
        sa.Column("week", sa.Text(), nullable=False),
        sa.Column("recipient", sa.Text(), nullable=False),
        sa.Column("recipient_mac", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_receipts")),
        sa.UniqueConstraint(
            "idempotency_hash", "copy", name=op.f("uq_receipts_idempotency_hash_copy")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "registrations",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("invited_by", sa.Text(), nullable=False),
        sa.Column("head", sa.Text(), nullable=False),
        sa.Column("signing_key", sa.Text(), nullable=False),
        sa.Column("keys", sa.Text(), nullable=False),
        sa.Column("keys_signature", sa.LargeBinary(), nullable=False),
        sa.Column("roster_pin", sa.LargeBinary(), nullable=False),
        sa.Column("expires_slot", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_registrations")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("pseudonym", sa.Text(), nullable=False),
        sa.Column("begun_slot", sa.BigInteger(), nullable=False),
        sa.Column("expires_slot", sa.BigInteger(), nullable=False),
        sa.Column("is_locked", sa.Boolean(), nullable=False),
        sa.Column("device_label", sa.Text(), nullable=False),
        sa.Column("mac", sa.LargeBinary(), nullable=False),
        sa.Column("passkey_hash", sa.Text(), nullable=True),
        sa.Column("end_reason", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sessions")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sites",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("is_demo", sa.Boolean(), nullable=False),
        sa.Column("released_slot", sa.BigInteger(), nullable=False),
        sa.Column("rendering_fingerprint", sa.Text(), server_default="", nullable=False),
        sa.Column("pending_purge_id", sa.Text(), nullable=True),
        sa.Column("is_restoring", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("last_round", sa.BigInteger(), nullable=False),
        sa.Column("first_expiry_slot", sa.BigInteger(), server_default="0", nullable=False),
        sa.Column("taken_inboxes", sa.Text(), server_default="", nullable=False),
        sa.Column("admission_seed", sa.LargeBinary(), nullable=False),
        sa.Column("is_full", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("arrivals_since_slot", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sites")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "stale_files",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("story_id", sa.Text(), nullable=False),
        sa.Column("file_kind", sa.Text(), nullable=False),
        sa.Column("comment_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("generation", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint(
            "site_id",
            "story_id",
            "file_kind",
            "comment_id",
            "number",
            name=op.f("pk_stale_files"),
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "statements",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("keys", sa.Text(), nullable=True),
        sa.Column("keys_signature", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("site_id", "number", name=op.f("pk_statements")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "former_statements",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("first", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.Column("keys", sa.Text(), nullable=True),
        sa.Column("keys_signature", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("site_id", "first", "number", name=op.f("pk_former_statements")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "stories",
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("story_id", sa.Text(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("next_position", sa.Integer(), nullable=False),
        sa.Column("comments_total", sa.Integer(), nullable=False),
        sa.Column("closes_slot", sa.BigInteger(), nullable=True),
        sa.Column("is_full", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("arrivals_since_slot", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("site_id", "story_id", name=op.f("pk_stories")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "used_challenges",
        sa.Column("challenge_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_slot", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("challenge_hash", name=op.f("pk_used_challenges")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "imports",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("id_key", sa.LargeBinary(), nullable=False),
        sa.Column("format", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("next_number", sa.Integer(), nullable=False),
        sa.Column("comments_total", sa.Integer(), nullable=False),
        sa.Column("rows_hash", sa.Text(), nullable=True),
        sa.Column("due_slot", sa.BigInteger(), nullable=True),
        sa.Column("signed_by", sa.Text(), nullable=True),
        sa.Column("head", sa.Text(), nullable=True),
        sa.Column("signing_key", sa.Text(), nullable=True),
        sa.Column("signature", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_imports")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "imported_comments",
        sa.Column(
            "comment_id",
            sa.Text().with_variant(sa.Text(collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("row_hash", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_imported_comments")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "staged_comments",
        sa.Column("comment_id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("story_id", sa.Text(), nullable=False),
        sa.Column("edition", sa.Text(), nullable=False),
        sa.Column("parent_id", sa.Text(), nullable=True),
        sa.Column("slot", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.Column("publication_nonce", sa.LargeBinary(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=True),
        sa.Column("next_reply_position", sa.Integer(), nullable=True),
        sa.Column("edit_kind", sa.Text(), nullable=True),
        sa.Column("edited_clause", sa.Text(), nullable=True),
        sa.Column("removal", sa.Text(), nullable=True),
        sa.Column("removal_clause", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("comment_id", name=op.f("pk_staged_comments")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_staged_comments_order",
        "staged_comments",
        ["import_id", "story_id", "slot", "number"],
        unique=False,
    )
    op.create_table(
        "imported_threads",
        sa.Column("import_id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("story_id", sa.Text(), nullable=False),
        sa.Column("positions", sa.Integer(), nullable=False),
        sa.Column("first_position", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint(
            "import_id", "site_id", "story_id", name=op.f("pk_imported_threads")
        ),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "withdrawal_requests",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Text(), nullable=False),
        sa.Column("receipt_hash", sa.LargeBinary(), nullable=False),
        sa.Column("request_kind", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withdrawal_requests")),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "uq_withdrawal_requests_receipt_hash_request_kind",
        "withdrawal_requests",
        ["receipt_hash", "request_kind"],
        unique=True,
    )
    op.create_table(
        "wrapped_epoch_keys",
        sa.Column("epoch_id", sa.Text(), nullable=False),
        sa.Column("pseudonym", sa.Text(), nullable=False),
        sa.Column("cell", sa.Integer(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("epoch_id", "pseudonym", name=op.f("pk_wrapped_epoch_keys")),
        sa.UniqueConstraint("cell", name=op.f("uq_wrapped_epoch_keys_cell")),
        sqlite_with_rowid=False,
    )
    if op.get_bind().dialect.name != "sqlite":
        _create_postgresql_inbox()
        op.execute("create table desk_lock ()")  # see store/locks.py


def _create_postgresql_inbox() -> None:
    """See `store/postgresql_inbox.py`. On SQLite the inbox is a file of its own."""
    op.execute(
        "create table inbox (half boolean not null, kind text not null, key bytea not null,"
        " story_id text not null, content bytea not null check (octet_length(content) <= 65536),"
        " primary key (kind, key, half)) partition by list (half)"
    )
    for name, half in (("inbox_a", "false"), ("inbox_b", "true")):
        op.execute(f"create table {name} partition of inbox for values in ({half})")
        # Sealed text does not get smaller.
        op.execute(f"alter table {name} alter column content set storage external")
    op.execute("create table inbox_turn (half boolean not null)")
    op.execute("insert into inbox_turn values (false)")
