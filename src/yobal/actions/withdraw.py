"""Carry out what authors wish: their comment goes, now or with the next release."""

from typing import Any

from yobal.core.rules import Rules
from yobal.core.states import HELD, PENDING, PUBLISHED, WITHDRAWN
from yobal.store import comments, letters, taking_down, wishes
from yobal.store.database import Database


def carry_out(db: Database, rules: Rules, *, with_release: bool) -> int:
    """Carry out every wish whose time has come; how many comments went.

    What waits or is held goes at once, whatever was wished: nobody saw it. The caller writes
    the touched files and purges.
    """
    with db.reading() as connection:
        waiting = wishes.all_of(connection, rules.site)
    return sum(_carry_out(db, wish, with_release=with_release) for wish in waiting)


def _carry_out(db: Database, wish: Any, *, with_release: bool) -> int:
    with db.writing() as connection:
        comment = comments.by_receipt(connection, wish.receipt_hash)
        if comment is None or comment.state not in (PENDING, HELD, PUBLISHED):
            wishes.done(connection, wish.wish)
            return 0
        if comment.state == PUBLISHED and wish.kind == wishes.NEXT and not with_release:
            return 0
        comments.move(connection, comment.id, from_=comment.state, to=WITHDRAWN)
        if comment.state == PUBLISHED:
            letter = letters.get(connection, comment.id)
            if letter is not None:
                taking_down.take_down(connection, letter, gone="withdrawn")
        comments.forget(connection, comment.id)
        wishes.done(connection, wish.wish)
    return 1
