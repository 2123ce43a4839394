"""What intake must know before it takes a comment, read through the views and kept for a second."""

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
from yobal.core.thread import Edition, FormState, PublishedComment, ThreadRef
from yobal.store import intake
from yobal.store.database import Database

CACHE_SECONDS: Final = 1.0
CACHED_STORIES_MAX: Final = 10_000


class SealingKey(msgspec.Struct, frozen=True):
    """The newest epoch, and what seals to it."""

    epoch_id: str
    sealer: Sealer


class SiteStatus(msgspec.Struct, frozen=True, kw_only=True):
    """Where to seal to (None until a first lead has made the keys); languages named in clear."""

    sealing_key: SealingKey | None
    languages: frozenset[str]


class StoryStatus(msgspec.Struct, kw_only=True):
    """One story: open or not, its editions, and how full the desk is."""

    is_open: bool
    editions: tuple[Edition, ...]
    pending_story: int
    pending_site: int
    read_at: float


Known = tuple[SiteStatus, StoryStatus]


class ThreadStatusCache:
    """Reads again what is older than a second. Used from one event loop and its threads."""

    def __init__(
        self, database: Database, rules: SiteRules, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._database = database
        self._rules = rules
        self._clock = clock
        self._site: tuple[float, SiteStatus] | None = None
        self._stories: dict[str, StoryStatus] = {}
        self._readings: dict[str, asyncio.Future[Known]] = {}

    async def get(self, story_id: str) -> Known:
        """Both, read once for all who ask while it is being read. Raises NoSuchStory."""
        known = self._cached(story_id)
        if known is not None:
            return known
        reading = self._readings.get(story_id)
        if reading is None:
            reading = asyncio.ensure_future(asyncio.to_thread(self.read, story_id))
            self._readings[story_id] = reading
            reading.add_done_callback(lambda _: self._readings.pop(story_id, None))
        return await asyncio.shield(reading)  # who goes away does not take it from the others

    def _cached(self, story_id: str) -> Known | None:
        """Both, if they are fresh enough to go without the database."""
        now = self._clock()
        known = self._stories.get(story_id)
        if known is None or self._site is None:
            return None
        is_fresh = now - known.read_at < CACHE_SECONDS and now - self._site[0] < CACHE_SECONDS
        return (self._site[1], known) if is_fresh else None

    def read(self, story_id: str) -> Known:
        """Both, from the database. Raises NoSuchStory."""
        now, site_id = self._clock(), self._rules.site_id
        if not ids.is_story_key(story_id):
            raise NoSuchStory(story_id)
        with self._database.reading() as conn:
            site_row = intake.get_site(conn)
            row = intake.get_story(conn, site_id, story_id)
            editions = tuple(intake.editions(conn, site_id, story_id))
            languages = intake.languages(conn, site_id)
        if row is None or site_row is None or not editions:
            self._stories.pop(story_id, None)
            raise NoSuchStory(story_id)
        story_status = StoryStatus(
            is_open=bool(row.is_open),
            editions=editions,
            pending_story=row.pending_story,
            pending_site=row.pending_site,
            read_at=now,
        )
        self._site = (now, self._site_status(site_row.epoch_id, site_row.recipient, languages))
        if len(self._stories) >= CACHED_STORIES_MAX:
            self._stories.clear()
        self._stories[story_id] = story_status
        return self._site[1], story_status

    def parent_comment(self, story_id: str, comment_id: str) -> tuple[str, PublishedComment] | None:
        """A published comment that may be answered, with the id it stands under; None where gone."""
        if not ids.is_id(comment_id):
            return None
        with self._database.reading() as conn:
            row = intake.get_published(conn, self._rules.site_id, story_id, comment_id)
        if row is None:
            return None
        day = day_of(self._rules.schedule, row.slot).isoformat()
        shown = PublishedComment(
            id=row.id, name=row.name, text=row.text, lang=row.lang, edition=row.edition, day=day
        )
        return row.root_id or row.id, shown

    def _site_status(
        self, epoch_id: str | None, recipient: str | None, languages: frozenset[str]
    ) -> SiteStatus:
        before = self._site[1] if self._site is not None else None
        known = before.sealing_key if before is not None else None
        if epoch_id is None or recipient is None:
            known = None
        elif known is None or known.epoch_id != epoch_id:
            known = SealingKey(epoch_id, Sealer(recipient))
        return SiteStatus(sealing_key=known, languages=languages)


def form_state(site_status: SiteStatus, story_status: StoryStatus) -> FormState:
    if site_status.sealing_key is None:
        return "not_open_yet"
    return "open" if story_status.is_open else "closed"


def thread_ref(
    rules: SiteRules,
    story_id: str,
    edition: str,
    site_status: SiteStatus,
    story_status: StoryStatus,
) -> ThreadRef:
    """The place of an edition. Raises NoSuchStory where the story has no such edition."""
    here = next((one for one in story_status.editions if one.tag == edition), None)
    if here is None:
        raise NoSuchStory(story_id)
    others = tuple(one for one in story_status.editions if one.tag != edition)
    return ThreadRef(
        site_id=rules.site_id,
        story_id=story_id,
        edition=here,
        others=others,
        form=form_state(site_status, story_status),
    )
