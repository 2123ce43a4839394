"""Prepares comments for templates: day and language in words, links, masked runs marked.

Templates only test whether a field is set; every other decision is made here.
"""

from collections.abc import Iterable
from typing import Final, Literal

import msgspec
from markupsafe import Markup, escape

from yobal.adapters.rendering.i18n import Translator
from yobal.adapters.rendering.line_breaks import with_line_breaks
from yobal.adapters.rendering.urls import ShareLinks, ThreadLinks
from yobal.core import text as texts
from yobal.core.text import MASKED, count_graphemes
from yobal.core.thread import CommentLink, PublishedComment

QUOTED: Final = "“%(text)s”"
LINE_CHARACTERS: Final = 66  # in a line of the widest column
FOLDED_LINES: Final = 18  # so a comment folds after about 1,200 letters
SHORT_GRAPHEMES_MAX: Final = 280
MEDIUM_GRAPHEMES_MAX: Final = 700


class TextRun(msgspec.Struct, frozen=True):
    """A part of a text. `is_mask`: a moderator replaced the original with ▮."""

    text: Markup  # escaped, with its line breaks
    is_mask: bool


class CommentView(msgspec.Struct, frozen=True, kw_only=True):
    """One comment as a template shows it. Texts are in the page's language; `text_runs` are escaped."""

    comment: PublishedComment
    text_runs: tuple[TextRun, ...]
    is_long: bool  # folded in lists of comments
    text_dir: str  # the direction of the text: "ltr" or "rtl"
    dir: str  # the same; empty if it is the page's
    day: str
    language: str  # empty if it is the edition's
    edited_clause_title: str
    removal_clause_title: str
    share: ShareLinks
    author: Markup  # the name, or "Anonymous"
    parent_author: Markup | None  # of the comment that it replies to, if that is not shown above it
    replies: tuple["CommentView", ...]


class CommentPresenter:
    """Makes the views of one thread's comments, for one edition."""

    def __init__(self, translator: Translator, links: ThreadLinks, edition: str) -> None:
        self.translator, self._links, self._edition = translator, links, edition

    def comments(self, comments: Iterable[PublishedComment]) -> tuple[CommentView, ...]:
        return tuple(self.comment(comment) for comment in comments)

    def comment(self, comment: PublishedComment, *, excerpt: str = "") -> CommentView:
        """A comment with its replies; `excerpt` is for its share links."""
        translator = self.translator
        is_own_language = comment.lang == self._edition
        link = CommentLink(comment_id=comment.id, edition=comment.edition)
        text_dir = texts.direction(comment.text)
        return CommentView(
            comment=comment,
            text_runs=text_runs(comment.text, is_edited=comment.edited_clause is not None),
            is_long=_is_long(comment.text),
            text_dir=text_dir,
            dir=text_dir if comment.text and text_dir != translator.dir else "",
            day=translator.day(comment.day),
            language="" if is_own_language else translator.language(comment.lang),
            edited_clause_title=self._clause_title(comment.edited_clause),
            removal_clause_title=self._clause_title(comment.removal_clause),
            share=self._links.share(link, excerpt),
            author=self.author(comment.name),
            parent_author=self.author(comment.parent_name)
            if comment.parent_name is not None
            else None,
            replies=self.comments(comment.replies) if comment.replies else (),
        )

    def quoted(self, text: str) -> str:
        """In the quotation marks of the page's language."""
        return self.translator.gettext(QUOTED) % {"text": text}

    def author(self, name: str) -> Markup:
        """A name in another script has a language of its own, for its font and its voice."""
        return author_element(self.translator, name, self._edition)

    def _clause_title(self, clause: str | None) -> str:
        return self.translator.clause(clause) if clause else ""


def author_element(translator: Translator, name: str, edition: str) -> Markup:
    lang = translator.language_of(name, edition)
    attribute = f' lang="{escape(lang)}"' if lang else ""
    shown = escape(name) if name else translator.gettext("Anonymous")
    return Markup(f"<bdi{attribute}>{shown}</bdi>")


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


def _is_long(text: str) -> bool:
    """Whether it fills more lines than a folded comment shows."""
    # At most so many lines; counting each costs more, and few texts are that long.
    if len(text) // LINE_CHARACTERS + text.count("\n") + 1 <= FOLDED_LINES:
        return False
    lines = text.split("\n")
    # There are no more graphemes than code points, and counting code points is fast.
    if sum(len(line) // LINE_CHARACTERS + 1 for line in lines) <= FOLDED_LINES:
        return False
    return sum(count_graphemes(line) // LINE_CHARACTERS + 1 for line in lines) > FOLDED_LINES


def length_of(text: str) -> Literal["short", "medium", "long"]:
    """How large the words are on the comment's own page: the fewer, the larger."""
    if len(text) <= SHORT_GRAPHEMES_MAX:
        return "short"
    graphemes = count_graphemes(text)
    if graphemes <= SHORT_GRAPHEMES_MAX:
        return "short"
    return "medium" if graphemes <= MEDIUM_GRAPHEMES_MAX else "long"
