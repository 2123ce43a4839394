"""The same form with the same text is one comment, however often the browser sends it."""

import secrets
from datetime import UTC, date, datetime

from tests.harness import START, NewsroomHarness
from yobal.core import idempotency
from yobal.core.receipts import COPIES_MAX
from yobal.core.submission import Submission

DAY = 86_400


def test_the_same_form_and_text_is_one_comment_with_a_new_code_each_time(
    newsroom: NewsroomHarness,
) -> None:
    first = newsroom.send("Once.")
    again = [
        newsroom.send("Once.", idempotency_key=first.idempotency_key) for _ in range(COPIES_MAX - 1)
    ]
    assert len(newsroom.read_table("comments")) == 1
    assert {answer.outcome.status for answer in again} == {"repeat"}
    codes = {first.code, *(answer.code for answer in again)}
    assert len(codes) == COPIES_MAX
    newsroom.publish(first.id)
    newsroom.pass_slots()
    assert {newsroom.receipt_state(code) for code in codes} == {"published"}


def test_a_comment_has_at_most_five_codes(newsroom: NewsroomHarness) -> None:
    first = newsroom.send("Once.")
    sent = [
        newsroom.send("Once.", idempotency_key=first.idempotency_key) for _ in range(COPIES_MAX + 1)
    ]
    assert [submission.outcome.has_receipt for submission in sent] == [True] * 4 + [False] * 2
    assert len(newsroom.read_table("receipts")) == COPIES_MAX


def test_a_repeat_can_add_a_code_to_a_comment_without_one(newsroom: NewsroomHarness) -> None:
    first = newsroom.send("Once.", receipt=False)
    again = newsroom.send("Once.", idempotency_key=first.idempotency_key)
    assert again.outcome.status == "repeat"
    assert newsroom.receipt_state(again.code) == "pending"


def test_another_text_name_edition_or_form_is_another_comment(
    newsroom: NewsroomHarness,
) -> None:
    first = newsroom.send("Once.")
    newsroom.send("Twice.", idempotency_key=first.idempotency_key)
    newsroom.send("Once.", idempotency_key=first.idempotency_key, name="Somebody")
    newsroom.send("Once.", idempotency_key=first.idempotency_key, edition="km")
    newsroom.send("Once.")
    assert len(newsroom.read_table("comments")) == 5


def test_a_reply_and_a_comment_with_the_same_text_are_two(newsroom: NewsroomHarness) -> None:
    parent = newsroom.publish_new()
    first = newsroom.send("Yes.")
    newsroom.send("Yes.", idempotency_key=first.idempotency_key, parent_id=parent.id)
    assert len(newsroom.read_table("comments")) == 3


def test_a_repeat_after_midnight_is_still_one_comment(newsroom: NewsroomHarness) -> None:
    newsroom.now = START + 10.9 * 3_600  # 23:54
    first = newsroom.send("Late.")
    newsroom.now += 1_200
    assert (
        datetime.fromtimestamp(newsroom.now, UTC).date()
        != datetime.fromtimestamp(START, UTC).date()
    )
    assert newsroom.send("Late.", idempotency_key=first.idempotency_key).outcome.status == "repeat"
    newsroom.now += (
        DAY - 1_800
    )  # the next day's last minutes, with the loop's destruction of old keys
    newsroom.run_scheduler()
    assert newsroom.send("Late.", idempotency_key=first.idempotency_key).outcome.status == "repeat"


def test_a_form_opened_days_ago_works_as_a_new_one(newsroom: NewsroomHarness) -> None:
    for days in (2, 3, 400):
        today = datetime.fromtimestamp(START - days * DAY, UTC).date()
        form = idempotency.new_idempotency_key(secrets.token_bytes, today=today)
        assert newsroom.send("Old form.", idempotency_key=form).outcome.status == "new"
        assert newsroom.send("Old form.", idempotency_key=form).outcome.status == "repeat"


def test_sending_a_withdrawn_comment_again_does_not_restore_it(newsroom: NewsroomHarness) -> None:
    sent = newsroom.send("Take it back.")
    newsroom.request_withdrawal(sent.code)
    newsroom.run_scheduler()
    again = newsroom.send("Take it back.", idempotency_key=sent.idempotency_key)
    assert again.outcome.status == "repeat"
    assert newsroom.state(sent.id) == "withdrawn"
    assert newsroom.receipt_state(again.code) == "withdrawn"


def test_day_keys_and_hashes_of_withdrawn_comments_are_destroyed_after_two_days(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.send("Gone.")
    newsroom.request_withdrawal(sent.code)
    newsroom.run_scheduler()
    folder = newsroom.components.settings.secrets_dir / "day"
    first = date(2026, 11, 22).isoformat()
    newsroom.pass_slots(6)  # until 01:00 two days later
    assert first not in {path.name for path in folder.iterdir()}
    assert newsroom.comment_row(sent.id)["idempotency_hash"] is not None
    newsroom.pass_slots(4)
    assert newsroom.comment_row(sent.id)["idempotency_hash"] is None


def test_the_hash_of_an_old_form_depends_on_a_key_that_still_exists(
    newsroom: NewsroomHarness,
) -> None:
    today = datetime.fromtimestamp(START, UTC).date()
    form = idempotency.new_idempotency_key(secrets.token_bytes, today=date(2020, 1, 1))
    words = Submission(
        site_id="s", story_id="t", edition="en", parent_id=None, text="Words.", name=""
    )
    marks = {
        idempotency.idempotency_hash({today: key}, form, words, today=today)
        for key in (*newsroom.components.keyring.day_keys(today).values(), bytes(32), b"k" * 32)
    }
    assert len(marks) == 3
