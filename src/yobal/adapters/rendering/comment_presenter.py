"""Prepares comments for templates: day and language in words, links, masked runs marked.

Templates only test whether a field is set; every other decision is made here.
"""

import msgspec
from markupsafe import Markup

from yobal.adapters.rendering.i18n import Translator
from yobal.adapters.rendering.line_breaks import with_line_breaks
from yobal.adapters.rendering.urls import ShareLinks, ThreadLinks
from yobal.core import paths
from yobal.core.text import MASKED
from yobal.core.thread import NewestView, PageView, PublishedComment, RepliesView


class TextRun(msgspec.Struct, frozen=True):
    """A part of a text. `is_mask`: a moderator replaced the original with ▮."""

    text: Markup  # escaped, with its line breaks
    is_mask: bool


class CommentView(msgspec.Struct, frozen=True, kw_only=True):
    """One comment as a template shows it. Texts are in the page's language; `text_runs` are escaped."""

    comment: PublishedComment
    text_runs: tuple[TextRun, ...]
    day: str
    language: str  # empty if it is the edition's
    edited_clause: str  # key; empty if no moderator edited it
    edited_clause_title: str
    removal_clause_title: str
    share: ShareLinks
    replies: tuple["CommentView", ...]
    has_more_replies: bool  # than those in `replies`


class CommentPresenter:
    """Makes the views of one thread's comments, for one edition."""

    def __init__(self, translator: Translator, links: ThreadLinks, edition: str) -> None:
        self._translator, self._links, self._edition = translator, links, edition

    def newest(self, view: NewestView) -> tuple[CommentView, ...]:
        return tuple(self._with_replies(comment, comment.page) for comment in view.comments)

    def page(self, view: PageView) -> tuple[CommentView, ...]:
        return tuple(self._with_replies(comment, view.number) for comment in view.comments)

    def replies(self, view: RepliesView) -> tuple[CommentView, ...]:
        file = paths.replies(view.root.id, view.number, "html")
        return tuple(self._present(comment, file) for comment in view.comments)

    def root(self, view: RepliesView) -> CommentView:
        return self._present(view.root, paths.page(view.root_page, "html"))

    def parent(self, comment: PublishedComment) -> CommentView:
        return self._present(comment, paths.page(comment.page, "html"))

    def _with_replies(self, comment: PublishedComment, page: int) -> CommentView:
        file = paths.page(page, "html")
        replies = tuple(self._present(reply, file) for reply in comment.replies)
        return self._present(
            comment, file, replies=replies, has_more_replies=comment.has_more_replies
        )

    def _present(
        self,
        comment: PublishedComment,
        file: str,
        *,
        replies: tuple[CommentView, ...] = (),
        has_more_replies: bool = False,
    ) -> CommentView:
        """`file` is the page that the comment's permalink leads to."""
        translator = self._translator
        is_own_language = comment.lang == self._edition
        return CommentView(
            comment=comment,
            text_runs=text_runs(comment.text, is_edited=comment.edited_clause is not None),
            day=translator.day(comment.day),
            language="" if is_own_language else translator.language(comment.lang),
            edited_clause=comment.edited_clause or "",
            edited_clause_title=self._clause_title(comment.edited_clause),
            removal_clause_title=self._clause_title(comment.removal_clause),
            share=self._links.share(file, comment.id),
            replies=replies,
            has_more_replies=has_more_replies,
        )

    def _clause_title(self, clause: str | None) -> str:
        """In lower case, because it is used inside a sentence."""
        return self._translator.clause(clause).lower() if clause else ""


def text_runs(text: str, *, is_edited: bool) -> tuple[TextRun, ...]:
    """Split a text at its masks. In a comment without edits, ▮ is the author's own character."""
    if not is_edited:
        return (TextRun(with_line_breaks(text), is_mask=False),)
    runs = MASKED.split(text)
    return tuple(
        TextRun(with_line_breaks(run), is_mask=index % 2 == 1)
        for index, run in enumerate(runs)
        if run
    )
