"""P7: on a newsroom's own page, the page's scripts learn neither what is typed nor the receipt's code.

Attack: a hostile page with the form in its frame, on a host of its own and on the host of the threads.
Control: without the sandbox, a page on the same host reads all of it.
"""

from collections.abc import Iterator
from typing import Final

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, Route, expect

from tests.browser.host_page import NewsSite, news_site_with_threads, story_page
from tests.serving import Served, ask, post
from yobal.core import paths

SECRET: Final = "Only the moderators may read this."
FRAME: Final = f"/river-post/ferry/en/{paths.FORM_FRAME}"
# Everything that a page can try to learn from its frames, four times a second.
SPY: Final = """<script>
window.learned = [];
window.heights = [];
const note = value => { try { learned.push(String(value)) } catch {} };
addEventListener("message", event => { heights.push(event.data); note(JSON.stringify(event.data)); note(event.origin) });
for (const kind of ["keydown", "keypress", "keyup", "input", "beforeinput", "paste", "change", "submit"])
  addEventListener(kind, event => { note(event.data); note(event.key); note(event.target.value) }, true);
const attempts = [
  frame => frame.contentDocument.documentElement.outerHTML,
  frame => frame.contentDocument.querySelector("textarea").value,
  frame => frame.contentWindow.document.body.innerText,
  frame => frame.contentWindow.location.href,
  frame => frame.contentWindow.name,
  frame => frame.contentWindow.eval("document.body.innerText"),
  frame => frame.contentWindow.localStorage.length,
  frame => frame.getSVGDocument().documentElement.outerHTML,
];
setInterval(() => {
  const host = document.querySelector("yobal-comments");
  const frames = [...document.querySelectorAll("iframe"), ...(host?.shadowRoot?.querySelectorAll("iframe") ?? [])];
  for (const frame of frames) for (const attempt of attempts) {
    try { const value = attempt(frame); if (value) note(value) } catch {}
  }
  for (const entry of performance.getEntries()) note(entry.name);
}, 250);
</script>"""


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[NewsSite, Served]]:
    with news_site_with_threads(tmp_path_factory.mktemp("hostile")) as made:
        yield made


@pytest.fixture
def page(browser_here: Browser) -> Iterator[Page]:
    context = browser_here.new_context(viewport={"width": 360, "height": 740}, locale="en-GB")
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()


def open_hostile(page: Page, made: tuple[NewsSite, Served], *, same_host: bool) -> FrameLocator:
    site, served = made
    threads = f"http://127.0.0.1:{served.intake}"
    html = story_page(threads, before=SPY)
    site.show(page, html, threads_origin=threads if same_host else "")
    page.locator("yobal-comments").scroll_into_view_if_needed()
    page.locator("yobal-comments .form.is-shown").scroll_into_view_if_needed()
    return page.frame_locator("yobal-comments iframe")


def write(form: FrameLocator) -> str:
    """Type a comment, send it, and return the receipt's code."""
    form.get_by_role("textbox", name="Your comment").press_sequentially(SECRET)
    form.get_by_label("Give me a receipt").check()
    form.get_by_role("button", name="Send to the moderators").click()
    expect(form.get_by_role("heading", name="Read it once more")).to_be_visible()
    form.get_by_role("button", name="Send to the moderators").click()
    expect(form.get_by_role("heading", name="Your comment reached us")).to_be_visible()
    return form.locator(".yobal-code").inner_text()


def learned(page: Page) -> str:
    page.wait_for_timeout(800)
    return "\n".join(page.evaluate("window.learned"))


@pytest.mark.parametrize("same_host", [True, False])
def test_a_hostile_page_learns_neither_words_nor_code(
    embedded: tuple[NewsSite, Served], page: Page, *, same_host: bool
) -> None:
    form = open_hostile(page, embedded, same_host=same_host)
    code = write(form)
    spied = learned(page)
    heights = page.evaluate("window.heights")
    assert "index.json" in spied, "the spy works"
    assert heights
    assert all(isinstance(height, int) and height % 120 == 0 for height in heights)
    for secret in (SECRET, SECRET[:8], code, code[:11], "Your comment"):
        assert secret not in spied


def test_a_page_cannot_tell_from_heights_what_a_receipt_shows(
    embedded: tuple[NewsSite, Served], page: Page
) -> None:
    newsroom = embedded[1].newsroom
    pending, rejected = newsroom.send("Pending."), newsroom.send("Rejected.")
    newsroom.reject(rejected.id)
    told = set()
    for code in (pending.code, rejected.code, "0" * 20):
        form = open_hostile(page, embedded, same_host=False)
        form.get_by_text("What happened to my comment?").click()
        form.get_by_label("The code on your receipt").fill(str(code))
        form.get_by_role("button", name="Look it up").click()
        expect(form.locator(".yobal-response h1")).to_be_visible()
        page.wait_for_timeout(300)
        told.add(tuple(sorted(set(page.evaluate("window.heights")))))
    assert len(told) == 1


def test_control_without_the_sandbox_a_page_on_the_same_host_reads_everything(
    embedded: tuple[NewsSite, Served], page: Page
) -> None:
    def without_sandbox(route: Route) -> None:
        response = route.fetch()
        policy = response.headers["content-security-policy"].partition("; sandbox")[0]
        route.fulfill(
            response=response, headers={**response.headers, "content-security-policy": policy}
        )

    def without_attribute(route: Route) -> None:
        script = route.fetch()
        body = script.text().replace("sandbox:", "unused:")
        assert body != script.text()
        route.fulfill(response=script, body=body)

    page.route(f"**{FRAME}", without_sandbox)
    page.route("**/@/embed.js", without_attribute)
    form = open_hostile(page, embedded, same_host=True)
    code = write(form)
    spied = learned(page)
    assert SECRET in spied
    assert code in spied


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_form_and_answers_in_a_frame_are_of_no_origin(
    embedded: tuple[NewsSite, Served], method: str
) -> None:
    port = embedded[1].intake
    fields: dict[str, dict[str, str]] = {"answer": {"step": "send", "text": "x"}, "bad": {}}
    answers = (
        [ask(port, path=FRAME)]
        if method == "GET"
        else [post(port, given, path=FRAME) for given in fields.values()]
    )
    for answer in answers:
        policy = answer.header("content-security-policy") or ""
        assert policy.endswith(
            "; script-src 'self'; sandbox allow-forms allow-scripts allow-popups"
            " allow-popups-to-escape-sandbox"
        )
        assert "allow-same-origin" not in policy
        assert f"frame-ancestors 'self' {embedded[0].origin};" in policy
        assert f'action="{FRAME}"' in answer.text or method == "POST"
        assert 'target="_top"' not in answer.text


def test_links_of_the_form_open_beside_it(embedded: tuple[NewsSite, Served], page: Page) -> None:
    """In a sandbox a browser refuses our own pages, because of their Cross-Origin-Opener-Policy."""
    form = open_hostile(page, embedded, same_host=False)
    with page.context.expect_page() as opened:
        form.get_by_role("link", name="Terms of Use").click()
    expect(opened.value.get_by_role("heading", name="Terms of Use")).to_be_visible()
    assert opened.value.evaluate("window.opener") is None
