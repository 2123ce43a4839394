"""The text that readers of another system saw, from its HTML."""

import pytest

from yobal.core.html_text import plain_text

CASES = {
    "a line": ("a<br>b<br/>c", "a\nb\nc"),
    "paragraphs": ("<p>a</p><p>b</p>", "a\n\nb"),
    "spaces": ("<p>a\n  b</p>", "a b"),
    "entities, decoded once": ("&amp;lt;b&amp;gt; &lt;i&gt; &#8220;x&#8221;", "&lt;b&gt; <i> “x”"),
    "an entity without an end": ("AT&T and R&amp;D", "AT&T and R&D"),
    "a link": ('see <a href="https://x.example/a">this</a>!', "see this (https://x.example/a)!"),
    "a link that is its address": (
        '<a href="https://x.example/a">https://x.example/a</a>',
        "https://x.example/a",
    ),
    "a shortened address": (
        '<a href="https://x.example/a/very/long">https://x.example/a/v...</a>',
        "https://x.example/a/very/long",
    ),
    "a word that begins the address": (
        '<a href="https://ministry.example">ministry</a>',
        "ministry (https://ministry.example)",
    ),
    "a script as a link": ('<a href="javascript:alert(1)">x</a>', "x"),
    "a mail address": ('<a href="mailto:a@x.example">write me</a>', "write me"),
    "a picture": ('<img src="https://x.example/1.png" alt="">', "https://x.example/1.png"),
    "a script": ("a<script>alert('x')</script>b<style>p{}</style>", "ab"),
    "a list": ("<ul><li>a</li><li>b</li></ul>c", "a\nb\n\nc"),
    "a quotation": ("<blockquote>a</blockquote>b", "a\n\nb"),
    "code": ("<pre>a\n  b</pre>", "a\n  b"),
    "emphasis": ("<b>a</b><i>b</i> <u>c</u>", "ab c"),
    "an open tag": ("a < b and <b>c", "a < b and c"),
    "a comment": ("a<!-- hidden -->b", "ab"),
    "nothing": ("<p></p>", ""),
    "only text": ("a\nb", "a b"),
}


@pytest.mark.parametrize("name", CASES)
def test_html_becomes_the_text_that_readers_saw(name: str) -> None:
    html, expected = CASES[name]
    assert plain_text(html) == expected


def test_line_ends_stay_where_the_other_system_shows_them() -> None:
    assert plain_text("a\nb\n\n<b>c</b>", keeps_lines=True) == "a\nb\n\nc"
    assert plain_text("a\nb", keeps_lines=True) == "a\nb"


def test_hostile_html_takes_no_time() -> None:
    for piece in ("<a href='https://x.example/'>", "<div>", "<!--", "&", "<", "<b ", "</a>"):
        plain_text(piece * 20_000)
