"""Renders every page that a reader sees. Pure: the same view gives the same bytes.

Each public file exists as a complete page, a bare fragment and JSON; responses to a form are complete
pages. The markup is in `templates/reader/`, the sentences are in `locales/`.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final, Literal

import msgspec
from markupsafe import Markup

from yobal import __version__
from yobal.adapters.rendering import feeds, json_pages
from yobal.adapters.rendering.comment_markup import CommentMarkup, Footers
from yobal.adapters.rendering.comment_presenter import (
    CommentPresenter,
    CommentView,
    text_runs,
)
from yobal.adapters.rendering.i18n import FALLBACK, catalogue_language
from yobal.adapters.rendering.page_context import (
    Draft,
    Problem,
    ReceiptDetails,
    ServerFacts,
    SiteContext,
)
from yobal.adapters.rendering.templates import renderer_for
from yobal.adapters.rendering.urls import SiteLinks, ThreadLinks, site_links
from yobal.core import paths
from yobal.core import text as texts
from yobal.core.language import detect_language
from yobal.core.schedule import Slot
from yobal.core.submission import FieldError
from yobal.core.terms import CLAUSES, TERMS_VERSION
from yobal.core.thread import (
    CommentPageView,
    FeedEntry,
    NewestView,
    PageView,
    PublishedComment,
    RepliesView,
    SiteView,
    ThreadRef,
)

__all__ = ["Draft", "PageRenderer", "Problem", "ReceiptDetails", "ServerFacts", "SiteContext"]

EXCERPT_GRAPHEMES: Final = 120  # of a comment's text, in its share links and its card
_COMMENT_PAGE: Final = "comment.html"
_WITH_MICRODATA: Final = ("newest.html", "page.html", "replies.html", _COMMENT_PAGE)
_FRAGMENT: Final = "fragment.html"
_CODE_PLACEHOLDER: Final = b"00000 00000 00000 00000"  # in a cached page, for the receipt's code
_CACHED_SENT_PAGES_MAX: Final = 256
_CARD_PLACE: Final = Markup("<!-- card -->")  # in the frame of such pages
_COMMENT_PLACE: Final = Markup("<!-- comment -->")
_CACHED_FRAMES_MAX: Final = 16  # they are written story by story, in every edition


class PageRenderer:
    """Renders all pages of one site."""

    def __init__(self, site_context: SiteContext) -> None:
        self._site_context = site_context
        self._cached_sent_page = lru_cache(maxsize=_CACHED_SENT_PAGES_MAX)(self._render_sent)
        self._cached_comment_frame = lru_cache(maxsize=_CACHED_FRAMES_MAX)(self._comment_frame)

    @property
    def site_context(self) -> SiteContext:
        return self._site_context

    @property
    def fingerprint(self) -> str:
        """A hash of everything that all pages depend on, including the version of Yobal."""
        rendered_with = msgspec.json.encode((__version__, self._site_context))
        return hashlib.sha256(rendered_with).hexdigest()

    # Public files

    def newest(self, view: NewestView) -> dict[str, bytes]:
        """The files of the thread's own address, and the form alone, as a fragment and for a frame."""
        thread, presenter = view.thread, self._presenter(view.thread)
        framed = msgspec.structs.replace(thread, is_framed=True)
        comments = presenter.comments(view.comments)
        page, fragment = self._render_both("newest.html", thread, view=view, comments=comments)
        return {
            paths.NEWEST: page,
            paths.NEWEST_FRAGMENT: fragment,
            paths.NEWEST_JSON: json_pages.newest(
                view,
                comments,
                presenter.translator,
                schedule=self._site_context.schedule,
                embedded_form=self._site_context.embedded_form,
            ),
            paths.FORM: self._render("form_fragment.html", thread, {}, is_fragment=True),
            paths.FORM_FRAME: self._render("form_frame.html", framed, {}),
            paths.FEED: self._thread_feed(view),
        }

    def page(self, view: PageView) -> dict[str, bytes]:
        """The files of a numbered page."""
        thread, presenter = view.thread, self._presenter(view.thread)
        comments = presenter.comments(view.comments)
        page, fragment = self._render_both("page.html", thread, view=view, comments=comments)
        return {
            paths.page(view.number, "html"): page,
            paths.page(view.number, _FRAGMENT): fragment,
            paths.page(view.number, "json"): json_pages.page(view, comments, presenter.translator),
        }

    def replies(self, view: RepliesView) -> dict[str, bytes]:
        """The files of one page of replies, beyond the first five of a comment."""
        thread, presenter = view.thread, self._presenter(view.thread)
        root_id, number = view.root.id, view.number
        root, comments = presenter.comment(view.root), presenter.comments(view.comments)
        page, fragment = self._render_both(
            "replies.html", thread, view=view, root=root, comments=comments
        )
        return {
            paths.replies(root_id, number, "html"): page,
            paths.replies(root_id, number, _FRAGMENT): fragment,
            paths.replies(root_id, number, "json"): json_pages.replies(
                view, comments, presenter.translator
            ),
        }

    def comment(self, view: CommentPageView) -> dict[str, bytes]:
        """The page of one comment: large, with its first replies, and as a card for a chat."""
        thread, comment, presenter = view.thread, view.comment, self._presenter(view.thread)
        excerpt = presenter.quoted(texts.truncate(comment.text, EXCERPT_GRAPHEMES))
        sentence = presenter.quoted(texts.first_sentence(comment.text, EXCERPT_GRAPHEMES))
        comment_view = presenter.comment(comment, excerpt=excerpt)
        markup = self._markup(_COMMENT_PAGE, thread)
        before, between, after = self._cached_comment_frame(thread)
        card = markup.card(comment_view, first_sentence=sentence, headline=thread.edition.title)
        single = markup.single(view, comment_view)
        page = f"{before}{card}{between}{single}{after}"
        return {paths.comment(comment.id): page.encode()}

    def _comment_frame(self, thread: ThreadRef) -> tuple[str, str, str]:
        """What the pages of all single comments of a thread share: before the card, between, and after the comment.

        Every text on the page is escaped, so none can look like the two places.
        """
        context = {"card": _CARD_PLACE, "single": _COMMENT_PLACE}
        page = self._render(_COMMENT_PAGE, thread, context).decode()
        before, _, rest = page.partition(_CARD_PLACE)
        between, _, after = rest.partition(_COMMENT_PLACE)
        return before, between, after

    def terms(self, edition: str) -> bytes:
        """The terms in an edition's language: every clause that a decision can name."""
        context = {"clauses": CLAUSES, "version": TERMS_VERSION}
        return self._render_without_thread("terms.html", edition, context)

    def site(self, view: SiteView) -> dict[str, bytes]:
        """The files of the whole site that change with its comments, by their keys."""
        site_id, public_url = self._site_context.site_id, self._site_context.public_url
        head = feeds.FeedHead(
            title=self._site_context.site_name,
            lang=FALLBACK,
            url=f"{public_url}/{paths.site_feed(site_id)}",
            page_url=self._site_context.site_url,
        )
        entries = [(entry, self._permalink(entry)) for entry in view.entries]
        return {
            paths.counts(site_id): msgspec.json.encode(view.counts),
            paths.site_feed(site_id): feeds.feed(head, entries),
        }

    def _thread_feed(self, view: NewestView) -> bytes:
        thread, public_url = view.thread, self._site_context.public_url
        translator = renderer_for(thread.edition.tag).translator
        page_url = f"{public_url}/{paths.thread_folder(thread.site_id, thread.story_id, thread.edition.tag)}/"
        site_name = self._site_context.in_edition(thread.edition.tag).site_name
        head = feeds.FeedHead(
            title=f"{translator.gettext('Comments')} · {thread.edition.title} · {site_name}",
            lang=translator.lang,
            url=page_url + paths.FEED,
            page_url=page_url,
        )
        entries = [
            FeedEntry(story_id=thread.story_id, headline=thread.edition.title, comment=comment)
            for comment in view.feed
        ]
        return feeds.feed(head, [(entry, self._permalink(entry)) for entry in entries])

    def _permalink(self, entry: FeedEntry) -> str:
        comment, site_context = entry.comment, self._site_context
        folder = paths.thread_folder(site_context.site_id, entry.story_id, comment.edition)
        return f"{site_context.public_url}/{folder}/{paths.comment(comment.id)}"

    # Responses to a form, and the page that is not a file

    def what_we_keep(self, edition: str, server_facts: ServerFacts) -> bytes:
        """What this server stores about a comment and its author, and for how long."""
        context = {"server_facts": server_facts}
        return self._render_without_thread("what_we_keep.html", edition, context)

    def form(
        self,
        thread: ThreadRef,
        draft: Draft,
        *,
        idempotency_key: str,
        parent: PublishedComment | None,
        field_errors: Sequence[FieldError],
    ) -> bytes:
        """The form for a reply, or the form again with each error beside its field."""
        context = {
            "draft": draft,
            "idempotency_key": idempotency_key,
            "parent": self._parent(thread, parent),
            "field_errors": tuple(field_errors),
        }
        return self._render("form.html", thread, context)

    def confirm(
        self,
        thread: ThreadRef,
        draft: Draft,
        *,
        idempotency_key: str,
        parent: PublishedComment | None,
        earliest_day: date,
    ) -> bytes:
        """A preview of what would be sent, with one button. Nothing is stored yet."""
        context = {
            "draft": draft,
            "lang": detect_language(draft.text, edition=thread.edition.tag),
            "idempotency_key": idempotency_key,
            "parent": self._parent(thread, parent),
            "earliest_day": earliest_day,
        }
        return self._render("confirm.html", thread, context)

    def sent(
        self,
        thread: ThreadRef,
        *,
        earliest: Slot,
        code: str | None,
        until: date | None,
        is_out_of_codes: bool = False,
    ) -> bytes:
        """The comment arrived; when it can appear at the earliest; how to follow it.

        `until` is the receipt's last day. `is_out_of_codes`: the reader asked for a receipt of a
        comment that already has as many as it may have. The page is rendered once for everybody who
        sends under a story before a slot, because only the code differs.
        """
        page = self._cached_sent_page(
            msgspec.structs.replace(thread, id_suffix=""),  # it has no ids
            earliest,
            until if code else None,
            is_out_of_codes=is_out_of_codes,
        )
        if code is None:
            return page
        # Spaces, because a hyphen at the end of a line may look like part of the code.
        return page.replace(_CODE_PLACEHOLDER, code.replace("-", " ").encode())

    def _render_sent(
        self, thread: ThreadRef, earliest: Slot, until: date | None, *, is_out_of_codes: bool
    ) -> bytes:
        context = {
            "earliest": earliest,
            "code": _CODE_PLACEHOLDER.decode() if until else None,
            "until": until,
            "is_out_of_codes": is_out_of_codes,
        }
        return self._render("sent.html", thread, context)

    def receipt(self, thread: ThreadRef, receipt: ReceiptDetails) -> bytes:
        """What was decided about a comment, with the buttons that withdraw it."""
        runs = text_runs(receipt.text or "", is_edited=receipt.edit_kind is not None)
        changes = [
            (part.kind, text_runs(part.text, is_edited=part.kind != "deleted"))
            for part in receipt.changes
        ]
        context = {"receipt": receipt, "text_runs": runs, "changes": changes}
        context["changed_words"] = "".join(part.text for part in receipt.changes)
        return self._render("receipt.html", thread, context)

    def withdrawal_requested(
        self,
        thread: ThreadRef,
        *,
        when: Literal["now", "next"],
        is_published: bool,
        is_hidden: bool = False,
    ) -> bytes:
        """The request to withdraw a comment is stored."""
        context = {"when": when, "is_published": is_published, "is_hidden": is_hidden}
        return self._render("withdrawal_requested.html", thread, context)

    def problem(
        self,
        thread: ThreadRef | None,
        problem: Problem,
        *,
        draft: Draft | None = None,
        typed_code: str = "",
        next_slot: Slot | None = None,
        path: str = "",
        leads_back: bool = True,
    ) -> bytes:
        """What happened, whether anything was lost, and what to do; with the draft to copy, if any.

        Without a thread, the requested `path` determines the language and the link back.
        """
        context = {
            "problem": problem,
            "draft": draft,
            "typed_code": typed_code,
            "next_slot": next_slot,
        }
        if thread is not None:
            return self._render("problem.html", thread, context)
        thread_path, edition = paths.parse_thread_path(path)
        # The terms exist in every language that has a catalogue, but perhaps not in this edition.
        language = catalogue_language(edition)
        link_back = thread_path if leads_back else ""
        return self._render_without_thread("problem.html", language, context, link_back=link_back)

    # Rendering

    def _render_both(
        self, template: str, thread: ThreadRef, **context: object
    ) -> tuple[bytes, bytes]:
        """The page and its fragment."""
        footers: Footers = {}
        return (
            self._render(template, thread, context, footers=footers),
            self._render(template, thread, context, is_fragment=True, footers=footers),
        )

    def _render(
        self,
        template: str,
        thread: ThreadRef,
        context: Mapping[str, Any],
        *,
        is_fragment: bool = False,
        footers: Footers | None = None,
    ) -> bytes:
        markup = self._markup(template, thread, is_fragment=is_fragment, footers=footers)
        return renderer_for(thread.edition.tag).render(
            template,
            site_context=self._site_context.in_edition(thread.edition.tag),
            thread=thread,
            links=markup.links,
            is_fragment=is_fragment,
            has_microdata=markup.has_microdata,
            markup=markup,
            **context,
        )

    def _markup(
        self,
        template: str,
        thread: ThreadRef,
        *,
        is_fragment: bool = False,
        footers: Footers | None = None,
    ) -> CommentMarkup:
        return CommentMarkup(
            renderer_for(thread.edition.tag).translator,
            self._links(template, thread, is_fragment=is_fragment),
            is_open=thread.form == "open",
            has_microdata=template in _WITH_MICRODATA and not is_fragment,
            is_archive=self._site_context.is_archive,
            footers=footers,
        )

    def _links(self, _template: str, thread: ThreadRef, *, is_fragment: bool) -> ThreadLinks:
        public_url = self._site_context.public_url
        return ThreadLinks(thread, base=public_url if is_fragment else "", public_url=public_url)

    def _site_links(self, _template: str, edition: str, link_back: str) -> SiteLinks:
        return site_links(self._site_context.site_id, edition, link_back)

    def _render_without_thread(
        self, template: str, edition: str, context: Mapping[str, Any], *, link_back: str = ""
    ) -> bytes:
        # Renderers are cached by edition, and anyone can ask for any: allow only catalogues.
        return renderer_for(catalogue_language(edition)).render(
            template,
            site_context=self._site_context.in_edition(edition),
            thread=None,
            links=self._site_links(template, edition, link_back),
            is_fragment=False,
            has_microdata=False,
            **context,
        )

    def _presenter(self, thread: ThreadRef) -> CommentPresenter:
        """Share links are full URLs everywhere, so one presenter serves page, fragment and JSON."""
        edition = thread.edition.tag
        links = ThreadLinks(thread, base="", public_url=self._site_context.public_url)
        return CommentPresenter(renderer_for(edition).translator, links, edition)

    def _parent(self, thread: ThreadRef, parent: PublishedComment | None) -> CommentView | None:
        return self._presenter(thread).comment(parent) if parent else None
