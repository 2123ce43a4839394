"""What the public side asks of the desk's side: to withdraw, now or with the next release."""

from collections.abc import Sequence
from typing import Any, Final, Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from yobal.store.tables import wishes

WishKind = Literal["withdraw_now", "withdraw_next"]
NOW: Final = "withdraw_now"
NEXT: Final = "withdraw_next"


def all_of(db: Connection, site: str) -> Sequence[Row[*tuple[Any, ...]]]:
    return db.execute(sa.select(wishes).where(wishes.c.site == site).order_by(wishes.c.wish)).all()


def done(db: Connection, wish: str) -> None:
    db.execute(wishes.delete().where(wishes.c.wish == wish))
