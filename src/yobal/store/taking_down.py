"""A published comment goes: without a trace if nobody answered it, else a line stays in its place.

Shared by `remove` and `withdraw`; says which files show it, so that the caller writes them.
"""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from yobal.core.thread import (
    PAGE_LETTERS,
    REPLIES_SHOWN,
    Gone,
    Touched,
    page_of,
    replies_page_of,
)
from yobal.store import comments, letters, stories, tables, touched
from yobal.store.letters import LetterRow

NEWEST = Touched("newest", "", 0)


def take_down(db: Connection, letter: LetterRow, *, gone: Gone, clause: str | None = None) -> None:
    """Take the words away and note every file that showed them or its author's name."""
    noted = _files_showing(db, letter)
    answers = letters.answers_to(db, letter.id)
    for answer in answers:  # they name whom they answer
        noted |= _files_of_place(db, answer)
    has_replies = bool(answers) or _has_replies(db, letter.id)
    if has_replies or comments.answers_waiting(db, letter.id):
        letters.put_gone(db, letter.id, gone=gone, clause=clause)
    else:
        letters.delete(db, letter.id)
        noted |= _drop_empty_parents(db, letter)
    stories.count(db, letter.site, letter.story, comments=-1)
    touched.add(db, letter.site, letter.story, noted)


def files_of_new(db: Connection, *, root: str | None, place: int) -> set[Touched]:
    """The files that a newly published comment stands in."""
    if root is None:
        return {NEWEST, Touched("page", "", page_of(place))}
    noted = {NEWEST}
    page = replies_page_of(place)
    if page is not None:
        noted.add(Touched("replies", root, page))
        is_first_of_page = (place - REPLIES_SHOWN) % PAGE_LETTERS == 0
        if page > 1 and is_first_of_page:  # the page before begins to say that more follow
            noted.add(Touched("replies", root, page - 1))
    if place <= REPLIES_SHOWN:  # the sixth only makes "more replies" appear
        noted.add(_page_of_root(db, root))
    return noted


def _files_showing(db: Connection, letter: LetterRow) -> set[Touched]:
    noted = _files_of_place(db, letter)
    if letter.root is None:  # it stands at the top of every page of its replies
        pages = range(1, (replies_page_of(letter.replies - 1) or 0) + 1)
        noted |= {Touched("replies", letter.id, page) for page in pages}
    return noted


def _files_of_place(db: Connection, letter: LetterRow) -> set[Touched]:
    if letter.root is None:
        return {NEWEST, Touched("page", "", page_of(letter.place))}
    page = replies_page_of(letter.place)
    if page is not None:
        return {NEWEST, Touched("replies", letter.root, page)}
    return {NEWEST, _page_of_root(db, letter.root)}


def _page_of_root(db: Connection, root: str) -> Touched:
    row = letters.get(db, root)
    return Touched("page", "", page_of(row.place)) if row is not None else NEWEST


def _has_replies(db: Connection, root: str) -> bool:
    found = sa.select(tables.letters.c.id).where(tables.letters.c.root == root).limit(1)
    return db.execute(found).one_or_none() is not None


def _drop_empty_parents(db: Connection, letter: LetterRow) -> set[Touched]:
    """A line that stood only because of this answer goes with it."""
    noted: set[Touched] = set()
    for parent_id in {letter.to_id, letter.root} - {None}:
        parent = letters.get(db, parent_id)
        if parent is None or parent.gone is None:
            continue
        is_answered = letters.answers_to(db, parent.id) or _has_replies(db, parent.id)
        if is_answered or comments.answers_waiting(db, parent.id):
            continue
        noted |= _files_showing(db, parent)
        letters.delete(db, parent.id)
    return noted
