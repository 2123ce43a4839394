"""An author withdraws a comment, and its text is gone from everywhere."""

from typing import Literal

import pytest
import sqlalchemy as sa

from tests.harness import SITE_ID, NewsroomHarness, SentComment
from yobal.actions import receipts
from yobal.store import withdrawal_requests

LEFT = {"id", "site_id", "story_id", "state", "arrival_round", "idempotency_hash"}


def _withdrawn(
    newsroom: NewsroomHarness, sent: SentComment, when: Literal["now", "next"] = "now"
) -> None:
    newsroom.request_withdrawal(sent.code, when)
    newsroom.run_scheduler()


@pytest.mark.parametrize("state", ["pending", "held", "rejected", "published"])
def test_a_withdrawn_comment_keeps_only_id_story_root_and_day(
    newsroom: NewsroomHarness, state: str
) -> None:
    sent = newsroom.send("Words to be forgotten.", name="Somebody")
    if state == "rejected":
        newsroom.reject(sent.id, note="A note to forget.")
    elif state != "pending":
        newsroom.publish_edited(sent.id, "Edited words.")
    if state == "published":
        newsroom.pass_slots()
    assert newsroom.state(sent.id) == state
    _withdrawn(newsroom, sent)
    row = newsroom.comment_row(sent.id)
    assert {name for name, value in row.items() if value not in (None, "", 0)} == LEFT
    assert row["arrival_round"] % 86_400 == 0
    (*lines,) = newsroom.read_table("published_comments")
    assert all((line["text"], line["name"]) == ("", "") for line in lines)
    newsroom.pass_slots()
    for table in (
        "envelopes",
        "held_texts",
        "published_comments",
        "receipts",
        "withdrawal_requests",
    ):
        assert newsroom.read_table(table) == [], table
    assert newsroom.read_table("feedback") == []
    assert newsroom.find_receipt(sent.code) is None


@pytest.mark.parametrize("state", ["pending", "held", "published"])
def test_a_withdrawn_text_is_nowhere_on_the_disk(
    sqlite_newsroom: NewsroomHarness, state: str
) -> None:
    newsroom = sqlite_newsroom
    sent = newsroom.send("Unrepeatable words, withdrawn.")
    with newsroom.database.reading() as conn:
        stored = bytes(conn.execute(sa.text("select ciphertext from envelopes")).scalar_one())
    if state != "pending":
        newsroom.publish(sent.id)
    if state == "published":
        newsroom.pass_slots()
    _withdrawn(newsroom, sent)
    on_disk = [
        path.read_bytes() for path in newsroom.files_dir.parent.parent.rglob("*") if path.is_file()
    ]
    assert len(on_disk) > 5
    for trace in (b"Unrepeatable words", stored[-200:], stored[:200]):
        assert not any(trace in content for content in on_disk)


def test_a_held_comment_is_withdrawn_at_once_even_if_the_next_release_was_requested(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.send()
    newsroom.publish(sent.id)
    _withdrawn(newsroom, sent, "next")
    assert newsroom.state(sent.id) == "withdrawn"
    newsroom.pass_slots()
    assert newsroom.read_table("published_comments") == []


def test_a_published_comment_is_withdrawn_now_or_with_the_next_release_as_requested(
    newsroom: NewsroomHarness,
) -> None:
    now, later = newsroom.publish_new("Goes now."), newsroom.publish_new("Goes later.")
    newsroom.request_withdrawal(later.code, "next")
    newsroom.request_withdrawal(now.code, "now")
    newsroom.run_scheduler()
    page = newsroom.read_file("en/index.html")
    assert "Goes now." not in page
    assert "Goes later." in page
    newsroom.run_scheduler()
    assert "Goes later." in newsroom.read_file("en/index.html")
    newsroom.pass_slots()
    assert "Goes later." not in newsroom.read_file("en/index.html")
    assert (newsroom.state(now.id), newsroom.state(later.id)) == ("withdrawn", "withdrawn")


def test_a_rejected_comment_can_be_withdrawn_before_the_slot_of_its_rejection(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.send("I take it back.")
    decided = newsroom.reject(sent.id)
    assert newsroom.receipt_state(sent.code) == "pending"
    newsroom.request_withdrawal(sent.code)
    newsroom.undo(decided)
    newsroom.run_scheduler()
    assert newsroom.state(sent.id) == "withdrawn"


def test_a_request_after_a_final_rejection_changes_nothing(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.send()
    receipt = newsroom.find_receipt(sent.code)
    newsroom.reject(sent.id)
    newsroom.pass_slots()
    assert receipt is not None
    receipts.request_withdrawal(newsroom.inbox, receipt, when="now")
    newsroom.move_inbox()
    newsroom.run_scheduler()
    assert newsroom.state(sent.id) == "rejected"
    assert newsroom.read_table("withdrawal_requests") == []


def test_a_withdrawn_comment_with_replies_leaves_a_tombstone_without_a_name(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.publish_new("The first words.", name="Rachana")
    newsroom.publish_new("An answer.", parent_id=sent.id)
    _withdrawn(newsroom, sent)
    tombstone = next(
        row for row in newsroom.read_table("published_comments") if row["id"] == sent.id
    )
    assert (tombstone["text"], tombstone["name"], tombstone["removal"], tombstone["lang"]) == (
        "",
        "",
        "withdrawn",
        "und",
    )
    page = newsroom.read_file("en/index.html")
    assert "Withdrawn by its author" in page
    assert "An answer." in page
    everything = b"".join(newsroom.read_all_files().values())
    assert b"The first words." not in everything
    assert b"Rachana" not in everything


def test_tombstones_go_with_their_last_reply_at_any_depth(newsroom: NewsroomHarness) -> None:
    chain = [newsroom.publish_new("Root.", name="Rachana")]
    for depth in range(3):
        chain.append(
            newsroom.publish_new(f"Answer {depth}.", parent_id=chain[-1].id, name="Somebody")
        )
    for comment in chain[:-1]:
        _withdrawn(newsroom, comment)
    assert len(newsroom.read_table("published_comments")) == 4
    _withdrawn(newsroom, chain[-1])
    assert len(newsroom.read_table("published_comments")) == 4, "until the next release"
    newsroom.pass_slots()
    assert newsroom.read_table("published_comments") == []
    assert "Withdrawn by its author" not in newsroom.read_file("en/index.html")
    assert "Withdrawn by its author" not in newsroom.read_file("en/page/1.html")
    (story_id,) = newsroom.read_table("stories")
    assert story_id["comments_total"] == 0


@pytest.mark.parametrize("reply", ["none", "pending", "held"])
def test_a_line_stays_until_the_next_release_whatever_was_replied_and_not_published(
    newsroom: NewsroomHarness, reply: str
) -> None:
    root = newsroom.publish_new("Root.")
    if reply != "none":
        answer = newsroom.send("Not on the page yet.", parent_id=root.id)
    if reply == "held":
        newsroom.randbelow = lambda _: 1  # not with the next slot
        newsroom.publish(answer.id)
    _withdrawn(newsroom, root)
    assert "Withdrawn by its author" in newsroom.read_file("en/index.html")
    newsroom.pass_slots()
    assert newsroom.read_table("published_comments") == []
    assert "Withdrawn by its author" not in newsroom.read_file("en/index.html")


def test_a_reply_that_is_released_with_the_slot_keeps_the_line(newsroom: NewsroomHarness) -> None:
    root = newsroom.publish_new("Root.")
    answer = newsroom.send("Released with the next slot.", parent_id=root.id)
    newsroom.randbelow = lambda _: 0
    newsroom.publish(answer.id)
    _withdrawn(newsroom, root)
    newsroom.pass_slots()
    page = newsroom.read_file("en/index.html")
    assert "Withdrawn by its author" in page
    assert "Released with the next slot." in page


def test_a_reply_whose_parent_was_deleted_is_published_under_the_root(
    newsroom: NewsroomHarness,
) -> None:
    root = newsroom.publish_new("Root.")
    middle = newsroom.publish_new("Middle.", parent_id=root.id)
    answer = newsroom.send("Whom do I answer?", parent_id=middle.id)
    _withdrawn(newsroom, middle)
    newsroom.pass_slots()  # its line goes
    newsroom.publish(answer.id)
    newsroom.pass_slots()
    shown = next(row for row in newsroom.read_table("published_comments") if row["id"] == answer.id)
    assert (shown["root_id"], shown["parent_id"]) == (root.id, root.id)
    assert middle.id.encode() not in b"".join(newsroom.read_all_files().values())


def test_requests_with_several_codes_are_one_withdrawal(newsroom: NewsroomHarness) -> None:
    sent = newsroom.send()
    codes = [
        sent.code,
        *(newsroom.send(idempotency_key=sent.idempotency_key).code for _ in range(2)),
    ]
    for code in codes:
        newsroom.request_withdrawal(code)
    newsroom.run_scheduler()
    assert newsroom.read_table("withdrawal_requests") == []
    assert newsroom.state(sent.id) == "withdrawn"


def test_repeated_requests_are_stored_once_for_each_kind(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.publish_new()
    for _ in range(3):
        newsroom.request_withdrawal(sent.code, "next")
        newsroom.request_withdrawal(sent.code, "now")
    assert sorted(row["request_kind"] for row in newsroom.read_table("withdrawal_requests")) == [
        "withdraw_next",
        "withdraw_now",
    ]
    newsroom.run_scheduler()
    newsroom.run_scheduler()  # the other one now opens nothing
    assert newsroom.read_table("withdrawal_requests") == []


def test_requests_for_the_next_release_are_not_read_before_it(newsroom: NewsroomHarness) -> None:
    waits, held = newsroom.publish_new("Goes later."), newsroom.send("Goes at once.")
    for sent in (waits, held):
        newsroom.request_withdrawal(sent.code, "next")
    with newsroom.database.reading() as conn:
        (at_once,) = withdrawal_requests.ready(conn, SITE_ID, with_release=False)
        assert len(withdrawal_requests.ready(conn, SITE_ID, with_release=True)) == 2
    assert at_once.receipt_hash == next(
        row["hash"]
        for row in newsroom.read_table("receipts")
        if row["idempotency_hash"] == newsroom.comment_row(held.id)["idempotency_hash"]
    )
    newsroom.run_scheduler()
    assert (newsroom.state(waits.id), newsroom.state(held.id)) == ("published", "withdrawn")


def test_a_request_with_an_unknown_hash_is_deleted(newsroom: NewsroomHarness) -> None:
    with newsroom.database.writing() as conn:
        conn.execute(
            sa.text(
                "insert into withdrawal_requests values ('w', :site_id, :hash, 'withdraw_now')"
            ),
            {"site_id": SITE_ID, "hash": b"nobody's"},
        )
    newsroom.send()
    newsroom.run_scheduler()
    assert newsroom.read_table("withdrawal_requests") == []
    assert {row["state"] for row in newsroom.read_table("comments")} == {"pending"}
