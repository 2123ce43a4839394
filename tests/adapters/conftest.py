"""One of everything that readers can see, with any words put in every place that takes some."""

from collections.abc import Callable
from datetime import date
from typing import get_args

import pytest

from yobal.adapters.rendering.pages import Draft, PageRenderer, Problem, ReceiptDetails, SiteContext
from yobal.core.schedule import Schedule
from yobal.core.submission import FieldError, Limits
from yobal.core.thread import (
    Edition,
    NewestView,
    PageView,
    PublishedComment,
    RepliesView,
    ThreadRef,
)

ROOT, REPLY, GONE, REMOVED = (letter * 26 for letter in "abcd")
SLOT = 1_794_980_800
Draw = Callable[..., dict[str, bytes]]


@pytest.fixture
def site_context() -> SiteContext:
    return SiteContext(
        site_id="river",
        site_name="The River Post",
        public_url="https://comments.river.example",
        schedule=Schedule(time_zone="Asia/Phnom_Penh"),
        limits=Limits(),
        receipt_days=30,
        is_demo=False,
    )


@pytest.fixture
def draw(site_context: SiteContext) -> Draw:
    """All pages by name. `words` stands wherever a reader's, moderator's or editor's words stand."""

    def everything(words: str = "plain", edition: str = "en") -> dict[str, bytes]:
        pages, place = PageRenderer(site_context), place_in(edition, title=words)
        return _files(pages, place, words) | _answers(pages, place, words)

    return everything


def place_in(edition: str, *, title: str = "Ferries", form: str = "open") -> ThreadRef:
    """The story `ferry` in one language, with one other edition."""
    url = "https://river.example/ferry"
    other = Edition(tag="ko", title=title, url=url)
    own = Edition(tag=edition, title=title, url=url)
    return ThreadRef(site_id="river", story_id="ferry", edition=own, others=(other,), form=form)  # type: ignore[arg-type]  # a parameter's str


def letters_with(words: str) -> tuple[PublishedComment, ...]:
    reply = PublishedComment(
        id=REPLY,
        name=words,
        text=words,
        lang="ar",
        edition="en",
        day="2026-11-22",
        parent_id=ROOT,
        parent_name=words,
        page=7,
    )
    root = PublishedComment(
        id=ROOT,
        name=words,
        text=f"{words}▮▮▮",
        lang="km",
        edition="km",
        day="2026-11-21",
        edited_clause="personal-data",
        replies=(reply,),
        has_more_replies=True,
        page=7,
    )
    removed = PublishedComment(
        id=REMOVED,
        name="",
        text="",
        lang="en",
        edition="en",
        day="2026-11-22",
        parent_id=GONE,
        removal="removed",
        removal_clause="threats",
        page=7,
    )
    gone = PublishedComment(
        id=GONE,
        name="",
        text="",
        lang="en",
        edition="en",
        day="2026-11-21",
        removal="withdrawn",
        page=7,
        replies=(removed,),
    )
    return root, gone


def _files(pages: PageRenderer, place: ThreadRef, words: str) -> dict[str, bytes]:
    root, gone = letters_with(words)
    newest = NewestView(thread=place, comments=(root, gone), comments_total=4, older_page=6)
    numbered = PageView(thread=place, number=7, comments=(root, gone))
    further = RepliesView(
        thread=place, root=root, root_page=7, number=2, comments=root.replies, has_more=True
    )
    return {
        **pages.newest(newest),
        **pages.page(numbered),
        **pages.replies(further),
        "terms.html": pages.terms(place.edition.tag),
    }


def _answers(pages: PageRenderer, place: ThreadRef, words: str) -> dict[str, bytes]:
    draft = Draft(text=words, name=words, wants_receipt=True)
    root, _gone = letters_with(words)
    field_errors = [
        FieldError("text", "text_long", 2000, 2001),
        FieldError("name", "name_marks", 60),
    ]
    day = date(2026, 11, 23)
    answer = ReceiptDetails(
        code="0" * 20,
        state="published",
        clause="facts",
        edit_kind="masked",
        note=words,
        text=f"{words}▮",
        name=words,
        lang="en",
        day="2026-11-21",
        can_withdraw=True,
    )
    drawn = {
        "reply": pages.form(place, draft, idempotency_key="o", parent=root, field_errors=()),
        "refused": pages.form(
            place, draft, idempotency_key="o", parent=None, field_errors=field_errors
        ),
        "confirm": pages.confirm(place, draft, idempotency_key="o", parent=root, earliest_day=day),
        "sent": pages.sent(place, earliest=SLOT, code="7HQ2M-0K3TB-Z91XC-4RWFA", until=day),
        "receipt": pages.receipt(place, answer),
        "wish": pages.withdrawal_requested(place, when="next"),
    }
    for problem in get_args(Problem):
        drawn[problem] = pages.problem(place, problem, draft=draft, next_slot=SLOT)
    drawn["nowhere"] = pages.problem(None, "unknown_story", draft=draft, path="/a/b/km/")
    return {f"answer/{name}.html": page for name, page in drawn.items()}
