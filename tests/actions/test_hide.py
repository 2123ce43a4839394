"""Removed comments are hidden at once, destroyed two slots later, and brought back by a lead until then."""

from typing import Any

import pytest

from tests.actions.power_cut import PowerCut, cut_at
from tests.harness import NewsroomHarness, catch_up
from yobal.actions import destroy_hidden, erase_published, verify_published
from yobal.core import hidden_text
from yobal.core.errors import AlreadyUndone, HiddenTextLost, NotHidden, SignatureInvalid
from yobal.demo.decision_signer import DecisionSigner
from yobal.server.rebuild import rebuild_all
from yobal.store import cells, decisions, hidden_texts, published_comments
from yobal.store.database import Database

WORDS = "Unrepeatable words about the ferry."


def _publish_many(newsroom: NewsroomHarness, count: int) -> list[str]:
    sent = [newsroom.send(f"{WORDS} {number}") for number in range(count)]
    for comment in sent:
        newsroom.publish(comment.id)
    newsroom.pass_slots(newsroom.rules.schedule.max_hold_slots)
    return [comment.id for comment in sent]


def _published(newsroom: NewsroomHarness) -> dict[str, dict[str, Any]]:
    return {row["id"]: row for row in newsroom.read_table("published_comments")}


def _is_waiting(newsroom: NewsroomHarness) -> set[bool]:
    return {bool(row["waits_for_lead"]) for row in newsroom.read_table("hidden_texts")}


def test_nine_removals_in_a_moment_lose_nothing(newsroom: NewsroomHarness) -> None:
    ids = _publish_many(newsroom, 9)
    before, page = _published(newsroom), newsroom.read_file("en/index.html")
    removed = [newsroom.remove(comment_id) for comment_id in ids]
    assert WORDS not in newsroom.read_file("en/index.html")
    newsroom.pass_slots()
    for decision in removed:
        newsroom.bring_back(decision)
    assert _published(newsroom) == before
    assert newsroom.read_file("en/index.html") == page
    assert newsroom.read_table("hidden_texts") == []
    assert rebuild_all(newsroom.components).withheld == 0


def test_control_the_ninth_is_lost_without_a_lead_before_the_second_slot(
    newsroom: NewsroomHarness,
) -> None:
    ids = _publish_many(newsroom, 9)
    removed = [newsroom.remove(comment_id) for comment_id in ids]
    newsroom.pass_slots(2)
    with pytest.raises(NotHidden):
        newsroom.bring_back(removed[-1])


def test_a_hidden_text_is_nowhere_in_clear(newsroom: NewsroomHarness) -> None:
    sent = newsroom.publish_new(WORDS)
    newsroom.remove(sent.id)
    (row,) = newsroom.read_table("hidden_texts")
    assert WORDS.encode() not in row["ciphertext"]
    assert _published(newsroom)[sent.id]["text"] == ""
    text = newsroom.hidden_texts()[sent.id]
    assert text is not None
    assert text.text == WORDS


def test_a_hidden_text_and_its_line_are_destroyed_at_the_second_slot(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.publish_new(WORDS)
    newsroom.remove(sent.id)
    (row,) = newsroom.read_table("hidden_texts")
    key = newsroom.cells()[row["cell"]]
    newsroom.pass_slots()
    assert newsroom.cells()[row["cell"]] == key
    assert sent.id in _published(newsroom)
    newsroom.pass_slots()
    assert newsroom.read_table("hidden_texts") == newsroom.read_table("expired_cells") == []
    assert newsroom.cells()[row["cell"]] != key
    assert sent.id not in _published(newsroom)


def test_what_one_moderator_removes_beyond_the_limit_is_hidden_and_waits_for_a_lead(
    newsroom: NewsroomHarness,
) -> None:
    ids = _publish_many(newsroom, 30)
    for comment_id in ids:
        newsroom.remove(comment_id, decided_by="Kestrel")
    assert WORDS not in newsroom.read_file("en/index.html")
    newsroom.pass_slots(5)
    assert set(newsroom.hidden_texts()) == set(ids)
    assert _is_waiting(newsroom) == {True}
    newsroom.destroy_hidden(ids[0])
    assert set(newsroom.hidden_texts()) == set(ids[1:])


def test_control_twenty_do_not_wait(newsroom: NewsroomHarness) -> None:
    ids = _publish_many(newsroom, hidden_text.REMOVALS_MAX)
    for comment_id in ids:
        newsroom.remove(comment_id)
    assert _is_waiting(newsroom) == {False}
    newsroom.pass_slots(2)
    assert newsroom.hidden_texts() == {}


def test_two_moderators_have_a_limit_each_and_the_next_slot_begins_another(
    newsroom: NewsroomHarness,
) -> None:
    ids = _publish_many(newsroom, 24)
    for comment_id in ids[:12]:
        newsroom.remove(comment_id)
    for comment_id in ids[12:]:
        newsroom.remove(comment_id, decided_by="Kestrel")
    assert _is_waiting(newsroom) == {False}


def test_replies_come_while_it_is_hidden_and_still_verify_when_it_is_back(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.publish_new(WORDS)
    reply = newsroom.send("A reply.", parent_id=sent.id)
    newsroom.publish(reply.id)
    removed = newsroom.remove(sent.id)
    newsroom.pass_slots()
    assert newsroom.state(reply.id) == "published"
    newsroom.bring_back(removed)
    assert rebuild_all(newsroom.components).withheld == 0
    assert "A reply." in newsroom.read_file("en/index.html")
    assert WORDS in newsroom.read_file("en/index.html")


def test_an_edited_comment_comes_back_as_edited(newsroom: NewsroomHarness) -> None:
    sent = newsroom.send(WORDS)
    newsroom.publish_edited(sent.id, "Call ▮▮▮▮▮▮▮▮.")
    newsroom.pass_slots(newsroom.rules.schedule.max_hold_slots)
    before = _published(newsroom)
    newsroom.bring_back(newsroom.remove(sent.id))
    assert _published(newsroom) == before
    receipt = newsroom.find_receipt(sent.code)
    assert receipt is not None
    status = receipt.status
    assert (status.state, status.text, status.edit_kind) == (
        "published",
        "Call ▮▮▮▮▮▮▮▮.",
        "masked",
    )


def test_a_comment_that_comes_back_with_another_text_is_not_shown(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = newsroom.publish_new(WORDS)
    removed = newsroom.remove(sent.id)
    decoded = hidden_text.decode

    def forged(plain: bytes) -> hidden_text.HiddenText:
        original = decoded(plain)
        return hidden_text.HiddenText(
            text="Forged.",
            name=original.name,
            lang=original.lang,
            edit_kind=original.edit_kind,
            edited_clause=original.edited_clause,
            nonce=original.nonce,
        )

    monkeypatch.setattr(hidden_text, "decode", forged)
    assert newsroom.bring_back(removed).is_withheld
    assert "Forged." not in newsroom.read_file("en/index.html")


def test_control_without_the_check_the_other_text_is_shown(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verify_published, "is_genuine", lambda *_: True)
    test: Any = test_a_comment_that_comes_back_with_another_text_is_not_shown
    with pytest.raises(AssertionError):
        test(newsroom, monkeypatch)


def test_a_removal_is_undone_once_with_a_signature_of_exactly_this(
    newsroom: NewsroomHarness,
) -> None:
    first, second = (newsroom.publish_new(f"{WORDS} {number}") for number in range(2))
    removed, other = newsroom.remove(first.id), newsroom.remove(second.id)
    undo_of_other = newsroom.signer().undo(removed.decision_id)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DecisionSigner, "undo", lambda *_: undo_of_other)
        with pytest.raises(SignatureInvalid):
            newsroom.bring_back(other)
    newsroom.bring_back(removed)
    with pytest.raises(AlreadyUndone):
        newsroom.bring_back(removed)


def test_a_comment_can_be_removed_brought_back_and_removed_again(newsroom: NewsroomHarness) -> None:
    sent = newsroom.publish_new(WORDS)
    newsroom.bring_back(newsroom.remove(sent.id))
    newsroom.remove(sent.id)
    newsroom.pass_slots(2)
    assert newsroom.state(sent.id) == "removed"
    assert newsroom.receipt_state(sent.code) == "removed"


def test_the_decision_in_force_is_the_acceptance_again(newsroom: NewsroomHarness) -> None:
    sent = newsroom.publish_new(WORDS)
    newsroom.bring_back(newsroom.remove(sent.id))
    with newsroom.database.reading() as conn:
        current = decisions.current(conn, sent.id)
        assert current is not None
        assert current.verdict == "publish"
        assert decisions.superseded(conn, [current.id]) == []


def test_destroying_at_once_is_recorded_and_changes_no_decision(newsroom: NewsroomHarness) -> None:
    sent = newsroom.publish_new(WORDS)
    newsroom.remove(sent.id, decided_by="Kestrel")
    newsroom.pass_slots()
    newsroom.destroy_hidden(sent.id)
    with newsroom.database.reading() as conn:
        current = decisions.current(conn, sent.id)
    assert current is not None
    assert (current.verdict, current.decided_by) == ("remove", "Kestrel")
    rows = [row for row in newsroom.read_table("decisions") if row["verdict"] == "destroy"]
    assert [row["decided_by"] for row in rows] == [newsroom.pseudonym]
    with pytest.raises(NotHidden):
        newsroom.destroy_hidden(sent.id)


def test_without_its_key_it_cannot_come_back_and_nothing_changes(newsroom: NewsroomHarness) -> None:
    sent = newsroom.publish_new(WORDS)
    removed = newsroom.remove(sent.id)
    old_cells = newsroom.lose_cells()
    with pytest.raises(HiddenTextLost):
        newsroom.bring_back(removed)
    newsroom.components.cell_file.path.write_bytes(old_cells)
    newsroom.bring_back(removed)
    assert newsroom.state(sent.id) == "published"


# Its author


@pytest.mark.parametrize("when", ["now", "next"])
def test_its_author_can_still_have_it_destroyed(newsroom: NewsroomHarness, when: Any) -> None:
    sent = newsroom.publish_new(WORDS)
    removed = newsroom.remove(sent.id)
    (row,) = newsroom.read_table("hidden_texts")
    key, page = newsroom.cells()[row["cell"]], newsroom.read_file("en/index.html")
    newsroom.request_withdrawal(sent.code, when)
    newsroom.run_scheduler()
    assert newsroom.read_file("en/index.html") == page  # readers do not see that its author came
    newsroom.pass_slots()
    assert newsroom.state(sent.id) == "withdrawn"
    assert newsroom.cells()[row["cell"]] != key
    with pytest.raises(NotHidden):
        newsroom.bring_back(removed)


def test_a_withdrawal_that_waited_when_it_was_hidden_is_not_forgotten(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.publish_new(WORDS)
    newsroom.request_withdrawal(sent.code, "next")
    newsroom.run_scheduler()
    removed = newsroom.remove(sent.id)
    newsroom.run_scheduler()
    newsroom.bring_back(removed)
    newsroom.pass_slots()
    assert newsroom.state(sent.id) == "withdrawn"


def test_a_destroyed_comment_cannot_be_withdrawn(newsroom: NewsroomHarness) -> None:
    sent = newsroom.publish_new(WORDS)
    newsroom.remove(sent.id)
    newsroom.pass_slots(2)
    receipt = newsroom.find_receipt(sent.code)
    assert receipt is not None
    assert not receipt.can_withdraw


def test_the_count_of_a_thread_survives_hiding_returning_and_withdrawing(
    newsroom: NewsroomHarness,
) -> None:
    stays, goes = newsroom.publish_new("Stays."), newsroom.publish_new(WORDS)
    newsroom.bring_back(newsroom.remove(stays.id))
    newsroom.remove(goes.id)
    newsroom.request_withdrawal(goes.code, "now")
    newsroom.pass_slots()
    (story,) = newsroom.read_table("stories")
    assert story["comments_total"] == 1


# A crash


@pytest.mark.parametrize("is_before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize(
    ("where", "name"),
    [
        (decisions, "add"),
        (hidden_texts, "insert"),
        (erase_published, "hide"),
        (published_comments, "make_tombstone"),
    ],
)
def test_a_power_cut_while_it_is_hidden_leaves_it_public(
    newsroom: NewsroomHarness, where: Any, name: str, *, is_before: bool
) -> None:
    sent = newsroom.publish_new(WORDS)
    before = _published(newsroom)
    with cut_at(where, name, is_before=is_before), pytest.raises(PowerCut):
        newsroom.remove(sent.id)
    catch_up(newsroom.components, now=newsroom.now)
    assert newsroom.state(sent.id) == "published"
    assert _published(newsroom) == before
    assert newsroom.hidden_texts() == {}


@pytest.mark.parametrize("is_before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize(
    ("where", "name"),
    [
        (decisions, "add"),
        (published_comments, "restore_text"),
        (hidden_texts, "delete"),
        (verify_published, "is_genuine"),
    ],
)
def test_a_power_cut_while_it_comes_back_leaves_it_hidden(
    newsroom: NewsroomHarness, where: Any, name: str, *, is_before: bool
) -> None:
    sent = newsroom.publish_new(WORDS)
    removed = newsroom.remove(sent.id)
    with cut_at(where, name, is_before=is_before), pytest.raises(PowerCut):
        newsroom.bring_back(removed)
    catch_up(newsroom.components, now=newsroom.now)
    assert newsroom.state(sent.id) == "removed"
    newsroom.bring_back(removed)
    assert newsroom.state(sent.id) == "published"


@pytest.mark.parametrize("is_before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize(
    ("where", "name"),
    [
        (destroy_hidden, "destroy_due"),
        (hidden_texts, "delete"),
        (cells, "remove_expired"),
        (Database, "purge"),
    ],
)
def test_a_power_cut_while_it_is_destroyed_is_repaired_by_the_next_start(
    newsroom: NewsroomHarness, where: Any, name: str, *, is_before: bool
) -> None:
    sent = newsroom.publish_new(WORDS)
    newsroom.remove(sent.id)
    (row,) = newsroom.read_table("hidden_texts")
    key = newsroom.cells()[row["cell"]]
    newsroom.pass_slots()
    with cut_at(where, name, is_before=is_before), pytest.raises(PowerCut):
        newsroom.pass_slots()
    catch_up(newsroom.components, now=newsroom.now)
    newsroom.run_scheduler()
    assert newsroom.hidden_texts() == {}
    assert newsroom.cells()[row["cell"]] != key
    assert sent.id not in _published(newsroom)
