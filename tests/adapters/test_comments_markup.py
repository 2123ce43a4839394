"""How a comment is shown: among others, and on the page of its own."""

import re
from datetime import date
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from tests.adapters.conftest import make_thread
from tests.adapters.test_pages import make_comment, newest
from yobal.adapters.rendering.pages import Draft, PageRenderer, ReceiptDetails, SiteContext
from yobal.core.text import count_graphemes
from yobal.core.thread import CommentLink, CommentPageView, PublishedComment

ID = "a" * 26
PERMALINK = f"https://comments.river.example/river/ferry/en/comment/{ID}.html"


def comment_page(
    site_context: SiteContext, comment: PublishedComment, parent: CommentLink | None = None
) -> str:
    view = CommentPageView(
        thread=make_thread("en"), comment=comment, parent=parent, more_replies=None
    )
    (page,) = PageRenderer(site_context).comment(view).values()
    return page.decode()


def meta(page: str, name: str) -> str:
    match = re.search(rf'<meta property="og:{name}" content="([^"]*)">', page)
    assert match is not None, name
    return match[1]


def share_links(page: str) -> dict[str, dict[str, list[str]]]:
    """The query of each share link, by its host."""
    urls = re.findall(r'href="((?:https://wa.me|https://t.me|mailto:)[^"]*)"', page)
    parts = [urlsplit(url.replace("&amp;", "&")) for url in urls]
    return {part.netloc or part.scheme: parse_qs(part.query) for part in parts}


# Among others


def test_a_day_is_shown_once_above_its_comments_and_only_other_days_beside_a_reply(
    site_context: SiteContext,
) -> None:
    replies = (
        make_comment("Same day.", id="b" * 26),
        make_comment("Next day.", id="c" * 26, day="2026-11-22"),
    )
    page = newest(
        site_context,
        make_comment("First.", id="d" * 26, replies=msgspec.to_builtins(replies)),
        make_comment("Second.", id="e" * 26),
        make_comment("Third.", id="f" * 26, day="2026-11-20"),
    )
    days = re.findall(r'<time datetime="([^"]*)">', page)
    assert days == ["2026-11-21", "2026-11-22", "2026-11-20"]
    assert page.count('<h3 class="yobal-day">') == 2


def test_only_a_chosen_name_is_bold(site_context: SiteContext) -> None:
    assert "<b><bdi>Dara</bdi></b>" in newest(site_context, make_comment("x", name="Dara"))
    assert '<p class="yobal-byline">Anonymous' in newest(site_context, make_comment("x"))


def test_a_name_in_another_script_has_its_language(site_context: SiteContext) -> None:
    assert '<bdi lang="km">តារា</bdi>' in newest(site_context, make_comment("x", name="តារា"))


def test_the_line_below_a_comment_follows_its_direction(site_context: SiteContext) -> None:
    edited = {"edit_kind": "masked", "edited_clause": "personal-data"}
    page = newest(site_context, make_comment("نعم", lang="ar", **edited))
    assert '<div class="yobal-footer" dir="rtl">' in page
    assert '<p class="yobal-edited" dir="rtl"><span dir="ltr">' in page
    assert "dir=" not in newest(site_context, make_comment("Yes")).split("yobal-footer")[1][:40]


@pytest.mark.parametrize(("text", "attribute"), [("نعم", ' dir="rtl"'), ("Yes", "")])
def test_the_rule_beside_a_text_is_on_the_side_where_it_begins(
    site_context: SiteContext, text: str, attribute: str
) -> None:
    """Of a reply, a quotation, a preview and a moderator's note."""
    thread, pages, comment = make_thread("en"), PageRenderer(site_context), make_comment(text)
    reply = make_comment(text, id="b" * 26, parent_name="Dara")
    among_others = newest(site_context, msgspec.structs.replace(comment, replies=(reply,)))
    assert f'<div class="yobal-reply-item"{attribute} itemprop=' in among_others
    assert '<span dir="ltr">In reply to <bdi>Dara</bdi></span>' in among_others
    draft, day = Draft(text=text), date(2026, 11, 23)
    form = pages.form(thread, draft, idempotency_key="o", parent=comment, field_errors=())
    assert f'<blockquote class="yobal-quoted"{attribute}>' in form.decode()
    preview = pages.confirm(thread, draft, idempotency_key="o", parent=None, earliest_day=day)
    assert f'<blockquote class="yobal-preview"{attribute}>' in preview.decode()
    receipt = ReceiptDetails(code="0" * 20, state="published", text=text, note=text)
    shown = pages.receipt(thread, receipt).decode()
    assert f'<blockquote class="yobal-preview"{attribute}>' in shown
    assert f'<blockquote class="yobal-quoted"{attribute}>' in shown


@pytest.mark.parametrize(
    ("words", "is_folded"),
    [
        ("word " * 200, False),  # 1,000 letters
        ("word " * 260, True),
        ("line\n" * 15, False),
        ("line\n" * 25, True),
    ],
)
def test_a_long_comment_is_folded_and_its_text_is_whole(
    site_context: SiteContext, *, words: str, is_folded: bool
) -> None:
    page = newest(site_context, make_comment(words))
    assert ("<details><summary>Show the whole comment" in page) is is_folded
    assert f">{words}</p>" in page.replace("<br>", "")
    assert "Show the whole comment" not in comment_page(site_context, make_comment(words))


def test_nothing_links_into_the_newest_page(site_context: SiteContext) -> None:
    """A comment leaves it, and 50 unused anchors would weigh 300 bytes."""
    assert 'id="c-' not in newest(site_context, make_comment("x"))


# The page of its own


def test_short_comments_are_set_in_larger_type(site_context: SiteContext) -> None:
    for words, length in (("x" * 280, "short"), ("x" * 281, "medium"), ("x" * 701, "long")):
        page = comment_page(site_context, make_comment(words))
        assert f'class="yobal-text yobal-{length}"' in page


def test_a_card_in_a_chat_shows_the_first_sentence_the_name_and_the_headline(
    site_context: SiteContext,
) -> None:
    page = comment_page(site_context, make_comment("It is real. I saw it.", name="Dara"))
    assert meta(page, "site_name") == "The River Post"
    assert meta(page, "title") == "“It is real.”"
    assert meta(page, "description") == "Dara, on: Ferries"
    assert meta(page, "url") == PERMALINK
    assert "og:image" not in page
    anonymous = comment_page(site_context, make_comment("It is real."))
    assert meta(anonymous, "description") == "Anonymous, on: Ferries"


def test_share_links_begin_with_the_text_only_on_the_comments_own_page(
    site_context: SiteContext,
) -> None:
    comment = make_comment("A & B? #1 = 100 %\n" + "word " * 40)
    links = share_links(comment_page(site_context, comment))
    message, permalink = links["wa.me"]["text"][0].split("\n")
    assert message.startswith("“A & B? #1 = 100 % word word")
    assert count_graphemes(message) <= 120 + len("“…”")
    assert permalink == PERMALINK
    assert links["mailto"]["body"] == links["wa.me"]["text"]
    assert links["t.me"] == {"url": [PERMALINK], "text": [message]}
    for query in share_links(newest(site_context, comment)).values():
        assert list(query.values()) == [[PERMALINK]]


def test_a_reply_links_to_its_parent_in_the_parents_edition(site_context: SiteContext) -> None:
    parent = CommentLink(comment_id="b" * 26, edition="ko")
    page = comment_page(site_context, make_comment("x"), parent)
    assert f'href="/river/ferry/ko/comment/{"b" * 26}.html">In reply to another comment' in page
    assert "In reply to" not in comment_page(site_context, make_comment("x"))
