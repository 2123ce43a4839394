"""A moderator decides: what is compared, what is refused, and who was first."""

import secrets
import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.harness import SITE_ID, SLOT, NewsroomHarness
from yobal.core.decisions import DecisionResult
from yobal.core.errors import AlreadyDecided, CommitmentMismatch, InvalidInput, NoSuchComment
from yobal.core.held_text import HeldText
from yobal.core.schedule import next_slot
from yobal.store import sites


def test_a_published_comment_equals_what_was_sealed(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.publish_new("ខ្ញុំធ្វើការ\u200bនៅសាឡាង។  Yes.", name="ស្រី")
    (comment_row,) = newsroom.read_table("published_comments")
    assert (comment_row["id"], comment_row["text"], comment_row["name"]) == (
        sent.id,
        "ខ្ញុំធ្វើការ\u200bនៅសាឡាង។  Yes.",
        "ស្រី",
    )
    assert comment_row["lang"] == "km"
    assert comment_row["edited_clause"] is None


@pytest.mark.parametrize("changed", ["text", "name", "nonce", "short nonce"])
def test_a_text_that_differs_from_the_sealed_one_cannot_be_published_as_unedited(
    newsroom: NewsroomHarness, changed: str
) -> None:
    sent = newsroom.send("The ferry is late.", name="Reader")
    opened = newsroom.decrypt(sent.id)
    nonce = bytes.fromhex(opened.nonce)
    forged: dict[str, dict[str, Any]] = {
        "text": {"text": "The ferry is late!"},
        "name": {"name": "reader"},
        "nonce": {"nonce": secrets.token_bytes(32)},
        "short nonce": {"nonce": nonce[:31]},
    }
    with pytest.raises(CommitmentMismatch):
        newsroom.publish(sent.id, **forged[changed])
    assert newsroom.state(sent.id) == "pending"
    assert newsroom.read_table("held_texts") == []


def test_moving_a_character_from_the_text_to_the_name_changes_the_commitment(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.send("bc", name="a")
    with pytest.raises(CommitmentMismatch):
        newsroom.publish(sent.id, text="c", name="ab")


@pytest.mark.parametrize(
    "given", [{"words": "a\u202eb"}, {"name": "a\u0000b"}, {"words": "a\r\nb"}, {"name": "\u200b"}]
)
def test_a_sealed_text_that_the_form_would_have_cleaned_cannot_be_published_unedited(
    newsroom: NewsroomHarness, given: dict[str, Any]
) -> None:
    sent = newsroom.send(**given, skip_cleaning=True)
    with pytest.raises(InvalidInput):
        newsroom.publish(sent.id)
    assert newsroom.state(sent.id) == "pending"


def test_an_edited_comment_shows_its_clause_and_keeps_the_sealed_original(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.send("Call Dara at 012 345 678.")
    newsroom.publish_edited(sent.id, "Call Dara at ▮▮▮.")
    newsroom.pass_slots()
    (comment_row,) = newsroom.read_table("published_comments")
    assert (comment_row["text"], comment_row["edited_clause"]) == (
        "Call Dara at ▮▮▮▮▮▮▮▮.",
        "personal-data",
    )
    assert comment_row["edit_kind"] == "masked"
    assert newsroom.decrypt(sent.id).text == "Call Dara at 012 345 678."
    assert b"012 345 678" not in b"".join(newsroom.read_all_files().values())


def test_masking_one_word_of_the_longest_text_is_accepted(newsroom: NewsroomHarness) -> None:
    longest = "a" * newsroom.rules.limits.text_graphemes_max
    sent = newsroom.send(longest)
    newsroom.publish_edited(sent.id, "▮" + longest[1:])
    newsroom.pass_slots()
    (comment_row,) = newsroom.read_table("published_comments")
    assert comment_row["text"] == "▮▮▮▮▮▮▮▮" + longest[1:]
    again = newsroom.send(longest)
    with pytest.raises(InvalidInput):
        newsroom.publish_edited(again.id, "▮" + longest)


def test_an_edited_text_is_cleaned_like_a_readers_text(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.send("Plain.")
    newsroom.publish_edited(sent.id, "  One\u202e two\r\n\r\n\r\n\r\nthree\x07 ")
    assert _held_text(newsroom, sent.id).text == "  One two\n\n\nthree"


def test_an_invisible_name_is_published_as_empty(newsroom: NewsroomHarness) -> None:
    sent = newsroom.send("Plain.", name="\u200e", skip_cleaning=True)
    newsroom.publish_edited(sent.id, "Plain indeed.")  # under the name that was sealed
    assert _held_text(newsroom, sent.id).name == ""


def _held_text(newsroom: NewsroomHarness, comment_id: str) -> HeldText:
    held_text = newsroom.held_texts()[comment_id]
    assert held_text is not None
    return held_text


def test_publishing_unedited_deletes_the_original_and_its_commitment(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.publish_new()
    assert newsroom.read_table("envelopes") == []
    assert newsroom.comment_row(sent.id)["commitment"] is None


EDITS: dict[str, Callable[[NewsroomHarness, str], DecisionResult]] = {
    "clause of an edit": lambda newsroom, comment: newsroom.publish_edited(
        comment, "Words.", clause="rude"
    ),
    "clause of a rejection": lambda newsroom, comment: newsroom.reject(comment, clause=""),
    "no words": lambda newsroom, comment: newsroom.publish_edited(comment, " \u200b\n"),
    "too many words": lambda newsroom, comment: newsroom.publish_edited(comment, "a" * 2_001),
    "a language that is none": lambda newsroom, comment: newsroom.publish(comment, lang="../en"),
}


@pytest.mark.parametrize("wrong", EDITS)
def test_an_invalid_decision_is_refused_and_changes_nothing(
    newsroom: NewsroomHarness, wrong: str
) -> None:
    sent = newsroom.send()
    with pytest.raises(InvalidInput):
        EDITS[wrong](newsroom, sent.id)
    assert newsroom.state(sent.id) == "pending"
    assert newsroom.read_table("decisions") == []


def test_a_note_of_300_characters_is_shown_with_the_receipt(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.send()
    newsroom.reject(sent.id, note="ន" * 300)
    newsroom.pass_slots()
    receipt = newsroom.find_receipt(sent.code)
    assert receipt is not None
    assert receipt.feedback is not None
    assert (receipt.status.state, receipt.status.clause, receipt.feedback.note) == (
        "rejected",
        "spam",
        "ន" * 300,
    )


def test_a_note_is_refused_if_the_author_has_no_receipt(newsroom: NewsroomHarness) -> None:
    sent = newsroom.send(receipt=False)
    with pytest.raises(InvalidInput, match="receipt"):
        newsroom.reject(sent.id, note="Please do.")
    newsroom.reject(sent.id)
    assert newsroom.read_table("feedback") == []


def test_the_second_of_two_moderators_learns_who_decided_what(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.send()
    newsroom.reject(sent.id, clause="facts", decided_by="Egret")
    with pytest.raises(AlreadyDecided) as error:
        newsroom.publish(sent.id)
    assert (error.value.decided_by, error.value.verdict) == ("Egret", "reject")
    assert newsroom.state(sent.id) == "rejected"
    assert newsroom.read_table("held_texts") == []


def test_deciding_on_a_withdrawn_comment_says_that_it_was_withdrawn(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.send()
    newsroom.request_withdrawal(sent.code)
    newsroom.run_scheduler()
    with pytest.raises(AlreadyDecided) as error:
        newsroom.reject(sent.id)
    assert error.value.verdict == "withdrawn"


def test_a_comment_that_does_not_exist_cannot_be_decided(newsroom: NewsroomHarness) -> None:
    with pytest.raises(NoSuchComment):
        newsroom.reject("a" * 26)
    with pytest.raises(NoSuchComment):
        newsroom.remove("a" * 26)


def test_a_decision_stores_moderator_terms_and_slot_but_no_time(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.send()
    newsroom.reject(sent.id, clause="facts")
    (decision_id,) = newsroom.read_table("decisions")
    assert decision_id["decided_by"] == "Heron"
    assert decision_id["terms_version"] == 1
    assert decision_id["slot"] % 21_600 == 0


@pytest.mark.parametrize("act", ["publish", "edit", "reject"])
def test_after_the_clock_was_set_back_over_a_slot_receipts_wait_for_the_next_slot(
    newsroom: NewsroomHarness, act: str
) -> None:
    sent, undone = newsroom.send(), newsroom.send()
    newsroom.pass_slots()
    released = int(newsroom.now) // SLOT * SLOT
    newsroom.now = released - 1
    if act == "publish":
        decided = newsroom.publish(sent.id)
    elif act == "edit":
        decided = newsroom.publish_edited(sent.id, "Edited.")
    else:
        decided = newsroom.reject(sent.id)
    assert decided.slot == released + SLOT
    assert newsroom.receipt_state(sent.code) == "pending"
    newsroom.undo(newsroom.reject(undone.id))
    assert {row["slot"] for row in newsroom.read_table("decisions")} == {released + SLOT}
    newsroom.now = released + SLOT
    newsroom.run_scheduler()
    assert newsroom.receipt_state(sent.code) == ("rejected" if act == "reject" else "published")


def test_a_decision_during_a_release_is_final_at_a_later_slot(newsroom: NewsroomHarness) -> None:
    sent, released = newsroom.send(), next_slot(newsroom.rules.schedule, newsroom.now)
    decided: list[DecisionResult] = []
    deciding = threading.Thread(target=lambda: decided.append(newsroom.reject(sent.id)))
    with newsroom.database.writing() as conn:
        sites.set_released_slot(conn, SITE_ID, released)
        deciding.start()
        deciding.join(0.5)
        assert decided == [], "it waits until the release has ended"
    deciding.join(10)
    (decision,) = decided
    assert decision.slot > released
