"""The words that a program needs to show a JSON file: sentences, days and names in the edition's language.

A sentence keeps its placeholders, such as `%(clause)s`, so that a link can take their place.
"""

from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from yobal.adapters.rendering.comment_presenter import CommentView
from yobal.adapters.rendering.i18n import Translator

SENTENCES: Final = {
    "anonymous": "Anonymous",
    "be_first": "Be the first to write one.",
    "closed": "Comments on this story are closed",
    "email": "E-mail",
    "form": "Add your comment",
    "in_reply_to": "In reply to %(name)s",
    "link": "Link",
    "masked": "Masked by a moderator (%(clause)s)",
    "more_replies": "More replies",
    "not_loaded": "This could not be loaded. Please try again.",
    "older": "Older comments",
    "removed": "Removed by a moderator (%(clause)s)",
    "reply": "Reply",
    "reply_to": "Reply to %(name)s",
    "reworded": "Reworded by a moderator (%(clause)s)",
    "share": "Share",
    "shortened": "Shortened by a moderator (%(clause)s)",
    "whole": "Show the whole comment",
    "withdrawn": "Withdrawn by its author",
    "withheld": "Not shown, because its approval could not be verified",
    "write": "Write a comment",
}
NO_COMMENTS: Final = "No comments yet"
TOTAL: Final = ("%(count)s comment", "%(count)s comments")


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """In `lang`, which is English for an edition without a translation."""

    lang: str
    dir: str
    total: str  # how many comments there are; empty except in `index.json`
    sentences: dict[str, str]
    days: dict[str, str]  # by their dates
    languages: dict[str, str]  # by their tags; without the edition's own
    clauses: dict[str, str]  # the titles of those that comments of this file name


def words_for(
    translator: Translator, edition: str, views: Iterable[CommentView], *, total: int | None = None
) -> Words:
    views = list(_with_replies(views))
    clauses = {
        clause
        for view in views
        for clause in (view.comment.edited_clause, view.comment.removal_clause)
        if clause
    }
    languages = {view.comment.lang for view in views} - {edition}
    return Words(
        lang=translator.lang,
        dir=translator.dir,
        total="" if total is None else _total(translator, total),
        sentences={key: translator.gettext(sentence) for key, sentence in SENTENCES.items()},
        days={view.comment.day: view.day for view in views},
        languages={tag: name for tag in sorted(languages) if (name := translator.language(tag))},
        clauses={key: translator.clause(key) for key in sorted(clauses)},
    )


def _with_replies(views: Iterable[CommentView]) -> Iterator[CommentView]:
    for view in views:
        yield view
        yield from view.replies


def _total(translator: Translator, total: int) -> str:
    if not total:
        return translator.gettext(NO_COMMENTS)
    sentence = translator.translations.ngettext(*TOTAL, total)
    return sentence % {"count": translator.number(total)}
