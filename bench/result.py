"""One row of the table: a figure, its bar, and whether it is met."""

from collections.abc import Iterable, Sequence
from typing import Final, Literal

import msgspec

Sense = Literal["at least", "at most"]
_SIGNS: Final = {"at least": "≥", "at most": "≤"}
_HEAD: Final = ("what", "figure", "bar", "")


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """`figure` None: it could not be measured, and `note` says why and what to type."""

    name: str
    figure: float | None
    sense: Sense
    bar: float
    unit: str = "×"
    note: str = ""

    @property
    def is_met(self) -> bool:
        if self.figure is None:
            return False
        return self.figure >= self.bar if self.sense == "at least" else self.figure <= self.bar

    @property
    def verdict(self) -> str:
        if self.figure is None:
            return "skipped"
        return "met" if self.is_met else "missed"


def table(rows: Iterable[Row]) -> str:
    """Name, figure, bar, verdict; below it what a figure rests on."""
    rows = list(rows)
    cells = [_HEAD, *(_cells(row) for row in rows)]
    widths = [max(len(line[at]) for line in cells) for at in range(len(_HEAD))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]
    notes = [f"{row.name}: {row.note}" for row in rows if row.note]
    return "\n".join([lines[0], *lines[1:], *(["", *notes] if notes else [])])


def _cells(row: Row) -> Sequence[str]:
    figure = "-" if row.figure is None else f"{row.figure:.3g} {row.unit}"
    return (row.name, figure, f"{_SIGNS[row.sense]} {row.bar:g} {row.unit}", row.verdict)
