"""A decision can be undone until it is final, and an undo leaves no text behind."""

import pytest

from tests.harness import NewsroomHarness
from yobal.core.decisions import DecisionResult
from yobal.core.errors import NoSuchDecision, TooLateToUndo


def test_undoing_a_held_comment_makes_it_pending_and_deletes_its_text(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.send("Do not keep this.")
    decided = newsroom.publish(sent.id)
    assert [held and held.text for held in newsroom.held_texts().values()] == ["Do not keep this."]
    newsroom.undo(decided)
    assert newsroom.state(sent.id) == "pending"
    assert newsroom.read_table("held_texts") == []
    assert (
        newsroom.comment_row(sent.id)["due_slot"]
        is newsroom.comment_row(sent.id)["decided_slot"]
        is None
    )
    newsroom.pass_slots(9)
    assert newsroom.state(sent.id) == "pending"


def test_an_undone_text_is_nowhere_on_the_disk(
    sqlite_newsroom: NewsroomHarness,
) -> None:
    sent = sqlite_newsroom.send("Unrepeatable words of an undone decision.")
    decided = sqlite_newsroom.publish(sent.id)
    assert not _on_disk(sqlite_newsroom, b"Unrepeatable words"), "encrypted under a cell"
    sqlite_newsroom.undo(decided)
    assert not _on_disk(sqlite_newsroom, b"Unrepeatable words")


def test_a_rejection_can_be_undone_before_its_slot_but_not_after(newsroom: NewsroomHarness) -> None:
    first, second = newsroom.send("First."), newsroom.send("Second.")
    undone, final = newsroom.reject(first.id), newsroom.reject(second.id)
    newsroom.undo(undone)
    assert newsroom.state(first.id) == "pending"
    newsroom.pass_slots()
    with pytest.raises(TooLateToUndo):
        newsroom.undo(final)
    assert newsroom.state(second.id) == "rejected"


def test_a_published_comment_cannot_be_undone(newsroom: NewsroomHarness) -> None:
    sent = newsroom.send()
    decided = newsroom.publish(sent.id)
    newsroom.pass_slots()
    with pytest.raises(TooLateToUndo):
        newsroom.undo(decided)
    assert newsroom.state(sent.id) == "published"


def test_a_comment_held_for_a_later_slot_can_be_undone_after_the_first(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.send()
    decided = _hold_for(newsroom, sent.id, slots=2)
    newsroom.pass_slots()
    assert newsroom.receipt_state(sent.code) == "held"
    newsroom.undo(decided)
    assert newsroom.receipt_state(sent.code) == "pending"


def test_a_decision_can_be_undone_once_and_only_while_it_is_in_force(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.send()
    first = newsroom.reject(sent.id)
    newsroom.undo(first)
    with pytest.raises(TooLateToUndo):
        newsroom.undo(first)
    second = newsroom.publish(sent.id)
    with pytest.raises(TooLateToUndo):
        newsroom.undo(first)
    newsroom.undo(second)
    verdicts = sorted(row["verdict"] for row in newsroom.read_table("decisions"))
    assert verdicts == ["publish", "reject", "undo", "undo"]


def test_a_decision_that_does_not_exist_cannot_be_undone(newsroom: NewsroomHarness) -> None:
    with pytest.raises(NoSuchDecision):
        newsroom.undo(
            DecisionResult(decision_id="a" * 26, comment_id="", state="held", slot=0, decided_by="")
        )


def test_a_receipt_shows_the_last_decision_after_an_undo(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.send()
    newsroom.undo(newsroom.reject(sent.id, note="A note that was taken back."))
    newsroom.publish(sent.id)
    newsroom.pass_slots()
    receipt = newsroom.find_receipt(sent.code)
    assert receipt is not None
    assert (receipt.status.state, receipt.status.feedback, receipt.status.clause) == (
        "published",
        None,
        None,
    )


def _hold_for(newsroom: NewsroomHarness, comment_id: str, *, slots: int) -> DecisionResult:
    """Publish it for the last of this many slots."""
    import msgspec

    desk = newsroom.decision_context()
    schedule = msgspec.structs.replace(newsroom.rules.schedule, max_hold_slots=slots)
    rules = msgspec.structs.replace(newsroom.rules, schedule=schedule)
    desk = msgspec.structs.replace(desk, rules=rules, randbelow=lambda below: below - 1)
    return newsroom.publish(comment_id, context=desk)


def _on_disk(newsroom: NewsroomHarness, words: bytes) -> bool:
    files = [
        path for path in newsroom.components.settings.folder.parent.rglob("*") if path.is_file()
    ]
    return any(words in path.read_bytes() for path in files)
