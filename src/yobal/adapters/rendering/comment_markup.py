"""The markup of comments, in Python: pages of an archive of comments are made of little else.

A template's macro for each part took most of the time of a rebuild. Everything that is not markup of our own is escaped
here, once; the sentences are in `locales/`, as those of the templates. Methods with an underscore return plain strings,
because an object of Markup for each part takes longer than the part; what a template calls wraps the result.
"""

from collections.abc import Iterable
from functools import cache
from typing import Final

import msgspec
from markupsafe import Markup, escape

from yobal.adapters.rendering.comment_presenter import CommentView, TextRun, length_of
from yobal.adapters.rendering.i18n import Translator, translator_for
from yobal.adapters.rendering.urls import ThreadLinks
from yobal.core.terms import EditKind
from yobal.core.thread import CommentPageView

_NEW_TAB: Final = 'target="_blank" rel="noreferrer"'
SENTENCES: Final = {  # of the page of a single comment
    "card": "%(name)s, on: %(headline)s",
    "replies": "Replies",
    "reply_to_another": "In reply to another comment",
}
Footers = dict[tuple[str, str], str]  # by the id of a comment and the day that stands above it
_MASK: Final = "▮▮▮▮▮▮▮▮"  # always eight: what is hidden must not tell its size
_EDITED: Final[dict[EditKind, str]] = {
    "masked": "Masked by a moderator (%(clause)s)",
    "shortened": "Shortened by a moderator (%(clause)s)",
    "reworded": "Reworded by a moderator (%(clause)s)",
}


class _Words(msgspec.Struct, frozen=True):
    """The labels beside every comment, translated once. `%s` stands for an escaped text."""

    anonymous: str
    reply: str
    reply_label: str
    share: str
    more_replies: str
    replies: str
    reply_to_another: str
    whole: str
    card: str


@cache
def _words(lang: str) -> _Words:
    gettext = translator_for(lang).gettext
    return _Words(
        anonymous=gettext("Anonymous"),
        reply=gettext("Reply"),
        reply_label=gettext("Reply to %(name)s") % {"name": "%s"},
        share=(
            f'<details name="yobal-share"><summary>{gettext("Share")}</summary><p>'
            f'<a href="%s" {_NEW_TAB}>WhatsApp</a> <a href="%s" {_NEW_TAB}>Telegram</a>'
            f' <a href="%s">{gettext("E-mail")}</a> <a href="%s">{gettext("Link")}</a></p></details>'
        ),
        more_replies=gettext("More replies"),
        replies=gettext(SENTENCES["replies"]),
        reply_to_another=gettext(SENTENCES["reply_to_another"]),
        whole=gettext("Show the whole comment"),
        card=gettext(SENTENCES["card"]),
    )


class CommentMarkup:
    """For one page. `has_microdata`: in the words of schema.org, for search engines and archives.

    `footers` is what stood under comments in the same page's other form: it is the same, and made once.
    """

    def __init__(
        self,
        translator: Translator,
        links: ThreadLinks,
        *,
        is_open: bool,
        has_microdata: bool,
        is_archive: bool,
        footers: Footers | None = None,
    ) -> None:
        self.links, self.has_microdata = links, has_microdata
        self._translator, self._is_open, self._is_archive = translator, is_open, is_archive
        self._footers: Footers = {} if footers is None else footers
        self._words = _words(translator.lang)
        itemprop = ' itemprop="text"' if has_microdata else ""
        self._text_start = f'<p{itemprop} class="yobal-text'

    # For templates

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
                f'<article class="yobal-comment"{anchor}{self._item(view)}>\n',
                f"{self._item_properties(view)}\n{self._comment(view, day)}\n",
            )
            if view.replies:
                parts.append(self._replies(view.replies, day, has_anchors=has_anchors))
            if comment.has_more_replies:
                address = self.links.replies(comment.id, 1)
                parts.append(_link_line(address, self._words.more_replies))
            parts.append("</article>\n")
        return Markup("".join(parts))

    def card(self, comment_view: CommentView, *, first_sentence: str, headline: str) -> Markup:
        """What a chat shows of a link to the comment's own page."""
        name = comment_view.comment.name or self._words.anonymous
        described = self._words.card % {"name": name, "headline": headline}
        return Markup(
            f'<meta property="og:url" content="{escape(comment_view.share.permalink)}">\n'
            f'<meta property="og:title" content="{escape(first_sentence)}">\n'
            f'<meta property="og:description" content="{escape(described)}">'
        )

    def single(self, view: CommentPageView, comment_view: CommentView) -> Markup:
        """A comment on the page of its own. It shows nothing of the parent, which may be removed later."""
        links, words, comment = self.links, self._words, comment_view.comment
        parts = [
            f'<article class="yobal-single"{_anchor(comment_view)}{self._item(comment_view)}>\n',
            f"{self._item_properties(comment_view)}\n",
        ]
        if view.parent is not None:
            parts.append(_link_line(links.comment(view.parent), words.reply_to_another))
        parts.append(
            f"{self._text(comment_view, f' yobal-{length_of(comment.text)}')}\n"
            f"{self._edited(comment_view)}\n{self._footer(comment_view, '')}\n</article>\n"
        )
        if comment_view.replies:
            parts.append(
                '<section class="yobal-comments" aria-labelledby="yobal-title">\n'
                f'<h2 id="yobal-title">{words.replies}</h2>\n'
                f"{self._replies(comment_view.replies, comment.day, has_anchors=True)}\n"
            )
            if view.more_replies is not None:
                parts.append(_link_line(links.location(view.more_replies), words.more_replies))
            elif comment.has_more_replies:
                parts.append(_link_line(links.replies(comment.id, 1), words.more_replies))
            parts.append("</section>\n")
        return Markup("".join(parts))

    def comment(self, view: CommentView) -> Markup:
        return Markup(self._comment(view, ""))

    def item(self, view: CommentView) -> Markup:
        return Markup(self._item(view))

    def item_properties(self, view: CommentView) -> Markup:
        return Markup(self._item_properties(view))

    def text(self, view: CommentView) -> Markup:
        return Markup(self._text(view))

    def runs(self, text_runs: Iterable[TextRun], clause_title: str) -> Markup:
        return Markup(self._runs(text_runs, clause_title))

    def edited(self, view: CommentView) -> Markup:
        return Markup(self._edited(view))

    def byline(self, view: CommentView) -> Markup:
        return Markup(self._byline(view, ""))

    def reply_button(self, view: CommentView) -> Markup:
        return Markup(self._reply_button(view))

    # Parts: plain strings. `day` is the one that stands above the comment.

    def _replies(self, replies: Iterable[CommentView], day: str, *, has_anchors: bool) -> str:
        parts: list[str] = []
        for view in replies:
            anchor = _anchor(view) if has_anchors else ""
            parts += (
                f'<div class="yobal-reply-item"{_dir(view)}{anchor}{self._item(view)}>\n',
                f"{self._item_properties(view)}\n{self._comment(view, day)}\n</div>\n",
            )
        return "".join(parts)

    def _comment(self, view: CommentView, day: str) -> str:
        if view.comment.removal is not None:
            return f'<p class="yobal-tombstone">{self._tombstone(view)}</p>'
        parent = ""
        if view.parent_author is not None:
            sentence = Markup(self._translator.gettext("In reply to %(name)s"))
            named = sentence % {"name": view.parent_author}
            parent = (
                f'<p class="yobal-byline"><span dir="{self._translator.dir}">{named}</span></p>\n'
            )
        text = self._text(view)
        if view.is_long:
            # Folded by the stylesheet only: print, find and text browsers have all of it.
            summary = f"<details><summary>{self._words.whole}</summary></details>"
            text = f'<div class="yobal-folded">{summary}{text}</div>'
        return f"{parent}{text}\n{self._edited(view)}\n{self._footer(view, day)}"

    def _item(self, view: CommentView) -> str:
        if not self.has_microdata or view.comment.removal is not None:
            return ""
        return ' itemprop="comment" itemscope itemtype="https://schema.org/Comment"'

    def _item_properties(self, view: CommentView) -> str:
        comment = view.comment
        if not self.has_microdata or comment.removal is not None:
            return ""
        author = (
            f'<meta itemprop="author" content="{escape(comment.name)}">\n' if comment.name else ""
        )
        return f'<meta itemprop="datePublished" content="{comment.day}">\n{author}'

    def _text(self, view: CommentView, class_: str = "") -> str:
        runs = self._runs(view.text_runs, view.edited_clause_title)
        lang = escape(view.comment.lang)
        return f'{self._text_start}{class_}" lang="{lang}" dir="auto">{runs}</p>'

    def _runs(self, text_runs: Iterable[TextRun], clause_title: str) -> str:
        return "".join([self._mask(clause_title) if run.is_mask else run.text for run in text_runs])

    def _edited(self, view: CommentView) -> str:
        """What a moderator did to the words, and why."""
        kind, clause = view.comment.edit_kind, view.comment.edited_clause
        if kind is None or clause is None:
            return ""
        # A new tab keeps what is being written, and a page that cannot be loaded again.
        link = Markup(
            f'<a href="{escape(self.links.terms)}#{escape(clause)}" {_NEW_TAB}>'
            f"{escape(self._translator.clause(clause))}</a>"
        )
        sentence = Markup(self._translator.gettext(_EDITED[kind])) % {"clause": link}
        return f'<p class="yobal-edited"{_dir(view)}><span dir="{self._translator.dir}">{sentence}</span></p>\n'

    def _footer(self, view: CommentView, day: str) -> str:
        key = (view.comment.id, day)
        footer = self._footers.get(key)
        if footer is None:
            button = self._reply_button(view) if self._is_open else ""
            share = "" if self._is_archive else self._share(view)
            byline = self._byline(view, day)
            footer = f'<div class="yobal-footer"{_dir(view)}>{byline}\n{button}{share}</div>'
            self._footers[key] = footer
        return footer

    def _share(self, view: CommentView) -> str:
        links = view.share
        return self._words.share % (
            escape(links.whatsapp),
            escape(links.telegram),
            escape(links.email),
            escape(links.permalink),
        )

    def _byline(self, view: CommentView, day: str) -> str:
        comment = view.comment
        # A chosen name is bold, "Anonymous" is quiet.
        author = f"<b>{view.author}</b>" if comment.name else self._words.anonymous
        time = ""
        if comment.day != day:
            time = f' · <time datetime="{comment.day}">{escape(view.day)}</time>'
        language = f" · {escape(view.language)}" if view.language else ""
        return f'<p class="yobal-byline">{author}{time}{language}</p>'

    def _reply_button(self, view: CommentView) -> str:
        name = view.comment.name
        label = self._words.reply_label % (escape(name) if name else self._words.anonymous)
        return (
            f'<button form="yobal-reply" name="parent_id" value="{escape(view.comment.id)}"'
            f' aria-label="{label}">{self._words.reply}</button>\n'
        )

    def _tombstone(self, view: CommentView) -> str:
        gettext = self._translator.gettext
        if view.comment.removal == "withdrawn":
            return gettext("Withdrawn by its author")
        if view.comment.removal == "withheld":
            return gettext("Not shown, because its approval could not be verified")
        sentence = Markup(gettext("Removed by a moderator (%(clause)s)"))
        return sentence % {"clause": view.removal_clause_title}

    def _mask(self, clause_title: str) -> str:
        sentence = Markup(self._translator.gettext(_EDITED["masked"])) % {"clause": clause_title}
        return f'<span class="yobal-mask" role="img" title="{sentence}">{_MASK}</span>'


def _anchor(view: CommentView) -> str:
    """Escaped as well, because an attacker who writes to the database could give a row any id."""
    return f' id="c-{escape(view.comment.id)}"'


def _link_line(address: str, words: str) -> str:
    return f'<p class="yobal-link-line"><a href="{escape(address)}">{words}</a></p>\n'


def _dir(view: CommentView) -> str:
    """Puts the rule beside a text, and the line under it, on the side where the text begins."""
    return f' dir="{view.dir}"' if view.dir else ""
