"""P7: on a newsroom's own page, the page's scripts learn neither what is typed nor the receipt's code.

Attack a: a hostile page with the form in its frame, on a host of its own and on the host of the threads.
Control: without the sandbox, a page on the same host reads all of it.

Attack b: the page measures what the frame shows: it changes the frame's width, asks it to scroll to
elements whose ids it guesses, and looks at messages, sizes, its own scrolling and the focus.
Controls: with a frame that posts its height, and with ids that can be guessed, answers differ.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, Route, expect

from tests.browser.host_page import NewsSite, news_site_with_threads, story_page
from tests.harness import SITE_ID, STORY_ID
from tests.serving import Served, ask, post
from yobal.core import paths

SECRET: Final = "Only the moderators may read this."
FRAME: Final = f"/river-post/ferry/en/{paths.FORM_FRAME}"
# Everything that a page can try to learn from its frames, four times a second.
SPY: Final = """<script>
window.learned = [];
window.messages = [];
const note = value => { try { learned.push(String(value)) } catch {} };
addEventListener("message", event => { messages.push(event.data); note(JSON.stringify(event.data)); note(event.origin) });
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

# Everything that a page can measure of its frame, in frames of several widths; not how often it loaded.
MEASURE: Final = """async ids => {
  const wait = ms => new Promise(done => setTimeout(done, ms));
  const host = document.querySelector("yobal-comments");
  const frame = host.shadowRoot.querySelector("iframe");
  const src = frame.src;
  const seen = {messages: {}, sizes: {}, scrolled: {}};
  let blurred = 0;
  addEventListener("blur", () => { blurred += 1 });
  for (const width of [60, 110, 200, 360]) {
    frame.style.width = `${width}px`;
    const before = window.messages.length;
    await wait(150);
    seen.messages[width] = window.messages.slice(before).at(-1) ?? null;
    seen.sizes[width] = [frame.offsetHeight, host.offsetHeight, document.documentElement.scrollHeight,
      frame.contentWindow.length];
  }
  frame.style.width = "";
  for (const id of ids) {
    document.activeElement.blur();
    frame.scrollIntoView();
    scrollBy(0, -400);
    await wait(60);
    const [before, blurs] = [scrollY, blurred];
    frame.contentWindow.location = `${src}#${id}`;
    await wait(120);
    seen.scrolled[id] = [Math.round(scrollY - before), blurred - blurs];
  }
  return seen;
}"""
IDS: Final = [
    f"yobal-{name}"
    for name in ("text", "name", "receipt", "code", "text-error", "name-hint", "receipt-hint")
]


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
    assert "index.json" in spied, "the spy works"
    assert page.evaluate("window.messages") == []
    for secret in (SECRET, SECRET[:8], code, code[:11], "Your comment"):
        assert secret not in spied


def confirm(form: FrameLocator, text: str, name: str = "") -> None:
    """Send once: then the frame asks to read it once more, or refuses it."""
    form.get_by_role("textbox", name="Your comment").fill(text)
    form.get_by_role("textbox", name="Name to show").fill(name)
    form.get_by_role("button", name="Send to the moderators").click()
    expect(form.locator(".yobal-response h1")).to_be_visible()


def send(form: FrameLocator, text: str) -> None:
    confirm(form, text)
    form.get_by_role("button", name="Send to the moderators").click()
    expect(form.get_by_role("heading", name="Your comment reached us")).to_be_visible()


def look_up(form: FrameLocator, code: str) -> None:
    form.get_by_text("What happened to my comment?").click()
    form.get_by_label("The code on your receipt").fill(code)
    form.get_by_role("button", name="Look it up").click()
    expect(form.locator(".yobal-response h1")).to_be_visible()


def measure(page: Page, form: FrameLocator, step: Callable[[FrameLocator], Any]) -> str:
    step(form)
    page.wait_for_timeout(200)
    return json.dumps(page.evaluate(MEASURE, IDS))


TEXTS: Final = tuple("word " * count for count in (4, 80, 300))


def test_a_page_cannot_measure_what_its_frame_shows(
    embedded: tuple[NewsSite, Served], page: Page
) -> None:
    newsroom = embedded[1].newsroom
    pending, rejected, published = (newsroom.send(f"{state}.") for state in ("P", "R", "A"))
    newsroom.reject(rejected.id, note="A long note. " * 22)
    newsroom.publish(published.id)
    newsroom.pass_slots(newsroom.rules.schedule.max_hold_slots)
    steps: list[Callable[[FrameLocator], Any]] = [
        *(lambda form, text=text: confirm(form, text) for text in TEXTS),
        *(lambda form, text=text: send(form, text) for text in TEXTS[:2]),
        lambda form: confirm(form, "x" * 2_100),
        lambda form: confirm(form, "x" * 2_100, "x" * 200),
        *(
            lambda form, code=code: look_up(form, str(code))
            for code in (pending.code, rejected.code, published.code, "0" * 20)
        ),
    ]
    measured = {
        measure(page, open_hostile(page, embedded, same_host=False), step) for step in steps
    }
    assert len(measured) == 1, measured


def test_control_a_frame_that_posts_its_height_tells_texts_apart(
    embedded: tuple[NewsSite, Served], page: Page
) -> None:
    def with_script(route: Route) -> None:
        response = route.fetch()
        policy = response.headers["content-security-policy"]
        policy = policy.replace("sandbox", "script-src 'unsafe-inline'; sandbox allow-scripts")
        body = response.text().replace("</html>", f"<script>{POST_HEIGHT}</script></html>")
        route.fulfill(
            status=response.status,
            content_type="text/html; charset=utf-8",
            headers={"content-security-policy": policy},
            body=body,
        )

    page.route(f"**{FRAME}", with_script)
    page.route("**/@/embed.js", changed_script('"allow-forms', '"allow-scripts allow-forms'))
    measured = {
        measure(page, open_hostile(page, embedded, same_host=False), step)
        for step in [lambda form, text=text: confirm(form, text) for text in TEXTS]
    }
    assert len(measured) == len(TEXTS)


POST_HEIGHT: Final = """
const post = () => parent.postMessage(document.body.scrollHeight, "*");
new ResizeObserver(post).observe(document.body);
"""


def test_control_ids_that_can_be_guessed_tell_a_refusal_from_a_preview(
    embedded: tuple[NewsSite, Served], page: Page
) -> None:
    def without_suffixes(route: Route) -> None:
        response = route.fetch()
        body, count = re.subn(r'(yobal-[a-z-]+)-[0-9a-f]{16}(?=[" ])', r"\1", response.text())
        assert count or "yobal-errors" not in body
        route.fulfill(
            status=response.status,
            content_type="text/html; charset=utf-8",
            headers={"content-security-policy": response.headers["content-security-policy"]},
            body=body,
        )

    page.route(f"**{FRAME}", without_suffixes)
    measured = {
        measure(page, open_hostile(page, embedded, same_host=False), step)
        for step in [
            lambda form: confirm(form, "A text."),
            lambda form: confirm(form, "x" * 2_100),
        ]
    }
    assert len(measured) == 2


def changed_script(before: str, after: str) -> Callable[[Route], None]:
    def change(route: Route) -> None:
        script = route.fetch()
        body = script.text().replace(before, after)
        assert body != script.text()
        route.fulfill(response=script, body=body)

    return change


def test_control_without_the_sandbox_a_page_on_the_same_host_reads_everything(
    embedded: tuple[NewsSite, Served], page: Page
) -> None:
    def without_sandbox(route: Route) -> None:
        response = route.fetch()
        policy = response.headers["content-security-policy"].partition("; sandbox")[0]
        route.fulfill(
            response=response, headers={**response.headers, "content-security-policy": policy}
        )

    page.route(f"**{FRAME}", without_sandbox)
    page.route("**/@/embed.js", changed_script("sandbox:", "unused:"))
    form = open_hostile(page, embedded, same_host=True)
    code = write(form)
    spied = learned(page)
    assert SECRET in spied
    assert code in spied


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_form_and_answers_in_a_frame_have_an_opaque_origin(
    embedded: tuple[NewsSite, Served], method: str
) -> None:
    port = embedded[1].intake
    fields: dict[str, dict[str, str]] = {"answer": {"step": "send", "text": "x"}, "bad": {}}
    answers = (
        [ask(port, path=FRAME)]
        if method == "GET"
        else [post(port, sent, path=FRAME) for sent in fields.values()]
    )
    for answer in answers:
        policy = answer.header("content-security-policy") or ""
        assert policy.endswith("; sandbox allow-forms allow-popups allow-popups-to-escape-sandbox")
        assert "script-src" not in policy
        assert "<script" not in answer.text
        assert "allow-same-origin" not in policy
        assert f"frame-ancestors 'self' {embedded[0].origin};" in policy
        assert f'action="{FRAME}"' in answer.text or method == "POST"
        assert 'target="_top"' not in answer.text


def test_links_of_the_form_open_in_a_new_tab(embedded: tuple[NewsSite, Served], page: Page) -> None:
    """In a sandbox a browser refuses our own pages, because of their Cross-Origin-Opener-Policy."""
    form = open_hostile(page, embedded, same_host=False)
    with page.context.expect_page() as opened:
        form.get_by_role("link", name="Terms of Use").click()
    expect(opened.value.get_by_role("heading", name="Terms of Use")).to_be_visible()
    assert opened.value.evaluate("window.opener") is None


WORKER: Final = """
addEventListener("install", () => skipWaiting());
addEventListener("activate", event => event.waitUntil(clients.claim()));
addEventListener("fetch", event => event.waitUntil((async () => {
  const body = event.request.method === "POST" ? await event.request.clone().text() : "";
  for (const client of await clients.matchAll({includeUncontrolled: true}))
    client.postMessage(`${event.request.method} ${event.request.url} ${body}`);
})()));
"""
WATCH: Final = """<script>
window.worker = [];
navigator.serviceWorker.addEventListener("message", event => { worker.push(event.data) });
navigator.serviceWorker.startMessages();
</script>"""
DROP_ATTRIBUTE: Final = """<script>
const set = Element.prototype.setAttribute;
Element.prototype.setAttribute = function (name, value) {
  if (name !== "sandbox") set.call(this, name, value);
};
</script>"""


def test_what_a_service_worker_of_the_same_host_sees(
    embedded: tuple[NewsSite, Served], page: Page
) -> None:
    """A limit that docs/embed.md states. The attribute keeps the form from the worker, but a script of
    the page can drop it, and complete pages have none. The frame stays unreadable in each case."""
    site, served = embedded
    site.threads_port = served.intake
    site.add("/worker.js", WORKER, {"Content-Type": "text/javascript"})
    site.show(page, "<!doctype html><title>Any page</title>", path="/any")
    page.evaluate(
        "navigator.serviceWorker.register('/worker.js').then(() => navigator.serviceWorker.ready)"
        ".then(() => 0)"
    )
    seen = {}
    for name, before in {"attribute": WATCH, "dropped": WATCH + DROP_ATTRIBUTE}.items():
        site.show(page, story_page(site.origin, before=before))
        page.locator("yobal-comments").scroll_into_view_if_needed()
        page.locator("yobal-comments .form.is-shown").scroll_into_view_if_needed()
        form = page.frame_locator("yobal-comments iframe")
        confirm(form, SECRET)
        assert form.locator("body").evaluate("() => window.origin") == "null"
        assert page.evaluate(
            "document.querySelector('yobal-comments').shadowRoot.querySelector('iframe')"
            ".contentDocument === null"
        )
        page.wait_for_timeout(300)
        seen[name] = "\n".join(page.evaluate("worker"))
    secret = SECRET.replace(" ", "+")
    assert "index.json" in seen["attribute"], "the worker works"
    assert secret not in seen["attribute"]
    assert secret in seen["dropped"]
    complete = page.context.new_page()
    complete.goto(f"{site.origin}/{SITE_ID}/{STORY_ID}/en/")
    complete.get_by_role("textbox", name="Your comment").fill("On the complete page")
    complete.get_by_role("button", name="Send to the moderators").click()
    expect(complete.get_by_role("heading", name="Read it once more")).to_be_visible()
    page.wait_for_timeout(300)
    assert "On+the+complete+page" in "\n".join(page.evaluate("worker"))
