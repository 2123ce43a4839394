"""The states of a comment, and the table of allowed transitions.

A state changes only through `store/comments.transition`, which names the state that it expects.
"""

from typing import Final, Literal

State = Literal[
    "pending", "held", "published", "rejected", "removed", "withdrawn", "lost", "expired"
]
Verb = Literal[
    "publish",
    "reject",
    "undo",
    "release",
    "remove",
    "withdraw",
    "lose",
    "recover",
    "bring_back",
    "expire",
]

PENDING: Final = "pending"  # sealed and undecided
HELD: Final = "held"  # accepted, waiting for its slot
PUBLISHED: Final = "published"
REJECTED: Final = "rejected"
REMOVED: Final = (
    "removed"  # was published, and a moderator removed it; hidden until it is destroyed
)
WITHDRAWN: Final = "withdrawn"  # by its author
LOST: Final = "lost"  # nothing of it can be decrypted: restored without cells
EXPIRED: Final = "expired"  # not decided in time, and destroyed unread

TRANSITIONS: Final[dict[tuple[State, Verb], State]] = {
    (PENDING, "publish"): HELD,
    (PENDING, "reject"): REJECTED,
    (PENDING, "withdraw"): WITHDRAWN,
    (PENDING, "lose"): LOST,
    (PENDING, "expire"): EXPIRED,
    (HELD, "release"): PUBLISHED,
    (HELD, "undo"): PENDING,
    (HELD, "withdraw"): WITHDRAWN,
    (HELD, "lose"): LOST,
    (REJECTED, "undo"): PENDING,  # before its slot
    (REJECTED, "withdraw"): WITHDRAWN,  # before its slot: the receipt still says "pending"
    (LOST, "recover"): PENDING,  # its cell was put back
    (LOST, "withdraw"): WITHDRAWN,  # asked for while the receipt still said "pending"
    (PUBLISHED, "remove"): REMOVED,
    (PUBLISHED, "withdraw"): WITHDRAWN,
    (REMOVED, "bring_back"): PUBLISHED,  # while its text is hidden
    (REMOVED, "withdraw"): WITHDRAWN,  # likewise: its author wants it destroyed
}


def next_state(state: State, verb: Verb) -> State | None:
    """The state that `verb` leads to from `state`; None if it is not allowed."""
    return TRANSITIONS.get((state, verb))


def source_states(verb: Verb) -> tuple[State, ...]:
    """The states in which `verb` is allowed."""
    return tuple(state for state, allowed in TRANSITIONS if allowed == verb)
