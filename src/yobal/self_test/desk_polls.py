"""Attack: a moderator asks the desk again and again while readers write, between two rounds.

What changes would show when somebody wrote. What a round itself shows is computed and reported.
"""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Final

from yobal.core import observers
from yobal.core.observers import AUDIENCE, CANDIDATES_MIN
from yobal.core.schedule import Schedule
from yobal.doctor.finding import Finding, warn
from yobal.self_test.scratch import CannotPlay, ScratchNewsroom
from yobal.self_test.wording import duration, learned, learned_nothing

CHECK: Final = "watching the desk between rounds"
# Every route that shows something and changes nothing; `{}` gets the ids of what is listed.
POLLED: Final[dict[str, dict[str, object]]] = {
    "queue": {"cursor": None},
    "session": {},
    "roster": {},
    "people": {},
    "about": {},
    "keys": {},
    "hidden": {"cursor": None},
    "imports": {},
    "passkeys": {},
    "sessions": {},
    "device-key": {},
    "history": {"cursor": None, "comment_id": None},
    "already-decided": {"comment_ids": [], "decision_ids": []},
}
Act = tuple[str, Callable[[], object]]


def play(newsroom: ScratchNewsroom) -> Finding:
    codes = [newsroom.send(f"Listed with the last round, {number}.") for number in range(3)]
    newsroom.pass_round()
    listed = [row.id for row in newsroom.queue()]
    before, changes, poll_count = _poll(newsroom, listed), [], 0
    for label, act in _acts(newsroom, codes):
        act()
        newsroom.run_scheduler()
        after = _poll(newsroom, listed)
        poll_count += len(after)
        changes += [
            f"`{route}` changed when {label}" for route in POLLED if before[route] != after[route]
        ]
        before = after
    if changes:
        return learned(CHECK, changes)
    newsroom.pass_round()
    if _poll(newsroom, listed)["queue"] == before["queue"]:
        raise CannotPlay("the next round brought nothing to the desk")
    return _rounds(newsroom.schedule, poll_count)


def _poll(newsroom: ScratchNewsroom, listed: list[str]) -> dict[str, object]:
    bodies = POLLED | {"already-decided": {"comment_ids": listed, "decision_ids": []}}
    return {route: newsroom.ask_desk(route, body) for route, body in bodies.items()}


def _acts(newsroom: ScratchNewsroom, codes: list[str]) -> Iterator[Act]:
    yield "a reader sent a comment", lambda: newsroom.send("New.")
    yield "a reader asked for a receipt", lambda: newsroom.post(step="receipt", code=codes[0])
    for when, code in zip(("now", "next"), codes, strict=False):
        yield "a reader withdrew a comment", partial(newsroom.withdraw, code, when=when)
    yield "several readers sent comments", lambda: newsroom.send_many(["Together."] * 5)


def _rounds(schedule: Schedule, poll_count: int) -> Finding:
    """Rounds so close that they tell a moderator who was online are the operator's choice, not a defect."""
    window = duration(observers.window_seconds(schedule, "desk"))
    candidates = observers.candidates(schedule, "desk")
    remain = (
        f"A round tells a moderator that a comment came in the {window} before it: of "
        f"{AUDIENCE.readers:,} daily readers about {round(candidates):,} remain who could have written "
        "five comments by one author, for a moderator who also sees who was online"
    )
    if candidates < CANDIDATES_MIN:
        setting = next(
            name
            for name, is_set in (
                ("round_times", schedule.round_times),
                ("round_interval_seconds", schedule.round_interval_seconds),
                ("release_interval_seconds", schedule.release_interval_seconds),
                ("release_times", True),
            )
            if is_set
        )
        return warn(
            CHECK, f"between rounds nothing changed. {remain}. Set `{setting}` farther apart"
        )
    return learned_nothing(CHECK, f"{poll_count} answers of the desk were the same. {remain}")
