"""The newsroom says when a story closes, what it asks above the form, and what it says above the thread.

The caller writes the public files.
"""

from typing import Final, Literal

import msgspec

from yobal.core import submission
from yobal.core import text as texts
from yobal.core.errors import InvalidInput
from yobal.core.schedule import Slot
from yobal.core.site_rules import SiteRules
from yobal.core.stale_files import NEWEST
from yobal.core.thread import EditorTexts
from yobal.store import stale_files, stories
from yobal.store.database import Connection, Database

QUESTION_GRAPHEMES_MAX: Final = 300
PINNED_NOTE_GRAPHEMES_MAX: Final = 2_000


class StoryChanges(msgspec.Struct, frozen=True, kw_only=True):
    """None leaves it as it is; an empty text removes it. The texts are of one edition."""

    closes: Slot | Literal["never"] | None = None
    edition: str | None = None  # may be left out if the story has one only
    question: str | None = None
    pinned_note: str | None = None

    @property
    def has_texts(self) -> bool:
        return self.question is not None or self.pinned_note is not None


def change(database: Database, rules: SiteRules, story_id: str, changes: StoryChanges) -> None:
    """Change what is given. All of it is on the newest page. Raises NoSuchStory, InvalidInput."""
    with database.writing() as conn:
        story = stories.get(conn, rules.site_id, story_id)
        if changes.closes is not None:
            if not story.is_open:
                raise InvalidInput(
                    f"{story_id} is closed: `yobal story open {story_id}` opens it again first"
                )
            slot = None if changes.closes == "never" else changes.closes
            stories.set_closes_slot(conn, rules.site_id, story_id, slot)
        if changes.has_texts:
            _set_texts(conn, rules, story_id, changes)
        stale_files.add(conn, rules.site_id, story_id, {NEWEST})


def _set_texts(conn: Connection, rules: SiteRules, story_id: str, changes: StoryChanges) -> None:
    current = stories.editor_texts_of(conn, rules.site_id, story_id)
    tag = _edition(story_id, changes.edition, list(current))
    question, pinned_note = current[tag].question, current[tag].pinned_note
    if changes.question is not None:
        question = _cleaned("question", changes.question, QUESTION_GRAPHEMES_MAX)
    if changes.pinned_note is not None:
        pinned_note = _cleaned("note", changes.pinned_note, PINNED_NOTE_GRAPHEMES_MAX)
    editor_texts = EditorTexts(question=question, pinned_note=pinned_note)
    stories.set_editor_texts(conn, rules.site_id, story_id, tag, editor_texts)


def check_editor_texts(editor_texts: EditorTexts) -> None:
    """Check the texts of an edition that is declared with them. Raises InvalidInput."""
    for name, text, graphemes_max in (
        ("question", editor_texts.question, QUESTION_GRAPHEMES_MAX),
        ("note", editor_texts.pinned_note, PINNED_NOTE_GRAPHEMES_MAX),
    ):
        if text != _cleaned(name, text, graphemes_max):
            raise InvalidInput(f"the {name} is not plain text")


def _edition(story_id: str, tag: str | None, tags: list[str]) -> str:
    """Raises InvalidInput."""
    if tag is None and len(tags) == 1:
        return tags[0]
    listed = ", ".join(tags)
    if tag is None:
        raise InvalidInput(f"{story_id} has the editions {listed}: name one with --edition")
    if tag not in tags:
        raise InvalidInput(f"{story_id} has no edition {tag}; it has {listed}")
    return tag


def _cleaned(name: str, raw: str, graphemes_max: int) -> str:
    """Cleaned as comments are. Raises InvalidInput."""
    text = texts.clean(raw)
    if texts.is_empty(text):
        return ""
    if submission.has_too_many_marks(text, graphemes_max):
        raise InvalidInput(f"the {name} has characters with too many accents or other marks")
    length = texts.excess_length(text, graphemes_max)
    if length:
        raise InvalidInput(f"the {name} has {length} characters; it may have {graphemes_max}")
    return text
