"""Sentences that the desk offers for a note to an author, for each clause and language.

They quote nothing and name no person: an author's phone may be taken. The catalogues in `locales/` have the translations.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import msgspec

from yobal.core import language_tag
from yobal.core import text as texts
from yobal.core.terms import CLAUSE_KEYS, NOTE_GRAPHEMES_MAX

SENTENCES_MAX: Final = 6  # of one clause in one language: a moderator reads all of them at a glance
BUILT_IN: Final[Mapping[str, tuple[str, ...]]] = {
    "respect": (
        "Please say it again without the insult.",
        "Please write about what was done, not against a whole group of people.",
    ),
    "facts": (
        "We could not confirm this. Please tell us where it can be read.",
        "Please say what you saw yourself, and what you heard from others.",
    ),
    "personal-data": (
        "Please write it again without names, numbers and addresses. They can put people in danger, and you too.",
    ),
    "threats": ("Please say what should change, without a threat.",),
    "spam": (
        "Please do not advertise here.",
        "We already have this text. Please send it only once.",
    ),
    "off-topic": ("Please write about this story. Your comment may fit under another one.",),
    "unlawful": ("The law does not allow us to publish this. Please write it in another way.",),
    "language": (
        "Please write in one of the languages of our pages, so that a moderator can read it.",
    ),
}


class PresetNotes(msgspec.Struct, frozen=True):
    """The sentences for one clause in one language. The newsroom may have none there."""

    clause: str
    lang: str
    sentences: tuple[str, ...]


def replaced(built_in: Iterable[PresetNotes], own: Iterable[PresetNotes]) -> list[PresetNotes]:
    """Yobal's sentences, replaced by the newsroom's own for each clause and language that it lists."""
    notes = {(item.clause, item.lang): item for item in (*built_in, *own)}
    return [item for item in notes.values() if item.sentences]


def problems(notes: PresetNotes) -> Iterator[str]:
    """What is wrong with the newsroom's own, a sentence each."""
    where = f"[{notes.clause}] {notes.lang}"
    if notes.clause not in CLAUSE_KEYS:
        yield f"[{notes.clause}] is not a clause: use {', '.join(sorted(CLAUSE_KEYS))}"
    if not language_tag.is_known(notes.lang):
        yield f'{where}: the name of a language is a tag, for example "km"'
    if len(notes.sentences) > SENTENCES_MAX:
        yield f"{where}: at most {SENTENCES_MAX} sentences"
    for sentence in notes.sentences:
        if texts.line_problem(sentence):
            yield f"{where}: a sentence is one line of plain text, not {sentence!r}"
        elif texts.excess_length(sentence, NOTE_GRAPHEMES_MAX):
            yield f"{where}: a sentence has at most {NOTE_GRAPHEMES_MAX} characters: {sentence!r}"
