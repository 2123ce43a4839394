"""One row of the table: a figure, its limit, and whether the figure meets it."""

from collections.abc import Iterable, Sequence
from typing import Final, Literal

import msgspec

Sense = Literal["at least", "at most"]
_SIGNS: Final = {"at least": "≥", "at most": "≤"}
_HEAD: Final = ("measurement", "figure", "limit", "")


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """`figure` is None where nothing could be measured; `note` then says why, and what to install."""

    name: str
    figure: float | None
    sense: Sense
    limit: float
    unit: str = "×"
    note: str = ""

    @property
    def is_met(self) -> bool:
        if self.figure is None:
            return False
        return self.figure >= self.limit if self.sense == "at least" else self.figure <= self.limit

    @property
    def verdict(self) -> str:
        if self.figure is None:
            return "skipped"
        return "met" if self.is_met else "missed"


def table(rows: Iterable[Row]) -> str:
    """The table as text, followed by the notes of its rows."""
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
    return (row.name, figure, f"{_SIGNS[row.sense]} {row.limit:g} {row.unit}", row.verdict)
