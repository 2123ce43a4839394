"""The terms: clauses that decisions refer to, with a version.

Titles and sentences are message ids; the catalogues in `locales/` have the translations.
"""

from typing import Final, Literal

import msgspec

TERMS_VERSION: Final = 1
NOTE_GRAPHEMES_MAX: Final = 300

EditKind = Literal["masked", "shortened", "reworded"]
EDIT_KINDS: Final[tuple[EditKind, ...]] = ("masked", "shortened", "reworded")


class Clause(msgspec.Struct, frozen=True):
    """A clause: the key that is stored, and what people read."""

    key: str
    title: str
    sentence: str


CLAUSES: Final = (
    Clause(
        "respect",
        "Respect",
        "Respect other people's views. No insults, and no contempt for whole groups of people.",
    ),
    Clause("facts", "Facts", "Stick to the facts. Do not invent claims about people or events."),
    Clause(
        "personal-data",
        "Personal data",
        "No phone numbers, addresses or names that could put anyone in danger, including yourself.",
    ),
    Clause("threats", "Threats and incitement", "No threats, and no calls for violence."),
    Clause("spam", "Spam", "No advertising, and no repeated posting of the same text."),
    Clause("off-topic", "Off topic", "Write about the story that you are commenting on."),
    Clause("unlawful", "Unlawful", "Nothing that the law forbids the newsroom to publish."),
    Clause("language", "Language", "Write in a language that our moderators can read."),
)
CLAUSE_KEYS: Final = frozenset(clause.key for clause in CLAUSES)
