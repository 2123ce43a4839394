"""The life of a comment, as data. Everything that changes a state asks this table.

`docs/architecture.md` draws it. A state is changed by compare-and-set only: `comments.transition(from_=, to=)`.
"""

from typing import Final, Literal

State = Literal["pending", "held", "published", "rejected", "removed", "withdrawn"]
Verb = Literal["publish", "reject", "undo", "release", "remove", "withdraw"]

PENDING: Final = "pending"  # sealed; nobody has decided
HELD: Final = "held"  # accepted; waits for its slot
PUBLISHED: Final = "published"
REJECTED: Final = "rejected"
REMOVED: Final = "removed"  # was published; a moderator took it away
WITHDRAWN: Final = "withdrawn"  # its author took it away

TRANSITIONS: Final[dict[tuple[State, Verb], State]] = {
    (PENDING, "publish"): HELD,
    (PENDING, "reject"): REJECTED,
    (PENDING, "withdraw"): WITHDRAWN,
    (HELD, "release"): PUBLISHED,
    (HELD, "undo"): PENDING,
    (HELD, "withdraw"): WITHDRAWN,
    (REJECTED, "undo"): PENDING,  # before its slot
    (REJECTED, "withdraw"): WITHDRAWN,  # before its slot: its author still reads "is waiting"
    (PUBLISHED, "remove"): REMOVED,
    (PUBLISHED, "withdraw"): WITHDRAWN,
}


def next_state(state: State, verb: Verb) -> State | None:
    """The state that `verb` leads to from `state`; None where the table has no such move."""
    return TRANSITIONS.get((state, verb))


def source_states(verb: Verb) -> tuple[State, ...]:
    """The states from which `verb` is possible."""
    return tuple(state for state, known in TRANSITIONS if known == verb)
