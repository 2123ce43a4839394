"""The parts of one language version of the story. Only types."""

from typing import Final

import msgspec

STORY_ID: Final = "ferry-workers"


class Credit(msgspec.Struct, frozen=True):
    """A person's part in this edition: `Translated by`, `S. Chan`."""

    role: str
    person: str


class Section(msgspec.Struct, frozen=True):
    """Paragraphs, with an optional sub-heading."""

    heading: str
    paragraphs: tuple[str, ...]


class EditionText(msgspec.Struct, frozen=True, kw_only=True):
    """The texts of the page around the story."""

    skip: str
    editions: str
    share: str
    share_whatsapp: str
    share_email: str
    share_signal: str  # instructions: Signal has no URL for sharing
    copy_link: str
    copy_how: str
    invented: str


class Edition(msgspec.Struct, frozen=True, kw_only=True):
    """One language version of the story."""

    tag: str
    label: str  # the language, in that language
    masthead: str
    section: str
    day: str
    day_iso: str
    headline: str
    standfirst: str
    picture_alt: str
    caption: str
    body: tuple[Section, ...]
    credits: tuple[Credit, ...]
    words: EditionText

    @property
    def path(self) -> str:
        """The path at which the demonstration serves this edition."""
        return f"/{self.tag}/{STORY_ID}"

    @property
    def one_line_path(self) -> str:
        """The same story, with the comments by the one line in its template."""
        return f"{self.path}/one-line"


def paragraphs(text: str) -> tuple[str, ...]:
    """Split at blank lines; a line break inside a paragraph becomes a space."""
    return tuple(" ".join(paragraph.split()) for paragraph in text.strip().split("\n\n"))
