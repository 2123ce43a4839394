"""Imports the comments of another system: one loop for every format, also for a dry run.

Parents are stored before their replies, whatever the order of the file. Each batch is one transaction, and the id of a
comment is made from its source and its id there, so the same file can be read again at any point.
"""

import hmac
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Final, Protocol

import msgspec

from yobal.core import html_text, ids, language
from yobal.core import text as texts
from yobal.core.import_rows import (
    SEALED_SLOT,
    CommentStatus,
    ImportedComment,
    ImportedRow,
    ImportedStory,
    ImportedThread,
    PlacedComment,
    StoryPlace,
    UnreadableRow,
    key_of,
)
from yobal.core.schedule import Slot
from yobal.core.site_rules import SiteRules
from yobal.core.submission import has_too_many_marks

BATCH_COMMENTS: Final = 1_000
TEXT_BYTES_MAX: Final = 64 * 1_024
PUBLISHED_NAME_GRAPHEMES_MAX: Final = 500  # of what another Yobal has published, by its own limits
MARKUP_CHARACTERS_MAX: Final = 4 * TEXT_BYTES_MAX
# Replies whose parent has not come yet. If there are more, the file is read once more for them.
WAITING_COMMENTS_MAX: Final = 20_000
WAITING_CHARACTERS_MAX: Final = 16_000_000
# If the replies that wait do not fit in memory, each time the file is read resolves at least one level of them.
PASSES_MAX: Final = 100
_NOON: Final = time(12)
_TOO_MANY_TAGS: Final = f"it has more than {html_text.TAGS_MAX:,} tags of HTML"
_TOO_LONG: Final = f"it is longer than {TEXT_BYTES_MAX // 1_024} KiB"
# Said instead of storing the comment. The report names the line, never the words.
_SKIPPED: Final[dict[CommentStatus, str]] = {
    "spam": "it was marked as spam",
    "deleted": "it was deleted",
    "not_a_comment": "it is no comment, but a pingback or a trackback",
}
ORPHAN: Final = "the comment that it replies to is missing, so it becomes a top-level comment"


class StoryFinder(Protocol):
    """Which story a page of the file is."""

    def find(self, thread: ImportedThread) -> StoryPlace | str:
        """Or why there is none."""

    def take(self, row: ImportedStory) -> dict[str, StoryPlace | str]:
        """The editions of a story that Yobal has exported, by tag, or why they cannot be declared."""

    def declare_new(self) -> None:
        """Declare those that were found missing since the last call."""


class ImportTarget(Protocol):
    """Where comments go: into the tables, or nowhere in a dry run."""

    def imported_slots(self, comment_ids: set[str]) -> dict[str, Slot]:
        """Which of these ids are there already, with the slot of comments that wait for a lead."""

    def store(self, comments: Sequence[PlacedComment]) -> dict[str, str]:
        """In one transaction. Why some cannot be stored, by their ids."""


class ImportCounts(msgspec.Struct):
    """What an import read and did."""

    read: int = 0
    public: int = 0
    sealed: int = 0
    repeated: int = 0
    orphans: int = 0
    names_dropped: int = 0
    skipped: Counter[str] = msgspec.field(default_factory=Counter)
    personal_data: Counter[str] = msgspec.field(default_factory=Counter)


class ImportContext(msgspec.Struct, frozen=True, kw_only=True):
    rules: SiteRules
    id_key: bytes
    keeps_names: bool
    keeps_ids: bool = False  # they are Yobal's own, so links to the comments go on working
    last_slot: Slot  # nothing is dated later, whatever the file says
    report: Callable[[int, str], None]  # gets a line of the file and a sentence
    show_progress: Callable[[ImportCounts], None]


class _Waiting(msgspec.Struct):
    """Replies whose parent has not come yet, as far as they fit, and the parents of all of them, by id."""

    comments: list[tuple[str, ImportedComment]]
    parents: dict[str, str]
    characters: int = 0

    def add(self, comment_id: str, parent_id: str, comment: ImportedComment) -> None:
        self.parents[comment_id] = parent_id
        self.characters += len(comment.text)
        if len(self.comments) < WAITING_COMMENTS_MAX and self.characters <= WAITING_CHARACTERS_MAX:
            self.comments.append((comment_id, comment))

    @property
    def is_complete(self) -> bool:
        return len(self.comments) == len(self.parents)


class Importer:
    """Reads one file into one target."""

    def __init__(self, target: ImportTarget, stories: StoryFinder, context: ImportContext) -> None:
        self.counts = ImportCounts()
        self._target, self._stories, self._context = target, stories, context
        self._threads: dict[str, ImportedThread] = {}
        self._places: dict[str, StoryPlace | str] = {}
        self._noons: dict[date, Slot] = {}
        self._batch: list[ImportedComment] = []
        self._waiting = _Waiting([], {})
        self._is_first_pass = True
        self._levels: dict[str, int] = {}  # of the comments that wait

    def run(self, read: Callable[[], Iterable[ImportedRow]]) -> None:
        """`read` begins at the first row; more than one pass is rare."""
        for row in read():
            self._take(row)
        self._flush()
        self._is_first_pass = False
        for number in range(1, PASSES_MAX + 1):
            waiting, self._waiting = self._waiting, _Waiting([], self._waiting.parents)
            if not waiting.parents:
                return
            # After the last time, replies without a parent become top-level comments.
            self._levels = levels_of(waiting.parents) if number < PASSES_MAX else {}
            if waiting.is_complete:
                for _, row in sorted(
                    waiting.comments, key=lambda item: self._levels.get(item[0], 0)
                ):
                    self._add(row)
            else:
                self._add_from(read())
            self._flush()

    def _add_from(self, rows: Iterable[ImportedRow]) -> None:
        """Add the replies in the file that wait."""
        for row in rows:
            if isinstance(row, ImportedComment) and self._id(row.id) in self._waiting.parents:
                self._add(row)

    def _take(self, row: ImportedRow) -> None:
        match row:
            case ImportedThread():
                self._threads[row.key] = row
            case ImportedStory():
                for tag, story_place in self._stories.take(row).items():
                    self._places[key_of(row.story.story_id, tag)] = story_place
            case UnreadableRow():
                self.counts.read += 1
                self._skip(row.line, row.reason)
            case ImportedComment():
                self.counts.read += 1
                self.counts.personal_data.update(row.personal_data)
                reason = self._problem(row)
                if reason is None:
                    self._add(row)
                else:
                    self._skip(row.line, reason)

    def _problem(self, comment: ImportedComment) -> str | None:
        """Why it is not imported, as far as it shows without its text."""
        if comment.status in _SKIPPED:
            return _SKIPPED[comment.status]
        if not comment.id:
            return "it has no id"
        if comment.written_at is None:
            return "its time cannot be read"
        if len(comment.text) > MARKUP_CHARACTERS_MAX:
            return _TOO_LONG
        if comment.markup != "text" and html_text.has_too_many_tags(comment.text):
            return _TOO_MANY_TAGS
        story_place = self._find_story(comment.thread)
        return story_place if isinstance(story_place, str) else None

    def _find_story(self, key: str) -> StoryPlace | str:
        story_place = self._places.get(key)
        if story_place is None:
            thread = self._threads.get(key)
            story_place = (
                self._stories.find(thread) if thread is not None else "its page is not in the file"
            )
            self._places[key] = story_place
        return story_place

    def _add(self, comment: ImportedComment) -> None:
        self._batch.append(comment)
        if len(self._batch) == BATCH_COMMENTS:
            self._flush()

    def _flush(self) -> None:
        """Store what can be stored of the batch."""
        batch, self._batch = self._batch, []
        keys = [
            (self._id(row.id), self._id(row.parent_id) if row.parent_id else None) for row in batch
        ]
        slots = self._target.imported_slots({key for pair in keys for key in pair if key})
        placed: list[PlacedComment] = []
        for comment, (comment_id, parent_id) in zip(batch, keys, strict=True):
            if comment_id in slots:
                self._count_repeated(comment_id)
                continue
            if (
                parent_id is not None
                and parent_id not in slots
                and self._waits(comment_id, parent_id)
            ):
                self._waiting.add(comment_id, parent_id, comment)
                continue
            self._waiting.parents.pop(comment_id, None)
            new = self._placed(comment, comment_id, parent_id, slots)
            if new is not None:
                slots[comment_id] = new.slot if new.is_public else SEALED_SLOT
                placed.append(new)
        self._store(placed)
        self._context.show_progress(self.counts)

    def _count_repeated(self, comment_id: str) -> None:
        if self._is_first_pass:
            self.counts.repeated += 1
        self._waiting.parents.pop(comment_id, None)

    def _waits(self, comment_id: str, parent_id: str) -> bool:
        """Whether the parent may still come."""
        if self._is_first_pass:
            return True
        return parent_id in self._waiting.parents and self._levels.get(comment_id, 0) > 0

    def _parent(
        self, comment: ImportedComment, parent_id: str | None, slots: dict[str, Slot]
    ) -> str | None:
        """None for a reply that becomes a top-level comment."""
        if parent_id is None:
            return None
        parent_slot = slots.get(parent_id)
        # A public reply cannot wait until a moderator has decided on its parent.
        is_hidden = comment.status == "public" and parent_slot == SEALED_SLOT
        if parent_slot is not None and not is_hidden:
            return parent_id
        self.counts.orphans += 1
        self._context.report(comment.line, ORPHAN)
        return None

    def _skip(self, line: int, reason: str) -> None:
        self.counts.skipped[reason] += 1
        self._context.report(line, reason)

    def _store(self, placed: list[PlacedComment]) -> None:
        if not placed:
            return
        self._stories.declare_new()
        refused = self._target.store(placed)
        for comment in placed:
            if comment.comment_id in refused:
                self._skip(comment.line, refused[comment.comment_id])
            elif comment.is_public:
                self.counts.public += 1
            else:
                self.counts.sealed += 1

    def _placed(
        self,
        comment: ImportedComment,
        comment_id: str,
        parent_id: str | None,
        slots: dict[str, Slot],
    ) -> PlacedComment | None:
        """None if its text has nothing to show."""
        story_place, text = self._find_story(comment.thread), _plain_text(comment)
        exported = comment.exported
        reason = _text_problem(text) if exported is None or exported.removal is None else None
        if reason is not None or isinstance(story_place, str) or comment.written_at is None:
            self._skip(comment.line, reason or "its story is not declared")
            return None
        parent_id = self._parent(comment, parent_id, slots)
        # A reply is never older than what it replies to, whatever its computer thought.
        parent_slot = slots.get(parent_id, 0) if parent_id is not None else 0
        return PlacedComment(
            comment_id=comment_id,
            parent_id=parent_id,
            story_place=story_place,
            slot=max(self._slot(comment, comment.written_at), parent_slot),
            text=text,
            name=self._name(comment.name, was_published=exported is not None),
            lang=exported.lang
            if exported is not None
            else language.detect_language(text, edition=story_place.edition),
            is_public=comment.status == "public",
            line=comment.line,
            exported=exported,
        )

    def _slot(self, comment: ImportedComment, written_at: float) -> Slot:
        """Its own, if Yobal has exported it; else noon of its day in the site's zone: nothing finer is stored."""
        if comment.exported is not None:
            return min(comment.exported.slot, self._context.last_slot)
        zone = self._context.rules.schedule.zone
        day = datetime.fromtimestamp(written_at, zone).date()
        noon = self._noons.get(day)
        if noon is None:
            noon = int(datetime.combine(day, _NOON, tzinfo=zone).timestamp())
            self._noons[day] = noon
        return min(noon, self._context.last_slot)

    def _name(self, name: str, *, was_published: bool) -> str:
        """Empty if the technician drops names; also for an e-mail address, and for what is too long."""
        cleaned = texts.clean_name(name)
        if not cleaned:
            return cleaned
        limit = self._context.rules.limits.name_graphemes_max
        # The other site may allow longer names, and an e-mail address that readers have seen is no secret.
        graphemes_max = max(limit, PUBLISHED_NAME_GRAPHEMES_MAX) if was_published else limit
        is_usable = not (
            ("@" in cleaned and not was_published)
            or texts.excess_length(cleaned, graphemes_max)
            or has_too_many_marks(cleaned, graphemes_max)
        )
        if self._context.keeps_names and is_usable:
            return cleaned
        self.counts.names_dropped += 1
        return ""

    def _id(self, source_id: str) -> str:
        """Looks random without the key, and is the same in every import of the source."""
        if self._context.keeps_ids:
            return source_id
        digest = hmac.digest(self._context.id_key, source_id.encode(), "sha256")
        return ids.encode_id(digest[: ids.ID_BYTES])


def levels_of(parents: Mapping[str, str]) -> dict[str, int]:
    """How many of these comments are above each of them. If comments reply to each other in a circle, one of them has 0."""
    levels: dict[str, int] = {}
    for start in parents:
        path: dict[str, None] = {}
        comment_id = start
        while comment_id in parents and comment_id not in levels and comment_id not in path:
            path[comment_id] = None
            comment_id = parents[comment_id]
        if comment_id in path:
            levels[comment_id] = 0
        for below in reversed(path):
            if below not in levels:
                levels[below] = levels.get(parents[below], -1) + 1
    return levels


def _plain_text(comment: ImportedComment) -> str:
    text = comment.text
    if comment.markup != "text":
        text = html_text.plain_text(text, keeps_lines=comment.markup == "html_with_lines")
    return texts.clean(text)


def _text_problem(text: str) -> str | None:
    if texts.is_empty(text):
        return "it has no text"
    if len(text.encode()) > TEXT_BYTES_MAX:
        return _TOO_LONG
    if texts.has_stacked_marks(text):
        return "its characters have more marks than any language uses"
    return None
