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
from yobal.adapters.rendering.comment_presenter import Drawer, pieces
from yobal.adapters.rendering.i18n import spoken_in
from yobal.adapters.rendering.page_context import Draft, House, Problem, ReceiptAnswer
from yobal.adapters.rendering.templates import ink_for
from yobal.adapters.rendering.urls import Links, bare_links
from yobal.core import paths
from yobal.core.language import lang_of
from yobal.core.schedule import Slot
from yobal.core.submission import Refusal
from yobal.core.terms import CLAUSES, TERMS_VERSION
from yobal.core.thread import Letter, NewestView, PageView, Place, RepliesView

__all__ = ["Draft", "House", "Pages", "Problem", "ReceiptAnswer"]

_FRAGMENT: Final = "fragment.html"
_ANY_CODE: Final = b"00000-00000-00000-00000"  # stands in a kept page for the receipt's code
_SENT_KEPT: Final = 256


class Pages:
    """Draws everything of one site."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._sent = lru_cache(maxsize=_SENT_KEPT)(self._draw_sent)

    @property
    def mark(self) -> str:
        """A hash of what all pages are drawn with, the version included."""
        drawn_with = msgspec.json.encode((__version__, self._house))
        return hashlib.sha256(drawn_with).hexdigest()

    # Files

    def newest(self, view: NewestView) -> dict[str, bytes]:
        """The thread's own address, and the form alone."""
        place, drawer = view.place, self._drawer(view.place)
        given = {"view": view, "letters": drawer.newest(view), "older": view.older_page}
        return {
            paths.NEWEST: self._draw("newest.html", place, given),
            paths.NEWEST_FRAGMENT: self._draw("newest.html", place, given, is_fragment=True),
            paths.NEWEST_JSON: json_pages.newest(view, drawer),
            paths.FORM: self._draw("form_alone.html", place, {}, is_fragment=True),
        }

    def page(self, view: PageView) -> dict[str, bytes]:
        """A numbered page. It knows neither the form's state nor of newer pages."""
        place, drawer = view.place, self._drawer(view.place)
        older = view.number - 1 or None
        given = {"view": view, "letters": drawer.page(view), "older": older}
        return {
            paths.page(view.number, "html"): self._draw("page.html", place, given),
            paths.page(view.number, _FRAGMENT): self._draw(
                "page.html", place, given, is_fragment=True
            ),
            paths.page(view.number, "json"): json_pages.page(view, drawer),
        }

    def replies(self, view: RepliesView) -> dict[str, bytes]:
        """Replies of one comment beyond the first five."""
        place, drawer, root, number = (
            view.place,
            self._drawer(view.place),
            view.root.id,
            view.number,
        )
        given = {"view": view, "root": drawer.root(view), "letters": drawer.replies(view)}
        return {
            paths.replies(root, number, "html"): self._draw("replies.html", place, given),
            paths.replies(root, number, _FRAGMENT): self._draw(
                "replies.html", place, given, is_fragment=True
            ),
            paths.replies(root, number, "json"): json_pages.replies(view, drawer),
        }

    def terms(self, edition: str) -> bytes:
        """The terms in an edition's language: every clause that a decision can cite."""
        given = {"clauses": CLAUSES, "version": TERMS_VERSION}
        return self._draw_bare("terms.html", edition, given)

    # Answers to a reader's POST

    def form(
        self,
        place: Place,
        draft: Draft,
        *,
        once: str,
        answered: Letter | None,
        refusals: Sequence[Refusal],
    ) -> bytes:
        """The form to answer a comment, or the form again with every refusal beside its field."""
        given = {"draft": draft, "once": once, "refusals": tuple(refusals)}
        return self._draw("form.html", place, given | self._answered(place, answered))

    def read_again(
        self,
        place: Place,
        draft: Draft,
        *,
        once: str,
        answered: Letter | None,
        earliest_day: date,
    ) -> bytes:
        """ "Read it once more": what would be sent, and one button. Nothing is stored yet."""
        given = {"draft": draft, "once": once, "earliest_day": earliest_day}
        given["lang"] = lang_of(draft.text, edition=place.edition.edition)
        return self._draw("read_again.html", place, given | self._answered(place, answered))

    def sent(
        self,
        place: Place,
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
        page = self._sent(place, earliest, until if code else None, is_out_of_codes=is_out_of_codes)
        return page.replace(_ANY_CODE, code.encode()) if code else page

    def _draw_sent(
        self, place: Place, earliest: Slot, until: date | None, *, is_out_of_codes: bool
    ) -> bytes:
        code = _ANY_CODE.decode() if until else None
        given = {"earliest": earliest, "code": code, "until": until}
        return self._draw("sent.html", place, given | {"is_out_of_codes": is_out_of_codes})

    def receipt(self, place: Place, answer: ReceiptAnswer) -> bytes:
        """What became of a comment, with the buttons that take it back."""
        shown = pieces(answer.text or "", is_edited=answer.kind is not None)
        return self._draw("receipt.html", place, {"answer": answer, "pieces": shown})

    def wish_sent(self, place: Place, *, when: Literal["now", "next"]) -> bytes:
        """The wish to take a comment back was kept."""
        return self._draw("wish_sent.html", place, {"when": when})

    def problem(
        self,
        place: Place | None,
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
        given = {"problem": problem, "draft": draft, "next_slot": next_slot}
        if place is None:
            thread, edition = paths.thread_at(path)
            # Only languages we speak: what is drawn in one is kept, and anybody can ask for any.
            back = thread if leads_back else ""
            return self._draw_bare("problem.html", spoken_in(edition), given, thread=back)
        return self._draw("problem.html", place, given)

    # How

    def _draw(
        self, template: str, place: Place, given: Mapping[str, Any], *, is_fragment: bool = False
    ) -> bytes:
        edition = place.edition.edition
        base = self._house.public_url if is_fragment else ""
        links = Links(place, base=base, public_url=self._house.public_url)
        return ink_for(edition).draw(
            template, house=self._house, place=place, links=links, is_fragment=is_fragment, **given
        )

    def _draw_bare(
        self, template: str, lang: str, given: Mapping[str, Any], *, thread: str = ""
    ) -> bytes:
        """A page that is drawn without knowing a thread."""
        links = bare_links(self._house.site, lang, thread)
        return ink_for(lang).draw(
            template, house=self._house, place=None, links=links, is_fragment=False, **given
        )

    def _drawer(self, place: Place) -> Drawer:
        """Permalinks are whole everywhere, so one drawer serves page, fragment and JSON."""
        edition = place.edition.edition
        links = Links(place, base="", public_url=self._house.public_url)
        return Drawer(ink_for(edition).words, links, edition)

    def _answered(self, place: Place, letter: Letter | None) -> dict[str, Any]:
        return {"answered": self._drawer(place).answered(letter) if letter else None}
