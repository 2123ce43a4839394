"""Envelopes are kept by a number, as SQLite wants rows of their size: 60 bits of the comment's id."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

_DIGITS = str.maketrans("abcdefghijklmnopqrstuvwxyz234567", "0123456789abcdefghijklmnopqrstuv")


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        _make_anew()
    else:
        _alter()


def _make_anew() -> None:
    op.rename_table("envelopes", "envelopes_before")
    op.create_table(
        "envelopes",
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("place", name=op.f("pk_envelopes")),
        sa.UniqueConstraint("comment", name=op.f("uq_envelopes_comment")),
    )
    copy = sa.text(
        "insert into envelopes (place, comment, sealed)"
        " select :place, comment, sealed from envelopes_before where comment = :comment"
    )
    _for_each("envelopes_before", copy)
    op.drop_table("envelopes_before")


def _alter() -> None:
    op.add_column("envelopes", sa.Column("place", sa.BigInteger(), nullable=True))
    _for_each("envelopes", sa.text("update envelopes set place = :place where comment = :comment"))
    op.drop_constraint("pk_envelopes", "envelopes")
    op.create_primary_key("pk_envelopes", "envelopes", ["place"])
    op.create_unique_constraint("uq_envelopes_comment", "envelopes", ["comment"])


def _for_each(table: str, statement: sa.TextClause) -> None:
    db = op.get_bind()
    for comment in db.execute(sa.text(f"select comment from {table}")).scalars().all():
        place = int(comment[:12].translate(_DIGITS), 32)
        db.execute(statement, {"place": place, "comment": comment})
