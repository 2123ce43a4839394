"""Readers without a browser: the same two steps of the form, by POST, as many as wanted."""

import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from html.parser import HTMLParser
from typing import Final

from tests.browser.newsroom import Story

SENDERS: Final = 16
_RECEIPT_CODE: Final = re.compile(r'class="yobal-code" translate="no" dir="ltr">([^<]+)<')


def send(story: Story, words: str, *, name: str = "", receipt: bool = False) -> str:
    """Send a comment through the form and wait for its round; the receipt's code, or nothing."""
    code = _send(story, words, name=name, receipt=receipt)
    story.newsroom.wait_for_round()
    return code


def _send(story: Story, words: str, *, name: str = "", receipt: bool = False) -> str:
    fields = {"step": "send", "text": words, "name": name}
    if receipt:
        fields["receipt"] = "yes"
    confirmation = post(story, fields)
    hidden = _Hidden()
    hidden.feed(confirmation)
    assert hidden.fields.get("step") == "confirm", confirmation
    sent = post(story, hidden.fields)
    # In any language: a page that accepts a comment has no further step and does not repeat the text.
    assert 'name="step"' not in sent, sent
    assert "<textarea" not in sent, sent
    match = _RECEIPT_CODE.search(sent)
    return match[1].replace(" ", "-") if match else ""


def send_all(
    story: Story,
    texts: Sequence[str],
    *,
    names: Sequence[str] | None = None,
    receipt: bool = False,
) -> list[str]:
    """Send all at the same time, and wait once for a round; what `send` returns for each."""

    def send_one(words: str, name: str) -> str:
        return _send(story, words, name=name, receipt=receipt)

    with ThreadPoolExecutor(SENDERS) as pool:
        codes = list(pool.map(send_one, texts, names or [""] * len(texts)))
    story.newsroom.wait_for_round()
    return codes


def post_all(story: Story, forms: Sequence[dict[str, str]]) -> list[str]:
    """The pages in response to forms that are sent at the same time: each takes at least 100 ms."""
    with ThreadPoolExecutor(SENDERS) as pool:
        return list(pool.map(lambda fields: post(story, fields), forms))


def post(story: Story, fields: dict[str, str]) -> str:
    """The page in response to a form."""
    request = urllib.request.Request(story.url, urllib.parse.urlencode(fields).encode())
    try:
        with urllib.request.urlopen(request, timeout=90) as response:
            return str(response.read().decode())
    except urllib.error.HTTPError as error:
        with error:
            return str(error.read().decode())


def is_closed(story: Story) -> bool:
    """Whether the intake has noticed that a story was closed; it caches the status for a second."""
    return "readonly>" in post(story, {"step": "send", "text": "Are you closed?"})


class _Hidden(HTMLParser):
    """The hidden fields of the form in a response, as a browser would send them."""

    def __init__(self) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = dict(attrs)
        if tag == "input" and attributes.get("type") == "hidden":
            # A browser sends line ends as they are in the page, here LF.
            self.fields[attributes["name"] or ""] = attributes.get("value") or ""
