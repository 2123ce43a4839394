"""A decision can be taken back until it is final, and leaves no words behind."""

import pytest

from tests.harness import NewsroomHarness
from yobal.core.decisions import DecisionResult
from yobal.core.errors import NoSuchDecision, TooLateToUndo


def test_what_is_held_can_be_undone_and_waits_again_without_its_text(room: NewsroomHarness) -> None:
    sent = room.send("Do not keep this.")
    decided = room.publish(sent.id)
    assert room.rows("held_texts")[0]["text"] == "Do not keep this."
    room.undo(decided)
    assert room.state(sent.id) == "pending"
    assert room.rows("held_texts") == []
    assert room.row(sent.id)["due_slot"] is room.row(sent.id)["decided_slot"] is None
    room.pass_slots(9)
    assert room.state(sent.id) == "pending"


def test_the_text_of_what_was_undone_is_nowhere_on_the_disk(
    sqlite_newsroom: NewsroomHarness,
) -> None:
    sent = sqlite_newsroom.send("Unrepeatable words of an undone decision.")
    decided = sqlite_newsroom.publish(sent.id)
    assert _on_disk(sqlite_newsroom, b"Unrepeatable words")
    sqlite_newsroom.undo(decided)
    assert not _on_disk(sqlite_newsroom, b"Unrepeatable words")


def test_a_rejection_can_be_undone_before_its_slot_and_not_after(room: NewsroomHarness) -> None:
    first, second = room.send("First."), room.send("Second.")
    undone, final = room.reject(first.id), room.reject(second.id)
    room.undo(undone)
    assert room.state(first.id) == "pending"
    room.pass_slots()
    with pytest.raises(TooLateToUndo):
        room.undo(final)
    assert room.state(second.id) == "rejected"


def test_what_is_published_cannot_be_undone(room: NewsroomHarness) -> None:
    sent = room.send()
    decided = room.publish(sent.id)
    room.pass_slots()
    with pytest.raises(TooLateToUndo):
        room.undo(decided)
    assert room.state(sent.id) == "published"


def test_what_waits_for_a_late_slot_can_be_undone_after_the_first(room: NewsroomHarness) -> None:
    sent = room.send()
    decided = _hold_for(room, sent.id, slots=2)
    room.pass_slots()
    assert room.to_response(sent.code) == "accepted"
    room.undo(decided)
    assert room.to_response(sent.code) == "waiting"


def test_a_decision_is_undone_once_and_only_while_it_stands(room: NewsroomHarness) -> None:
    sent = room.send()
    first = room.reject(sent.id)
    room.undo(first)
    with pytest.raises(TooLateToUndo):
        room.undo(first)
    second = room.publish(sent.id)
    with pytest.raises(TooLateToUndo):
        room.undo(first)
    room.undo(second)
    verdicts = sorted(row["verdict"] for row in room.rows("decisions"))
    assert verdicts == ["publish", "reject", "undo", "undo"]


def test_there_is_no_undoing_a_decision_that_never_was(room: NewsroomHarness) -> None:
    with pytest.raises(NoSuchDecision):
        room.undo(DecisionResult(decision="a" * 26, id="", state="held", slot=0, by=""))


def test_a_comment_undone_and_decided_again_is_told_as_last_decided(room: NewsroomHarness) -> None:
    sent = room.send()
    room.undo(room.reject(sent.id, note="A note that was taken back."))
    room.publish(sent.id)
    room.pass_slots()
    found = room.receipt(sent.code)
    assert found is not None
    assert (found.word, found.row.note, found.row.clause) == ("published", None, None)


def _hold_for(room: NewsroomHarness, comment: str, *, slots: int) -> DecisionResult:
    """Publish it; of the slots it may wait for, draw that one."""
    import msgspec

    from yobal.actions import decide

    opened, desk = room.open(comment), room.desk()
    schedule = msgspec.structs.replace(room.rules.schedule, max_hold_slots=slots)
    rules = msgspec.structs.replace(room.rules, schedule=schedule)
    desk = msgspec.structs.replace(desk, rules=rules, draw=lambda below: below - 1)
    return decide.publish(
        room.database,
        desk,
        comment,
        text=opened.text,
        name=opened.name,
        nonce=bytes.fromhex(opened.nonce),
        lang="en",
    )


def _on_disk(room: NewsroomHarness, words: bytes) -> bool:
    files = [one for one in room.components.settings.folder.parent.rglob("*") if one.is_file()]
    return any(words in one.read_bytes() for one in files)
