"""P8: a comment cannot run code: several hundred payloads, every input, every output, in Chromium.

On no page may there be a dialog, a request to elsewhere, a report of the content security policy, a
script error, or an element that harmless text would not have created. Controls: without autoescape,
and with a desk that sets innerHTML, the same checks fail.
"""

import contextlib
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from jinja2 import Environment
from markupsafe import Markup
from playwright.sync_api import Browser, Error, Page, expect

from tests.browser.actors import Actors, Reader, Watch, wait_for
from tests.browser.bulk import BulkHarness, open_bulk_harness
from tests.browser.fixtures import SLOT_SECONDS, NewsroomWithLead, serve_newsroom
from tests.browser.newsroom import SITE_ID, Story
from tests.browser.sending import post_all, send_all
from tests.promises.payloads import PAYLOADS
from yobal.actions import write_public_files
from yobal.actions.write_public_files import FileWriter
from yobal.adapters.public_files import PublicFiles
from yobal.adapters.rendering import (
    comment_markup,
    comment_presenter,
    line_breaks,
    templates,
)
from yobal.core.stale_files import StaleFile
from yobal.core.text import MASK, clean, clean_line

PAGE: Final = 50
NOTE_GRAPHEMES: Final = 300
NAME_GRAPHEMES: Final = 200
FRONTEND: Final = Path(__file__).parents[2] / "frontend"
PLAIN: Final = "plain words"
# The elements of a page with the names of their attributes: what only markup can change. A text may
# have <br> before its line feeds.
SHAPES: Final = """pages => pages.map(page => {
  const read = new DOMParser().parseFromString(page, "text/html");
  return [...read.querySelectorAll(":not(br)")]
    .map(element => `${element.tagName}[${element.getAttributeNames()}]`).join("\\n");
})"""

# The forms take each payload in the default run or in the slow one: every fourth text in each part.
each_quarter = pytest.mark.parametrize(
    "quarter", [0, *(pytest.param(part, marks=pytest.mark.slow) for part in (1, 2, 3))]
)


@pytest.fixture(scope="module")
def hostile(
    browser_here: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[NewsroomWithLead]:
    yield from serve_newsroom(
        browser_here,
        tmp_path_factory.mktemp("hostile"),
        release_interval_seconds=SLOT_SECONDS,
        name_graphemes_max=NAME_GRAPHEMES,
        max_pending_per_story=1_000,
    )


@pytest.fixture(scope="module")
def bulk(hostile: NewsroomWithLead) -> Iterator[BulkHarness]:
    yield from open_bulk_harness(hostile)


@pytest.fixture(scope="module")
def published(hostile: NewsroomWithLead, bulk: BulkHarness) -> Story:
    """Every payload, sent through the form as text and name and published; some also as replies."""
    story = hostile.newsroom.story()
    codes = send_all(story, PAYLOADS, names=PAYLOADS, receipt=True)
    assert len(set(codes)) == len(PAYLOADS)
    waiting = bulk.pending_ids(story)
    for comment in waiting:
        opened = bulk.decrypt(comment)
        bulk.now = time.time()
        if opened.text.endswith(("1", "2", "3")):  # a moderator's edit is an input too
            bulk.publish_edited(comment, f"{opened.text} {MASK}")
        else:
            bulk.publish(comment)
    wait_for(lambda: story.json()["total"] == len(PAYLOADS))
    root = story.json()["comments"][0]["id"]
    replies = [
        bulk.send(words, name=words, parent_id=root, story_id=story.key, waits_for_round=True)
        for words in PAYLOADS[:PAGE]
    ]
    bulk.move_inbox()  # once, or each reply would wait for a round of its own
    for reply in replies:
        bulk.publish(reply.id)
    wait_for(lambda: story.json()["total"] == len(PAYLOADS) + PAGE)
    return story


def test_there_are_several_hundred_payloads_and_all_leave_visible_text() -> None:
    assert len(PAYLOADS) >= 200
    assert len({clean(words) for words in PAYLOADS}) == len(PAYLOADS)


def test_published_payloads_are_plain_text_on_every_page(published: Story, actors: Actors) -> None:
    root = published.json()["comments"][0]["id"]
    addresses = [
        "",
        "thread.fragment.html",
        f"replies/{root}/1.html",
        f"replies/{root}/1.fragment.html",
    ]
    numbers = range(1, -(-len(PAYLOADS) // PAGE) + 1)
    addresses += [
        f"page/{number}.{suffix}" for number in numbers for suffix in ("html", "fragment.html")
    ]
    addresses += [
        f"comment/{comment['id']}.html"
        for number in numbers
        for comment in published.json(f"page/{number}.json")["comments"][::3]  # one template
    ]
    expected = {clean(words) for words in PAYLOADS}
    expected |= {f"{words} {MASK}" for words in expected}
    page = _watched(actors)
    seen: set[str] = set()
    for address in addresses:
        page.goto(published.url + address)
        seen |= _words_of(page, expected)
    assert {words.removesuffix(f" {MASK}") for words in seen} == {
        clean(words) for words in PAYLOADS
    }
    _check_json(published, expected)


@each_quarter
def test_every_field_of_every_step_is_returned_as_plain_text(
    hostile: NewsroomWithLead, actors: Actors, quarter: int
) -> None:
    story = hostile.newsroom.story()
    page = _watched(actors)
    page.goto(story.url)
    packed = _packed(PAYLOADS, NAME_GRAPHEMES)[quarter::4]
    steps: list[dict[str, str]] = [
        {"step": "send", "text": PLAIN, "name": "", "parent_id": "", "idempotency_key": ""},
        {"step": "send", "text": "", "name": PLAIN},
        {"step": "receipt", "code": PLAIN},
        {"step": "withdraw", "code": PLAIN, "when": "now"},
        {"step": "reply", "parent_id": PLAIN},
        {"step": PLAIN, "text": PLAIN},
    ]
    for step in steps:
        for field in step:
            forms = [step | {field: words} for words in (PLAIN, *packed)]
            shapes = page.evaluate(SHAPES, post_all(story, forms))
            odd = [
                words for words, shape in zip(packed, shapes[1:], strict=True) if shape != shapes[0]
            ]
            assert odd == [], (step, field)


@each_quarter
def test_responses_to_forms_run_nothing_in_a_browser(
    hostile: NewsroomWithLead, actors: Actors, quarter: int
) -> None:
    story = hostile.newsroom.story()
    page = _watched(actors)
    reader = Reader(page, story)
    for words in _packed(PAYLOADS, 1_900)[quarter::4]:
        reader.open()
        reader.fill(words, name="n" * (NAME_GRAPHEMES + 1))
        reader.press("Send to the moderators")
        expect(page.locator(".yobal-errors")).to_be_visible()
        assert page.locator("#yobal-text").input_value() == clean(words)
        reader.open()
        reader.fill(words, name=words[:150])
        reader.press("Send to the moderators")
        assert page.locator(".yobal-preview .yobal-text").text_content() == clean(words)
        reader.press("Send to the moderators")
        reader.receipt_code()
        reader.find(words[:150])
        expect(page.locator("main")).to_contain_text("We found no receipt with this code")


def test_a_receipt_shows_note_and_text_as_plain_text(
    hostile: NewsroomWithLead, bulk: BulkHarness, actors: Actors
) -> None:
    story = hostile.newsroom.story()
    page = _watched(actors)
    bulk.now = time.time()
    notes = _packed(PAYLOADS, NOTE_GRAPHEMES)
    sent = [bulk.send(words, story_id=story.key, waits_for_round=True) for words in notes]
    bulk.move_inbox()
    for comment, words in zip(sent, notes, strict=True):
        bulk.reject(comment.id, note=words)
    noted = [(str(comment.code), words) for comment, words in zip(sent, notes, strict=True)]
    Reader(page, story).until(noted[-1][0], "Note from the moderator:")
    pages = post_all(story, [{"step": "receipt", "code": code} for code, _ in noted])
    for shown, (_, words) in zip(pages, noted, strict=True):
        page.locator("main").evaluate("(main, shown) => { main.outerHTML = shown }", shown)
        assert page.locator("blockquote .yobal-text").text_content() == clean(words)
        assert page.locator("blockquote .yobal-text :not(br)").count() == 0


def test_sealed_payloads_are_plain_text_everywhere_at_the_desk(
    hostile: NewsroomWithLead, bulk: BulkHarness, actors: Actors
) -> None:
    story = hostile.newsroom.story()
    texts = _packed(PAYLOADS, NOTE_GRAPHEMES)
    sealed = {bulk.send_raw(story, words, waits_for_round=True): words for words in texts}
    bulk.move_inbox()
    desk = hostile.lead(actors)
    seen: dict[str, str] = {}
    while set(sealed) - set(seen):
        before = len(seen)
        seen |= _read_all(desk.page)
        assert len(seen) > before, "the queue did not go on"
        more = desk.page.get_by_role("button", name="more wait")
        if not more.count():
            break
        first = desk.page.locator("li[data-id]").first.get_attribute("data-id")
        more.click()
        expect(desk.page.locator("li[data-id]").first).not_to_have_attribute("data-id", str(first))
    for comment, words in sealed.items():
        assert seen[comment] == words
    assert desk.page.locator("script:not([type='application/json'])").count() == 1
    assert (
        desk.page.locator("#desk :is(script, img, svg, math, iframe, style, object)").count() == 0
    )


@pytest.mark.usefixtures("published")
def test_the_history_shows_payloads_as_plain_text(
    hostile: NewsroomWithLead, actors: Actors
) -> None:
    desk = hostile.lead(actors)
    desk.go("History")
    older = desk.page.get_by_role("button", name="Show older decisions")
    rows = desk.page.locator("li.decision")
    expect(rows.first).to_be_visible()
    while older.count():
        count = rows.count()
        older.click()
        expect(rows.nth(count)).to_be_visible()
    words = set(desk.page.locator(".excerpt bdi").all_text_contents())
    assert {word.removesuffix(f" {MASK}") for word in words} >= {
        clean(payload) for payload in PAYLOADS
    }
    assert (
        desk.page.locator("#desk :is(script, img, svg, math, iframe, style, object)").count() == 0
    )


@pytest.mark.parametrize(
    "pseudonym",
    [
        '"><img src=x onerror=alert(1)>',
        pytest.param("<svg onload=alert(1)>'", marks=pytest.mark.slow),
        pytest.param("${7}{{7}}<b>'", marks=pytest.mark.slow),
    ],
)
def test_a_pseudonym_is_plain_text(
    hostile: NewsroomWithLead, actors: Actors, pseudonym: str
) -> None:
    lead = hostile.lead(actors)
    named = actors.moderator(hostile.newsroom).join(lead, pseudonym)
    named.go("People")
    expect(named.page.locator("ul.people").first).to_contain_text(pseudonym)
    assert (
        named.page.locator("#desk :is(script, img, svg, math, iframe, style, object)").count() == 0
    )


# Controls: the same checks with the guard removed


def test_control_without_escaping_the_check_fails(
    published: Story,
    actors: Actors,
    monkeypatch: pytest.MonkeyPatch,
    bulk: BulkHarness,
    tmp_path: Path,
) -> None:
    get_template = Environment.get_template

    def unguarded(self: Environment, *args: Any, **kwargs: Any) -> Any:
        self.autoescape = False
        return get_template(self, *args, **kwargs)

    for module in (comment_markup, comment_presenter, line_breaks):  # they escape by themselves
        monkeypatch.setattr(module, "escape", Markup)
    monkeypatch.setattr(Environment, "get_template", unguarded)
    monkeypatch.setattr(templates, "_compiled_templates", None)  # they were compiled with the guard
    _clear_template_cache()
    try:
        rendered = _render_newest(bulk, published, tmp_path)
    finally:
        monkeypatch.undo()
        _clear_template_cache()
    watch = Watch()
    context = actors.browser.new_context()
    watch.observe(context)
    page = _reporting(context.new_page())
    page.route(published.url, lambda route: route.fulfill(response=route.fetch(), body=rendered))
    page.goto(published.url)
    expected = {clean(words) for words in PAYLOADS}
    expected |= {f"{words} {MASK}" for words in expected}
    with pytest.raises((AssertionError, Error)):  # a payload may even lead the page away
        _words_of(page, expected)

    def is_reported() -> bool:
        with contextlib.suppress(Error):  # the page is being led away
            page.evaluate("1")  # the browser's reports arrive with a response
        return any(report.startswith("csp:") for report in watch.seen)

    wait_for(is_reported)
    context.close()


def test_control_a_desk_with_inner_html_is_caught(
    hostile: NewsroomWithLead, bulk: BulkHarness, tmp_path: Path, actors: Actors
) -> None:
    bulk.send_raw(hostile.newsroom.story(), "Words.\n<img src=x onerror=alert(1)>")
    script = _desk_with_inner_html(tmp_path / "frontend")
    watch = Watch()
    people = Actors(actors.browser)
    people.watch = watch
    desk = people.moderator(hostile.newsroom)
    desk.page.route(
        "**/assets/desk.js",
        lambda route: route.fulfill(body=script, content_type="text/javascript"),
    )
    desk.page.goto(hostile.newsroom.desk_url)
    desk.passphrase = hostile.passphrase
    desk.type_passphrase(hostile.pseudonym)

    def is_caught() -> bool:
        desk.page.evaluate("1")  # what the page reported arrives with an answer
        return any(event.startswith(("csp:", "script:")) for event in watch.seen)

    wait_for(is_caught)
    people.close()


def _clear_template_cache() -> None:
    templates.renderer_for.cache_clear()
    templates._renderer.cache_clear()


def _desk_with_inner_html(folder: Path) -> bytes:
    """Build the desk from a copy in which later paragraphs of an excerpt are inserted as HTML."""
    shutil.copytree(FRONTEND, folder, ignore=shutil.ignore_patterns("node_modules"))
    (folder / "node_modules").symlink_to(FRONTEND / "node_modules")
    source = folder / "desk" / "ui" / "elements.ts"
    guarded = "<bdi>${part}</bdi>"
    text = source.read_text(encoding="utf-8")
    assert guarded in text
    source.write_text(text.replace(guarded, "<bdi .innerHTML=${part}></bdi>"), encoding="utf-8")
    subprocess.run(["node", "build.mjs", folder / "built"], cwd=folder, check=True)
    return (folder / "built" / "desk.js").read_bytes()


def _render_newest(bulk: BulkHarness, story: Story, folder: Path) -> bytes:
    """The thread's page as it is rendered now, in a folder of its own."""
    file_writer = FileWriter(
        bulk.database, bulk.components.page_renderer, PublicFiles(folder), bulk.rules
    )
    with bulk.database.reading() as conn:
        write_public_files.write(
            file_writer,
            conn,
            story.key,
            [StaleFile("newest", "", 0)],
            slot=bulk.rules.schedule.release_interval_seconds,
        )
    return (folder / SITE_ID / story.key / story.edition / "index.html").read_bytes()


def _read_all(page: Page) -> dict[str, str]:
    """Every comment on the queue's page: its row, its text in focus, and its editor with a change."""
    seen: dict[str, str] = page.evaluate(
        """async () => {
          const drawn = () => new Promise((done) => setTimeout(done));
          const key = (code, key) => document.querySelector("#focus").dispatchEvent(
            new KeyboardEvent("keydown", { code, key, bubbles: true }));
          const seen = {};
          for (const row of document.querySelectorAll("li[data-id] button:not(:disabled)")) {
            row.click();
            await drawn();
            const id = document.querySelector("#focus").dataset.id;
            const line = row.querySelector(".line").textContent;
            const words = document.querySelector("#reading-words").textContent;
            key("KeyE", "e");
            await drawn();
            const field = document.querySelector("#edit-text");
            const name = document.querySelector("#edit-name");
            const before = [field.value, name.value];
            field.value += " more";
            field.dispatchEvent(new Event("input"));
            await drawn();
            const proof = document.querySelector(".editor .text").textContent;
            field.value = before[0];
            field.dispatchEvent(new Event("input"));
            await drawn();
            key("Escape", "Escape");
            await drawn();
            key("KeyD", "d");
            await drawn();
            key("Escape", "Escape");
            await drawn();
            const isBeginning = line.endsWith("…") && words.startsWith(line.slice(0, -1));
            if (line !== words && !isBeginning) throw new Error(`row and focus differ: ${words}`);
            if (!proof.includes("more")) throw new Error(`no proof: ${words}`);
            seen[id] = words;
          }
          return seen;
        }"""
    )
    return seen


def _words_of(page: Page, expected: set[str]) -> set[str]:
    """The words of every comment of a page, after checking that they are nothing but words."""
    found = page.locator(".yobal-text").all_text_contents()
    assert found
    assert set(found) <= expected, set(found) - expected
    assert page.locator(".yobal-text :not(.yobal-mask, br)").count() == 0
    assert page.locator("bdi *").count() == 0
    names = page.locator(".yobal-byline bdi").all_text_contents()
    assert set(names) <= {clean_line(words) for words in PAYLOADS}
    strange = (
        ":is(script, img, svg, math, iframe, style, object, embed, base, template, video, audio)"
    )
    assert page.locator(strange).count() == 0
    assert page.locator("form").count() <= 3
    return set(found)


def _check_json(story: Story, expected: set[str]) -> None:
    for number in range(1, -(-len(PAYLOADS) // PAGE) + 1):
        for comment in story.json(f"page/{number}.json")["comments"]:
            assert comment["text"] in expected


def _packed(payloads: Sequence[str], graphemes: int) -> list[str]:
    """Payloads joined to as few texts as hold them, none longer than that."""
    texts = [""]
    for words in payloads:
        if len(texts[-1]) + len(words) + 1 > graphemes:
            texts.append("")
        texts[-1] += f"{words}\n"
    return texts


def _watched(actors: Actors) -> Page:
    return _reporting(actors.context().new_page())


def _reporting(page: Page) -> Page:
    """Every report of the content policy is said aloud, where the watch hears it."""
    page.add_init_script(
        "addEventListener('securitypolicyviolation', (event) => "
        "console.error(`content security policy: ${event.violatedDirective} ${event.blockedURI}`))"
    )
    return page
