"""P5: between slots no public file changes, and neither its name, time nor place on the disk shows an order.

Acts of other readers and of moderators leave every public file as it is: totals, pages, times and inodes.
Controls: a removal, which takes effect at once, is noticed; so is a folder that is written in the order of
arrival.
"""

import itertools
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from tests.harness import SITE_ID, STORY_ID, NewsroomHarness
from yobal.server.rebuild import rebuild_all

COMMENTS = 60
TAU_MAX = 0.25  # chance alone gives 0.09 for 60; arrival gives 1
State = dict[str, tuple[int, ...] | list[str]]


def _state(newsroom: NewsroomHarness) -> State:
    """Size, inode and times of every public file, and the order in which folders list their files."""
    states: State = {}
    for path in sorted(newsroom.files_dir.rglob("*")):
        stat = path.stat()
        states[str(path)] = (stat.st_size, stat.st_ino, stat.st_mtime_ns, stat.st_ctime_ns)
        if path.is_dir():
            states[f"{path}/"] = os.listdir(path)  # noqa: PTH208  # in the order of the file system
    return states


def _acts(newsroom: NewsroomHarness) -> Sequence[Callable[[], object]]:
    published = newsroom.publish_new("Everybody can read it.")
    other = newsroom.publish_new("This one is withdrawn.")
    pending = [newsroom.send(f"From an author, {number}.") for number in range(3)]
    return (
        lambda: newsroom.send("In the inbox.", waits_for_round=True),
        newsroom.move_inbox,
        lambda: newsroom.publish(pending[0].id),
        lambda: newsroom.publish(newsroom.send("A reply.", parent_id=published.id).id),
        lambda: newsroom.undo(newsroom.reject(pending[1].id)),
        lambda: newsroom.request_withdrawal(pending[2].code, "now"),
        lambda: newsroom.request_withdrawal(other.code, "next"),
        lambda: newsroom.find_receipt(published.code),
    )


def test_between_slots_no_public_file_changes_whatever_others_do(
    newsroom: NewsroomHarness,
) -> None:
    acts = _acts(newsroom)
    newsroom.run_scheduler()
    before = _state(newsroom)
    for number, act in enumerate(acts):
        act()
        newsroom.run_scheduler()
        assert _state(newsroom) == before, number
    newsroom.pass_slots()
    assert _state(newsroom) != before


def test_control_a_removal_changes_public_files_at_once(newsroom: NewsroomHarness) -> None:
    published = newsroom.publish_new("It will be removed.")
    before = _state(newsroom)
    newsroom.remove(published.id)
    assert _state(newsroom) != before


def test_files_on_the_disk_do_not_show_the_order_of_arrival(
    sqlite_newsroom: NewsroomHarness,
) -> None:
    newsroom = sqlite_newsroom
    sent = [
        newsroom.send(f"Number {number}.", waits_for_round=True).id for number in range(COMMENTS)
    ]
    newsroom.move_inbox()
    for comment_id in sent:
        newsroom.publish(comment_id)
    newsroom.pass_slots()
    folder = newsroom.files_dir / SITE_ID / STORY_ID
    for name, taus in (("release", _taus(folder, sent)), ("rebuild", _rebuilt(newsroom, sent))):
        assert all(abs(tau) < TAU_MAX for tau in taus.values()), (name, taus)


def test_control_files_that_are_written_as_comments_arrive_show_their_order(tmp_path: Path) -> None:
    sent = [f"comment{number:02}" for number in range(COMMENTS)]
    for comment_id in sent:
        (tmp_path / f"{comment_id}.html").write_text("x")
    assert _taus(tmp_path, sent)["change time"] > 0.9


def _rebuilt(newsroom: NewsroomHarness, sent: Sequence[str]) -> dict[str, float]:
    rebuild_all(newsroom.components)
    return _taus(newsroom.files_dir / SITE_ID / STORY_ID, sent)


def _taus(folder: Path, sent: Sequence[str]) -> dict[str, float]:
    """Kendall's tau between the order of arrival and each order that the file system knows."""
    arrival = {comment_id: number for number, comment_id in enumerate(sent)}
    files = [path for path in folder.rglob("*.html") if path.stem in arrival]
    assert len(files) >= len(sent)
    listed = {
        path: number
        for parent in {file.parent for file in files}
        for number, path in enumerate(parent.iterdir())
    }
    estimators: dict[str, Callable[[Path], int]] = {
        "inode": lambda path: path.stat().st_ino,
        "change time": lambda path: path.stat().st_ctime_ns,
        "place in the folder": lambda path: listed[path],
    }
    return {
        name: _tau([(arrival[path.stem], estimate(path)) for path in files])
        for name, estimate in estimators.items()
    }


def _tau(pairs: Sequence[tuple[int, int]]) -> float:
    compared = [
        (late > early) - (late < early)
        for (first, early), (second, late) in itertools.combinations(sorted(pairs), 2)
        if first != second
    ]
    return sum(compared) / len(compared)


@pytest.mark.parametrize("decide", ["publish", "reject", "nothing"])
def test_a_receipt_does_not_show_whether_a_round_has_passed_or_a_moderator_has_decided(
    newsroom: NewsroomHarness, decide: str
) -> None:
    """It says the same until the slot that makes the decision final."""
    sent = newsroom.send("With a receipt.", waits_for_round=True)
    in_inbox = newsroom.find_receipt(sent.code)
    newsroom.move_inbox()
    assert newsroom.find_receipt(sent.code) == in_inbox
    if decide != "nothing":
        getattr(newsroom, decide)(sent.id)
        newsroom.run_scheduler()
        assert newsroom.find_receipt(sent.code) == in_inbox
        newsroom.pass_slots(newsroom.rules.schedule.max_hold_slots)
        assert newsroom.find_receipt(sent.code) != in_inbox, "control: the slot changes it"
