"""Every page a reader sees, from a view to bytes. Pure: the same view gives the same bytes.

Files have a complete page, a bare fragment and JSON of the same words; answers of the intake are
complete pages. What is drawn lies in `templates/reader/`, the words in `locales/`.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final, Literal

import msgspec

from yobal import __version__
from yobal.adapters.rendering import json_pages
from yobal.adapters.rendering.comment_presenter import CommentPresenter, text_runs
from yobal.adapters.rendering.i18n import catalogue_language
from yobal.adapters.rendering.page_context import Draft, Problem, ReceiptDetails, SiteContext
from yobal.adapters.rendering.templates import renderer_for
from yobal.adapters.rendering.urls import ThreadLinks, site_links
from yobal.core import paths
from yobal.core.language import detect_language
from yobal.core.schedule import Slot
from yobal.core.submission import FieldError
from yobal.core.terms import CLAUSES, TERMS_VERSION
from yobal.core.thread import NewestView, PageView, PublishedComment, RepliesView, ThreadRef

__all__ = ["Draft", "Pages", "Problem", "ReceiptDetails", "SiteContext"]

_FRAGMENT: Final = "fragment.html"
_ANY_CODE: Final = b"00000-00000-00000-00000"  # stands in a kept page for the receipt's code
_SENT_KEPT: Final = 256


class Pages:
    """Draws everything of one site."""

    def __init__(self, site_context: SiteContext) -> None:
        self._house = site_context
        self._sent = lru_cache(maxsize=_SENT_KEPT)(self._render_sent)

    @property
    def mark(self) -> str:
        """A hash of what all pages are drawn with, the version included."""
        drawn_with = msgspec.json.encode((__version__, self._house))
        return hashlib.sha256(drawn_with).hexdigest()

    # FileCache

    def newest(self, view: NewestView) -> dict[str, bytes]:
        """The thread's own address, and the form alone."""
        thread, presenter = view.thread, self._presenter(view.thread)
        context = {"view": view, "comments": presenter.newest(view), "older": view.older_page}
        return {
            paths.NEWEST: self._render("newest.html", thread, context),
            paths.NEWEST_FRAGMENT: self._render("newest.html", thread, context, is_fragment=True),
            paths.NEWEST_JSON: json_pages.newest(view, presenter),
            paths.FORM: self._render("form_alone.html", thread, {}, is_fragment=True),
        }

    def page(self, view: PageView) -> dict[str, bytes]:
        """A numbered page. It knows neither the form's state nor of newer pages."""
        thread, presenter = view.thread, self._presenter(view.thread)
        older = view.number - 1 or None
        context = {"view": view, "comments": presenter.page(view), "older": older}
        return {
            paths.page(view.number, "html"): self._render("page.html", thread, context),
            paths.page(view.number, _FRAGMENT): self._render(
                "page.html", thread, context, is_fragment=True
            ),
            paths.page(view.number, "json"): json_pages.page(view, presenter),
        }

    def replies(self, view: RepliesView) -> dict[str, bytes]:
        """Replies of one comment beyond the first five."""
        thread, presenter, root_id, number = (
            view.thread,
            self._presenter(view.thread),
            view.root.id,
            view.number,
        )
        context = {"view": view, "root": presenter.root(view), "comments": presenter.replies(view)}
        return {
            paths.replies(root_id, number, "html"): self._render("replies.html", thread, context),
            paths.replies(root_id, number, _FRAGMENT): self._render(
                "replies.html", thread, context, is_fragment=True
            ),
            paths.replies(root_id, number, "json"): json_pages.replies(view, presenter),
        }

    def terms(self, edition: str) -> bytes:
        """The terms in an edition's language: every clause that a decision can cite."""
        context = {"clauses": CLAUSES, "version": TERMS_VERSION}
        return self._render_without_thread("terms.html", edition, context)

    # Answers to a reader's POST

    def form(
        self,
        thread: ThreadRef,
        draft: Draft,
        *,
        idempotency_key: str,
        parent: PublishedComment | None,
        field_errors: Sequence[FieldError],
    ) -> bytes:
        """The form to answer a comment, or the form again with every refusal beside its field."""
        context = {
            "draft": draft,
            "idempotency_key": idempotency_key,
            "field_errors": tuple(field_errors),
        }
        return self._render("form.html", thread, context | self._answered(thread, parent))

    def confirm(
        self,
        thread: ThreadRef,
        draft: Draft,
        *,
        idempotency_key: str,
        parent: PublishedComment | None,
        earliest_day: date,
    ) -> bytes:
        """ "Read it once more": what would be sent, and one button. Nothing is stored yet."""
        context = {"draft": draft, "idempotency_key": idempotency_key, "earliest_day": earliest_day}
        context["lang"] = detect_language(draft.text, edition=thread.edition.tag)
        return self._render("confirm.html", thread, context | self._answered(thread, parent))

    def sent(
        self,
        thread: ThreadRef,
        *,
        earliest: Slot,
        code: str | None,
        until: date | None,
        is_out_of_codes: bool = False,
    ) -> bytes:
        """It reached us; when it can appear; how to find out. `until` is the receipt's last day.

        Out of codes is who asks for one more of a comment that has all it may have. Drawn once for
        all who send under a story before a slot: only the code differs.
        """
        page = self._sent(
            thread, earliest, until if code else None, is_out_of_codes=is_out_of_codes
        )
        return page.replace(_ANY_CODE, code.encode()) if code else page

    def _render_sent(
        self, thread: ThreadRef, earliest: Slot, until: date | None, *, is_out_of_codes: bool
    ) -> bytes:
        code = _ANY_CODE.decode() if until else None
        context = {"earliest": earliest, "code": code, "until": until}
        return self._render("sent.html", thread, context | {"is_out_of_codes": is_out_of_codes})

    def receipt(self, thread: ThreadRef, receipt: ReceiptDetails) -> bytes:
        """What became of a comment, with the buttons that take it back."""
        view = text_runs(receipt.text or "", is_edited=receipt.edit_kind is not None)
        return self._render("receipt.html", thread, {"receipt": receipt, "text_runs": view})

    def withdrawal_requested(self, thread: ThreadRef, *, when: Literal["now", "next"]) -> bytes:
        """The wish to take a comment back was kept."""
        return self._render("withdrawal_requested.html", thread, {"when": when})

    def problem(
        self,
        thread: ThreadRef | None,
        problem: Problem,
        *,
        draft: Draft | None = None,
        next_slot: Slot | None = None,
        path: str = "",
        leads_back: bool = True,
    ) -> bytes:
        """What happened, that nothing was lost, what to do; the text to copy where there is one.

        Without a place, the address that was asked for tells the language and the way back.
        """
        context = {"problem": problem, "draft": draft, "next_slot": next_slot}
        if thread is None:
            thread_path, edition = paths.parse_thread_path(path)
            # Only languages we speak: what is drawn in one is kept, and anybody can ask for any.
            back = thread_path if leads_back else ""
            return self._render_without_thread(
                "problem.html", catalogue_language(edition), context, thread=back
            )
        return self._render("problem.html", thread, context)

    # How

    def _render(
        self,
        template: str,
        thread: ThreadRef,
        context: Mapping[str, Any],
        *,
        is_fragment: bool = False,
    ) -> bytes:
        edition = thread.edition.tag
        base = self._house.public_url if is_fragment else ""
        links = ThreadLinks(thread, base=base, public_url=self._house.public_url)
        return renderer_for(edition).render(
            template,
            site_context=self._house,
            thread=thread,
            links=links,
            is_fragment=is_fragment,
            **context,
        )

    def _render_without_thread(
        self, template: str, lang: str, context: Mapping[str, Any], *, thread: str = ""
    ) -> bytes:
        """A page that is drawn without knowing a thread."""
        links = site_links(self._house.site_id, lang, thread)
        return renderer_for(lang).render(
            template,
            site_context=self._house,
            thread=None,
            links=links,
            is_fragment=False,
            **context,
        )

    def _presenter(self, thread: ThreadRef) -> CommentPresenter:
        """Permalinks are whole everywhere, so one drawer serves page, fragment and JSON."""
        edition = thread.edition.tag
        links = ThreadLinks(thread, base="", public_url=self._house.public_url)
        return CommentPresenter(renderer_for(edition).translator, links, edition)

    def _answered(self, thread: ThreadRef, comment: PublishedComment | None) -> dict[str, Any]:
        return {"parent": self._presenter(thread).parent(comment) if comment else None}
