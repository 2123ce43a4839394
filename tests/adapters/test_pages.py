"""What stands on readers' pages, and what must not."""

import re
from collections.abc import Callable
from html import unescape
from typing import get_args

import msgspec
import pytest

from yobal.adapters.rendering.page_context import ReceiptState
from yobal.adapters.rendering.pages import PageRenderer, ReceiptDetails, SiteContext
from yobal.core.schedule import Schedule
from yobal.core.thread import Edition, NewestView, PageView, PublishedComment, ThreadRef

Draw = Callable[..., dict[str, bytes]]
PLACE = ThreadRef(
    site_id="river",
    story_id="ferry",
    edition=Edition(tag="en", title="Ferries", url="https://river.example/ferry"),
)
NOTICE = (
    "Add your comment by filling out the form below in plain text. Comments are approved by a "
    'moderator and can be edited in accordance with our <a href="/river/@/terms/en.html">Terms of '
    "Use</a>. Comments will not appear in real time. We are not responsible for the content of the "
    "postings. Please be respectful of others' point of view and stick to the facts."
)


def letter(text: str, **more: object) -> PublishedComment:
    given = {"id": "a" * 26, "name": "", "lang": "en", "edition": "en", "day": "2026-11-21"}
    return msgspec.convert(given | {"text": text} | more, PublishedComment)


def newest(site_context: SiteContext, *letters: PublishedComment, place: ThreadRef = PLACE) -> str:
    view = NewestView(thread=place, comments=letters, comments_total=len(letters), older_page=None)
    return PageRenderer(site_context).newest(view)["index.html"].decode()


def with_schedule(site_context: SiteContext, **given: object) -> SiteContext:
    return msgspec.structs.replace(site_context, schedule=msgspec.convert(given, Schedule))


def test_the_same_view_gives_the_same_bytes(draw: Draw) -> None:
    assert draw("x", "km") == draw("x", "km")


def test_the_promise_stands_above_the_form_in_full(site_context: SiteContext) -> None:
    assert NOTICE in unescape(newest(site_context))


def test_the_form_says_when_comments_appear(site_context: SiteContext) -> None:
    assert "Comments appear at 00:00, 06:00, 12:00 and 18:00, Phnom Penh time." in newest(
        site_context
    )
    quick = with_schedule(site_context, release_interval_seconds=20)
    assert "Comments appear every 20 seconds." in newest(quick)


def test_a_quick_schedule_is_called_confidential_and_not_anonymous(
    site_context: SiteContext,
) -> None:
    quick = with_schedule(site_context, release_interval_seconds=20)
    assert "Confidential, not anonymous" in newest(quick)
    demonstration = msgspec.structs.replace(quick, is_demo=True)
    assert "Demonstration: confidential, not anonymous" in newest(demonstration)
    assert "not anonymous" not in newest(site_context)


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ("closed", "Comments on this story are closed."),
        ("not_open_yet", "Comments are not open yet"),
    ],
)
def test_a_thread_that_is_not_open_has_no_form_and_says_so(
    site_context: SiteContext, form: str, sentence: str
) -> None:
    place = msgspec.structs.replace(PLACE, form=form)
    page = newest(site_context, letter("x"), place=place)
    assert sentence in page
    assert 'name="text"' not in page
    assert 'value="reply"' not in page
    assert 'value="receipt"' in page


def test_a_static_form_has_no_once_and_an_answered_one_has(
    site_context: SiteContext, draw: Draw
) -> None:
    assert 'name="idempotency_key"' not in newest(site_context)
    assert (
        '<input type="hidden" name="idempotency_key" value="o">'
        in draw()["answer/reply.html"].decode()
    )


def test_a_permalink_leads_to_the_numbered_page_from_everywhere(site_context: SiteContext) -> None:
    link = f"https://comments.river.example/river/ferry/en/page/3.html#c-{'a' * 26}"
    one = letter("x", page=3)
    numbered = PageRenderer(site_context).page(PageView(thread=PLACE, number=3, comments=(one,)))
    assert f'href="{link}"' in newest(site_context, one)
    assert f'href="{link}"' in numbered["page/3.html"].decode()
    assert msgspec.json.decode(numbered["page/3.json"])["comments"][0]["link"] == link


def test_a_numbered_page_does_not_know_whether_the_form_is_open(site_context: SiteContext) -> None:
    def drawn(form: str) -> dict[str, bytes]:
        place = msgspec.structs.replace(PLACE, form=form)
        return PageRenderer(site_context).page(
            PageView(thread=place, number=2, comments=(letter("x"),))
        )

    assert drawn("open") == drawn("closed")


def test_only_an_edited_comment_has_masked_words(site_context: SiteContext) -> None:
    assert "yobal-mask" not in newest(site_context, letter("I draw ▮▮ myself"))
    edited = newest(site_context, letter("Call ▮▮ now", edited_clause="personal-data"))
    assert 'title="Masked by a moderator: personal data">▮▮</span> now' in edited
    assert 'Edited by a moderator: <a href="/river/@/terms/en.html#personal-data">' in edited


def test_a_parent_removed_leaves_a_line_and_its_replies(site_context: SiteContext) -> None:
    reply = {"id": "b" * 26, "name": "", "text": "still here", "lang": "en", "edition": "en"}
    root = letter(
        "", removal="removed", removal_clause="threats", replies=[reply | {"day": "2026-11-22"}]
    )
    page = newest(site_context, root)
    assert "Removed: threats and incitement" in page
    assert "still here" in page
    assert "Withdrawn by its author" in newest(site_context, letter("", removal="withdrawn"))


def test_each_comment_bears_its_language_and_direction(site_context: SiteContext) -> None:
    page = newest(site_context, letter("نعم", lang="ar"), letter("?", lang="und"))
    assert 'lang="ar" dir="rtl">نعم</p>' in page
    assert 'lang="und" dir="auto">?</p>' in page
    assert "· Arabic" in page


def test_every_refusal_stands_in_the_summary_and_beside_its_field(draw: Draw) -> None:
    page = draw("kept")["answer/refused.html"].decode()
    sentence = "Your comment has 2,001 characters; the limit is 2,000."
    assert page.count(sentence) == 2
    assert 'href="#yobal-text"' in page
    assert 'aria-describedby="yobal-text-error yobal-text-hint" aria-invalid="true"' in page
    assert 'aria-describedby="yobal-name-error yobal-name-hint" aria-invalid="true"' in page
    assert "\nkept</textarea>" in page
    assert " checked>" in page


def test_read_once_more_carries_everything_along(draw: Draw) -> None:
    page = draw("kept")["answer/confirm.html"].decode()
    fields = {
        "step": "confirm",
        "idempotency_key": "o",
        "text": "kept",
        "name": "kept",
        "receipt": "yes",
    }
    for name, value in (fields | {"parent_id": "a" * 26}).items():
        assert f'<input type="hidden" name="{name}" value="{value}">' in page
    assert "23 November 2026" in page


def test_no_answer_tells_a_phones_history_more_than_that_a_story_was_read(draw: Draw) -> None:
    def title(page: bytes) -> str:
        return page.decode().split("<title>")[1].split("</title>")[0]

    drawn = draw("kept")
    answers = {name: page for name, page in drawn.items() if "answer/" in name}
    del answers["answer/nowhere.html"]  # belongs to no thread
    assert {title(page) for page in answers.values()} == {title(drawn["index.html"])}


def test_every_problem_gives_the_text_back_and_a_way_on(draw: Draw) -> None:
    problems = {name: page.decode() for name, page in draw("kept").items() if "answer/" in name}
    for name in ("closed", "story_full", "site_full", "unavailable", "parent_removed"):
        page = problems[f"answer/{name}.html"]
        assert "\nkept</textarea>" in page
        assert "Back to the comments" in page
    assert "after 18 November 2026 at 12:46 (Phnom Penh time)" in problems["answer/story_full.html"]
    headings = {re.search(r"<(h2|h1)>(.*?)</\1>", page) for page in problems.values()}
    assert None not in headings


def test_a_problem_without_a_thread_has_a_heading_of_its_own(draw: Draw) -> None:
    page = draw("kept")["answer/nowhere.html"].decode()
    assert page.count("<h1>") == 1
    assert "\nkept</textarea>" in page
    assert '<html class="yobal" lang="km"' in page


@pytest.mark.parametrize("state", get_args(ReceiptState))
def test_a_receipt_offers_only_what_can_be_done(
    site_context: SiteContext, state: ReceiptState
) -> None:
    can = state in ("waiting", "accepted", "published")
    answer = ReceiptDetails(code="0" * 20, state=state, can_withdraw=can)
    page = PageRenderer(site_context).receipt(PLACE, answer).decode()
    assert ('value="withdraw"' in page) == can
    assert ('value="next"' in page) == (state == "published")
    assert ('value="now"' in page) == can


def test_json_has_exactly_the_documented_keys(draw: Draw) -> None:
    drawn = draw()
    place = ["site_id", "story_id", "edition", "title", "url"]
    expected = {
        "index.json": [*place, "editions", "form", "total", "older", "comments"],
        "page/7.json": [*place, "page", "older", "comments"],
        f"replies/{'a' * 26}/2.json": [*place, "root_id", "root_page", "page", "comments"],
    }
    comment = [
        "id",
        "name",
        "text",
        "lang",
        "edition",
        "day",
        "edited_clause",
        "parent_id",
        "parent_name",
        "removal",
        "removal_clause",
        "link",
        "replies",
        "has_more_replies",
    ]
    for name, keys in expected.items():
        plain = msgspec.json.decode(drawn[name])
        assert list(plain) == keys, name
        assert all(list(one) == comment for one in plain["comments"])


def test_a_language_without_catalogue_is_served_in_english_and_says_so(
    site_context: SiteContext,
) -> None:
    thai = Edition(tag="th", title="เรือ", url="https://river.example/th")
    page = newest(site_context, place=msgspec.structs.replace(PLACE, edition=thai))
    assert '<html class="yobal" lang="en" dir="ltr">' in page
    assert '<h1 lang="th"' in page
