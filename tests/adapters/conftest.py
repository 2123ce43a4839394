"""Renders one of every page that readers can see, with any text in every place that shows a text."""

from collections.abc import Callable
from datetime import date
from typing import get_args

import msgspec
import pytest

from yobal.adapters.rendering.pages import (
    Draft,
    PageRenderer,
    Problem,
    ReceiptDetails,
    ServerFacts,
    SiteContext,
)
from yobal.core.schedule import Schedule
from yobal.core.submission import FieldError, Limits
from yobal.core.thread import (
    CommentLink,
    CommentLocation,
    CommentPageView,
    Edition,
    FormState,
    NewestView,
    PageView,
    PublishedComment,
    RepliesView,
    ThreadRef,
)

ROOT, REPLY, WITHDRAWN, REMOVED = (character * 26 for character in "abcd")
ID_SUFFIX = "-f00d"
SLOT = 1_794_980_800
SERVER_FACTS = ServerFacts(database="sqlite", original_retention_days=14, is_memory_wiped=True)
RenderAll = Callable[..., dict[str, bytes]]


@pytest.fixture
def site_context() -> SiteContext:
    return SiteContext(
        site_id="river",
        site_name="The River Post",
        public_url="https://comments.river.example",
        schedule=Schedule(time_zone="Asia/Phnom_Penh"),
        limits=Limits(),
        receipt_days=30,
        pending_days=30,
        is_demo=False,
    )


@pytest.fixture
def render_all(site_context: SiteContext) -> RenderAll:
    """All pages by name. `text` stands wherever a reader's, moderator's or editor's text stands."""

    def render(text: str = "plain", edition: str = "en") -> dict[str, bytes]:
        pages, thread = PageRenderer(site_context), make_thread(edition, title=text)
        framed = msgspec.structs.replace(thread, is_framed=True, id_suffix=ID_SUFFIX)
        return {
            **render_files(pages, thread, text),
            **_responses(pages, thread, text, folder="response"),
            **_responses(pages, framed, text, folder="frame"),
        }

    return render


def make_thread(edition: str, *, title: str = "Ferries", form: FormState = "open") -> ThreadRef:
    """The story `ferry` in one edition, with one other edition."""
    url = "https://river.example/ferry"
    other = Edition(tag="ko", title=title, url=url)
    own = Edition(tag=edition, title=title, url=url)
    return ThreadRef(
        site_id="river", story_id="ferry", edition=own, other_editions=(other,), form=form
    )


def make_comments(text: str) -> tuple[PublishedComment, ...]:
    reply = PublishedComment(
        id=REPLY,
        name=text,
        text=text,
        lang="ar",
        edition="en",
        day="2026-11-22",
        parent_id=ROOT,
        parent_name=text,
    )
    root = PublishedComment(
        id=ROOT,
        name=text,
        text=f"{text}▮▮▮",
        lang="km",
        edition="km",
        day="2026-11-21",
        edit_kind="masked",
        edited_clause="personal-data",
        replies=(reply,),
        has_more_replies=True,
    )
    removed = PublishedComment(
        id=REMOVED,
        name="",
        text="",
        lang="en",
        edition="en",
        day="2026-11-22",
        parent_id=WITHDRAWN,
        removal="removed",
        removal_clause="threats",
    )
    withdrawn = PublishedComment(
        id=WITHDRAWN,
        name="",
        text="",
        lang="en",
        edition="en",
        day="2026-11-21",
        removal="withdrawn",
        replies=(removed,),
    )
    return root, withdrawn


def render_files(pages: PageRenderer, thread: ThreadRef, text: str) -> dict[str, bytes]:
    root, withdrawn = make_comments(text)
    newest = NewestView(
        thread=thread,
        comments=(root, withdrawn),
        comments_total=4,
        older=CommentLocation(comment_id=ROOT, number=6),
    )
    numbered = PageView(
        thread=thread, number=7, last_position=350, has_newer=True, comments=(root, withdrawn)
    )
    replies = RepliesView(
        thread=thread,
        root=root,
        root_page=7,
        number=2,
        last_position=105,
        has_more=True,
        comments=root.replies,
    )
    single = CommentPageView(
        thread=thread,
        comment=root,
        parent=CommentLink(comment_id=REPLY, edition="ko"),
        more_replies=CommentLocation(comment_id=REPLY, number=2, root_id=ROOT),
    )
    return {
        **pages.comment(single),
        **pages.newest(newest),
        **pages.page(numbered),
        **pages.replies(replies),
        "terms.html": pages.terms(thread.edition.tag),
        "what_we_keep.html": pages.what_we_keep(thread.edition.tag, SERVER_FACTS),
    }


def _responses(
    pages: PageRenderer, thread: ThreadRef, text: str, *, folder: str
) -> dict[str, bytes]:
    draft = Draft(text=text, name=text, wants_receipt=True)
    root, _withdrawn = make_comments(text)
    field_errors = [
        FieldError("text", "text_long", 2000, 2001),
        FieldError("name", "name_marks", 60),
    ]
    day = date(2026, 11, 23)
    receipt = ReceiptDetails(
        code="0" * 20,
        state="published",
        clause="facts",
        edit_kind="masked",
        note=text,
        text=f"{text}▮",
        name=text,
        lang="en",
        day="2026-11-21",
        can_withdraw=True,
    )
    rendered = {
        "reply": pages.form(thread, draft, idempotency_key="o", parent=root, field_errors=()),
        "invalid": pages.form(
            thread, draft, idempotency_key="o", parent=None, field_errors=field_errors
        ),
        "confirm": pages.confirm(thread, draft, idempotency_key="o", parent=root, earliest_day=day),
        "sent": pages.sent(thread, earliest=SLOT, code="7HQ2M-0K3TB-Z91XC-4RWFA", until=day),
        "receipt": pages.receipt(thread, receipt),
        "withdrawal_requested": pages.withdrawal_requested(thread, when="next", is_published=True),
    }
    for problem in get_args(Problem):
        rendered[problem] = pages.problem(thread, problem, draft=draft, next_slot=SLOT)
    if not thread.is_framed:
        rendered["no_thread"] = pages.problem(None, "unknown_story", draft=draft, path="/a/b/km/")
    return {f"{folder}/{name}.html": page for name, page in rendered.items()}
