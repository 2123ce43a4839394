"""What the intake must know before it accepts a comment, read through its views and cached for a second."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

import msgspec

from yobal.core import ids
from yobal.core.envelope import Sealer
from yobal.core.errors import NoSuchStory
from yobal.core.schedule import day_of
from yobal.core.site_rules import SiteRules
from yobal.core.thread import Edition, FormState, PublishedComment, ThreadRef, form_state
from yobal.store import intake
from yobal.store.database import Database
from yobal.store.inbox import Inbox

CACHE_SECONDS: Final = 1.0
CACHED_STORIES_MAX: Final = 10_000


class SealingKey(msgspec.Struct, frozen=True):
    """Seals to the newest epoch."""

    epoch_id: str
    sealer: Sealer


class SiteStatus(msgspec.Struct, frozen=True, kw_only=True):
    sealing_key: SealingKey | None  # None until the first lead has made the keys
    languages: frozenset[str]  # those that a comment's row may name in clear
    loaded_at: float


class StoryStatus(msgspec.Struct, kw_only=True):
    is_open: bool
    editions: tuple[Edition, ...]
    story_pending_count: int
    site_pending_count: int
    loaded_at: float

    def count_new_comment(self) -> None:
        """A new comment counts at once, not only when the cache expires."""
        self.story_pending_count += 1
        self.site_pending_count += 1


class ThreadStatus(msgspec.Struct, frozen=True):
    site: SiteStatus
    story: StoryStatus

    @property
    def form(self) -> FormState:
        return form_state(has_epoch=self.site.sealing_key is not None, is_open=self.story.is_open)

    def thread_ref(self, site_id: str, story_id: str, edition: str) -> ThreadRef:
        """Raises NoSuchStory if the story has no such edition."""
        editions = {item.tag: item for item in self.story.editions}
        current = editions.pop(edition, None)
        if current is None:
            raise NoSuchStory(story_id)
        return ThreadRef(
            site_id=site_id,
            story_id=story_id,
            edition=current,
            other_editions=tuple(editions.values()),
            form=self.form,
        )


class Parent(msgspec.Struct, frozen=True):
    """The published comment that a form replies to, and the top-level comment of both."""

    root_id: str
    comment: PublishedComment


class ThreadStatusCache:
    """For one event loop and its threads. An entry is at most a second old."""

    def __init__(
        self,
        database: Database,
        inbox: Inbox,
        rules: SiteRules,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._inbox = inbox
        self._rules = rules
        self._clock = clock
        self._site: SiteStatus | None = None
        self._stories: dict[str, StoryStatus] = {}
        self._loading: dict[str, asyncio.Future[ThreadStatus]] = {}

    async def get(self, story_id: str) -> ThreadStatus:
        """Requests that come while it is loaded share one query. Raises NoSuchStory."""
        cached = self._cached(story_id)
        if cached is not None:
            return cached
        loading = self._loading.get(story_id)
        if loading is None:
            loading = asyncio.ensure_future(asyncio.to_thread(self.load, story_id))
            self._loading[story_id] = loading
            loading.add_done_callback(lambda _: self._loading.pop(story_id, None))
        return await asyncio.shield(loading)  # a cancelled request must not cancel the others'

    def load(self, story_id: str) -> ThreadStatus:
        """From the database, whatever is cached. Raises NoSuchStory."""
        now, site_id = self._clock(), self._rules.site_id
        if not ids.is_story_id(story_id):
            raise NoSuchStory(story_id)
        inbox_counts = self._inbox.count_comments()
        with self._database.reading() as conn:
            site_row = intake.get_site(conn)
            row = intake.get_story(conn, site_id, story_id)
            editions = tuple(intake.editions(conn, site_id, story_id))
            languages = intake.languages(conn, site_id)
        if row is None or site_row is None or not editions:
            self._stories.pop(story_id, None)
            raise NoSuchStory(story_id)
        story = StoryStatus(
            is_open=bool(row.is_open),
            editions=editions,
            story_pending_count=row.story_pending_count + inbox_counts.get(story_id, 0),
            site_pending_count=row.site_pending_count + sum(inbox_counts.values()),
            loaded_at=now,
        )
        sealing_key = self._sealing_key(site_row.epoch_id, site_row.recipient)
        self._site = SiteStatus(sealing_key=sealing_key, languages=languages, loaded_at=now)
        if len(self._stories) >= CACHED_STORIES_MAX:
            self._stories.clear()
        self._stories[story_id] = story
        return ThreadStatus(self._site, story)

    def parent(self, story_id: str, comment_id: str) -> Parent | None:
        """None if there is no such published comment in this story."""
        if not ids.is_id(comment_id):
            return None
        with self._database.reading() as conn:
            row = intake.get_published(conn, self._rules.site_id, story_id, comment_id)
        if row is None:
            return None
        day = day_of(self._rules.schedule, row.slot).isoformat()
        comment = PublishedComment(
            id=row.id,
            name=row.name,
            text=row.text,
            lang=row.lang,
            edition=row.edition,
            day=day,
            edit_kind=row.edit_kind,
            edited_clause=row.edited_clause,
        )
        return Parent(row.root_id or row.id, comment)

    def _cached(self, story_id: str) -> ThreadStatus | None:
        site, story = self._site, self._stories.get(story_id)
        if site is None or story is None:
            return None
        loaded_at = min(site.loaded_at, story.loaded_at)
        return ThreadStatus(site, story) if self._clock() - loaded_at < CACHE_SECONDS else None

    def _sealing_key(self, epoch_id: str | None, recipient: str | None) -> SealingKey | None:
        """The one in use if the epoch is the same: parsing a recipient takes time."""
        if epoch_id is None or recipient is None:
            return None
        current = self._site.sealing_key if self._site is not None else None
        if current is not None and current.epoch_id == epoch_id:
            return current
        return SealingKey(epoch_id, Sealer(recipient))
