"""Rounds: everything compared is measured in turns, A B A B, so that noise falls on both alike."""

from collections.abc import Callable, Mapping
from statistics import median
from typing import Final

import msgspec

ROUNDS: Final = 5


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How much is measured: `--short` looks whether everything runs, not how fast."""

    rounds: int = ROUNDS
    seconds: float = 4.0  # of load in each round
    submissions: int = 20_000
    comments: int = 100_000


SHORT: Final = Pace(seconds=1.0, submissions=2_000, comments=10_000)


def in_turns(rounds: int, *measures: Callable[[], float]) -> list[list[float]]:
    """For each measure its figures, one a round."""
    figures: list[list[float]] = [[] for _ in measures]
    for _ in range(rounds):
        for measure, found in zip(measures, figures, strict=True):
            found.append(measure())
    return figures


def ratio(ours: list[float], theirs: list[float]) -> float:
    """The median of the ratios of each round: what was measured side by side stays together."""
    return median(one / other for one, other in zip(ours, theirs, strict=True))


def spread(figures: Mapping[str, list[float]], unit: str) -> str:
    """Medians in words, for the note below the table."""
    return ", ".join(f"{name} {median(found):,.4g} {unit}" for name, found in figures.items())
