"""What one language version of the story is made of. Only types."""

from typing import Final

import msgspec

STORY: Final = "ferry-workers"


class Credit(msgspec.Struct, frozen=True):
    """Who did what for this edition: `Translated by`, `S. Chan`."""

    role: str
    speaker: str


class Section(msgspec.Struct, frozen=True):
    """Paragraphs, under a sub-heading where there is one."""

    heading: str
    paragraphs: tuple[str, ...]


class EditionText(msgspec.Struct, frozen=True, kw_only=True):
    """What the page says around the story."""

    skip: str
    editions: str
    share: str
    share_whatsapp: str
    share_email: str
    share_signal: str  # what to do: Signal has no address for sharing
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
        """Where the demonstration serves this edition."""
        return f"/{self.tag}/{STORY}"


def paragraphs(text: str) -> tuple[str, ...]:
    """Paragraphs written with a blank line between them; a line end inside one is a space."""
    return tuple(" ".join(one.split()) for one in text.strip().split("\n\n"))
