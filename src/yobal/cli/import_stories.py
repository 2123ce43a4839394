"""Finds the story of each page in a file of comments, and declares those that are missing if that was asked for."""

from collections.abc import Mapping
from typing import Final

from yobal.actions import change_story, declare_story
from yobal.actions.declare_story import Declaration
from yobal.adapters.feed_reader import FeedPage
from yobal.cli.sync_plan import Advice, PageProblem, Planner, PlanOptions
from yobal.core import page_address
from yobal.core.errors import InvalidInput
from yobal.core.export_rows import ExportedStory
from yobal.core.import_rows import ImportedStory, ImportedThread, StoryPlace
from yobal.core.site_rules import SiteRules
from yobal.core.thread import Edition, EditorTexts
from yobal.core.web_url import is_web_url, join
from yobal.store.database import Database

_NOT_DECLARED: Final = "its story is not declared: "
_ADVICE: Final = Advice(
    other_id="declare it first, with `yobal story sync` or `yobal story add`, and import again",
    other_address="if it is another story, declare it first with `yobal story add` and another id; if it is"
    " the same, let `yobal story add` give it this address until the import is done; then import again",
)


class ImportStories:
    """The declared stories, by everything that a file may call them."""

    def __init__(
        self,
        declared: Mapping[tuple[str, str], Edition],
        *,
        edition: str = "",
        base_url: str = "",
        declare_in: tuple[Database, SiteRules] | None = None,
    ) -> None:
        """`edition` is that of stories to declare; empty: none are. `declare_in` is None in a dry run."""
        self.new_stories = 0
        self._planner = Planner(declared, PlanOptions(edition=edition, advice=_ADVICE))
        self._edition, self._base_url, self._declare_in = edition, base_url, declare_in
        self._by_url: dict[str, StoryPlace] = {}
        self._by_path: dict[str, set[StoryPlace]] = {}
        self._by_id: dict[str, StoryPlace] = {}
        self._new: list[Declaration] = []
        self._new_exported: list[ExportedStory] = []
        self._declared = {StoryPlace(story_id, tag) for story_id, tag in declared}
        self._declared_ids = {story_id for story_id, _ in declared}
        for (story_id, tag), item in declared.items():
            self._know(StoryPlace(story_id, tag), item.url)

    def find(self, thread: ImportedThread) -> StoryPlace | str:
        """Or why there is none. An address first, then an id that the file names."""
        url = join(self._base_url, thread.url) if self._base_url else thread.url
        story_place = self._find_by_url(url) or self._by_id.get(thread.story_id)
        if story_place is not None:
            return story_place
        if not self._edition or not url:
            return _NOT_DECLARED + (url or thread.key)
        return self._plan(thread, url)

    def take(self, row: ImportedStory) -> dict[str, StoryPlace | str]:
        """The editions of a story that Yobal has exported, by tag, or why they cannot be declared."""
        story = row.story
        tags = [edition.tag for edition in story.editions]
        if story.story_id not in self._declared_ids:
            problem = _problem(story)
            if problem is not None:
                return dict.fromkeys(tags, f"its story cannot be declared: {problem}")
            self._new_exported.append(story)
            self.new_stories += 1
            self._declared_ids.add(story.story_id)
            self._declared |= {StoryPlace(story.story_id, tag) for tag in tags}
        return {
            tag: StoryPlace(story.story_id, tag, story.next_position)
            if StoryPlace(story.story_id, tag) in self._declared
            else f"its story has no edition {tag} here"
            for tag in tags
        }

    def declare_new(self) -> None:
        new, self._new = self._new, []
        new_exported, self._new_exported = self._new_exported, []
        if new and self._declare_in is not None:
            declare_story.add_many(*self._declare_in, new)
        if new_exported and self._declare_in is not None:
            declare_story.add_exported(*self._declare_in, new_exported)

    def _find_by_url(self, url: str) -> StoryPlace | None:
        if not url:
            return None
        if "://" not in url:
            places = self._by_path.get(page_address.without_query(_path(url)), set())
            return next(iter(places)) if len(places) == 1 else None
        comparable = page_address.comparable(url)
        story_place = self._by_url.get(comparable)
        plain = page_address.without_query(comparable)
        # The front page with a query, such as WordPress's `/?p=12`, is not the front page.
        if story_place is None and "/" in plain:
            story_place = self._by_url.get(plain)
        return story_place

    def _plan(self, thread: ImportedThread, url: str) -> StoryPlace | str:
        if not is_web_url(url):
            return f"its story cannot be declared: {url} is not an address with https:// or http://"
        page = FeedPage(
            number=thread.line,
            url=page_address.canonical(url),
            title=thread.title,
            lang=self._edition,
        )
        for planned in self._planner.plan(page):
            if isinstance(planned, PageProblem):
                return f"its story cannot be declared: {planned.reason}"
            self._new.append(planned.declaration)
            self.new_stories += planned.is_new_story
            story_place = StoryPlace(planned.declaration.story_id, planned.declaration.edition.tag)
            self._know(story_place, url)
            return story_place
        return _NOT_DECLARED + url

    def _know(self, story_place: StoryPlace, url: str) -> None:
        comparable = page_address.comparable(url)
        self._by_url.setdefault(comparable, story_place)
        path = page_address.without_query(comparable).partition("/")[2]
        self._by_path.setdefault(path, set()).add(story_place)
        if story_place.edition == self._edition:
            self._by_id[story_place.story_id] = story_place
        else:
            self._by_id.setdefault(story_place.story_id, story_place)


def _path(url: str) -> str:
    """The path of an address that is only a path, as comparable addresses have it."""
    return url.partition("#")[0].strip("/")


def _problem(story: ExportedStory) -> str | None:
    if not story.editions:
        return "it has no edition"
    try:
        for item in story.editions:
            declare_story.check(
                story.story_id, Edition(tag=item.tag, title=item.title, url=item.url)
            )
            change_story.check_editor_texts(
                EditorTexts(question=item.question, pinned_note=item.pinned_note)
            )
    except InvalidInput as error:
        return str(error)
    return None
