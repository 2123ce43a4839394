"""Every verb is tried in every state and follows the table."""

from collections.abc import Callable
from typing import get_args

import pytest

from tests.harness import NewsroomHarness, SentComment
from yobal.actions.expire import _expire_pending
from yobal.core.decisions import DecisionResult
from yobal.core.envelope import Envelope
from yobal.core.errors import AlreadyDecided, NoSuchComment, NoSuchDecision, TooLateToUndo
from yobal.core.schedule import DAY_SECONDS, last_slot
from yobal.core.states import TRANSITIONS, State, Verb, next_state, source_states
from yobal.server.scheduler.maintenance import prepare_cells
from yobal.store import comments

STATES: tuple[State, ...] = get_args(State)
VERBS: tuple[Verb, ...] = get_args(Verb)


class Life:
    """A comment brought into a state through the real actions, with the last decision on it."""

    def __init__(self, newsroom: NewsroomHarness, state: State) -> None:
        self.newsroom = newsroom
        self.sent: SentComment = newsroom.send("Words of the life.")
        self.code = self.sent.code
        self.decided: DecisionResult | None = None
        self.cells: bytes | None = None  # that were lost
        getattr(self, f"_{state}")()
        assert newsroom.state(self.sent.id) == state

    def _pending(self) -> None:
        pass

    def _held(self) -> None:
        self.decided = self.newsroom.publish(self.sent.id)

    def _published(self) -> None:
        self._held()
        self.newsroom.pass_slots()

    def _rejected(self) -> None:
        self.decided = self.newsroom.reject(self.sent.id)

    def _removed(self) -> None:
        self._published()
        self.decided = self.newsroom.remove(self.sent.id)

    def _lost(self) -> None:
        self._held()
        _lose(self)

    def _expired(self) -> None:
        _expire(self)

    def _withdrawn(self) -> None:
        self._held()
        self.newsroom.request_withdrawal(self.code)
        self.newsroom.run_scheduler()


def _publish(life: Life) -> None:
    life.newsroom.publish_edited(life.sent.id, "Words.")


def _reject(life: Life) -> None:
    life.newsroom.reject(life.sent.id)


def _undo(life: Life) -> None:
    if life.decided is None:
        raise TooLateToUndo  # nothing was decided, so there is nothing to take back
    life.newsroom.undo(life.decided)


def _release(life: Life) -> None:
    life.newsroom.pass_slots()


def _remove(life: Life) -> None:
    life.newsroom.remove(life.sent.id)


def _bring_back(life: Life) -> None:
    if life.decided is None:
        raise NoSuchDecision  # nothing was decided, so nothing was removed
    life.newsroom.bring_back(life.decided)


def _withdraw(life: Life) -> None:
    if life.newsroom.find_receipt(life.code) is not None:
        life.newsroom.request_withdrawal(life.code)
    life.newsroom.run_scheduler()


def _lose(life: Life) -> None:
    """The server is restored without its cells."""
    life.cells = life.newsroom.lose_cells()
    prepare_cells(life.newsroom.components, now=life.newsroom.now)


def _recover(life: Life) -> None:
    """The cells are put back."""
    if life.cells is not None:
        life.newsroom.components.cell_file.path.write_bytes(life.cells)
    prepare_cells(life.newsroom.components, now=life.newsroom.now)


def _expire(life: Life) -> None:
    """No moderator decides for as long as a comment may wait; the clock shows no later slot than that."""
    rules, newsroom = life.newsroom.rules, life.newsroom
    with newsroom.database.writing() as conn:
        _expire_pending(conn, rules, last_slot(rules.schedule, newsroom.now) + 31 * DAY_SECONDS)


TRY: dict[Verb, Callable[[Life], None]] = {
    "publish": _publish,
    "reject": _reject,
    "undo": _undo,
    "release": _release,
    "remove": _remove,
    "bring_back": _bring_back,
    "withdraw": _withdraw,
    "lose": _lose,
    "recover": _recover,
    "expire": _expire,
}


def _blank_envelope(_newsroom: NewsroomHarness, comment_id: str) -> Envelope:
    """For `publish_edited`, which needs no envelope and so can be tried in every state."""
    return Envelope(
        comment_id=comment_id,
        site_id="",
        story_id="",
        edition="en",
        root_id=None,
        parent_id=None,
        text="Words of the life.",
        name="",
        lang="en",
        nonce="",
        feedback_key="",
    )


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("state", STATES)
def test_every_verb_in_every_state_follows_the_table(
    newsroom: NewsroomHarness, state: State, verb: Verb, monkeypatch: pytest.MonkeyPatch
) -> None:
    life = Life(newsroom, state)
    monkeypatch.setattr(NewsroomHarness, "decrypt", _blank_envelope)
    expected = next_state(state, verb)
    try:
        TRY[verb](life)
    except (AlreadyDecided, NoSuchComment, NoSuchDecision, TooLateToUndo):
        assert expected is None, f"{verb} from {state} was refused"
    assert newsroom.state(life.sent.id) == (expected or state)
    shows = b"Words" in b"".join(newsroom.read_all_files().values())
    assert shows == (newsroom.state(life.sent.id) == "published")


def test_a_transition_needs_the_expected_state(newsroom: NewsroomHarness) -> None:
    sent = newsroom.send()
    with newsroom.database.writing() as conn:
        assert comments.transition(conn, sent.id, from_="held", to="published") == 0
        assert comments.transition(conn, sent.id, from_="pending", to="held") == 1
        assert comments.transition(conn, sent.id, from_="pending", to="rejected") == 0
    assert newsroom.state(sent.id) == "held"


def test_withdrawn_is_final_and_removed_until_it_is_brought_back_or_withdrawn() -> None:
    assert {state for state, _ in TRANSITIONS}.isdisjoint({"withdrawn"})
    assert [verb for state, verb in TRANSITIONS if state == "removed"] == ["bring_back", "withdraw"]


def test_a_release_publishes_held_comments_and_a_lead_brings_removed_ones_back() -> None:
    ways = [move for move, to in TRANSITIONS.items() if to == "published"]
    assert ways == [("held", "release"), ("removed", "bring_back")]
    assert source_states("release") == ("held",)
