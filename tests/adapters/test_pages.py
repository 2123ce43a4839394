"""What readers' pages contain, and what they must not contain."""

import re
from collections.abc import Callable, Mapping
from html import unescape
from typing import get_args

import msgspec
import pytest

from tests.adapters.conftest import ROOT, SLOT, make_thread, render_files
from yobal.adapters.rendering.comment_markup import CommentMarkup
from yobal.adapters.rendering.comment_presenter import CommentView
from yobal.adapters.rendering.pages import PageRenderer, ReceiptDetails, ServerFacts, SiteContext
from yobal.core import paths
from yobal.core.schedule import Schedule
from yobal.core.states import State
from yobal.core.thread import (
    Edition,
    EditorTexts,
    FormState,
    NewestView,
    PageView,
    PublishedComment,
    RepliesView,
    ThreadRef,
)

RenderAll = Callable[..., dict[str, bytes]]
OTHER_FACTS = (
    "This server does not overwrite the memory",
    "removed from our database, but its log",
)
THREAD = ThreadRef(
    site_id="river",
    story_id="ferry",
    edition=Edition(tag="en", title="Ferries", url="https://river.example/ferry"),
)
NOTICE = (
    "Add your comment by filling out the form below in plain text. Comments are approved by a "
    'moderator and can be edited in accordance with our <a href="/river/@/terms/en.html" '
    'target="_blank" rel="noreferrer">Terms of Use</a>. '
    "Comments will not appear in real time. We are not responsible for the content of the "
    "postings. Please be respectful of others' point of view and stick to the facts."
)


def make_comment(text: str, **fields: object) -> PublishedComment:
    defaults = {"id": "a" * 26, "name": "", "lang": "en", "edition": "en", "day": "2026-11-21"}
    return msgspec.convert(defaults | {"text": text} | fields, PublishedComment)


def newest(
    site_context: SiteContext, *comments: PublishedComment, thread: ThreadRef = THREAD
) -> str:
    view = NewestView(thread=thread, comments=comments, comments_total=len(comments), older=None)
    return PageRenderer(site_context).newest(view)["index.html"].decode()


def with_schedule(site_context: SiteContext, **settings: object) -> SiteContext:
    return msgspec.structs.replace(site_context, schedule=msgspec.convert(settings, Schedule))


def test_the_same_view_gives_the_same_bytes(render_all: RenderAll) -> None:
    assert render_all("x", "km") == render_all("x", "km")


def test_pages_follow_every_change_of_their_thread(site_context: SiteContext) -> None:
    """A server has one renderer for years; what it keeps of one page must not appear in another."""
    first = make_thread("en")
    changes: tuple[dict[str, object], ...] = (
        {"edition": Edition(tag="en", title="Renamed", url=first.edition.url)},
        {"edition": Edition(tag="en", title="Ferries", url="https://river.example/moved")},
        {"edition": Edition(tag="km", title="Ferries", url=first.edition.url)},
        {"other_editions": ()},
        {"form": "closed"},
        {"closes_slot": SLOT},
        {"editor_texts": EditorTexts(question="Which ferry?", pinned_note="Be brief.")},
        {"story_id": "bridge"},
    )
    threads = [first, *(msgspec.structs.replace(first, **change) for change in changes)]
    renderer = PageRenderer(site_context)
    for thread in [*threads, *reversed(threads)]:
        alone = render_files(PageRenderer(site_context), thread, "x")
        assert render_files(renderer, thread, "x") == alone, thread


def test_pages_follow_the_settings_of_their_own_renderer(site_context: SiteContext) -> None:
    other = msgspec.structs.replace(site_context, site_name="The Hill Post")
    for context in (site_context, other, site_context):
        page = render_files(PageRenderer(context), THREAD, "x")[paths.comment(ROOT)].decode()
        names = {name for name in ("The River Post", "The Hill Post") if name in page}
        assert names == {context.site_name}


@pytest.mark.parametrize("form", ["open", "closed"])
def test_what_is_under_a_comment_is_the_same_in_a_page_and_its_fragment(
    site_context: SiteContext, monkeypatch: pytest.MonkeyPatch, form: FormState
) -> None:
    """So that it can be made once for both."""
    thread = make_thread("en", form=form)
    rendered = render_files(PageRenderer(site_context), thread, "x")
    make_footer = CommentMarkup._footer

    def make_again(markup: CommentMarkup, view: CommentView, day: str) -> str:
        markup._footers.clear()
        return make_footer(markup, view, day)

    monkeypatch.setattr(CommentMarkup, "_footer", make_again)
    assert render_files(PageRenderer(site_context), thread, "x") == rendered


def test_the_full_notice_is_above_the_form(site_context: SiteContext) -> None:
    assert NOTICE in unescape(newest(site_context))


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Dara", "<bdi>Dara</bdi>"),
        ("សុខ ដារ៉ា", '<bdi lang="km">សុខ ដារ៉ា</bdi>'),
        ("မောင်မောင်", '<bdi lang="my">မောင်မောင်</bdi>'),
        ("سلام", '<bdi lang="und">سلام</bdi>'),
        ("007", "<bdi>007</bdi>"),
    ],
)
def test_a_name_in_another_script_has_its_own_language(
    site_context: SiteContext, name: str, shown: str
) -> None:
    """Then it has a font of that script, and a screen reader's voice for it."""
    assert f"<b>{shown}</b>" in newest(site_context, make_comment("Words.", name=name))


def test_a_note_in_another_script_has_its_own_language(render_all: RenderAll) -> None:
    assert (
        '<p class="yobal-text" lang="km" dir="auto">សូមអរគុណ'
        in render_all("សូមអរគុណ")["response/receipt.html"].decode()
    )
    assert (
        '<p class="yobal-text" lang="en" dir="auto">Thanks'
        in render_all("Thanks")["response/receipt.html"].decode()
    )


def test_terms_open_beside_a_page_with_a_form(render_all: RenderAll) -> None:
    """Browsers lose what was typed into a form with `autocomplete="off"` when one goes back to it."""
    pages = {name: page.decode() for name, page in render_all("x", "en").items()}
    with_form = {name: page for name, page in pages.items() if "<textarea" in page}
    links = re.findall(r'<a href="[^"]*/terms/[^>]*>', "".join(with_form.values()))
    assert links
    assert all('target="_blank" rel="noreferrer"' in link for link in links)


def test_no_page_promises_that_the_browser_keeps_what_was_typed(render_all: RenderAll) -> None:
    assert not [name for name, page in render_all("x", "en").items() if b"our browser" in page]


def test_the_form_says_when_comments_appear(site_context: SiteContext) -> None:
    assert "Comments appear at 00:00, 06:00, 12:00 and 18:00, Phnom Penh time." in newest(
        site_context
    )
    without_city = with_schedule(site_context, time_zone="Etc/GMT+7", release_times=["07:30"])
    assert "Comments appear at 07:30, UTC−07:00." in newest(without_city)
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
        ("closed", "Comments on this story are closed"),
        ("not_open_yet", "Comments are not open yet"),
    ],
)
def test_a_thread_that_is_not_open_has_no_form_and_says_so(
    site_context: SiteContext, form: str, sentence: str
) -> None:
    thread = msgspec.structs.replace(THREAD, form=form)
    page = newest(site_context, make_comment("x"), thread=thread)
    assert f"{sentence}</h2>" in page
    assert "Add your comment" not in page
    assert 'name="text"' not in page
    assert 'value="reply"' not in page
    assert 'value="receipt"' in page


def test_only_a_form_made_for_one_request_has_an_idempotency_key(
    site_context: SiteContext, render_all: RenderAll
) -> None:
    assert 'name="idempotency_key"' not in newest(site_context)
    assert (
        '<input type="hidden" name="idempotency_key" value="o">'
        in render_all()["response/reply.html"].decode()
    )


def test_every_permalink_leads_to_the_comments_own_page_in_the_edition_it_was_written_in(
    site_context: SiteContext,
) -> None:
    link = f"https://comments.river.example/river/ferry/km/comment/{'a' * 26}.html"
    comment = make_comment("x", edition="km")
    numbered = PageRenderer(site_context).page(
        PageView(thread=THREAD, number=3, last_position=150, has_newer=True, comments=(comment,))
    )
    assert f'href="{link}"' in newest(site_context, comment)
    assert f'href="{link}"' in numbered["page/3.html"].decode()
    assert msgspec.json.decode(numbered["page/3.json"])["comments"][0]["link"] == link


def test_a_page_of_one_comment_names_one_number(site_context: SiteContext) -> None:
    comment = make_comment("x")
    view = PageView(thread=THREAD, number=3, last_position=101, has_newer=False, comments=())
    renderer = PageRenderer(site_context)
    assert "<span>Comment 101</span>" in renderer.page(view)["page/3.html"].decode()
    replies = RepliesView(
        thread=THREAD,
        root=comment,
        root_page=1,
        number=1,
        last_position=6,
        has_more=False,
        comments=(),
    )
    (page, *_) = renderer.replies(replies).values()
    assert "<span>Reply 6</span>" in page.decode()


@pytest.mark.parametrize("form", ["closed", "not_open_yet"])
def test_a_story_that_is_not_open_offers_no_way_to_write_on_any_file(
    site_context: SiteContext, form: FormState
) -> None:
    offers = (
        'value="reply"',
        "#yobal-text",
        "Write a comment",
        "Write your own",
        'name="parent_id"',
        'name="text"',
    )
    renderer = PageRenderer(site_context)
    for name, content in _html(render_files(renderer, make_thread("en"), "plain")).items():
        is_thread = not name.startswith(("terms", "what_we_keep"))
        assert is_thread == any(offer in content.decode() for offer in offers), name
    closed = make_thread("en", form=form)
    for name, content in _html(render_files(renderer, closed, "plain")).items():
        assert not any(offer in content.decode() for offer in offers), name


def _html(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Without the JSON, which has every sentence that a program may need."""
    return {name: content for name, content in files.items() if name.endswith(".html")}


def test_only_an_edited_comment_has_masks(site_context: SiteContext) -> None:
    assert "yobal-mask" not in newest(site_context, make_comment("I type ▮▮ myself"))


@pytest.mark.parametrize("hidden", ["▮", "▮▮▮▮▮▮▮▮▮▮▮▮▮"])
def test_a_mask_does_not_show_how_much_it_hides(site_context: SiteContext, hidden: str) -> None:
    comment = make_comment(f"Call {hidden} now", edit_kind="masked", edited_clause="personal-data")
    assert 'title="Masked by a moderator (Personal data)">▮▮▮▮▮▮▮▮</span> now' in newest(
        site_context, comment
    )


@pytest.mark.parametrize("kind", ["masked", "shortened", "reworded"])
def test_an_edited_comment_says_how_it_was_edited_and_under_which_clause(
    site_context: SiteContext, kind: str
) -> None:
    page = newest(site_context, make_comment("x", edit_kind=kind, edited_clause="respect"))
    assert re.search(
        rf'{kind.title()} by a moderator \(<a href="/river/@/terms/en.html#respect"[^>]*>Respect</a>\)',
        page,
    )


def test_a_removed_comment_leaves_a_tombstone_and_its_replies(site_context: SiteContext) -> None:
    reply = {"id": "b" * 26, "name": "", "text": "still readable", "lang": "en", "edition": "en"}
    root = make_comment(
        "", removal="removed", removal_clause="threats", replies=[reply | {"day": "2026-11-22"}]
    )
    page = newest(site_context, root)
    assert "Removed by a moderator (Threats and incitement)" in page
    assert "still readable" in page
    assert "Withdrawn by its author" in newest(site_context, make_comment("", removal="withdrawn"))


def test_each_comment_has_its_language_and_the_direction_of_its_characters(
    site_context: SiteContext,
) -> None:
    page = newest(site_context, make_comment("نعم", lang="ar"), make_comment("?", lang="und"))
    assert 'lang="ar" dir="auto">نعم</p>' in page
    assert 'lang="und" dir="auto">?</p>' in page
    assert "· Arabic" in page


def test_each_reply_button_names_the_author_for_those_who_hear_the_page(
    site_context: SiteContext,
) -> None:
    named = make_comment("One", id="b" * 26, name='Sok "S" <b>')
    page = newest(site_context, named, make_comment("Two"))
    assert 'aria-label="Reply to Sok &#34;S&#34; &lt;b&gt;">Reply</button>' in page
    assert 'aria-label="Reply to Anonymous">Reply</button>' in page


def test_every_error_is_in_the_summary_and_beside_its_field(render_all: RenderAll) -> None:
    page = render_all("my text")["response/invalid.html"].decode()
    sentence = "Your comment has 2,001 characters; the limit is 2,000."
    assert page.count(sentence) == 2
    assert 'href="#yobal-text"' in page
    assert 'aria-describedby="yobal-text-error yobal-text-hint" aria-invalid="true"' in page
    assert 'aria-describedby="yobal-name-error yobal-name-hint" aria-invalid="true"' in page
    assert "\nmy text</textarea>" in page
    assert " checked>" in page


def test_the_confirm_page_carries_every_field_along(render_all: RenderAll) -> None:
    page = render_all("my text")["response/confirm.html"].decode()
    fields = {
        "step": "confirm",
        "idempotency_key": "o",
        "text": "my text",
        "name": "my text",
        "receipt": "yes",
    }
    for name, value in (fields | {"parent_id": "a" * 26}).items():
        assert f'<input type="hidden" name="{name}" value="{value}">' in page
    assert "23 November 2026" in page


def test_every_response_has_the_title_of_its_thread(
    render_all: RenderAll,
) -> None:
    def title(page: bytes) -> str:
        return page.decode().split("<title>")[1].split("</title>")[0]

    rendered = render_all("my text")
    responses = {name: page for name, page in rendered.items() if "response/" in name}
    del responses["response/no_thread.html"]  # belongs to no thread
    assert {title(page) for page in responses.values()} == {title(rendered["index.html"])}


def test_every_problem_returns_the_text_and_links_back(render_all: RenderAll) -> None:
    problems = {
        name: page.decode() for name, page in render_all("my text").items() if "response/" in name
    }
    for name in ("closed", "story_full", "site_full", "unavailable", "parent_removed"):
        page = problems[f"response/{name}.html"]
        assert "\nmy text</textarea>" in page
        assert "Back to the comments" in page
    assert (
        "after 18 November 2026 at 12:46 (Phnom Penh time)" in problems["response/story_full.html"]
    )
    headings = {re.search(r"<h1[^>]*>(.+?)</h1>", page, re.DOTALL) for page in problems.values()}
    assert None not in headings


def test_a_problem_without_a_thread_has_a_top_level_heading(render_all: RenderAll) -> None:
    page = render_all("my text")["response/no_thread.html"].decode()
    assert page.count("<h1>") == 1
    assert "\nmy text</textarea>" in page
    assert '<html class="yobal" lang="km"' in page


@pytest.mark.parametrize("state", get_args(State))
def test_a_receipt_offers_withdrawal_only_where_it_is_possible(
    site_context: SiteContext, state: State
) -> None:
    can_withdraw = state in ("pending", "held", "published")
    receipt = ReceiptDetails(code="0" * 20, state=state, can_withdraw=can_withdraw)
    page = PageRenderer(site_context).receipt(THREAD, receipt).decode()
    assert ('value="withdraw"' in page) == can_withdraw
    assert ('value="next"' in page) == can_withdraw, "the same two choices in every state"
    assert ('value="now"' in page) == can_withdraw


def test_json_has_exactly_the_documented_keys(render_all: RenderAll) -> None:
    rendered = render_all()
    thread_keys = ["site_id", "story_id", "edition", "title", "url"]
    expected = {
        "index.json": [
            *thread_keys,
            "editions",
            "form",
            "closes_at",
            "question",
            "pinned_note",
            "embedded_form",
            "total",
            "older",
            "comments",
            "words",
        ],
        "page/7.json": [*thread_keys, "page", "older", "comments", "words"],
        f"replies/{'a' * 26}/2.json": [
            *thread_keys,
            "root_id",
            "root_page",
            "page",
            "has_more",
            "comments",
            "words",
        ],
    }
    comment_keys = [
        "id",
        "name",
        "text",
        "lang",
        "dir",
        "is_long",
        "edition",
        "day",
        "edit_kind",
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
        parsed = msgspec.json.decode(rendered[name])
        assert list(parsed) == keys, name
        assert all(list(comment) == comment_keys for comment in parsed["comments"])


def test_each_edition_has_the_newsrooms_name_in_that_edition(site_context: SiteContext) -> None:
    names = {"km": "ទន្លេប៉ុស្តិ៍", "zh-Hant": "河報"}
    pages = PageRenderer(msgspec.structs.replace(site_context, site_names=names))

    def is_named(page: bytes, name: str) -> bool:
        text = page.decode()
        return f'<p class="yobal-site">{name}</p>' in text and f"· {name}</title>" in text

    shown = {"km": "km", "km-KH": "km", "zh-Hant": "zh-Hant", "zh": "", "en": ""}
    for tag, source in shown.items():
        thread = msgspec.structs.replace(
            THREAD, edition=Edition(tag=tag, title="Ferries", url="https://river.example/ferry")
        )
        name = names.get(source, "The River Post")
        view = NewestView(thread=thread, comments=(), comments_total=0, older=None)
        assert is_named(pages.newest(view)["index.html"], name)
        assert is_named(pages.problem(thread, "closed"), name)
        assert is_named(pages.terms(tag), name)


def test_a_page_without_a_story_links_to_the_front_page(site_context: SiteContext) -> None:
    link = 'href="https://river.example/"'
    with_url = msgspec.structs.replace(site_context, site_url="https://river.example/")
    for context, has_link in ((with_url, True), (site_context, False)):
        pages = PageRenderer(context)
        assert (link in pages.terms("en").decode()) is has_link
        assert (link in pages.problem(None, "unknown_story").decode()) is has_link


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"is_memory_wiped": True}, "This server overwrites the memory"),
        ({"is_memory_wiped": False}, "This server does not overwrite the memory"),
        ({"database": "sqlite"}, "overwritten in our database"),
        ({"database": "postgresql"}, "removed from our database, but its log"),
        ({"original_retention_days": 0}, "destroyed with the next release"),
        ({"original_retention_days": 1}, "destroyed about one day later"),
        ({"original_retention_days": 7}, "destroyed about 7 days later"),
    ],
)
def test_what_we_keep_says_what_the_server_is_set_to(
    site_context: SiteContext, changed: dict[str, object], sentence: str
) -> None:
    facts = ServerFacts(database="sqlite", original_retention_days=14, is_memory_wiped=True)
    pages = PageRenderer(msgspec.structs.replace(site_context, receipt_days=9))
    page = pages.what_we_keep("en", msgspec.structs.replace(facts, **changed)).decode()
    others = pages.what_we_keep(
        "en", ServerFacts(database="postgresql", original_retention_days=3, is_memory_wiped=False)
    ).decode()
    assert sentence in page
    assert (sentence in others) is (sentence in OTHER_FACTS)
    assert "at least 9 days" in page
    assert "Comments appear at 00:00, 06:00, 12:00 and 18:00, Phnom Penh time." in page


def test_the_form_leads_to_what_we_keep_in_its_edition(render_all: RenderAll) -> None:
    for name in ("index.html", "form.fragment.html", "response/reply.html"):
        page = render_all("x", "km")[name].decode()
        assert page.count("/river/@/what-we-keep/km.html") == 1
        assert 'km.html" target="_blank" rel="noreferrer"' in page


def test_an_edition_without_a_catalogue_is_rendered_and_marked_as_english(
    site_context: SiteContext,
) -> None:
    thai = Edition(tag="th", title="เรือ", url="https://river.example/th")
    page = newest(site_context, thread=msgspec.structs.replace(THREAD, edition=thai))
    assert '<html class="yobal" lang="en" dir="ltr">' in page
    assert '<h1 lang="th"' in page
