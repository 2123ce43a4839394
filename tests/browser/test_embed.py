"""The one line in a story template: a thread drawn on a newsroom's own page, with the form in a frame."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, FrameLocator, Locator, Page, Route, ViewportSize, expect

from tests.browser.host_page import STRICT, NewsSite, news_site_with_threads, story_page
from tests.harness import SITE_ID, STORY_ID
from tests.promises.payloads import EVIL, PAYLOADS
from tests.serving import Served, wait_for
from yobal.actions import change_story, declare_story
from yobal.actions.change_story import StoryChanges
from yobal.core.thread import PAGE_COMMENTS, Edition

MARKUP: Final = "<img src=x onerror=alert(1)><b>b</b>"
PHONE: Final[ViewportSize] = {"width": 360, "height": 740}
# Records what moves, what is stored, what the page is told and what its policy forbids.
RECORDER = """
window.seen = {shifts: 0, messages: [], violations: []};
new PerformanceObserver(list => {
  for (const entry of list.getEntries()) window.seen.shifts += entry.value;
}).observe({type: "layout-shift", buffered: true});
addEventListener("message", event => window.seen.messages.push(event.data));
addEventListener("securitypolicyviolation", event => window.seen.violations.push(event.violatedDirective));
"""


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[NewsSite, Served]]:
    with news_site_with_threads(tmp_path_factory.mktemp("embedded")) as made:
        yield made


@pytest.fixture
def page(browser_here: Browser) -> Iterator[Page]:
    context = browser_here.new_context(viewport=PHONE, locale="en-GB")
    context.set_default_timeout(15_000)
    opened = context.new_page()
    opened.add_init_script(RECORDER)
    yield opened
    context.close()


def until(page: Page, condition: Callable[[], Any]) -> None:
    """Waits while the page's events are handled."""
    for _ in range(100):
        if condition():
            return
        page.wait_for_timeout(50)
    raise AssertionError("waited 5 s")


def threads_of(served: Served) -> str:
    return f"http://127.0.0.1:{served.intake}"


def new_story(served: Served, story_id: str, *editions: str) -> str:
    for tag in editions or ("en",):
        edition = Edition(tag=tag, title="Ferry", url=f"https://news.example/{tag}/{story_id}")
        declare_story.add(served.newsroom.database, served.newsroom.rules, story_id, edition)
    served.newsroom.run_scheduler()
    return story_id


def publish_many(served: Served, story_id: str, texts: list[str], **fields: Any) -> None:
    for text in texts:
        served.newsroom.publish(served.newsroom.send(text, story_id=story_id, **fields).id)
    served.newsroom.pass_slots(served.newsroom.rules.schedule.max_hold_slots)


def show(
    page: Page, made: tuple[NewsSite, Served], *, same_host: bool = False, **more: Any
) -> Locator:
    """The element of a strict story page."""
    site, served = made
    threads = threads_of(served)
    policy = more.pop("policy", STRICT)
    site.show(
        page,
        story_page(threads, **more),
        policy=policy.format(threads=threads),
        threads_origin=threads if same_host else "",
    )
    return page.locator("yobal-comments")


def draw(page: Page, made: tuple[NewsSite, Served], **more: Any) -> Locator:
    thread = show(page, made, **more).first
    thread.scroll_into_view_if_needed()
    expect(thread.locator("section.yobal")).to_be_visible()
    return thread


def form_of(thread: Locator) -> FrameLocator:
    thread.locator(".form.is-shown").scroll_into_view_if_needed()
    return thread.frame_locator(".form > iframe").last


def test_the_thread_looks_as_on_our_own_page_and_nothing_moves(
    embedded: tuple[NewsSite, Served], page: Page
) -> None:
    _, served = embedded
    story = new_story(served, "as-on-our-page", "en", "km")
    newsroom = served.newsroom
    first = newsroom.publish_new("They have carried us for years.", name="Dara", story_id=story)
    newsroom.publish_new("Yes.", name="Vanna", parent_id=first.id, story_id=story)
    newsroom.publish_new("Long. " * 330, story_id=story)
    newsroom.publish_new("ខ្ញុំគាំទ្រកម្មករ។", name="សុខា", edition="km", story_id=story)
    newsroom.publish_new("أنا أدعم العمال.", name="سارة", story_id=story)
    masked = newsroom.send("Call 012 345 678 now", story_id=story)
    newsroom.publish_edited(masked.id, "Call ▮▮▮▮▮▮▮▮ now")
    newsroom.pass_slots(newsroom.rules.schedule.max_hold_slots)
    removed = newsroom.publish_new("Will be removed.", story_id=story)
    newsroom.remove(removed.id)
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    for edition in ("en", "km"):
        thread = draw(page, embedded, story_id=story, edition=edition)
        described = _described(thread.locator("section.yobal-comments"))
        expect(thread.locator(".form.is-shown")).to_be_attached()
        page.mouse.wheel(0, 20_000)
        page.wait_for_timeout(300)
        seen = page.evaluate("window.seen")
        assert seen["shifts"] == 0
        assert seen["violations"] == []
        own = page.context.new_page()
        own.goto(f"{threads_of(served)}/{SITE_ID}/{story}/{edition}/")
        assert described == _described(own.locator("section.yobal-comments"))
        own.close()
    threads = threads_of(served)
    assert {url.split("/")[2] for url in requests} == {threads[7:], embedded[0].origin[7:]}
    assert len([url for url in requests if url.endswith("index.json")]) == 2, "no polling"
    assert (
        page.evaluate("localStorage.length + sessionStorage.length + document.cookie.length") == 0
    )


def _described(section: Locator) -> Any:
    """What is read, in which language and direction, with which role; fonts and colours of texts."""
    return section.evaluate("""section => {
      const style = element => {
        const s = getComputedStyle(element);
        return [s.fontFamily, s.fontSize, s.lineHeight, s.color, s.direction, s.textAlign].join();
      };
      return {
        words: section.innerText.replace(/\\s+/g, " "),
        texts: [...section.querySelectorAll(".yobal-text")].map(p =>
          [p.lang, p.dir, p.textContent.replaceAll("\\u200b", ""), style(p)]),
        folded: section.querySelectorAll(".yobal-folded > details + p").length,
        masks: [...section.querySelectorAll(".yobal-mask")].map(m => [m.role, m.title]),
        buttons: [...section.querySelectorAll(".yobal-footer button")].map(b => b.ariaLabel),
        replies: section.querySelectorAll(".yobal-comment .yobal-reply-item").length,
        dirs: [...section.querySelectorAll(".yobal-footer")].map(f => style(f)),
      };
    }""")


def test_a_comment_cannot_run_code_on_a_newsrooms_page(
    embedded: tuple[NewsSite, Served], page: Page
) -> None:
    """On a page without any policy, which would stop nothing."""
    _, served = embedded
    story = new_story(served, "not-alive")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("dialog", lambda dialog: pytest.fail(f"a comment ran: {dialog.message}"))
    texts = list(PAYLOADS[:: len(PAYLOADS) // PAGE_COMMENTS])[:PAGE_COMMENTS]
    names = [
        text.replace("\n", " ")[: served.newsroom.rules.limits.name_graphemes_max] for text in texts
    ]
    for text, name in zip(texts, names, strict=True):
        sent = served.newsroom.send(text, name=name, story_id=story)
        served.newsroom.publish(sent.id)
    served.newsroom.pass_slots(served.newsroom.rules.schedule.max_hold_slots)
    thread = draw(page, embedded, story_id=story, policy="")
    expect(thread.locator(".yobal-comment")).to_have_count(len(texts))
    page.wait_for_timeout(300)
    tags = thread.evaluate(
        "host => [...new Set([...host.shadowRoot.querySelectorAll('*')].map(e => e.localName))]"
    )
    assert not set(tags) & {"script", "img", "svg", "object", "style", "input"}
    assert not [url for url in requests if EVIL in url]
    shown = sorted(thread.locator(".yobal-text").evaluate_all("all => all.map(p => p.textContent)"))
    published = json.loads(
        (served.newsroom.files_dir / SITE_ID / story / "en" / "index.json").read_text()
    )
    assert shown == sorted(comment["text"] for comment in published["comments"])


def test_a_comment_is_written_and_looked_up_without_leaving_the_page(
    embedded: tuple[NewsSite, Served], page: Page
) -> None:
    _, served = embedded
    story = new_story(served, "written")
    thread = draw(page, embedded, story_id=story)
    address = page.url
    form = form_of(thread)
    form.get_by_role("textbox", name="Your comment").fill("")
    form.get_by_role("textbox", name="Your comment").fill("From a newsroom's page.")
    form.get_by_label("Give me a receipt").check()
    form.get_by_role("button", name="Send to the moderators").click()
    expect(form.get_by_role("heading", name="Read it once more")).to_be_visible()
    form.get_by_role("button", name="Send to the moderators").click()
    expect(form.get_by_role("heading", name="Your comment reached us")).to_be_visible()
    code = form.locator(".yobal-code").inner_text()
    form.get_by_role("link", name="Back to the form").click()
    form.get_by_text("What happened to my comment?").press(
        "Enter"
    )  # the page scrolls, a click could miss
    form.get_by_label("The code on your receipt").fill(code)
    form.get_by_role("button", name="Look it up").click()
    expect(form.get_by_role("heading", name="Your comment is waiting")).to_be_visible()
    assert page.url == address
    served.newsroom.move_inbox()
    assert any(row["story_id"] == story for row in served.newsroom.read_table("comments"))


def test_a_reply_is_written_below_the_comment_and_a_draft_survives_it(
    embedded: tuple[NewsSite, Served], page: Page
) -> None:
    _, served = embedded
    story = new_story(served, "replied")
    parent = served.newsroom.publish_new("A parent.", name="Dara", story_id=story)
    thread = draw(page, embedded, story_id=story)
    draft = form_of(thread).get_by_role("textbox", name="Your comment")
    draft.fill("A draft of something else.")
    button = thread.get_by_role("button", name="Reply to Dara")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_attribute("aria-expanded", "true")
    reply = thread.frame_locator(".yobal-comment iframe")
    expect(reply.get_by_text("A parent.")).to_be_visible()
    reply.get_by_role("textbox", name="Your comment").fill("A reply.")
    reply.get_by_role("button", name="Send to the moderators").click()
    expect(reply.get_by_role("heading", name="Your comment reached us")).to_be_visible()
    expect(draft).to_have_value("A draft of something else.")
    served.newsroom.move_inbox()
    rows = [row for row in served.newsroom.read_table("comments") if row["parent_id"] == parent.id]
    assert len(rows) == 1


@pytest.mark.parametrize("same_host", [False, True])
def test_a_page_that_preloads_the_thread_asks_for_each_file_once(
    embedded: tuple[NewsSite, Served], page: Page, *, same_host: bool
) -> None:
    site, served = embedded
    threads = threads_of(served)
    origin = threads if same_host else ""
    files = (f"{threads}/{SITE_ID}/{STORY_ID}/en/index.json", f"{threads}/{SITE_ID}/@/comments.css")
    preloads = "".join(
        f'<link rel="preload" as="fetch" crossorigin href="{file}">' for file in files
    )
    requests: list[str] = []
    page.on("request", lambda request: requests.append(f"{request.resource_type} {request.url}"))
    site.show(page, preloads + story_page(threads), threads_origin=origin)
    expect(page.locator("yobal-comments section.yobal")).to_be_visible()
    # The form in its frame has the stylesheet as a stylesheet, and may have it by now.
    asked = [request for request in requests if not request.startswith("stylesheet ")]
    assert [sum(request.endswith(file) for request in asked) for file in files] == [1, 1]


def test_older_comments_and_more_replies_appear_in_their_places(
    embedded: tuple[NewsSite, Served], page: Page
) -> None:
    _, served = embedded
    story = new_story(served, "paged")
    texts = [f"Comment {number}." for number in range(PAGE_COMMENTS + 7)]
    publish_many(served, story, texts)
    root = served.newsroom.publish_new("The newest.", name="Root", story_id=story)
    publish_many(served, story, [f"Reply {number}." for number in range(8)], parent_id=root.id)
    thread = draw(page, embedded, story_id=story)
    thread.get_by_role("link", name="More replies").click()
    expect(thread.locator(".yobal-reply-item")).to_have_count(8)
    thread.get_by_role("link", name="Older comments").click()
    expect(thread.get_by_role("link", name="Older comments")).to_have_count(0)
    shown = thread.locator(".yobal-comment > .yobal-text").all_inner_texts()
    assert sorted(shown) == sorted([*texts, "The newest."]), "each once"
    assert page.evaluate("window.seen.violations") == []


def test_an_undeclared_story_shows_nothing(embedded: tuple[NewsSite, Served], page: Page) -> None:
    thread = show(page, embedded, story_id="never-declared")
    wait_for(lambda: thread.evaluate("host => host.offsetHeight") == 0, "it takes no room")
    assert thread.evaluate("host => host.shadowRoot.childElementCount") == 0
    expect(thread.locator("a")).to_be_hidden()


def test_a_link_stays_where_the_thread_cannot_be_loaded(
    embedded: tuple[NewsSite, Served], page: Page, browser_here: Browser
) -> None:
    page.route("**/index.json", lambda route: route.abort())
    thread = show(page, embedded)
    thread.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    expect(thread.get_by_role("link", name="Comments")).to_be_visible()
    context = browser_here.new_context(java_script_enabled=False)
    without_script = context.new_page()
    show(without_script, embedded).get_by_role("link", name="Comments").click()
    expect(without_script.get_by_role("heading", name="Add your comment")).to_be_visible()
    context.close()


def test_a_page_that_may_not_frame_the_form_has_a_link_to_it(
    embedded: tuple[NewsSite, Served], page: Page
) -> None:
    site, served = embedded
    foreign = STRICT.replace("frame-src {threads}; ", "")
    thread = draw(page, embedded, policy=foreign)
    expect(thread.locator(".form.is-refused")).to_be_attached()
    link = thread.locator(".form").get_by_role("link", name="Write a comment")
    assert thread.locator(".form").evaluate("box => box.offsetHeight") < 60, "no empty room"
    link.click()
    expect(page.get_by_role("heading", name="Add your comment")).to_be_visible()
    assert page.url.startswith(threads_of(served))
    assert site.origin not in page.url


def test_a_frame_that_the_server_refuses_leaves_a_link_and_no_empty_room(
    tmp_path_factory: pytest.TempPathFactory, page: Page
) -> None:
    folder = tmp_path_factory.mktemp("not-framed")
    with news_site_with_threads(folder, frame_ancestors=[]) as made:
        thread = draw(page, made)
        thread.locator(".form").scroll_into_view_if_needed()
        expect(thread.locator(".form.is-refused")).to_be_attached()
        assert thread.locator(".form").evaluate("box => box.offsetHeight") < 60
        thread.locator(".form").get_by_role("link", name="Write a comment").click()
        expect(page.get_by_role("heading", name="Add your comment")).to_be_visible()


def test_where_the_page_forbids_forms_a_reply_has_a_link_to_our_page(
    embedded: tuple[NewsSite, Served], page: Page
) -> None:
    _, served = embedded
    story = new_story(served, "reply-forbidden")
    served.newsroom.publish_new("A parent.", name="Dara", story_id=story)
    strict = STRICT.replace("form-action {threads}", "form-action 'none'")
    assert strict != STRICT
    thread = draw(page, embedded, story_id=story, policy=strict)
    thread.get_by_role("button", name="Reply to Dara").press("Enter")
    expect(thread.locator(".yobal-comment .form.is-refused")).to_be_attached()
    thread.locator(".yobal-comment .form").get_by_role("link").click()
    expect(page.get_by_role("button", name="Reply to Dara")).to_be_visible()


def test_another_edition_is_shown_although_the_first_one_came_later(
    embedded: tuple[NewsSite, Served], page: Page
) -> None:
    _, served = embedded
    story = new_story(served, "two-editions", "en", "km")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.route(f"**/{story}/en/index.json", hold)
    thread = show(page, embedded, story_id=story)
    thread.scroll_into_view_if_needed()
    until(page, lambda: held)
    thread.evaluate("host => host.setAttribute('edition', 'km')")
    expect(thread.locator("section.yobal")).to_have_attribute("lang", "km")
    with page.expect_response(f"**/{story}/en/index.json"):
        held[0].continue_()
    page.wait_for_timeout(200)
    expect(thread.locator("section.yobal")).to_have_attribute("lang", "km")


def test_a_story_that_is_named_later_is_shown_and_one_that_is_taken_away_is_not(
    embedded: tuple[NewsSite, Served], page: Page
) -> None:
    _, served = embedded
    story = new_story(served, "named-later")
    thread = show(page, embedded, story_id="")
    thread.scroll_into_view_if_needed()
    thread.evaluate("(host, story) => host.setAttribute('story', story)", story)
    expect(thread.locator("section.yobal")).to_be_visible()
    thread.evaluate("host => host.removeAttribute('story')")
    expect(thread.locator("section.yobal")).to_have_count(0)
    expect(thread.get_by_role("link", name="Comments")).to_be_visible()


@pytest.mark.parametrize("lang", ["en-US", "en_US", "en"])
def test_without_an_edition_the_language_of_the_page_or_its_primary_subtag_is_shown(
    embedded: tuple[NewsSite, Served], page: Page, lang: str
) -> None:
    site, served = embedded
    threads = threads_of(served)
    html = story_page(threads).replace('<html lang="en">', f'<html lang="{lang}">')
    element = f'<yobal-comments story="{STORY_ID}"></yobal-comments>'
    site.show(page, re.sub(r"<yobal-comments.*</yobal-comments>", element, html, flags=re.DOTALL))
    page.locator("yobal-comments").scroll_into_view_if_needed()
    expect(page.locator("yobal-comments section.yobal")).to_have_attribute("lang", "en")


def test_without_an_edition_the_link_in_the_element_says_which(
    embedded: tuple[NewsSite, Served], page: Page
) -> None:
    site, served = embedded
    story = new_story(served, "linked", "km")
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    html = story_page(threads_of(served), story_id=story, edition="km")
    html = html.replace(' edition="km"', "").replace('<html lang="km">', '<html lang="en-US">')
    site.show(page, html)
    page.locator("yobal-comments").scroll_into_view_if_needed()
    expect(page.locator("yobal-comments section.yobal")).to_have_attribute("lang", "km")
    assert len([url for url in requests if url.endswith("index.json")]) == 1


def test_the_script_also_works_as_a_module(embedded: tuple[NewsSite, Served], page: Page) -> None:
    site, served = embedded
    site.show(page, story_page(threads_of(served)).replace(" async>", ' type="module">'))
    page.locator("yobal-comments").scroll_into_view_if_needed()
    expect(page.locator("yobal-comments section.yobal")).to_be_visible()


def test_with_the_form_on_our_own_page_there_is_no_frame(
    tmp_path_factory: pytest.TempPathFactory, page: Page
) -> None:
    folder = tmp_path_factory.mktemp("form-page")
    with news_site_with_threads(folder, embedded_form="page") as made:
        made[1].newsroom.publish_new("A parent.", name="Dara")
        thread = draw(page, made)
        assert thread.locator("iframe").count() == 0
        thread.get_by_role("link", name="Reply to Dara").click()
        expect(page.get_by_role("button", name="Reply to Dara")).to_be_visible()
        page.go_back()
        page.locator("yobal-comments .yobal-button").click()
        expect(page.get_by_role("heading", name="Add your comment")).to_be_visible()


def test_the_script_is_small_and_the_frame_has_none(embedded: tuple[NewsSite, Served]) -> None:
    folder = embedded[1].newsroom.files_dir / SITE_ID / "@"
    assert (folder / "embed.js.gz").stat().st_size <= 6_000
    assert not (folder / "frame.js").exists()


def test_several_threads_and_a_theme_on_one_page(
    embedded: tuple[NewsSite, Served], page: Page
) -> None:
    _, served = embedded
    stories = [new_story(served, name) for name in ("first-of-two", "second-of-two")]
    for story in stories:
        served.newsroom.publish_new(f"Under {story}.", story_id=story)
    second = f'<yobal-comments story="{stories[1]}" edition="en"></yobal-comments>'
    themed = (
        "<style>:root{--yobal-accent: rgb(1, 2, 3)} ::part(heading){color: rgb(4, 5, 6)}</style>"
    )
    draw(page, embedded, story_id=stories[0], after=second, before=themed, policy="")
    threads = page.locator("yobal-comments")
    threads.nth(1).scroll_into_view_if_needed()
    for index, story in enumerate(stories):
        expect(threads.nth(index).locator(".yobal-text")).to_have_text(f"Under {story}.")
    link = threads.first.locator(".yobal-heading-row a")
    expect(link).to_have_css("color", "rgb(1, 2, 3)")
    expect(threads.first.locator("h2")).to_have_css("color", "rgb(4, 5, 6)")


@pytest.mark.parametrize("edition", ["en", "km"])
@pytest.mark.parametrize("width", [360, 600])
def test_the_form_fits_into_its_frame(
    embedded: tuple[NewsSite, Served], page: Page, edition: str, width: int
) -> None:
    """A reader on a phone scrolls the page then, and not a box in it."""
    page.set_viewport_size({"width": width, "height": 740})
    story = new_story(embedded[1], f"fits-{edition}-{width}", edition)
    form = form_of(draw(page, embedded, story_id=story, edition=edition, policy=""))
    heights = "e => [e.ownerDocument.documentElement.scrollHeight, e.ownerDocument.defaultView.innerHeight]"
    needed, height = form.locator("#yobal-text").evaluate(heights)
    assert needed <= height
    assert needed > 1_000, "the whole form is there"


# What old themes and hasty templates contain: it matches the element itself, and a shadow root inherits from that.
RULES_FOR_EVERYTHING: Final = """<style>
html { font-size: 62.5% }
* { font-size: 31px; letter-spacing: .3em; word-spacing: 1em; text-transform: uppercase; text-indent: 3em;
    text-align: center; text-shadow: 1px 1px red; white-space: pre; word-break: break-all; hyphens: auto;
    color: red; cursor: wait; font-family: fantasy; font-feature-settings: "smcp"; font-kerning: none;
    font-stretch: condensed; font-style: italic; font-variant: small-caps; font-weight: 900; line-break: anywhere;
    line-height: 3; list-style: square; overflow-wrap: anywhere; quotes: none; tab-size: 2; text-wrap: nowrap;
    -webkit-text-fill-color: red; -webkit-text-stroke: 1px red; text-emphasis: dot }
</style>"""


def test_rules_of_the_page_for_everything_do_not_change_the_thread(
    embedded: tuple[NewsSite, Served], page: Page
) -> None:
    _, served = embedded
    story = new_story(served, "odd-page")
    served.newsroom.publish_new("They carried us for years.\nAnd now?", story_id=story)
    look = """section => [...section.querySelectorAll("*")].map(element => {
      const style = getComputedStyle(element);
      return Object.fromEntries([["element", element.localName], ...[...style].map(name => [name, style[name]])]);
    })"""
    looks = []
    for rules in ("", RULES_FOR_EVERYTHING):
        thread = draw(page, embedded, story_id=story, before=rules, policy="")
        looks.append(thread.locator("section.yobal-comments").evaluate(look))
    assert looks[0] == looks[1]
    assert len(looks[0]) > 10
    text = thread.locator(".yobal-text")
    assert text.evaluate("e => parseFloat(getComputedStyle(e).fontSize)") > 16


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("system", ["light", "dark"])
def test_the_form_is_dark_where_the_page_is_and_not_where_the_system_is(
    embedded: tuple[NewsSite, Served], page: Page, scheme: str, system: Any
) -> None:
    page.emulate_media(color_scheme=system)
    thread = draw(page, embedded, scheme=scheme)
    form = form_of(thread)
    for title in (thread.locator("h2").first, form.get_by_role("heading", name="Add your comment")):
        colour = title.evaluate("e => getComputedStyle(e).color")
        lightness = float(colour.removeprefix("oklch(").split()[0])
        assert (lightness > 0.5) == (scheme == "dark"), colour


def test_a_thread_is_not_loaded_before_a_reader_comes_near(
    embedded: tuple[NewsSite, Served], page: Page
) -> None:
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    site, served = embedded
    html = story_page(threads_of(served)).replace("<main>", "<main>" + "<p>Words.</p>" * 100)
    site.show(page, html)
    page.wait_for_timeout(500)
    assert not [url for url in requests if "index.json" in url]
    with page.expect_request(f"**/{STORY_ID}/en/index.json"):
        page.locator("yobal-comments").scroll_into_view_if_needed()


def test_a_list_of_stories_shows_counts_from_one_file(
    embedded: tuple[NewsSite, Served], page: Page
) -> None:
    site, served = embedded
    story = new_story(served, "counted")
    publish_many(served, story, ["One.", "Two."])
    requests: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    items = "".join(
        f'<li><yobal-count story="{name}">{words}</yobal-count></li>'
        for name, words in (
            (story, ""),
            ("never-declared", "none"),
            (story, ""),
            ("constructor", "none"),  # what every object of JavaScript has
        )
    )
    site.show(page, story_page(threads_of(served), edition="km").replace("<h1>", f"{items}<h1>"))
    counts = page.locator("yobal-count")
    expect(counts).to_have_text(["២", "none", "២", "none"])
    assert len([url for url in requests if url.endswith("counts.json")]) == 1


def test_what_the_newsroom_says_is_rendered_as_text_in_its_language(
    embedded: tuple[NewsSite, Served], page: Page
) -> None:
    _, served = embedded
    story = new_story(served, "from-the-newsroom", "km")
    changes = StoryChanges(question=f"សំណួរ? {MARKUP}", pinned_note=f"កំណត់ចំណាំ {MARKUP}\nb")
    change_story.change(served.newsroom.database, served.newsroom.rules, story, changes)
    served.newsroom.run_scheduler()
    thread = draw(page, embedded, story_id=story, edition="km")
    note = thread.locator("aside .yobal-text")
    assert note.text_content() == f"កំណត់ចំណាំ {MARKUP}\nb"
    assert note.get_attribute("lang") == "km"
    expect(thread.locator("aside")).to_have_accessible_name("សារ\u200bពី\u200bការិយាល័យ\u200bព័ត៌មាន")
    expect(form_of(thread).locator(".yobal-medium")).to_contain_text("សំណួរ?")
    assert page.evaluate("window.seen.violations") == []
