"""Attack: fill a story, then ask again and again whether it accepts comments, while others act.

An answer that changes between slots would show when somebody wrote, or when a moderator decided.
"""

from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from typing import Final

from yobal.core.schedule import Schedule, next_round, next_slot
from yobal.doctor.finding import Finding
from yobal.self_test.scratch import CannotPlay, ScratchNewsroom
from yobal.self_test.wording import duration, learned, learned_nothing

CHECK: Final = "asking between slots whether comments are accepted"
_OWN: Final = "The observer's own comment."
_QUESTION: Final = "Is it full?"
_FULL: Final = 1.2  # at the latest at this share of what may be pending
_FILLING_STEPS: Final = 10
_WITHDRAWN_MAX: Final = 10  # of the comments that fill it
_SLOTS_COMPARED: Final = 60
_UNAVAILABLE: Final = 503
Act = tuple[str, Callable[[], object]]


class _Observer:
    """Asks for everything that is public, and notes each change."""

    def __init__(self, newsroom: ScratchNewsroom) -> None:
        self._newsroom = newsroom
        self._code = newsroom.send(_OWN)
        self.changes: list[str] = []
        self.answer_count = 0

    def watch(self, acts: Iterator[Act]) -> None:
        before = self._look()
        for label, act in acts:
            act()
            self._newsroom.run_scheduler()
            after = self._look()
            self.changes += [
                f"{name} changed when {label}" for name in before if before[name] != after[name]
            ]
            before = after

    def _look(self) -> dict[str, object]:
        post = self._newsroom.post
        answers = {
            "the answer to a form": post(step="send", text=_QUESTION),
            "the compressed answer to a form": post(
                is_gzip_accepted=True, step="send", text=_QUESTION
            ),
            "the answer to a receipt": post(step="receipt", code=self._code),
            "the answer to a wrong code": post(step="receipt", code="0" * 20),
        }
        self.answer_count += len(answers)
        # Not the bodies, in which random keys differ.
        seen: dict[str, object] = {
            name: (answer.status, answer.headers, len(answer.body))
            for name, answer in answers.items()
        }
        return seen | {"a public file": self._newsroom.public_files()}


def play(newsroom: ScratchNewsroom) -> Finding:
    observer = _Observer(newsroom)
    codes = [newsroom.send(f"From a reader, {number}.") for number in range(4)]
    newsroom.pass_round()
    newsroom.pass_slot()
    observer.watch(_acts(newsroom, codes[:2]))
    filled = _fill(newsroom)
    newsroom.pass_round()
    newsroom.pass_slot()
    if newsroom.post(step="send", text=_QUESTION).status != _UNAVAILABLE:
        raise CannotPlay("the story did not become full")
    observer.watch(_acts(newsroom, filled))
    if observer.changes:
        return learned(CHECK, observer.changes)
    gap = duration(_shortest_gap(newsroom.schedule, newsroom.now))
    return learned_nothing(
        CHECK,
        f"{observer.answer_count} answers, from a story that was open and one that was full, changed "
        f"with nothing that readers and moderators did. They change at slots, which are {gap} or more apart",
    )


def _acts(newsroom: ScratchNewsroom, codes: list[str]) -> Iterator[Act]:
    """What others do while somebody watches. `codes` are withdrawn."""
    first, second = [row for row in newsroom.queue() if row.envelope.text != _OWN][:2]
    yield "a reader sent a comment", lambda: newsroom.send_many(["From somebody else."])
    yield "a moderator accepted a comment", lambda: newsroom.publish(first)
    rejection = {"verdict": "reject", "comment_id": second.id, "clause": "spam"}
    decided = newsroom.decide("decide", rejection).json
    yield "a moderator rejected a comment", lambda: None
    undone = {"decision_id": decided.get("decision_id", "")}
    yield "a moderator undid a decision", lambda: newsroom.decide("undo", undone)
    for number, code in enumerate(codes):
        when = ("now", "next")[number % 2]
        yield "a reader withdrew a comment", partial(newsroom.withdraw, code, when=when)
    if next_round(newsroom.schedule, newsroom.now) < next_slot(newsroom.schedule, newsroom.now):
        yield "a round came", newsroom.pass_round


def _fill(newsroom: ScratchNewsroom) -> list[str]:
    """The codes of the last comments that were accepted."""
    pending_max = newsroom.components.rules.max_pending_per_story
    step, wanted = -(-pending_max // _FILLING_STEPS), round(pending_max * _FULL)
    filled: list[str] = []
    while len(filled) < wanted:
        answers = newsroom.send_many([f"Fills it, {len(filled)}."] * step)
        filled += (accepted := [code for code in answers if code])
        newsroom.run_scheduler()
        if len(accepted) < step:
            break
    return filled[-_WITHDRAWN_MAX:]


def _shortest_gap(schedule: Schedule, now: float) -> int:
    slots = [next_slot(schedule, now, steps=steps) for steps in range(1, _SLOTS_COMPARED)]
    return min(after - before for before, after in pairwise(slots))
