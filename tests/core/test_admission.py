"""Whether comments are accepted: limits that an outsider cannot compute."""

import hashlib

from yobal.core import admission
from yobal.core.admission import SITE, Admission

SEEDS = [hashlib.sha256(bytes([number])).digest() for number in range(200)]


def test_a_story_is_full_somewhere_between_80_and_120_percent_of_the_limit() -> None:
    fullest = [
        next(
            count
            for count in range(2_000)
            if admission.is_full(seed, "ferry", pending_count=count, pending_max=500)
        )
        for seed in SEEDS
    ]
    assert min(fullest) >= 400
    assert max(fullest) <= 600
    assert max(fullest) - min(fullest) > 180, "the whole range is used"


def test_between_slots_two_to_four_times_the_limit_are_accepted() -> None:
    maxima = [admission.arrivals_max(seed, "ferry", pending_max=500) for seed in SEEDS]
    assert min(maxima) >= 1_000
    assert max(maxima) <= 2_000
    assert max(maxima) - min(maxima) > 900


def test_the_limits_of_one_story_say_nothing_about_another() -> None:
    for seed in SEEDS[:20]:
        maxima = {
            admission.arrivals_max(seed, story_id, pending_max=10_000)
            for story_id in ("ferry", "dam", SITE)
        }
        assert len(maxima) == 3


def test_the_smallest_limit_accepts_comments() -> None:
    for seed in SEEDS:
        assert not admission.is_full(seed, "ferry", pending_count=0, pending_max=1)
        assert admission.is_full(seed, "ferry", pending_count=1, pending_max=1)
        assert 2 <= admission.arrivals_max(seed, "ferry", pending_max=1) <= 4


def test_it_is_closed_if_it_was_full_at_the_slot_or_took_too_many_since() -> None:
    assert not Admission(is_full=False, arrival_count=9, arrivals_max=10).is_closed
    assert Admission(is_full=False, arrival_count=10, arrivals_max=10).is_closed
    assert Admission(is_full=True, arrival_count=0, arrivals_max=10).is_closed
