"""The default terms: clauses that every decision cites, as data with a version.

Titles and sentences are message ids: the catalogues in `locales/` carry their translations.
"""

from typing import Final, Literal

import msgspec

TERMS_VERSION: Final = 1
NOTE_GRAPHEMES_MAX: Final = 300

EditKind = Literal["masked", "shortened", "reworded"]
EDIT_KINDS: Final[tuple[EditKind, ...]] = ("masked", "shortened", "reworded")


class Clause(msgspec.Struct, frozen=True):
    """One clause of the terms: a key that the store keeps, and what people read."""

    key: str
    title: str
    sentence: str


CLAUSES: Final = (
    Clause(
        "respect",
        "Respect",
        "Respect others' point of view. No insults, no contempt for whole groups of people.",
    ),
    Clause(
        "facts", "Facts", "Stick to the facts. Claims about people or events must not be made up."
    ),
    Clause(
        "personal-data",
        "Personal data",
        "No telephone numbers, addresses or names that could put someone in danger, yourself included.",
    ),
    Clause("threats", "Threats and incitement", "No threats, and no calls to violence."),
    Clause("spam", "Spam", "No advertising, and not the same text many times."),
    Clause("off-topic", "Off topic", "Write about the story above."),
    Clause("unlawful", "Unlawful", "Nothing that the newsroom may not publish by law."),
    Clause("language", "Language", "Write in a language that our moderators can read."),
)
CLAUSE_KEYS: Final = frozenset(clause.key for clause in CLAUSES)
