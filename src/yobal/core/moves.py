"""Where comments were signed that the technician has moved since: a story got another id, or an edition went.

A member's signature names the story and the edition that a comment was sent to.
"""

from collections.abc import Iterator, Sequence

import msgspec


class Move(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`edition` and `to_edition` are null if each comment kept its edition."""

    story_id: str
    to_story_id: str
    edition: str | None = None
    to_edition: str | None = None


def origins(moves: Sequence[Move], story_id: str, edition: str) -> Iterator[tuple[str, str]]:
    """Every story and edition from which a comment can have come here, this place first."""
    places = [(story_id, edition)]
    for move in reversed(moves):
        places += [
            (move.story_id, move.edition or place_edition)
            for place_story, place_edition in places
            if move.to_story_id == place_story and move.to_edition in (None, place_edition)
        ]
    yield from dict.fromkeys(places)
