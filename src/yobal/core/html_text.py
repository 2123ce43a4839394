"""Turns the HTML of another comment system into the plain text that its readers saw.

nh3 reads what people have written, however broken or hostile: Python's own parser takes a minute for some 60 kB.
It leaves well-formed HTML with few tags, which Python's parser then decodes, exactly once. Paragraphs and `<br>` become
line ends, and the address of a link follows its words.
"""

import re
from html import unescape
from html.parser import HTMLParser
from typing import Final

import nh3

TAGS_MAX: Final = (
    5_000  # nested, they cost nh3 the square of their number: these, a sixth of a second
)
_BLOCKS: Final = frozenset(
    [
        *("address", "article", "aside", "blockquote", "div", "dl", "figure", "footer", "header"),
        *("h1", "h2", "h3", "h4", "h5", "h6", "hr", "main", "ol", "p", "pre", "section", "table"),
        "ul",
    ]
)
_LINES: Final = frozenset(["dd", "dt", "figcaption", "li", "tr"])
_HIDDEN: Final = {"script", "style", "template", "title"}
_MEDIA: Final = frozenset(["audio", "iframe", "img", "source", "video"])
_CLEANER: Final = nh3.Cleaner(
    tags={"a", "br", *_BLOCKS, *_LINES, *_MEDIA},
    clean_content_tags=_HIDDEN,
    attributes={"a": {"href"}} | {tag: {"src"} for tag in _MEDIA},
    # `mailto:` names a person, `javascript:` and `data:` are no places.
    url_schemes={"http", "https"},
    link_rel=None,
)
_SPACES: Final = re.compile(r"[ \t\n\r\f]+")  # not the no-break space, which is meant
_SPACES_BUT_LINES: Final = re.compile(r"[ \t\r\f]+")
_BLANK_LINES: Final = re.compile(r"\n{3,}")
_SHORTENED: Final = ("...", "…")  # how some systems show a long address
_PARAGRAPH: Final = "\n\n"
_SIMPLE: Final = {"<br>": "\n", "<p>": _PARAGRAPH, "</p>": _PARAGRAPH}


def has_too_many_tags(html: str) -> bool:
    return html.count("<") > TAGS_MAX


def plain_text(html: str, *, keeps_lines: bool = False) -> str:
    """`keeps_lines`: a line end in the HTML is one for readers, too, as in WordPress."""
    if "<" not in html and "&" not in html:
        text = html if keeps_lines else _SPACES.sub(" ", html)
        return text.strip()
    cleaned = _CLEANER.clean(html)
    lines = (_SPACES_BUT_LINES if keeps_lines else _SPACES).sub(" ", cleaned)
    for tag, shown in _SIMPLE.items():
        lines = lines.replace(tag, shown)
    if "<" not in lines:  # as most comments are: nothing but paragraphs and line ends
        return _tidy(unescape(lines))
    collector = _Collector(keeps_lines=keeps_lines)
    collector.feed(cleaned)
    collector.close()
    return collector.text()


class _Collector(HTMLParser):
    """Gathers the text. Unknown tags are dropped, their content is not."""

    def __init__(self, *, keeps_lines: bool) -> None:
        super().__init__(convert_charrefs=True)
        self._spaces = _SPACES_BUT_LINES if keeps_lines else _SPACES
        self._parts: list[str] = []
        self._links: list[tuple[str, int]] = []  # the address, and where its words begin
        self._preformatted_depth = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "br":
            self._parts.append("\n")
        elif tag in _BLOCKS:
            self._parts.append(_PARAGRAPH)
        elif tag in _LINES:
            self._parts.append("\n")
        elif tag == "a":
            self._links.append((_web_address(attrs, "href"), len(self._parts)))
        elif tag in _MEDIA:
            address = _web_address(attrs, "src")
            self._parts.append(f" {address} " if address else "")
        self._preformatted_depth += tag == "pre"

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS:
            self._parts.append(_PARAGRAPH)
        elif tag == "a" and self._links:
            self._end_link(*self._links.pop())
        if tag == "pre":
            self._preformatted_depth = max(0, self._preformatted_depth - 1)

    def handle_data(self, data: str) -> None:
        if not self._preformatted_depth:
            data = self._spaces.sub(" ", data)
            is_line_start = not self._parts or self._parts[-1].endswith("\n")
            data = data.lstrip(" ") if is_line_start else data
        self._parts.append(data)

    def _end_link(self, address: str, start: int) -> None:
        words = "".join(self._parts[start:]).strip()
        if not address or words == address:
            return
        shortened = words.removesuffix(_SHORTENED[0]).removesuffix(_SHORTENED[1])
        shown, whole = _without_scheme(shortened), _without_scheme(address)
        is_address = shown.rstrip("/") == whole.rstrip("/")
        if shown and (is_address or (shortened != words and whole.startswith(shown))):
            self._parts[start:] = [address]  # its words are only the address, perhaps shortened
        else:
            self._parts.append(f" ({address})" if words else address)

    def text(self) -> str:
        while self._links:
            self._end_link(*self._links.pop())
        return _tidy("".join(self._parts), keeps_indents=True)


def _tidy(text: str, *, keeps_indents: bool = False) -> str:
    stripped = [line.rstrip(" ") if keeps_indents else line.strip(" ") for line in text.split("\n")]
    return _BLANK_LINES.sub(_PARAGRAPH, "\n".join(stripped)).strip()


def _web_address(attrs: list[tuple[str, str | None]], name: str) -> str:
    """Empty for a path, which leads nowhere from here."""
    value = next((value or "" for key, value in attrs if key == name), "").strip()
    if value.startswith("//"):
        value = f"https:{value}"
    is_web = value.lower().startswith(("http://", "https://"))
    return _SPACES.sub("", value) if is_web else ""


def _without_scheme(address: str) -> str:
    return address.partition("://")[2] or address
