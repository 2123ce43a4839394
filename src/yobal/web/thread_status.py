"""What the intake must know before it accepts a comment, read through its views and cached for a second."""

import asyncio
import time
from collections.abc import Callable
from typing import Final

import msgspec

from yobal.actions.roster_reader import RosterReader
from yobal.core import admission, ids
from yobal.core.admission import Admission
from yobal.core.envelope import Sealer
from yobal.core.errors import NoSuchStory, RosterInvalid
from yobal.core.roster import Epoch
from yobal.core.schedule import Round, Slot, day_of
from yobal.core.site_rules import SiteRules
from yobal.core.thread import Edition, FormState, PublishedComment, ThreadRef, form_state
from yobal.store import intake
from yobal.store.database import Connection, Database
from yobal.store.inbox import Inbox
from yobal.store.intake import IntakeSite, IntakeStory

CACHE_SECONDS: Final = 1.0
CACHED_STORIES_MAX: Final = 10_000


class SealingKey(msgspec.Struct, frozen=True):
    """Seals to the newest epoch."""

    epoch_id: str
    sealer: Sealer


class RosterRefusal(msgspec.Struct, frozen=True):
    """What RosterInvalid says, without the exception: raised again and again, one would keep the frames of
    requests in its traceback, and with them what readers have written.
    """

    rule: str
    number: int

    def as_error(self) -> RosterInvalid:
        """A new one for each request."""
        return RosterInvalid(self.rule, self.number)


class SiteStatus(msgspec.Struct, frozen=True, kw_only=True):
    sealing_key: SealingKey | None  # None until the first lead has made the keys
    roster_refusal: RosterRefusal | None  # then nothing can be sealed
    languages: frozenset[str]  # those that a comment's row may name in clear
    loaded_at: float


class StoryStatus(msgspec.Struct, kw_only=True):
    is_open: bool
    closes_slot: Slot | None
    editions: tuple[Edition, ...]
    admission: Admission
    site_admission: Admission
    loaded_at: float

    def count_new_comment(self) -> None:
        """A new comment counts at once, not only when the cache expires."""
        self.admission.arrival_count += 1
        self.site_admission.arrival_count += 1


class ThreadStatus(msgspec.Struct, frozen=True):
    site: SiteStatus
    story: StoryStatus

    @property
    def form(self) -> FormState:
        has_epoch = self.site.sealing_key is not None or self.site.roster_refusal is not None
        return form_state(has_epoch=has_epoch, is_open=self.story.is_open)

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
            closes_slot=self.story.closes_slot,
        )


class _Rows(msgspec.Struct, frozen=True):
    site: IntakeSite
    story: IntakeStory
    editions: tuple[Edition, ...]
    languages: frozenset[str]
    epoch: Epoch | None
    roster_refusal: RosterRefusal | None


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
        roster_reader: RosterReader,
        *,
        is_disk_low: Callable[[], bool] = lambda: False,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._inbox = inbox
        self._rules = rules
        self._roster_reader = roster_reader
        self._is_disk_low = is_disk_low
        self._low_disk_slot: Slot | None = None
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
        now = self._clock()
        if not ids.is_story_id(story_id):
            raise NoSuchStory(story_id)
        rows, inbox_counts = self._read(story_id), self._inbox.count_comments()
        while self._last_round() != rows.site.last_round:  # a round has emptied the inbox
            rows, inbox_counts = self._read(story_id), self._inbox.count_comments()
        self._site = SiteStatus(
            sealing_key=self._sealing_key(rows.epoch),
            roster_refusal=rows.roster_refusal,
            languages=rows.languages,
            loaded_at=now,
        )
        if len(self._stories) >= CACHED_STORIES_MAX:
            self._stories.clear()
        self._stories[story_id] = StoryStatus(
            is_open=rows.story.is_open,
            closes_slot=rows.story.closes_slot,
            editions=rows.editions,
            admission=self._admission(rows, story_id, inbox_counts),
            site_admission=self._site_admission(rows.site, inbox_counts),
            loaded_at=now,
        )
        return ThreadStatus(self._site, self._stories[story_id])

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

    def _read(self, story_id: str) -> _Rows:
        """Raises NoSuchStory."""
        site_id = self._rules.site_id
        with self._database.reading() as conn:
            site = intake.get_site(conn)
            story = intake.get_story(conn, site_id, story_id)
            editions = tuple(intake.editions(conn, site_id, story_id))
            languages = intake.languages(conn, site_id)
            epoch, roster_refusal = self._newest_epoch(conn)
        if site is None or story is None or not editions:
            self._stories.pop(story_id, None)
            raise NoSuchStory(story_id)
        return _Rows(site, story, editions, languages, epoch, roster_refusal)

    def _last_round(self) -> Round | None:
        with self._database.reading() as conn:
            site = intake.get_site(conn)
        return site.last_round if site is not None else None

    def _admission(self, rows: _Rows, story_id: str, inbox_counts: dict[str, int]) -> Admission:
        return Admission(
            is_full=rows.story.is_full,
            arrival_count=rows.story.arrivals_since_slot + inbox_counts.get(story_id, 0),
            arrivals_max=admission.arrivals_max(
                rows.site.admission_seed, story_id, pending_max=self._rules.max_pending_per_story
            ),
        )

    def _site_admission(self, site: IntakeSite, inbox_counts: dict[str, int]) -> Admission:
        return Admission(
            is_full=site.is_full or self._was_disk_low(site.released_slot),
            arrival_count=site.arrivals_since_slot + sum(inbox_counts.values()),
            arrivals_max=admission.arrivals_max(
                site.admission_seed, admission.SITE, pending_max=self._rules.max_pending_per_site
            ),
        )

    def _was_disk_low(self, released_slot: Slot) -> bool:
        """At any time since the last release: what others wrote or deleted must not show before the next."""
        if self._is_disk_low():
            self._low_disk_slot = released_slot
        return self._low_disk_slot == released_slot

    def _cached(self, story_id: str) -> ThreadStatus | None:
        site, story = self._site, self._stories.get(story_id)
        if site is None or story is None:
            return None
        loaded_at = min(site.loaded_at, story.loaded_at)
        return ThreadStatus(site, story) if self._clock() - loaded_at < CACHE_SECONDS else None

    def _newest_epoch(self, conn: Connection) -> tuple[Epoch | None, RosterRefusal | None]:
        """The recipient of comments comes only from a verified statement."""
        try:
            return self._roster_reader.sealing_epoch(conn), None
        except RosterInvalid as error:
            return None, RosterRefusal(error.rule, error.number)

    def _sealing_key(self, epoch: Epoch | None) -> SealingKey | None:
        """The one in use if the epoch is the same: parsing a recipient takes time."""
        if epoch is None:
            return None
        current = self._site.sealing_key if self._site is not None else None
        if current is not None and current.epoch_id == epoch.epoch_id:
            return current
        return SealingKey(epoch.epoch_id, Sealer(epoch.recipient))
