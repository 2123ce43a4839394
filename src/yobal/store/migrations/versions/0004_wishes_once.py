"""A receipt wishes the same thing once, however often the button is pressed.

The views that the public side reads are made anew after this, as after every migration.
"""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.execute(
        "delete from wishes where exists (select 1 from wishes w where w.kind = wishes.kind"
        " and w.receipt_hash = wishes.receipt_hash and w.wish < wishes.wish)"
    )
    op.create_index("uq_wishes_receipt_hash_kind", "wishes", ["receipt_hash", "kind"], unique=True)
