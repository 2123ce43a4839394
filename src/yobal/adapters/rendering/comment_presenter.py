"""A comment made ready to be drawn: words for its day and language, links, masked runs set apart.

Templates decide nothing; what depends on anything but a field's presence is decided here.
"""

import re
from typing import Final

import msgspec

from yobal.adapters.rendering.i18n import Words
from yobal.adapters.rendering.urls import Links, Share
from yobal.core import paths
from yobal.core.language import direction
from yobal.core.thread import Letter, NewestView, PageView, RepliesView

_MASKED: Final = re.compile("(▮+)")


class Piece(msgspec.Struct, frozen=True):
    """A run of a text; `is_mask` where a moderator covered something with ▮."""

    text: str
    is_mask: bool


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """One comment as a template draws it. Words are in the page's language, not escaped yet."""

    letter: Letter
    dir: str
    pieces: tuple[Piece, ...]
    day: str
    language: str  # empty where it is the edition's
    edited: str  # the clause's title, empty where nothing was edited
    edited_clause: str
    gone_clause: str
    share: Share
    replies: tuple["Shown", ...]
    has_more_replies: bool  # beyond those that stand here


class Drawer:
    """Makes comments of one thread ready, in one edition and with one kind of address."""

    def __init__(self, words: Words, links: Links, edition: str) -> None:
        self._words, self._links, self._edition = words, links, edition

    def newest(self, view: NewestView) -> tuple[Shown, ...]:
        return tuple(self._top(one, one.page) for one in view.letters)

    def page(self, view: PageView) -> tuple[Shown, ...]:
        return tuple(self._top(one, view.number) for one in view.letters)

    def replies(self, view: RepliesView) -> tuple[Shown, ...]:
        file = paths.replies(view.root.id, view.number, "html")
        return tuple(self.one(one, file) for one in view.letters)

    def root(self, view: RepliesView) -> Shown:
        return self.one(view.root, paths.page(view.root_page, "html"))

    def answered(self, letter: Letter) -> Shown:
        return self.one(letter, paths.page(letter.page, "html"))

    def one(
        self,
        letter: Letter,
        file: str,
        replies: tuple[Shown, ...] = (),
        *,
        leads_to_more: bool = False,
    ) -> Shown:
        """One comment that stands in `file`; without its replies unless they are given."""
        words = self._words
        return Shown(
            letter=letter,
            dir=direction(letter.lang),
            pieces=pieces(letter.text, is_edited=letter.edited_clause is not None),
            day=words.day(letter.day),
            language="" if letter.lang == self._edition else words.language(letter.lang),
            edited=words.clause(letter.edited_clause).lower() if letter.edited_clause else "",
            edited_clause=letter.edited_clause or "",
            gone_clause=words.clause(letter.gone_clause).lower() if letter.gone_clause else "",
            share=self._links.share(file, letter.id),
            replies=replies,
            has_more_replies=leads_to_more,
        )

    def _top(self, letter: Letter, number: int) -> Shown:
        file = paths.page(number, "html")
        replies = tuple(self.one(reply, file) for reply in letter.replies)
        return self.one(letter, file, replies, leads_to_more=letter.has_more_replies)


def pieces(text: str, *, is_edited: bool) -> tuple[Piece, ...]:
    """The text, with the runs of ▮ set apart: but only in an edited one, else they are the author's."""
    if not is_edited:
        return (Piece(text, is_mask=False),)
    runs = _MASKED.split(text)
    return tuple(Piece(run, is_mask=at % 2 == 1) for at, run in enumerate(runs) if run)
