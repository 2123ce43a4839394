"""The markup of comments, in Python: pages of an archive of comments are made of little else.

A template's macro for each part took most of the time of a rebuild. Everything that is not markup of our own is escaped
here, once; the sentences are in `locales/`, as those of the templates.
"""

from collections.abc import Iterable
from functools import cache
from typing import Final

import msgspec
from markupsafe import Markup, escape

from yobal.adapters.rendering.comment_presenter import CommentView, TextRun
from yobal.adapters.rendering.i18n import Translator, translator_for
from yobal.adapters.rendering.urls import SiteLinks, ThreadLinks
from yobal.core.terms import EditKind

_NEW_TAB: Final = 'target="_blank" rel="noreferrer"'
_MASK: Final = "▮▮▮▮▮▮▮▮"  # always eight: what is hidden must not tell its size
_EDITED: Final[dict[EditKind, str]] = {
    "masked": "Masked by a moderator (%(clause)s)",
    "shortened": "Shortened by a moderator (%(clause)s)",
    "reworded": "Reworded by a moderator (%(clause)s)",
}


class _Words(msgspec.Struct, frozen=True):
    """The labels beside every comment, translated once."""

    anonymous: Markup
    reply: Markup
    share: str
    more_replies: Markup


@cache
def _words(lang: str) -> _Words:
    gettext = translator_for(lang).gettext
    return _Words(
        anonymous=Markup(gettext("Anonymous")),
        reply=Markup(gettext("Reply")),
        share=(
            f'<details name="yobal-share"><summary>{gettext("Share")}</summary><p>'
            f'<a href="%s" {_NEW_TAB}>WhatsApp</a> <a href="%s" {_NEW_TAB}>Telegram</a>'
            f' <a href="%s">{gettext("E-mail")}</a> <a href="%s">{gettext("Link")}</a></p></details>'
        ),
        more_replies=Markup(gettext("More replies")),
    )


class CommentMarkup:
    """For one page. `has_microdata`: in the words of schema.org, for search engines and archives."""

    def __init__(
        self,
        translator: Translator,
        links: ThreadLinks | SiteLinks,
        *,
        is_open: bool,
        has_microdata: bool,
        is_archive: bool,
    ) -> None:
        self._translator, self._links = translator, links
        self._is_open, self._has_microdata, self._is_archive = is_open, has_microdata, is_archive
        self._words = _words(translator.lang)
        itemprop = ' itemprop="text"' if has_microdata else ""
        self._text_start = f'<p{itemprop} class="yobal-text'
        self._reply_label = Markup(translator.gettext("Reply to %(name)s"))

    def articles(self, comments: Iterable[CommentView], *, has_anchors: bool) -> Markup:
        """Top-level comments with their replies, under their days."""
        parts: list[str] = []
        day = ""
        for view in comments:
            comment = view.comment
            if comment.day != day:
                day = comment.day
                parts.append(
                    f'<h3 class="yobal-day"><time datetime="{day}">{escape(view.day)}</time></h3>\n'
                )
            anchor = _anchor(view) if has_anchors else ""
            parts += (
                f'<article class="yobal-comment"{anchor}{self.item(view)}>\n',
                f"{self.item_properties(view)}\n{self.comment(view, day)}\n",
                self.replies(view.replies, day, has_anchors=has_anchors),
            )
            if comment.has_more_replies and isinstance(self._links, ThreadLinks):
                address = escape(self._links.replies(comment.id, 1))
                parts.append(
                    f'<p class="yobal-link-line"><a href="{address}">{self._words.more_replies}</a></p>\n'
                )
            parts.append("</article>\n")
        return Markup("".join(parts))

    def replies(
        self, replies: Iterable[CommentView], day: str = "", *, has_anchors: bool = True
    ) -> Markup:
        parts: list[str] = []
        for view in replies:
            anchor = _anchor(view) if has_anchors else ""
            parts += (
                f'<div class="yobal-reply-item"{_dir(view)}{anchor}{self.item(view)}>\n',
                f"{self.item_properties(view)}\n{self.comment(view, day)}\n</div>\n",
            )
        return Markup("".join(parts))

    def comment(self, view: CommentView, day: str = "") -> Markup:
        """`day` is the day shown above the comment."""
        if view.comment.removal is not None:
            return Markup(f'<p class="yobal-tombstone">{self._tombstone(view)}</p>')
        parent = ""
        if view.parent_author is not None:
            sentence = Markup(self._translator.gettext("In reply to %(name)s"))
            named = sentence % {"name": view.parent_author}
            parent = (
                f'<p class="yobal-byline"><span dir="{self._translator.dir}">{named}</span></p>\n'
            )
        text = self.text(view)
        if view.is_long:
            # Folded by the stylesheet only: print, find and text browsers have all of it.
            summary = self._translator.gettext("Show the whole comment")
            text = Markup(
                f'<div class="yobal-folded"><details><summary>{summary}</summary></details>{text}</div>'
            )
        return Markup(f"{parent}{text}\n{self.edited(view)}\n{self.footer(view, day)}")

    def item(self, view: CommentView) -> Markup:
        if not self._has_microdata or view.comment.removal is not None:
            return Markup("")
        return Markup(' itemprop="comment" itemscope itemtype="https://schema.org/Comment"')

    def item_properties(self, view: CommentView) -> Markup:
        comment = view.comment
        if not self._has_microdata or comment.removal is not None:
            return Markup("")
        author = (
            f'<meta itemprop="author" content="{escape(comment.name)}">\n' if comment.name else ""
        )
        return Markup(f'<meta itemprop="datePublished" content="{comment.day}">\n{author}')

    def text(self, view: CommentView, class_: str = "") -> Markup:
        runs = self.runs(view.text_runs, view.edited_clause_title)
        lang = escape(view.comment.lang)
        return Markup(f'{self._text_start}{class_}" lang="{lang}" dir="auto">{runs}</p>')

    def runs(self, text_runs: Iterable[TextRun], clause_title: str) -> Markup:
        return Markup(
            "".join([self._mask(clause_title) if run.is_mask else run.text for run in text_runs])
        )

    def edited(self, view: CommentView) -> Markup:
        """What a moderator did to the words, and why."""
        kind, clause = view.comment.edit_kind, view.comment.edited_clause
        if kind is None or clause is None:
            return Markup("")
        # A new tab keeps what is being written, and a page that cannot be loaded again.
        link = Markup(
            f'<a href="{escape(self._links.terms)}#{escape(clause)}" {_NEW_TAB}>'
            f"{escape(self._translator.clause(clause))}</a>"
        )
        sentence = Markup(self._translator.gettext(_EDITED[kind])) % {"clause": link}
        return Markup(
            f'<p class="yobal-edited"{_dir(view)}><span dir="{self._translator.dir}">{sentence}</span></p>\n'
        )

    def footer(self, view: CommentView, day: str = "") -> Markup:
        button = self.reply_button(view) if self._is_open else ""
        share = ""
        if not self._is_archive:
            links = view.share
            share = self._words.share % (
                escape(links.whatsapp),
                escape(links.telegram),
                escape(links.email),
                escape(links.permalink),
            )
        return Markup(
            f'<div class="yobal-footer"{_dir(view)}>{self.byline(view, day)}\n{button}{share}</div>'
        )

    def byline(self, view: CommentView, day: str = "") -> Markup:
        comment = view.comment
        # A chosen name is bold, "Anonymous" is quiet.
        author = f"<b>{view.author}</b>" if comment.name else self._words.anonymous
        time = ""
        if comment.day != day:
            time = f' · <time datetime="{comment.day}">{escape(view.day)}</time>'
        language = f" · {escape(view.language)}" if view.language else ""
        return Markup(f'<p class="yobal-byline">{author}{time}{language}</p>')

    def reply_button(self, view: CommentView) -> Markup:
        label = self._reply_label % {"name": view.comment.name or self._words.anonymous}
        return Markup(
            f'<button form="yobal-reply" name="parent_id" value="{escape(view.comment.id)}"'
            f' aria-label="{label}">{self._words.reply}</button>\n'
        )

    def _tombstone(self, view: CommentView) -> Markup:
        gettext = self._translator.gettext
        if view.comment.removal == "withdrawn":
            return Markup(gettext("Withdrawn by its author"))
        if view.comment.removal == "withheld":
            return Markup(gettext("Not shown, because its approval could not be verified"))
        sentence = Markup(gettext("Removed by a moderator (%(clause)s)"))
        return sentence % {"clause": view.removal_clause_title}

    def _mask(self, clause_title: str) -> str:
        sentence = Markup(self._translator.gettext(_EDITED["masked"])) % {"clause": clause_title}
        return f'<span class="yobal-mask" role="img" title="{sentence}">{_MASK}</span>'


def _anchor(view: CommentView) -> str:
    """Escaped as well, because an attacker who writes to the database could give a row any id."""
    return f' id="c-{escape(view.comment.id)}"'


def _dir(view: CommentView) -> str:
    """Puts the rule beside a text, and the line under it, on the side where the text begins."""
    return f' dir="{view.dir}"' if view.dir else ""
