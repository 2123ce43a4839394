"""The canary: a comment that the server sends to its own form once a day, to see that comments come through.

Rules without files, network or clock. The form, the seal and the inbox do not know that it is one: the desk's
side recognises it by its idempotency hash, which cannot be made without the key that was in the form.
"""

from typing import Final, Literal

import msgspec

from yobal.core.schedule import (
    DAY_SECONDS,
    Round,
    Schedule,
    Slot,
    day_of,
    last_round,
    last_slot,
)

CANARY: Final = (
    "canary"  # in the column of states; it is no `State`, because no verb leads to it or from it
)
# Short, to fit any limit. A moderator reads it if the desk's side did not recognise it.
TEXT: Final = (
    "A daily test of the server. If you can read this, tell your technician, and reject it."
)
# Soon after a round only: at another time, its place in the inbox would tell which comments came before.
SEND_SECONDS_MAX: Final = 60
LATE_SECONDS: Final = 3 * DAY_SECONDS  # with one slot a day, the last step is after two days

Stage = Literal["idle", "sent", "stored", "deleted"]
Step = Literal["form", "inbox", "sealing", "count", "expiry"]
_NEXT_STEP: Final[dict[Stage, Step]] = {
    "idle": "form",
    "sent": "inbox",
    "stored": "expiry",
    "deleted": "expiry",
}
PROBLEMS: Final[dict[Step, str]] = {
    "form": "the form did not take it",
    "inbox": "the form took it, and it did not come to the desk with the next round",
    "sealing": "it was not sealed to the newest key",
    "count": "it was taken for a reader's comment, or not counted at all",
    "expiry": "it was not destroyed at its slot",
}


class CanaryState(msgspec.Struct, frozen=True, kw_only=True):
    """How far the newest canary is, and what was missed. `mark` is its idempotency hash, in hex."""

    stage: Stage = "idle"
    attempted_round: Round = 0  # the last round after which a canary was sent, or could not be
    sent_day: str = ""  # of the newest canary that the form accepted, in the site's zone
    story_id: str = ""
    epoch_id: str | None = None
    mark: str = ""
    comment_id: str = ""
    cell: int = 0
    ciphertext: bytes = (
        b""  # cannot be decrypted once its cell is overwritten, which the last step checks
    )
    is_flawed: bool = False  # this canary has missed a step
    missed_step: Step | None = None  # until another canary has passed every step
    passed_slot: Slot = 0  # the slot that destroyed the newest canary that passed every step


def is_due(state: CanaryState, schedule: Schedule, now: float) -> bool:
    """With the first round of each day; with a later one if the form did not take it."""
    round_ = last_round(schedule, now)
    is_new = round_ > state.attempted_round and now - round_ < SEND_SECONDS_MAX
    return (
        state.stage == "idle" and is_new and day_of(schedule, round_).isoformat() != state.sent_day
    )


def missed_step(state: CanaryState, now: float) -> Step | None:
    """The step that needs attention; None if all is well, or nothing was sent yet."""
    if (
        state.missed_step is None
        and state.attempted_round
        and now - state.attempted_round > LATE_SECONDS
    ):
        return _NEXT_STEP[state.stage]
    return state.missed_step


def redate(state: CanaryState, schedule: Schedule, now: float) -> CanaryState:
    """After a clock that was ahead: otherwise no canary would be sent, and no miss reported, before that time."""
    return msgspec.structs.replace(
        state,
        attempted_round=min(state.attempted_round, last_round(schedule, now)),
        passed_slot=min(state.passed_slot, last_slot(schedule, now)),
    )


def miss(state: CanaryState, step: Step) -> CanaryState:
    """The first step that was missed counts, because what follows may be its consequence."""
    if state.is_flawed:
        return state
    return msgspec.structs.replace(state, is_flawed=True, missed_step=step)


def end(state: CanaryState, *, passed_slot: Slot | None = None) -> CanaryState:
    """The canary is gone. `passed_slot` is set if it passed the last step."""
    ended = msgspec.structs.replace(state, stage="idle", mark="", comment_id="", ciphertext=b"")
    if passed_slot is None or state.is_flawed:
        return ended
    return msgspec.structs.replace(ended, missed_step=None, passed_slot=passed_slot)
