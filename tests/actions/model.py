"""What should be so: a newsroom in sixty lines, against which the real one is held (P12).

It knows neither tables nor files, and asks nothing of the code it judges.
"""

from dataclasses import dataclass, field
from typing import Literal

from tests.room import SLOT, START

NONE_YET = -1


@dataclass
class Imagined:
    """One comment as it should be."""

    words: str
    sent_at: float
    state: str = "pending"
    final: int = NONE_YET  # the slot that makes the decision known
    due: int = NONE_YET
    shown: str = ""  # the words that are public once it is published
    codes: list[str] = field(default_factory=list)
    standing: str | None = None  # the decision in force

    @property
    def has_original(self) -> bool:
        """Whether the sealed words are still kept (within the days of appeals)."""
        is_edited = self.shown not in ("", self.words)
        return self.state in ("pending", "held", "rejected") or (
            self.state in ("published", "removed") and is_edited
        )


class Model:
    """Every comment, the clock, and the wishes that wait."""

    def __init__(self) -> None:
        self.comments: dict[str, Imagined] = {}
        self.now = START
        self.released = self.latest
        self.wishes: list[tuple[str, Literal["now", "next"]]] = []

    @property
    def latest(self) -> int:
        return int(self.now // SLOT * SLOT)

    def accept(self, comment: str, words: str, *, slots: int, decision: str) -> None:
        one = self.comments[comment]
        one.state, one.shown, one.standing = "held", words, decision
        one.final, one.due = self.latest + SLOT, self.latest + slots * SLOT

    def reject(self, comment: str, *, decision: str) -> None:
        one = self.comments[comment]
        one.state, one.final, one.standing = "rejected", self.latest + SLOT, decision

    def can_undo(self, comment: str, decision: str) -> bool:
        one = self.comments[comment]
        is_open = one.state == "held" or (one.state == "rejected" and one.final > self.released)
        return one.standing == decision and is_open

    def undo(self, comment: str) -> None:
        one = self.comments[comment]
        one.state, one.final, one.due, one.standing = "pending", NONE_YET, NONE_YET, None
        one.shown = ""

    def tend(self) -> None:
        is_due = self.released < self.latest
        self.wishes = [wish for wish in self.wishes if not self._granted(*wish, is_due=is_due)]
        if is_due:
            for one in self.comments.values():
                if one.state == "held" and one.due <= self.latest:
                    one.state = "published"
            self.released = self.latest

    def _granted(self, comment: str, when: str, *, is_due: bool) -> bool:
        """Whether the wish is done with."""
        one = self.comments[comment]
        if one.state == "published" and when == "next" and not is_due:
            return False
        is_unknown = one.state == "rejected" and one.final > self.released
        if one.state in ("pending", "held", "published") or is_unknown:
            one.state, one.codes = "withdrawn", []
        return True

    def told(self, comment: str) -> str:
        """What a receipt says."""
        one = self.comments[comment]
        if one.state in ("held", "rejected") and one.final > self.released:
            return "waiting"
        return {"pending": "waiting", "held": "accepted"}.get(one.state, one.state)
