"""What the doctor says of one thing."""

from typing import Literal

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """One thing looked at, and where it is not well what to do.

    `LOOK` is what cannot be decided from here: it breaks no promise that we can see.
    """

    what: str
    verdict: Literal["well", "LOOK", "MEND"]
    advice: str = ""

    @property
    def is_well(self) -> bool:
        return self.verdict != "MEND"

    def __str__(self) -> str:
        advice = f": {self.advice}" if self.advice else ""
        return f"{self.verdict}  {self.what}{advice}"


def well(what: str) -> Finding:
    return Finding(what, "well")


def look(what: str, advice: str) -> Finding:
    return Finding(what, "LOOK", advice)


def mend(what: str, advice: str) -> Finding:
    return Finding(what, "MEND", advice)


def well_if(is_well: object, what: str, advice: str) -> Finding:
    """Well, or else to mend."""
    return well(what) if is_well else mend(what, advice)
