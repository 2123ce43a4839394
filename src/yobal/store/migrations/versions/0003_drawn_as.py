"""What pages were last drawn with: a change of settings or version draws them anew."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("sites", sa.Column("drawn_as", sa.Text(), nullable=False, server_default=""))
