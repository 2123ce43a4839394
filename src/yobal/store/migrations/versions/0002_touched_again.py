"""A file that is touched while it is being written is written again."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column(
        "touched", sa.Column("again", sa.Integer(), nullable=False, server_default="0")
    )
