"""One of everything that readers can see, with any words put in every place that takes some."""

from collections.abc import Callable
from datetime import date
from typing import get_args

import pytest

from yobal.adapters.rendering.pages import Draft, House, Pages, Problem, ReceiptAnswer
from yobal.core.schedule import Schedule
from yobal.core.submission import Limits, Refusal
from yobal.core.thread import Edition, Letter, NewestView, PageView, Place, RepliesView

ROOT, REPLY, GONE, REMOVED = (letter * 26 for letter in "abcd")
SLOT = 1_794_980_800
Draw = Callable[..., dict[str, bytes]]


@pytest.fixture
def house() -> House:
    return House(
        site="river",
        site_name="The River Post",
        public_url="https://comments.river.example",
        schedule=Schedule(time_zone="Asia/Phnom_Penh"),
        limits=Limits(),
        receipt_days=30,
        is_demo=False,
    )


@pytest.fixture
def draw(house: House) -> Draw:
    """All pages by name. `words` stands wherever a reader's, moderator's or editor's words stand."""

    def everything(words: str = "plain", edition: str = "en") -> dict[str, bytes]:
        pages, place = Pages(house), place_in(edition, title=words)
        return _files(pages, place, words) | _answers(pages, place, words)

    return everything


def place_in(edition: str, *, title: str = "Ferries", form: str = "open") -> Place:
    """The story `ferry` in one language, with one other edition."""
    url = "https://river.example/ferry"
    other = Edition(edition="ko", title=title, url=url)
    own = Edition(edition=edition, title=title, url=url)
    return Place(site="river", story="ferry", edition=own, others=(other,), form=form)  # type: ignore[arg-type]  # a parameter's str


def letters_with(words: str) -> tuple[Letter, ...]:
    reply = Letter(
        id=REPLY,
        name=words,
        text=words,
        lang="ar",
        edition="en",
        day="2026-11-22",
        to=ROOT,
        to_name=words,
        page=7,
    )
    root = Letter(
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
    removed = Letter(
        id=REMOVED,
        name="",
        text="",
        lang="en",
        edition="en",
        day="2026-11-22",
        to=GONE,
        gone="removed",
        gone_clause="threats",
        page=7,
    )
    gone = Letter(
        id=GONE,
        name="",
        text="",
        lang="en",
        edition="en",
        day="2026-11-21",
        gone="withdrawn",
        page=7,
        replies=(removed,),
    )
    return root, gone


def _files(pages: Pages, place: Place, words: str) -> dict[str, bytes]:
    root, gone = letters_with(words)
    newest = NewestView(place=place, letters=(root, gone), comments_total=4, older_page=6)
    numbered = PageView(place=place, number=7, letters=(root, gone))
    further = RepliesView(
        place=place, root=root, root_page=7, number=2, letters=root.replies, has_more=True
    )
    return {
        **pages.newest(newest),
        **pages.page(numbered),
        **pages.replies(further),
        "terms.html": pages.terms(place.edition.edition),
    }


def _answers(pages: Pages, place: Place, words: str) -> dict[str, bytes]:
    draft = Draft(text=words, name=words, wants_receipt=True)
    root, _gone = letters_with(words)
    refusals = [Refusal("text", "text_long", 2000, 2001), Refusal("name", "name_marks", 60)]
    day = date(2026, 11, 23)
    answer = ReceiptAnswer(
        code="0" * 20,
        state="published",
        clause="facts",
        kind="masked",
        note=words,
        text=f"{words}▮",
        name=words,
        lang="en",
        day="2026-11-21",
        can_withdraw=True,
    )
    drawn = {
        "reply": pages.form(place, draft, once="o", answered=root, refusals=()),
        "refused": pages.form(place, draft, once="o", answered=None, refusals=refusals),
        "again": pages.read_again(place, draft, once="o", answered=root, earliest_day=day),
        "sent": pages.sent(place, earliest=SLOT, code="7HQ2M-0K3TB-Z91XC-4RWFA", until=day),
        "receipt": pages.receipt(place, answer),
        "wish": pages.wish_sent(place, when="next"),
    }
    for problem in get_args(Problem):
        drawn[problem] = pages.problem(place, problem, draft=draft, next_slot=SLOT)
    drawn["nowhere"] = pages.problem(None, "unknown_story", draft=draft, path="/a/b/km/")
    return {f"answer/{name}.html": page for name, page in drawn.items()}
