"""What the HTML of a story's page says: the embed, and every address that its browser will ask."""

import re
from html.parser import HTMLParser
from typing import Final
from urllib.parse import urljoin, urlsplit

import msgspec

# The attribute with an address, by element. A link is an address only if the browser fetches it.
_ADDRESSES: Final = {
    "script": "src",
    "iframe": "src",
    "img": "src",
    "embed": "src",
    "object": "data",
    "video": "src",
    "audio": "src",
    "source": "src",
    "link": "href",
}
_FETCHED_LINKS: Final = {"stylesheet", "preload", "modulepreload", "prefetch", "icon", "manifest"}
_KINDS: Final = {"script": "script", "iframe": "frame", "img": "image", "link": "style or preload"}
_IN_SCRIPT: Final = re.compile(
    r"""(?:https?:)?//([a-z0-9.-]+\.[a-z]{2,})(?=[/"'?:\s\\]|$)""", re.IGNORECASE
)
NAMED_IN_SCRIPT: Final = "named in a script"


class Resource(msgspec.Struct, frozen=True):
    """An address that the page makes a browser ask; for hosts in a script's text, only the host."""

    kind: str
    url: str
    nonce: str = ""

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""


class Embed(msgspec.Struct, frozen=True):
    """A `<yobal-comments>`; the edition is the page's language if it names none."""

    story_id: str
    edition: str


class StoryPage(msgspec.Struct):
    embeds: list[Embed] = []
    resources: list[Resource] = []
    policies: list[str] = []  # in `<meta>`
    form_actions: list[str] = []

    @property
    def embed_scripts(self) -> list[Resource]:
        return [
            item
            for item in self.resources
            if item.kind == "script" and urlsplit(item.url).path.endswith("/@/embed.js")
        ]


def read(html: str, url: str) -> StoryPage:
    reader = _Reader(url)
    reader.feed(html)
    reader.close()
    return reader.page


class _Reader(HTMLParser):
    def __init__(self, url: str) -> None:
        super().__init__(convert_charrefs=True)
        self.page = StoryPage()
        self._base = url
        self._langs: list[tuple[str, str]] = []  # of the open elements
        self._is_in_script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        lang = values.get("lang", "")
        if tag == "html" or lang:
            self._langs.append((tag, lang))
        match tag:
            case "base" if values.get("href"):
                self._base = _joined(self._base, values["href"]) or self._base
            case "yobal-comments":
                edition = values.get("edition") or (self._langs[-1][1] if self._langs else "")
                self.page.embeds.append(Embed(values.get("story", ""), edition))
            case "meta" if values.get("http-equiv", "").lower() == "content-security-policy":
                self.page.policies.append(values.get("content", ""))
            case "form":
                self.page.form_actions.append(_joined(self._base, values.get("action", "")))
        self._is_in_script = tag == "script"
        self._add_resource(tag, values)

    def handle_endtag(self, tag: str) -> None:
        self._is_in_script = False
        if self._langs and self._langs[-1][0] == tag:
            self._langs.pop()

    def handle_data(self, data: str) -> None:
        if self._is_in_script:
            for host in dict.fromkeys(match[1].lower() for match in _IN_SCRIPT.finditer(data)):
                self.page.resources.append(Resource(NAMED_IN_SCRIPT, f"https://{host}/"))

    def _add_resource(self, tag: str, values: dict[str, str]) -> None:
        address = values.get(_ADDRESSES.get(tag, ""), "").strip()
        if not address or address.startswith(("data:", "blob:", "about:")):
            return
        if tag == "link" and not _FETCHED_LINKS & set(values.get("rel", "").lower().split()):
            return
        kind = _KINDS.get(tag, "media")
        if url := _joined(self._base, address):
            self.page.resources.append(Resource(kind, url, values.get("nonce", "")))


def _joined(base: str, address: str) -> str:
    """Empty if no browser would fetch it, because its host or port is not valid."""
    try:
        url = urljoin(base, address)
        _ = urlsplit(url).port
    except ValueError:
        return ""
    return url
