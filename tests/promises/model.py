"""A reference model of a newsroom, with which the real one is compared (P12).

It uses neither tables nor files, and imports nothing of the code that it checks.
"""

from dataclasses import dataclass, field
from typing import Literal

from tests.harness import SLOT, START

NONE_YET = -1
DAY = 86_400
ROUND_LEAD = 3_600  # a round comes an hour before its slot
IN_INBOX = "in the inbox"
RETENTION_DAYS, RECEIPT_DAYS, PENDING_DAYS = 14, 30, 30
PAUSE_DAYS = 2  # without a release: then nothing that waits is destroyed for another week
NOTICE_DAYS = 7  # what was decided and undone stays so long after that decision


@dataclass
class ModelComment:
    """The expected state of one comment."""

    words: str
    sent_at: float
    is_reply: bool = False
    state: str = IN_INBOX
    final: int = NONE_YET  # the slot from which the receipt shows the decision
    due: int = NONE_YET
    shown: str = ""  # the text that is public once it is published
    codes: dict[str, int] = field(default_factory=dict)  # each with the last day on which it works
    inbox_codes: dict[str, int] = field(default_factory=dict)  # the same, since the last round
    standing: str | None = None  # the id of the decision in force
    is_past_retention: bool = False
    round: int = NONE_YET  # with which it came to the desk
    last_decision: int = NONE_YET  # its slot, also if it was undone

    @property
    def has_original(self) -> bool:
        """Whether the sealed text still exists."""
        if self.is_past_retention:
            return False
        is_edited = self.shown not in ("", self.words)
        return self.state in ("pending", "held", "rejected") or (
            self.state in ("published", "removed") and is_edited
        )


Request = tuple[str, Literal["now", "next"], str]  # a comment, when it goes, and the code used


class Model:
    """Every comment, the clock, and the withdrawal requests that wait."""

    def __init__(self) -> None:
        self.comments: dict[str, ModelComment] = {}
        self.now = START
        self.released = self.latest
        self.first_expiry = 0  # a week after the last pause
        self.last_round = self.latest_round
        self.requests: list[Request] = []
        self.inbox_requests: list[Request] = []

    @property
    def latest_round(self) -> int:
        return int((self.now + ROUND_LEAD) // SLOT * SLOT) - ROUND_LEAD

    @property
    def latest(self) -> int:
        return int(self.now // SLOT * SLOT)

    def add_receipt(self, comment_id: str, code: str | None) -> None:
        """Add a receipt; it is valid for RECEIPT_DAYS after the Sunday of the next round's week."""
        if code is not None:
            day = (self.latest_round + SLOT) // DAY
            monday = day - (day + 3) % 7  # day 0 was a Thursday
            self.comments[comment_id].inbox_codes[code] = monday + 6 + RECEIPT_DAYS

    def accept(self, comment_id: str, words: str, *, slots: int, decision_id: str) -> None:
        comment = self.comments[comment_id]
        comment.state, comment.shown, comment.standing = "held", words, decision_id
        comment.final, comment.due = self.latest + SLOT, self.latest + slots * SLOT
        comment.last_decision = comment.final

    def reject(self, comment_id: str, *, decision_id: str) -> None:
        comment = self.comments[comment_id]
        comment.state, comment.final, comment.standing = "rejected", self.latest + SLOT, decision_id
        comment.last_decision = comment.final

    def can_undo(self, comment_id: str, decision_id: str) -> bool:
        comment = self.comments[comment_id]
        is_open = comment.state == "held" or (
            comment.state == "rejected" and comment.final > self.released
        )
        return comment.standing == decision_id and is_open

    def undo(self, comment_id: str) -> None:
        comment = self.comments[comment_id]
        comment.last_decision = max(comment.last_decision, self.latest + SLOT)
        comment.state, comment.final, comment.due, comment.standing = (
            "pending",
            NONE_YET,
            NONE_YET,
            None,
        )
        comment.shown = ""

    def remove(self, comment_id: str, *, decision_id: str) -> None:
        comment = self.comments[comment_id]
        comment.state, comment.final, comment.standing = "removed", self.released, decision_id

    def run_scheduler(self) -> None:
        is_due = self.released < self.latest
        self._move_inbox(is_due=is_due)
        self.requests = [
            request
            for request in self.requests
            if not self._process(request[0], request[1], is_due=is_due)
        ]
        if is_due:
            if self.latest - self.released > PAUSE_DAYS * DAY:
                self.first_expiry = self.latest + NOTICE_DAYS * DAY
            for comment in self.comments.values():
                if comment.state == "held" and comment.due <= self.latest:
                    comment.state = "published"
                self._expire(comment)
            self.released = self.latest

    def _move_inbox(self, *, is_due: bool) -> None:
        """Everything at a round; otherwise withdrawals, before a release or at once."""
        if self.last_round < self.latest_round:
            self.last_round = self.latest_round
            for comment in self.comments.values():
                if comment.state == IN_INBOX:
                    comment.state, comment.round = "pending", self.last_round
                comment.codes |= comment.inbox_codes
                comment.inbox_codes = {}
            self.requests += self.inbox_requests
            self.inbox_requests = []
        for comment_id, when, code in self.inbox_requests:
            comment = self.comments[comment_id]
            if is_due or (when == "now" and comment.state == "published"):
                self.requests.append((comment_id, when, code))
                if code in comment.inbox_codes:
                    comment.codes[code] = comment.inbox_codes[code]

    def _expire(self, comment: ModelComment) -> None:
        """Drop what has expired; this happens with a release."""
        is_over = comment.final <= self.now - RETENTION_DAYS * DAY
        comment.is_past_retention |= (
            comment.state in ("published", "removed", "rejected") and is_over
        )
        has_waited = comment.round <= self.latest - PENDING_DAYS * DAY
        is_returned = comment.last_decision > self.latest - NOTICE_DAYS * DAY
        is_announced = self.latest >= self.first_expiry
        if comment.state == "pending" and has_waited and is_announced and not is_returned:
            comment.state = "expired"
        today = int(self.now // DAY)
        comment.codes = {code: last for code, last in comment.codes.items() if today <= last}

    def _process(self, comment_id: str, when: str, *, is_due: bool) -> bool:
        """Carry out a withdrawal request; whether it is finished."""
        comment = self.comments[comment_id]
        if comment.state == "published" and when == "next" and not is_due:
            return False
        is_unknown = comment.state == "rejected" and comment.final > self.released
        if comment.state in ("pending", "held", "published") or is_unknown:
            comment.state, comment.codes = "withdrawn", {}
        return True

    def receipt_state(self, comment_id: str) -> str:
        """The state that a receipt shows."""
        comment = self.comments[comment_id]
        if comment.state == IN_INBOX:
            return "pending"
        if comment.state in ("held", "rejected") and comment.final > self.released:
            return "pending"
        return comment.state
