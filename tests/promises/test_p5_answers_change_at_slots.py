"""P5: between slots, no answer at the public side changes because of what others send or moderators decide.

Attack a: fill a story, free one place with a receipt, and ask again and again whether comments are
accepted: the answer "full" came within a second of each comment of somebody else, and of each decision.
Control: if the answer is decided after each act, the same questions show every act.
"""

from collections.abc import Callable, Iterator

import msgspec
import pytest

from tests.harness import NewsroomHarness, SentComment
from tests.in_process_client import Intake, intake_of
from yobal.store import admissions

PENDING_MAX = 10
FULL_AT_MOST = 12  # 120 % of it
ARRIVALS_MIN = 20  # twice
Answer = tuple[int, int]


@pytest.fixture
def limited(newsroom: NewsroomHarness) -> NewsroomHarness:
    """A newsroom whose stories may have ten pending comments."""
    rules = msgspec.structs.replace(newsroom.rules, max_pending_per_story=PENDING_MAX)
    newsroom.components = msgspec.structs.replace(newsroom.components, rules=rules)
    return newsroom


@pytest.fixture
def intake(limited: NewsroomHarness) -> Iterator[Intake]:
    with intake_of(limited) as intake:
        yield intake


def _answer(intake: Intake) -> Answer:
    """Status and size of what a reader gets who asks to send; nothing is stored."""
    response = intake.post(step="send", text="Is it full?", waits_for_round=True)
    return response.status, len(response.body)


def _acts(newsroom: NewsroomHarness) -> Iterator[Callable[[], object]]:
    """What others do while somebody watches."""
    pending = [newsroom.send(f"From an author, {number}.") for number in range(4)]
    yield lambda: newsroom.request_withdrawal(pending[0].code, "now")
    yield lambda: newsroom.send("In the inbox.", waits_for_round=True)
    yield lambda: newsroom.publish(pending[1].id)
    yield newsroom.move_inbox
    decided = newsroom.reject(pending[2].id)
    yield lambda: newsroom.undo(decided)
    yield lambda: newsroom.send("A reply, or not.", receipt=True)


def _withdraw_all(newsroom: NewsroomHarness, sent: list[SentComment]) -> None:
    for comment in sent:
        newsroom.request_withdrawal(comment.code, "now")
    newsroom.run_scheduler()


def test_a_full_story_stays_full_until_the_next_slot(
    limited: NewsroomHarness, intake: Intake
) -> None:
    sent = [limited.send(f"Fills it, {number}.") for number in range(FULL_AT_MOST)]
    acts = _acts(limited)
    limited.pass_slots()
    first = _answer(intake)
    assert first[0] == 503
    for act in acts:
        act()
        limited.run_scheduler()
        assert _answer(intake) == first
    _withdraw_all(limited, sent)
    assert _answer(intake) == first
    limited.pass_slots()
    assert _answer(intake)[0] == 200


def test_a_story_that_is_not_full_stays_open_whatever_others_do(
    limited: NewsroomHarness, intake: Intake
) -> None:
    limited.pass_slots()
    first = _answer(intake)
    assert first[0] == 200
    for act in _acts(limited):
        act()
        limited.run_scheduler()
        assert _answer(intake) == first
    for number in range(PENDING_MAX):  # more than may be pending, and fewer than twice as many
        limited.send(f"One of many, {number}.")
        assert _answer(intake) == first


def test_a_story_that_took_too_many_stays_closed_until_the_next_slot(
    limited: NewsroomHarness, intake: Intake
) -> None:
    sent = [limited.send(f"A flood, {number}.") for number in range(2 * ARRIVALS_MIN)]
    closed = _answer(intake)
    assert closed[0] == 503
    _withdraw_all(limited, sent)
    assert _answer(intake) == closed
    limited.pass_slots()
    assert _answer(intake)[0] == 200


def test_control_an_answer_decided_after_each_act_shows_it(
    limited: NewsroomHarness, intake: Intake
) -> None:
    def decide() -> None:
        with limited.database.writing() as conn:
            admissions.decide(conn, limited.rules, seed=bytes(32))

    sent: list[SentComment] = []
    decide()
    while _answer(intake)[0] == 200:
        sent.append(limited.send(f"Fills it, {len(sent)}."))
        decide()
    answers = []
    for act in (
        lambda: limited.request_withdrawal(sent[0].code, "now"),
        lambda: limited.send("From an author."),
        lambda: limited.reject(sent[1].id),
    ):
        act()
        limited.run_scheduler()
        decide()
        answers.append(_answer(intake)[0])
    assert answers == [200, 503, 200]
