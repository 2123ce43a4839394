"""Decides what a page of a feed means for the declared stories: new, changed, the same, or a problem.

Touches no database: it is given what is declared, and keeps track of what it has planned.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Final, Literal
from urllib.parse import unquote

import msgspec

from yobal.actions import declare_story
from yobal.actions.declare_story import Declaration
from yobal.adapters.feed_reader import FeedPage
from yobal.core import ids, language_tag, web_url
from yobal.core import text as texts
from yobal.core.errors import InvalidInput
from yobal.core.thread import Edition

_DEFAULT: Final = "x-default"
_SUFFIX: Final = re.compile(r"\.(?:html?|php|aspx?|shtml)$", re.IGNORECASE)
_SEPARATORS: Final = re.compile(r"[-_+\s]+")


class Advice(msgspec.Struct, frozen=True):
    """What to do about a page that cannot be declared: it ends the sentence that says why."""

    other_id: str  # its address gives no id
    other_address: str  # the id is that of a story with another address


_SYNC_ADVICE: Final = Advice(
    other_id="choose another part with --id-pattern or --id-from guid",
    other_address="if it is another story, make ids with --id-pattern; if it has moved, change it"
    " with `yobal story add`",
)


class PlanOptions(msgspec.Struct, frozen=True, kw_only=True):
    edition: str = ""  # of pages whose language the feed does not say
    id_from: Literal["url", "guid"] = "url"
    id_pattern: re.Pattern[str] | None = None  # its group, or all of it, is the story's id
    advice: Advice = _SYNC_ADVICE


class PageProblem(msgspec.Struct, frozen=True):
    """A page that is skipped, and why."""

    page: FeedPage
    reason: str

    def __str__(self) -> str:
        return f"entry {self.page.number} ({self.page.url or 'without an address'}): {self.reason}"


class PlannedEdition(msgspec.Struct, frozen=True):
    declaration: Declaration
    is_new_story: bool
    is_new_edition: bool
    published_at: float | None  # of the page that declared it

    def __str__(self) -> str:
        kind = "new" if self.is_new_edition else "change"
        edition = self.declaration.edition
        return f"{kind}  {self.declaration.story_id}  {edition.tag}  {edition.url}  {edition.title}"


class Planner:
    """Plans the pages of one sync, one after another."""

    def __init__(self, declared: Mapping[tuple[str, str], Edition], options: PlanOptions) -> None:
        self._options = options
        self._declared = dict(declared)
        self._story_ids = {story_id for story_id, _ in declared}
        self._by_url = {_comparable(item.url): key for key, item in declared.items()}

    def plan(self, page: FeedPage) -> Iterator[PlannedEdition | PageProblem]:
        """Every edition of a page that is new or has changed. Nothing if all are declared."""
        try:
            urls = self._urls(page)
            story_id = self._story_id(page, urls)
        except InvalidInput as error:
            yield PageProblem(page, str(error))
            return
        is_new_story = story_id not in self._story_ids
        for tag, url in urls.items():
            try:
                planned = self._plan_edition(page, story_id, tag, url, is_new_story=is_new_story)
            except InvalidInput as error:
                yield PageProblem(page, str(error))
                continue
            if planned is not None:
                yield planned

    def _plan_edition(
        self, page: FeedPage, story_id: str, tag: str, url: str, *, is_new_story: bool
    ) -> PlannedEdition | None:
        """Raises InvalidInput."""
        _, tag = self._by_url.get(_comparable(url), (story_id, tag))
        current = self._declared.get((story_id, tag))
        if current is not None and _comparable(current.url) != _comparable(url):
            raise InvalidInput(
                f"the story {story_id} ({tag}) has the address {current.url}: "
                + self._options.advice.other_address
            )
        title = texts.clean_line(page.title) if url == page.url else ""
        title = title or (current.title if current is not None else _words_of(url))
        edition = Edition(tag=tag, title=title, url=url)
        if edition == current:
            return None
        declare_story.check(story_id, edition)
        self._declared[story_id, tag] = edition
        self._by_url[_comparable(url)] = (story_id, tag)
        self._story_ids.add(story_id)
        return PlannedEdition(
            Declaration(story_id, edition), is_new_story, current is None, page.published_at
        )

    def _urls(self, page: FeedPage) -> dict[str, str]:
        """The page and its alternates, by language tag. Raises InvalidInput."""
        if not page.url:
            raise InvalidInput("it has no address")
        alternates = {
            tag: item.url
            for item in page.alternates
            if item.lang.lower() != _DEFAULT and (tag := _tag(item.lang))
        }
        if page.url in alternates.values():
            return alternates
        declared = self._by_url.get(_comparable(page.url))
        tag = declared[1] if declared else _tag(page.lang) or self._options.edition
        if not tag:
            raise InvalidInput("it does not say its language: name it with --edition")
        return {tag: page.url, **{key: url for key, url in alternates.items() if key != tag}}

    def _story_id(self, page: FeedPage, urls: Mapping[str, str]) -> str:
        """That of an address that is declared, or a new one. Raises InvalidInput."""
        declared = {key[0] for url in urls.values() if (key := self._by_url.get(_comparable(url)))}
        if len(declared) > 1:
            raise InvalidInput(
                f"its languages are different stories: {', '.join(sorted(declared))}"
            )
        if declared:
            return declared.pop()
        if self._options.id_from == "guid":
            source = page.guid
        else:
            default = (item.url for item in page.alternates if item.lang.lower() == _DEFAULT)
            source = next(default, urls.get(self._options.edition, page.url))
        return self._id_from(source)

    def _id_from(self, source: str) -> str:
        """Raises InvalidInput."""
        pattern = self._options.id_pattern
        if pattern is None:
            story_id = source if self._options.id_from == "guid" else _slug(source)
        else:
            match = pattern.search(source)
            if match is None:
                raise InvalidInput(f"--id-pattern does not match {source or 'an empty guid'}")
            story_id = match[1] if pattern.groups else match[0]
        if not story_id:
            raise InvalidInput(
                f"{source or 'an empty guid'} has no part that can be the id of a story: "
                + self._options.advice.other_id
            )
        if not ids.is_story_id(story_id):
            raise InvalidInput(
                f"“{story_id}” cannot be the id of a story (A-Z a-z 0-9 . _ ~ -): "
                + self._options.advice.other_id
            )
        return story_id


def is_edition(tag: str) -> bool:
    return _tag(tag) == tag


def _tag(lang: str) -> str:
    """As an edition is written; empty if it is no language that Yobal knows."""
    lang = lang.strip().replace("_", "-").lower()
    if not ids.is_language_tag(lang):
        return ""
    tag = ids.canonical_language_tag(lang)
    return tag if language_tag.is_known(tag) else ""


def _comparable(url: str) -> str:
    """Without what differs when a site moves to https, or a template forgets a slash."""
    _, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    return f"{host.lower()}{slash}{path}".rstrip("/")


def _slug(url: str) -> str:
    """The last part of the path, without a suffix such as `.html`."""
    parts = [part for part in _path(url).split("/") if part]
    return _SUFFIX.sub("", parts[-1]) if parts else ""


def _path(url: str) -> str:
    """Empty if it is not an address."""
    split = web_url.split(url)
    return split.path if split is not None else ""


def _words_of(url: str) -> str:
    """A substitute for a headline that the sitemap does not contain."""
    words = texts.clean_line(_SEPARATORS.sub(" ", unquote(_slug(url))))
    split = web_url.split(url)
    words = words or (split.hostname if split is not None else "") or url
    return words[:1].upper() + words[1:]
