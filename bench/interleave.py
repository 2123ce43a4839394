"""Interleave measurements (A B A B), so that noise affects everything that is compared alike."""

from collections.abc import Callable, Mapping
from statistics import median
from typing import Final

import msgspec

ROUNDS: Final = 5


class Pace(msgspec.Struct, frozen=True, kw_only=True):
    """How much is measured; `SHORT` only checks that everything runs."""

    rounds: int = ROUNDS
    seconds: float = 4.0  # of load in each round
    submissions: int = 20_000
    comments: int = 100_000


SHORT: Final = Pace(seconds=1.0, submissions=2_000, comments=10_000)


def interleave(rounds: int, *measures: Callable[[], float]) -> list[list[float]]:
    """The figures of each measure, one for each round."""
    figures: list[list[float]] = [[] for _ in measures]
    for _ in range(rounds):
        for measure, values in zip(measures, figures, strict=True):
            values.append(measure())
    return figures


def ratio(ours: list[float], theirs: list[float]) -> float:
    """The median of the ratios within each round, so that only neighbouring figures are compared."""
    return median(our / their for our, their in zip(ours, theirs, strict=True))


def medians(figures: Mapping[str, list[float]], unit: str) -> str:
    """The medians as text, for the note below the table."""
    return ", ".join(f"{name} {median(values):,.4g} {unit}" for name, values in figures.items())
