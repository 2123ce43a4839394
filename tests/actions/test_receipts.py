"""What a receipt shows: its own comment under its own story, and no decision before its slot."""

import msgspec
import pytest
import sqlalchemy as sa

from tests.harness import SITE_ID, NewsroomHarness, SentComment
from yobal.actions import declare_story
from yobal.core.feedback import Change, Feedback
from yobal.core.thread import Edition


@pytest.mark.parametrize(
    "typed",
    [
        str.lower,
        lambda code: code.replace("-", " "),
        lambda code: f"  {code.replace('-', '')}\n",
        lambda code: code.replace("0", "O").replace("1", "I"),
        lambda code: code.replace("0", "o").replace("1", "l"),
        "\u200b".join,
        lambda code: code.replace("-", "--"),
    ],
)
def test_a_code_works_however_it_is_typed(sqlite_newsroom: NewsroomHarness, typed: object) -> None:
    assert callable(typed)
    sqlite_newsroom.random = lambda size: bytes([0b0100_0001, 0, 0b0000_1000] * size)[:size]
    sent = sqlite_newsroom.send()
    assert sent.code is not None
    assert {"0", "1"} & set(sent.code)
    assert sqlite_newsroom.receipt_state(typed(sent.code)) == "pending"


@pytest.mark.parametrize("typed", ["", "A", "U" * 20, "0" * 20, "0" * 21, "ក" * 20, "\0" * 20])
def test_invalid_and_unknown_codes_open_nothing(newsroom: NewsroomHarness, typed: str) -> None:
    newsroom.send()
    assert newsroom.find_receipt(typed) is None


def test_a_code_with_one_wrong_character_opens_nothing(sqlite_newsroom: NewsroomHarness) -> None:
    code = sqlite_newsroom.send().code
    assert code is not None
    for at, character in enumerate(code):
        if character != "-":
            other = "0" if character != "0" else "2"
            assert sqlite_newsroom.find_receipt(code[:at] + other + code[at + 1 :]) is None


def test_a_code_opens_nothing_under_another_story(newsroom: NewsroomHarness) -> None:
    other = Edition(tag="en", title="Other", url="https://news.example/other")
    declare_story.add(newsroom.database, newsroom.rules, "other", other)
    sent = newsroom.send()
    assert newsroom.find_receipt(sent.code, story_id="other") is None
    assert newsroom.find_receipt(sent.code) is not None


@pytest.mark.parametrize("decide", ["publish", "publish_edited", "reject"])
def test_a_receipt_says_waiting_until_the_slot_of_the_decision(
    newsroom: NewsroomHarness, decide: str
) -> None:
    sent = newsroom.send("Before its slot.")
    arguments = {"publish": (), "publish_edited": ("Edited.",), "reject": ()}[decide]
    getattr(newsroom, decide)(sent.id, *arguments)
    newsroom.run_scheduler()
    receipt = newsroom.find_receipt(sent.code)
    assert receipt is not None
    shown = {
        name: value
        for name, value in msgspec.structs.asdict(receipt.status).items()
        if value not in (None, False)
    }
    assert shown == {"site_id": SITE_ID, "story_id": "ferry", "state": "pending"}
    newsroom.pass_slots()
    assert newsroom.receipt_state(sent.code) == ("rejected" if decide == "reject" else "published")


def test_a_comment_that_is_due_at_the_second_slot_is_shown_as_accepted_after_the_first(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.send()
    newsroom.publish(sent.id)
    with newsroom.database.writing() as conn:
        conn.execute(sa.text("update comments set due_slot = due_slot + 21600"))
    newsroom.pass_slots()
    receipt = newsroom.find_receipt(sent.code)
    assert receipt is not None
    assert (receipt.status.state, receipt.status.text, receipt.can_withdraw) == (
        "held",
        None,
        True,
    )


def test_a_receipt_shows_the_clause_of_an_edit_and_of_a_removal(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.send("Call 012 345 678.")
    newsroom.publish_edited(sent.id, "Call ▮▮▮.")
    newsroom.pass_slots()
    receipt = newsroom.find_receipt(sent.code)
    assert receipt is not None
    assert (receipt.status.text, receipt.status.edit_kind, receipt.status.clause) == (
        "Call ▮▮▮▮▮▮▮▮.",
        "masked",
        "personal-data",
    )
    newsroom.remove(sent.id, clause="threats")
    receipt = newsroom.find_receipt(sent.code)
    assert receipt is not None
    assert (receipt.status.state, receipt.status.clause, receipt.status.text) == (
        "removed",
        "threats",
        None,
    )
    assert receipt.status.is_hidden
    newsroom.pass_slots(2)
    receipt = newsroom.find_receipt(sent.code)
    assert receipt is not None
    assert not receipt.can_withdraw


def test_a_receipt_expires_with_its_pepper_and_is_deleted(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.send()
    newsroom.publish(sent.id)
    newsroom.pass_slots()
    last = 8 * 86_400  # room.rules.receipt_days is 30: from Monday's week until its Sunday + 30
    newsroom.now += 29 * 86_400
    newsroom.run_scheduler()
    assert newsroom.receipt_state(sent.code) == "published"
    newsroom.now += last
    newsroom.run_scheduler()
    assert newsroom.find_receipt(sent.code) is None
    assert newsroom.read_table("receipts") == []
    names = {path.name for path in (newsroom.components.settings.secrets_dir / "pepper").iterdir()}
    assert "2026-11-16" not in names


def test_without_its_pepper_a_stored_receipt_opens_nothing(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.send()
    for path in (newsroom.components.settings.secrets_dir / "pepper").iterdir():
        path.unlink()  # this week's, and next week's where it is near
    newsroom.components.keyring._cache.clear()
    assert newsroom.read_table("receipts") != []
    assert newsroom.find_receipt(sent.code) is None


def test_the_database_has_neither_the_code_nor_the_comment_id_of_a_receipt(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.send()
    (row,) = newsroom.read_table("receipts")
    assert sent.code is not None
    assert set(row) == {"hash", "idempotency_hash", "copy", "week", "recipient", "recipient_mac"}
    assert sent.code.replace("-", "").encode() not in bytes(row["hash"])
    assert sent.id not in str(row)


EDIT = Feedback(
    note="Please name no street.",
    changes=(Change("deleted", "Ask Lin."), Change("inserted", "Ask them.")),
    lang="en",
)


def _publish_with_feedback(newsroom: NewsroomHarness) -> SentComment:
    sent = newsroom.send("Ask Lin.")
    newsroom.publish_edited(sent.id, EDIT.edited, feedback=EDIT)
    newsroom.pass_slots(newsroom.rules.schedule.max_hold_slots)
    return sent


def _shown(newsroom: NewsroomHarness, sent: SentComment) -> tuple[str | None, bool]:
    """The note, and whether the changes are shown."""
    match = newsroom.find_receipt(sent.code)
    assert match is not None
    return match.feedback.note if match.feedback else None, match.are_changes_shown


def test_a_comment_that_a_lead_brings_back_has_its_feedback_again(
    newsroom: NewsroomHarness,
) -> None:
    sent = _publish_with_feedback(newsroom)
    assert _shown(newsroom, sent) == (EDIT.note, True)
    removed = newsroom.remove(sent.id)
    assert _shown(newsroom, sent) == (None, False)
    newsroom.bring_back(removed)
    assert _shown(newsroom, sent) == (EDIT.note, True)


def test_changes_are_not_shown_while_the_comment_is_withheld(newsroom: NewsroomHarness) -> None:
    sent = _publish_with_feedback(newsroom)
    with newsroom.database.writing() as conn:
        conn.exec_driver_sql("update published_comments set is_withheld = true")
    assert _shown(newsroom, sent) == (EDIT.note, False)
