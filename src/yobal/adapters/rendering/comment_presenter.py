"""A comment made ready to be drawn: words for its day and language, links, masked runs set apart.

Templates decide nothing; what depends on anything but a field's presence is decided here.
"""

import re
from typing import Final

import msgspec

from yobal.adapters.rendering.i18n import Translator
from yobal.adapters.rendering.urls import ShareLinks, ThreadLinks
from yobal.core import paths
from yobal.core.language import direction
from yobal.core.thread import NewestView, PageView, PublishedComment, RepliesView

_MASKED: Final = re.compile("(▮+)")


class TextRun(msgspec.Struct, frozen=True):
    """A run of a text; `is_mask` where a moderator covered something with ▮."""

    text: str
    is_mask: bool


class CommentView(msgspec.Struct, frozen=True, kw_only=True):
    """One comment as a template draws it. Words are in the page's language, not escaped yet."""

    comment: PublishedComment
    dir: str
    text_runs: tuple[TextRun, ...]
    day: str
    language: str  # empty where it is the edition's
    edited: str  # the clause's title, empty where nothing was edited
    edited_clause: str
    removal_clause: str
    share: ShareLinks
    replies: tuple["CommentView", ...]
    has_more_replies: bool  # beyond those that stand here


class CommentPresenter:
    """Makes comments of one thread ready, in one edition and with one kind of address."""

    def __init__(self, translator: Translator, links: ThreadLinks, edition: str) -> None:
        self._words, self._links, self._edition = translator, links, edition

    def newest(self, view: NewestView) -> tuple[CommentView, ...]:
        return tuple(self._top(one, one.page) for one in view.comments)

    def page(self, view: PageView) -> tuple[CommentView, ...]:
        return tuple(self._top(one, view.number) for one in view.comments)

    def replies(self, view: RepliesView) -> tuple[CommentView, ...]:
        file = paths.replies(view.root.id, view.number, "html")
        return tuple(self.one(one, file) for one in view.comments)

    def root(self, view: RepliesView) -> CommentView:
        return self.one(view.root, paths.page(view.root_page, "html"))

    def parent(self, comment: PublishedComment) -> CommentView:
        return self.one(comment, paths.page(comment.page, "html"))

    def one(
        self,
        comment: PublishedComment,
        file: str,
        replies: tuple[CommentView, ...] = (),
        *,
        leads_to_more: bool = False,
    ) -> CommentView:
        """One comment that stands in `file`; without its replies unless they are given."""
        translator = self._words
        return CommentView(
            comment=comment,
            dir=direction(comment.lang),
            text_runs=text_runs(comment.text, is_edited=comment.edited_clause is not None),
            day=translator.day(comment.day),
            language="" if comment.lang == self._edition else translator.language(comment.lang),
            edited=translator.clause(comment.edited_clause).lower()
            if comment.edited_clause
            else "",
            edited_clause=comment.edited_clause or "",
            removal_clause=translator.clause(comment.removal_clause).lower()
            if comment.removal_clause
            else "",
            share=self._links.share(file, comment.id),
            replies=replies,
            has_more_replies=leads_to_more,
        )

    def _top(self, comment: PublishedComment, number: int) -> CommentView:
        file = paths.page(number, "html")
        replies = tuple(self.one(reply, file) for reply in comment.replies)
        return self.one(comment, file, replies, leads_to_more=comment.has_more_replies)


def text_runs(text: str, *, is_edited: bool) -> tuple[TextRun, ...]:
    """The text, with the runs of ▮ set apart: but only in an edited one, else they are the author's."""
    if not is_edited:
        return (TextRun(text, is_mask=False),)
    runs = _MASKED.split(text)
    return tuple(TextRun(run, is_mask=at % 2 == 1) for at, run in enumerate(runs) if run)
