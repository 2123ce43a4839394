"""Every page that there is, one after the other, for axe and for screenshots."""

import functools
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, expect

from tests.browser import desk_gallery
from tests.browser.actors import DESKTOP, Actors, Moderator, Reader, wait_for
from tests.browser.bulk import BulkHarness
from tests.browser.fixtures import NewsroomWithLead
from tests.browser.newsroom import SITE_ID, Story
from tests.browser.sending import is_closed, send
from tests.ports import free_ports

Look = Callable[[str, Page], None]
REPLIES: Final = 7  # more than are shown under a comment, so that there is a page of replies

WORDS: Final = {
    "en": ("The agreement hung in the ticket house all summer.", "I saw it too."),
    "km": ("ខ្ញុំគាំទ្រពួកគាត់។ ពួកគាត់មិនសុំអ្វីច្រើនទេ គ្រាន់តែសុំអ្វីដែលគេបានសន្យា។", "ខ្ញុំក៏យល់ស្របដែរ។"),
    "ar": ("عمل والدي على هذه العبّارة ثلاثين عاما، والاتفاق حقيقي (2024).", "رأيته أنا أيضا."),
}
DEMO_EDITIONS: Final = ("en", "km")  # the demonstration has a story page in these
# What the newsroom says above the form, and above the thread.
EDITOR_TEXTS: Final = {
    "en": (
        "Do you take the ferry to work?",
        "Corrected on Monday: the strike began a day earlier.",
    ),
    "km": (
        "តើ\u200bលោក⁠អ្នក\u200bជិះ\u200bសាឡាង\u200bទៅ\u200bធ្វើ\u200bការ\u200bទេ?",
        "បាន\u200bកែ\u200bនៅ\u200bថ្ងៃ\u200bចន្ទ៖ កូដ⁠កម្ម\u200bបាន\u200bចាប់⁠ផ្តើម\u200bមុន\u200bមួយ\u200bថ្ងៃ។",
    ),
    "ar": ("هل تركب العبّارة إلى عملك؟", "تصحيح يوم الاثنين: بدأ الإضراب قبل ذلك بيوم."),
}
TITLES: Final = {"en": "Ferry workers", "km": "កម្មករសាឡាង", "ar": "عمال العبّارة"}


class Demo:
    """The demonstration's story page, and how its lead signs in."""

    def __init__(self, story_url: str, desk_url: str, pseudonym: str, passphrase: str) -> None:
        self.story_url = story_url
        self.desk_url = desk_url
        self.pseudonym = pseudonym
        self.passphrase = passphrase


def served_demo(folder: Path) -> Iterator[Demo]:
    """`yobal demo`, until the block ends."""
    port = free_demo_port()
    child = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "yobal",
            "demo",
            "--folder",
            str(folder / "demo"),
            "--port",
            str(port),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        cwd=folder,
    )
    assert child.stdout is not None
    values: dict[str, str] = {}
    try:
        while "sign in" not in values:
            line = child.stdout.readline()
            assert line, f"the demonstration did not start: {values}"
            name, _, value = line.strip().partition(": ")
            values[name] = value
        pseudonym, _, passphrase = values["sign in"].partition(" ")
        yield Demo(values["story"], values["desk"], pseudonym, passphrase)
    finally:
        child.terminate()
        child.wait(120)
        child.stdout.close()


def free_demo_port() -> int:
    """A port whose next one is free too: readers have the first, the desk the second."""
    return free_ports(2)[0]


class Gallery:
    """Shows each page to `look` under a name."""

    def __init__(
        self, served: NewsroomWithLead, bulk: BulkHarness, demo: Demo, actors: Actors, look: Look
    ) -> None:
        self.newsroom = served.newsroom
        self.served = served
        self.bulk = bulk
        self.demo = demo
        self.actors = actors
        self.look = look

    def readers(self, edition: str) -> None:
        """Everything a reader can see under a story whose pages are in this language."""
        page = self.actors.context().new_page()
        self._story(page, edition)
        story = self._thread(edition)
        reader = Reader(page, story)
        self._published(reader, edition)
        self._mixed(reader, edition)
        self._form(reader, edition)
        self._receipt(reader, edition)
        page.context.close()

    def _story(self, page: Page, edition: str) -> None:
        if edition in DEMO_EDITIONS:
            page.goto(self.demo.story_url.replace("/en/", f"/{edition}/"))
            self.look(f"{edition}-story", page)

    def _thread(self, edition: str) -> Story:
        return self.newsroom.story(
            edition, "en" if edition != "en" else "km", title=TITLES[edition]
        )

    def _published(self, reader: Reader, edition: str) -> None:
        page, story, (words, reply) = reader.page, reader.story, WORDS[edition]
        reader.open()
        self.look(f"{edition}-thread-empty", page)
        send(story, words, name="Delta")
        self.bulk.publish_all(story)
        wait_for(lambda: len(story.texts()) == 1)
        root_id = story.json()["comments"][0]["id"]
        for number in range(REPLIES):
            self.bulk.send(
                f"{reply} {number}", parent_id=root_id, story_id=story.key, edition=edition
            )
        self.bulk.publish_all(story)
        wait_for(lambda: story.json()["total"] == 1 + REPLIES)
        for name, path in (
            ("thread", ""),
            ("page", "page/1.html"),
            ("replies", f"replies/{root_id}/1.html"),
            ("comment", f"comment/{root_id}.html"),
            ("comment-removed", f"comment/{'a' * 26}.html"),
            ("not-found", "page/9.html"),
        ):
            page.goto(story.url + path)
            page.reload()
            self.look(f"{edition}-{name}", page)
        if edition not in DEMO_EDITIONS:
            self._embedded(reader, edition)
        for name in ("terms", "what-we-keep"):
            page.goto(f"{self.newsroom.public_url}/{SITE_ID}/@/{name}/{edition}.html")
            self.look(f"{edition}-{name}", page)

    def _mixed(self, reader: Reader, edition: str) -> None:
        """A thread with a long and a masked comment, other languages, a removed root and a reply to a reply."""
        page, story, words = reader.page, self._thread(edition), WORDS[edition][0]
        sent = {}
        for key, text, name in (
            ("removed", "This will be gone.", "Echo"),
            ("masked", f"{words} 000 555 0142.", "Foxtrot"),
            ("long", f"{words} " * 24, "Golf"),
        ):
            sent[key] = self.bulk.send(text, name=name, story_id=story.key, edition=edition).id
            if key == "masked":
                self.bulk.publish_edited(sent[key], f"{words} ▮▮▮▮▮▮▮▮.")
            else:
                self.bulk.publish(sent[key])
        wait_for(lambda: story.json()["total"] == len(sent))
        parent_id = sent["removed"]
        for lang in sorted(WORDS, key=lambda lang: lang == edition):
            parent_id = self.bulk.send(
                WORDS[lang][1], parent_id=parent_id, story_id=story.key, edition=edition
            ).id
            self.bulk.publish_all(story)
            wait_for(functools.partial(_has, story, parent_id))
        self.bulk.remove(sent["removed"])
        wait_for(lambda: not _has(story, "This will be gone."))
        page.goto(story.url)
        page.reload()
        self.look(f"{edition}-thread-mixed", page)
        question, note = EDITOR_TEXTS[edition]
        self.newsroom.say(story, question=question, note=note, closes="2030-12-01T18:00")
        page.goto(story.url)
        page.reload()
        self.look(f"{edition}-thread-from-newsroom", page)

    def _embedded(self, reader: Reader, edition: str) -> None:
        """A newsroom's page of its own, in the direction of its language, around both fragments."""
        page, story = reader.page, reader.story
        reader.open()
        style_url = page.locator("link[rel=stylesheet]").evaluate("link => link.href")
        thread, form = (
            page.request.get(f"{story.url}{name}.fragment.html").text()
            for name in ("thread", "form")
        )
        body = f"""<!doctype html><html lang="{edition}" dir="auto" style="color-scheme: light dark"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="{style_url}">
<body style="max-width: 42rem; margin: 24px auto; padding: 0 20px"><h1>{TITLES[edition]}</h1>
<p>{WORDS[edition][0]}</p>{thread}{form}"""
        url = f"{story.url}article.html"  # http, as the stylesheet is
        page.route(url, lambda route: route.fulfill(body=body, content_type="text/html"))
        page.goto(url)
        self.look(f"{edition}-story", page)

    def _form(self, reader: Reader, edition: str) -> None:
        page, (words, _) = reader.page, WORDS[edition]
        reader.open()
        reader.fill("\u200b", name="n" * 61)
        _send(page)
        self.look(f"{edition}-refused", page)
        reader.open()
        reader.fill(words, name="Delta")
        _send(page)
        self.look(f"{edition}-confirm", page)
        page.locator("button[name='change']").click()
        self.look(f"{edition}-change", page)
        _send(page)
        self.look(f"{edition}-sent", page)
        reader.open()
        page.locator("button[form='yobal-reply']").first.click()
        self.look(f"{edition}-reply", page)

    def _receipt(self, reader: Reader, edition: str) -> None:
        page, story, (words, _) = reader.page, reader.story, WORDS[edition]
        codes = {
            state: send(story, f"{words} ({state})", receipt=True)
            for state in ("waiting", "rejected", "edited")
        }
        self._settle(story)
        marks = {"waiting": ".yobal-state", "rejected": "blockquote", "edited": ".yobal-preview"}
        for state, code in codes.items():
            wait_for(functools.partial(_shows, reader, code, marks[state]))
            self.look(f"{edition}-receipt-{state}", page)
        page.locator("details.yobal-withdraw > summary").click()
        self.look(f"{edition}-receipt-take-back", page)
        page.locator("button[name='when'][value='next']").click()
        self.look(f"{edition}-withdrawal-requested", page)
        reader.open()
        page.locator("details.yobal-receipt-lookup > summary").click()
        page.locator("#yobal-code").fill("AAAAA")
        page.locator(".yobal-receipt-lookup button").click()
        self.look(f"{edition}-receipt-unknown", page)
        reader.open()
        self.newsroom.close_story(story)
        reader.fill(words)
        wait_for(lambda: is_closed(story))
        _send(page)
        self.look(f"{edition}-closed", page)
        reader.open().page.reload()
        self.look(f"{edition}-thread-closed", page)

    def _settle(self, story: Story) -> None:
        """Reject and edit the comments whose text says so; the others stay pending."""
        self.bulk.now = time.time()
        for comment_id in self.bulk.pending_ids(story):
            words = self.bulk.decrypt(comment_id).text
            if words.endswith("(rejected)"):
                self.bulk.reject(comment_id, note="Please tell us without the telephone number.")
            elif words.endswith("(edited)"):
                self.bulk.publish_edited(comment_id, words.replace(words.split()[0], "▮▮▮▮▮▮▮▮"))

    def moderators(self) -> None:
        """Every page of the desk."""
        story = self._thread("en")
        sent = [WORDS[lang][0] for lang in ("km", "ar", "en")]
        for words in ("Call 000 555 0142 if you want to see it.", *sent):
            send(story, words, name="Delta", receipt=True)
        desk = self.actors.moderator(self.newsroom)
        self._outside(desk)
        desk.sign_in(self.served.pseudonym, self.served.passphrase)
        desk_gallery.set_pin(desk)
        self._queue(desk)
        desk.go("History")
        expect(desk.page.locator("li.decision").first).to_be_visible()
        self.look("desk-history", desk.page)
        desk.page.locator("#address").fill("https://news.example/en/ferry")
        desk.page.get_by_role("button", name="Find").click()
        desk.page.get_by_role("button", name="Remove…").nth(1).click()
        expect(desk.page.locator(".removal-form")).to_be_visible()
        self.look("desk-history-removal", desk.page)
        desk.go("People")
        desk.page.get_by_role("button", name="Make a link").click()
        expect(desk.page.locator("#link")).to_be_visible()
        self.look("desk-people", desk.page)
        desk.go("Keys")
        expect(desk.page.get_by_role("heading", level=1)).to_have_text("Keys")
        self.look("desk-keys", desk.page)
        desk.go("People")
        self._join(desk, desk.page.locator("#link").input_value())
        desk_gallery.hidden(self.look, desk, self._remove_some)
        desk_gallery.imports(self.look, desk, self.newsroom)
        self._not_trusted(desk)
        desk.page.context.close()

    def _outside(self, desk: Moderator) -> None:
        for name, path in (("sign-in", "/"), ("recover", "/recover"), ("join-spent", "/join#x")):
            desk.page.goto(self.newsroom.desk_url + path)
            expect(desk.page.get_by_role("heading", level=1)).to_be_visible()
            self.look(f"desk-{name}", desk.page)

    def _queue(self, desk: Moderator) -> None:
        self.look("desk-queue", desk.page)
        desk.open("Call 000 555 0142")
        self.look("desk-comment", desk.page)
        desk.press("e")
        desk.page.locator("#edit-text").fill("Call ▮▮▮▮▮▮▮▮ if you want to see it.")
        desk.choose("masked")
        desk.choose("personal-data")
        self.look("desk-edit", desk.page)
        desk_gallery.locked(self.look, desk)
        desk.page.locator("#publish-edited").click()
        expect(desk.toast).to_contain_text("Published with an edit")
        self.look("desk-decided", desk.page)
        desk.press("d 2 n")
        expect(desk.page.locator("#note")).not_to_have_value("")
        self.look("desk-reject", desk.page)
        desk.press("Escape ?")
        expect(desk.page.get_by_role("dialog")).to_be_visible()
        self.look("desk-help", desk.page)
        desk.press("Escape d d")
        expect(desk.toast).to_contain_text("Rejected")
        desk.page.set_viewport_size(DESKTOP["viewport"])  # a phone hides the list
        desk.page.locator(".queue-footer button").filter(has_text="on this page").click()
        question = desk.page.get_by_role("dialog")
        expect(question).to_be_visible()
        self.look("desk-bulk-reject", desk.page)
        desk.choose("spam")
        question.get_by_role("button", name="Reject").click()
        expect(desk.page.locator("#focus.empty")).to_contain_text("All read.")
        self.look("desk-empty", desk.page)

    def _remove_some(self) -> list[str]:
        """One comment in each language, published a moment ago."""
        story = self.newsroom.story("en", "km")
        sent = [
            self.bulk.send(words, name="Echo", story_id=story.key).id for words, _ in WORDS.values()
        ]
        self.bulk.publish_all(story)
        wait_for(lambda: len(story.texts()) == len(sent))
        self.bulk.now = time.time()
        for comment_id in sent:
            self.bulk.remove(comment_id)
        return sent

    def _join(self, lead: Moderator, link: str) -> None:
        new = self.actors.moderator(self.newsroom)
        new.page.goto(link)
        expect(new.page.locator("#pseudonym")).to_be_visible()
        self.look("desk-join", new.page)
        new.page.locator("#pseudonym").fill("Newcomer")
        new.page.get_by_role("button", name="Make my passphrase").click()
        new.keep_new_words("Newcomer", lambda: self.look("desk-join-words", new.page))
        expect(new.page.locator(".groups")).to_be_visible()
        self.look("desk-join-sheet", new.page)
        new.give_last_group()
        words = new.read_words()
        self.look("desk-join-read-words", new.page)
        lead.type_heard_words("Newcomer", "these are not the right words")
        expect(lead.page.locator("#words-mismatch")).to_be_visible()
        self.look("desk-people-waiting", lead.page)
        lead.confirm("Newcomer", words)
        new.settled()
        self._recover(new)
        desk_gallery.own_keys(self.look, new)
        self._remove(lead, new)
        new.page.context.close()

    def _remove(self, lead: Moderator, removed: Moderator) -> None:
        member = lead.page.locator("li.member", has_text="Newcomer")
        member.get_by_role("button", name="Remove").click()
        question = lead.page.get_by_role("dialog")
        expect(question).to_be_visible()
        self.look("desk-people-remove", lead.page)
        question.get_by_role("button", name="Remove Newcomer").click()
        expect(lead.page.locator("#removal-result")).to_be_visible()
        self.look("desk-people-removed", lead.page)
        removed.go("History")
        expect(removed.page.get_by_role("alert")).to_be_visible()
        self.look("desk-closed", removed.page)

    def _not_trusted(self, desk: Moderator) -> None:
        """The red page, as when the server refuses its own roster."""
        answer = '{"error": "roster_invalid", "message": ""}'
        desk.page.route("**/api/desk/roster", lambda route: route.fulfill(status=503, body=answer))
        desk.page.reload()
        expect(desk.page.get_by_role("heading", name="Stop")).to_be_visible()
        self.look("desk-not-trusted", desk.page)

    def _recover(self, moderator: Moderator) -> None:
        page = moderator.page
        page.goto(f"{self.newsroom.desk_url}/recover")
        page.locator("#pseudonym").fill("Newcomer")
        page.locator("#sheet").fill(moderator.sheet)
        page.get_by_role("button", name="Make a new passphrase").click()
        moderator.keep_new_words("Newcomer", lambda: self.look("desk-recover-words", page))
        moderator.settled()


def _send(page: Page) -> None:
    """The form's own button, whatever it is called in the page's language."""
    page.locator("main form.yobal-form button").first.click()


def _has(story: Story, words: str) -> bool:
    return words in str(story.json())


def _shows(reader: Reader, code: str, mark: str) -> bool:
    """Look a receipt up; whether the answer has this part."""
    reader.open()
    reader.page.locator("details.yobal-receipt-lookup > summary").click()
    reader.page.locator("#yobal-code").fill(code)
    reader.page.locator(".yobal-receipt-lookup button").click()
    expect(reader.page.locator(".yobal-state")).to_be_visible()
    return reader.page.locator(mark).count() > 0
