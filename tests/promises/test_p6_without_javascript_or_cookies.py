"""P6: it works without JavaScript, cookies or third parties, and over an onion address.

Everything that a reader does, with plain requests and an `.onion` Host; `test_p6_browser.py` does
the same in Chromium. Controls: a third party and a cookie are found.
"""

import re
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin, urlsplit

import pytest

from tests.desk_client import DeskClient
from tests.harness import SITE_ID, STORY_ID
from tests.serving import THREAD, Response, Served, ask, post, serving, wait_for
from yobal.actions import declare_story

ONION: Final = "yobalyobalyobalyobalyobalyobalyobalyobalyobalyobalyobalyo.onion"
SHARE_HOSTS: Final = {"wa.me", "t.me"}
NEWSROOM: Final = "news.example"  # where the story itself stands
FETCHED: Final = {
    ("link", "href"),
    ("img", "src"),
    ("script", "src"),
    ("iframe", "src"),
    ("source", "src"),
    ("object", "data"),
    ("use", "href"),
}
FORBIDDEN: Final = ("set-cookie", "strict-transport-security", "location", "report-to", "nel")


class Page(HTMLParser):
    """A page as a browser without scripts and cookies has it: what it would fetch, links, forms."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.fetched: list[str] = []
        self.links: list[str] = []
        self.forms: list[tuple[str, dict[str, str]]] = []
        self.tags: set[str] = set()
        self._has_button = False  # in the form that is being read
        self._named: dict[str, dict[str, str]] = {}
        self.feed(html)

    def handle_starttag(self, tag: str, pairs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in pairs}
        self.tags.add(tag)
        assert not [name for name in attributes if name.startswith("on") or name == "style"], (
            attributes
        )
        for name, value in attributes.items():
            if (tag, name) in FETCHED:
                self.fetched.append(value)
            elif name in ("href", "cite", "formaction", "ping", "background", "poster"):
                self.links.append(value)
        if tag == "form":
            self._has_button = False
            assert attributes.get("method") == "post"
            self.forms.append(
                (attributes.get("action", ""), self._fields_of(attributes.get("id", "")))
            )
        if tag == "button" and not attributes.get("form"):
            if self._has_button:  # a browser sends the button that is pressed: here the first
                return
            self._has_button = True
        if attributes.get("name") and tag in ("input", "button"):
            # A button may stand outside its form and name it.
            beside = self._fields_of(attributes["form"]) if attributes.get("form") else None
            fields = beside if beside is not None else self.forms[-1][1]
            fields.setdefault(attributes["name"], attributes.get("value", ""))

    def _fields_of(self, form: str) -> dict[str, str]:
        return self._named.setdefault(form, {}) if form else {}


class Reader:
    """Remembers nothing but the page in hand; every answer is looked through."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self.answers = 0

    def get(self, path: str) -> Response:
        return self._looked_through(ask(self._served.intake, path=path, headers={"Host": ONION}))

    def send(self, fields: Mapping[str, str], path: str = THREAD) -> Response:
        headers = {"Host": ONION, "Origin": "null"}
        return self._looked_through(post(self._served.intake, fields, path=path, headers=headers))

    def submit(self, answer: Response, step: str, **written: str) -> Response:
        """Fill in that form of a page and send it where it says."""
        action, fields = next(
            form for form in Page(answer.text).forms if form[1].get("step") == step
        )
        assert urljoin(f"http://{ONION}{THREAD}", action) == f"http://{ONION}{THREAD}", (
            "one address"
        )
        return self.send({name: value for name, value in fields.items() if value} | written)

    def _looked_through(self, answer: Response) -> Response:
        self.answers += 1
        names = {name.lower() for name, _ in answer.headers}
        assert not names & set(FORBIDDEN), answer.headers
        assert answer.header("referrer-policy") == "no-referrer"
        if (answer.header("content-type") or "").startswith("text/html"):
            problems = list(foreign(answer.text, own=f"127.0.0.1:{self._served.intake}"))
            assert not problems, problems
        return answer


def foreign(html: str, *, own: str) -> Iterator[str]:
    """Everything on a page that would tell a third party, or runs."""
    page = Page(html)
    yield from page.tags & {"script", "iframe", "object", "embed", "video", "audio"}
    for address in (*page.fetched, *(action for action, _ in page.forms)):
        if urlsplit(address).netloc:  # under an onion address it would lead out of it
            yield f"fetched: {address}"
    for address in page.links:
        parts = urlsplit(address)
        if parts.netloc not in {"", own, NEWSROOM} | SHARE_HOSTS or parts.scheme == "javascript":
            yield f"link: {address}"
    for host in re.findall(r"(?:href|src|action)=\"?https?://([^/\"?#]+)", html):
        if host not in {own, NEWSROOM} | SHARE_HOSTS:
            yield f"address: {host}"


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(
        tmp_path_factory.mktemp("served"), release_interval_seconds=2, receipt_days=30
    ) as made:
        yield made


def test_a_reader_needs_no_cookie_script_or_third_party(served: Served) -> None:
    reader, desk = Reader(served), DeskClient(served)
    thread = reader.get(THREAD)
    for address in Page(thread.text).fetched:
        assert reader.get(address).status == 200
    again = reader.submit(thread, "send", text="The ferry was late.", name="Dara", receipt="yes")
    assert "Read it once more" in again.text
    sent = reader.submit(again, "confirm")
    assert sent.is_received
    code = sent.code or ""

    waiting = reader.submit(reader.get(THREAD), "receipt", code=code.lower().replace("-", " "))
    assert "waiting for a moderator" in waiting.text
    wait_for(lambda: len(list(desk.queue())) == 1, "the comment has come with a round")
    for comment in list(desk.queue()):
        desk.publish(comment)
    wait_for(lambda: "ferry was late" in reader.get(THREAD).text, "the comment is on the page")
    published = reader.get(THREAD)
    reply = reader.submit(published, "reply")
    assert "ferry was late" in reply.text
    sent_reply = reader.submit(reply, "send", text="It was not late at all.")
    assert sent_reply.is_received

    found = reader.submit(reader.get(THREAD), "receipt", code=code)
    assert "Your comment is published" in found.text
    taken = reader.submit(found, "withdraw", when="now")
    assert taken.status == 200
    wait_for(lambda: "ferry was late" not in reader.get(THREAD).text, "the words are gone")
    desk.close()
    assert reader.answers > 10


def test_every_error_page_needs_no_cookie_script_or_third_party(served: Served) -> None:
    reader = Reader(served)
    words = "Words that I keep. "
    assert reader.send({"step": "send", "text": ""}).status == 422
    assert words.strip() in reader.send({"step": "send", "text": words * 200}).text
    assert reader.send({"step": "nothing", "text": words}).status == 400
    assert reader.send({"step": "reply", "parent_id": "a" * 26}).status == 410
    assert reader.send({"step": "receipt", "code": "none"}).status == 200
    assert (
        words.strip() in reader.send({"step": "send", "text": words}, f"/{SITE_ID}/none/en/").text
    )
    assert reader.get(f"/{SITE_ID}/none/en/").status == 404
    declare_story.set_open(served.newsroom.database, served.newsroom.rules, STORY_ID, is_open=False)
    wait_for(
        lambda: reader.send({"step": "send", "text": words}).status == 403, "the story is closed"
    )
    declare_story.set_open(served.newsroom.database, served.newsroom.rules, STORY_ID, is_open=True)


@pytest.mark.parametrize("name", ["index.html", "thread.fragment.html", "form.fragment.html"])
@pytest.mark.parametrize("edition", ["km", "en"])
def test_no_file_refers_to_a_third_party(served: Served, name: str, edition: str) -> None:
    html = served.newsroom.read_file(f"{edition}/{name}")
    found = list(foreign(html, own=f"127.0.0.1:{served.intake}"))
    fragments = [
        finding for finding in found if not finding.startswith("fetched: http://127.0.0.1:")
    ]
    assert not fragments
    assert name != "index.html" or found == fragments, "a complete page names no host for itself"


def test_the_stylesheet_fetches_nothing(served: Served) -> None:
    style = (served.newsroom.files_dir / SITE_ID / "@" / "comments.css").read_text(encoding="utf-8")
    assert not re.findall(r"url\(|@import|https?:", style)


@pytest.mark.parametrize(
    "planted",
    [
        '<link rel="stylesheet" href="https://fonts.example/a.css">',
        '<img src="//pixel.example/p">',
        "<script>1</script>",
        '<a href="https://www.facebook.com/sharer">x</a>',
        '<form method="post" action="https://elsewhere.example/">',
    ],
)
def test_control_a_third_party_is_found(planted: str) -> None:
    assert list(foreign(f"<p>words</p>{planted}", own="127.0.0.1:1"))


def test_control_a_cookie_is_found(served: Served) -> None:
    plain = ask(served.intake)
    cookie = Response(plain.status, [*plain.headers, ("Set-Cookie", "a=b")], plain.body)
    with pytest.raises(AssertionError):
        Reader(served)._looked_through(cookie)
