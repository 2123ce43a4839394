"""What a receipt's code shows, and that a wrong code looks the same to an observer."""

import pytest

from tests.harness import NewsroomHarness
from tests.in_process_client import THREAD, Intake, Response
from yobal.actions import declare_story
from yobal.core.answer_size import receipt_bytes
from yobal.core.submission import Limits
from yobal.core.thread import Edition


def visible_to_observer(response: Response) -> tuple[int, int, list[tuple[str, str]]]:
    """What an observer of the network can see."""
    return response.status, len(response.body), response.headers


def code_of(response: Response) -> str:
    assert response.code is not None
    return response.code


def test_the_receipt_shows_a_rejection_with_its_clause_and_note(
    intake: Intake, newsroom: NewsroomHarness
) -> None:
    code = code_of(intake.send(receipt="yes"))
    (row,) = newsroom.read_table("comments")
    newsroom.reject(row["id"], clause="facts", note="<i>Which</i> source?")
    assert "is waiting" in intake.post(step="receipt", code=code).text
    newsroom.pass_slots()
    receipt_page = intake.post(step="receipt", code=code)
    assert "not to publish" in receipt_page.text
    assert "&lt;i&gt;Which&lt;/i&gt; source?" in receipt_page.body.decode()
    assert "#facts" in receipt_page.text
    assert "Take it back" not in receipt_page.text
    response = intake.post(step="withdraw", code=code, when="now")
    assert (response.status, "cannot be withdrawn" in response.text) == (200, True)
    assert newsroom.read_table("withdrawal_requests") == []


def test_the_receipt_says_that_a_decision_cannot_be_confirmed(
    intake: Intake, newsroom: NewsroomHarness
) -> None:
    code = code_of(intake.send(receipt="yes"))
    (row,) = newsroom.read_table("comments")
    newsroom.reject(row["id"], clause="facts", note="Which source?")
    newsroom.pass_slots()
    assert "cannot confirm" not in intake.post(step="receipt", code=code).text
    with newsroom.database.writing() as conn:
        conn.exec_driver_sql("update decisions set feedback_hash = null")
    receipt_page = intake.post(step="receipt", code=code)
    assert "We cannot confirm that a moderator decided this" in receipt_page.text
    assert "Which source?" not in receipt_page.body.decode()


@pytest.mark.parametrize("when", ["", "later"])
def test_a_withdrawal_without_a_time_gets_the_two_choices_again(intake: Intake, when: str) -> None:
    code = code_of(intake.send(receipt="yes"))
    response = intake.post(step="withdraw", code=code, when=when)
    assert "cannot be withdrawn" not in response.text
    assert 'value="next"' in response.text
    assert 'value="now"' in response.text


@pytest.mark.parametrize("when", ["now", "next"])
def test_a_published_comment_is_withdrawn_when_its_author_chose(
    intake: Intake, newsroom: NewsroomHarness, when: str
) -> None:
    sent = newsroom.publish_new("Taken back.")
    response = intake.post(step="withdraw", code=sent.code or "", when=when)
    assert response.status == 200
    assert "Your comment is being withdrawn" in response.text
    assert ("next release" in response.text) is (when == "next")
    newsroom.run_scheduler()
    assert ("Taken back." in intake.get().text) is (when == "next")
    newsroom.pass_slots()
    assert "Taken back." not in intake.get().text
    assert "your code no longer works" in response.text
    later = intake.post(step="receipt", code=sent.code or "").text
    assert "We found no receipt with this code" in later
    assert "its comment was withdrawn" in later


@pytest.mark.parametrize("state", ["pending", "published"])
def test_a_receipt_says_once_that_its_comment_is_being_withdrawn(
    intake: Intake, newsroom: NewsroomHarness, state: str
) -> None:
    confirm = intake.post(step="send", text="Taken back.", receipt="yes")
    fields = {"step": "confirm", "text": "Taken back.", "receipt": "yes"}
    key = confirm.field("idempotency_key")
    codes = [code_of(intake.post(fields, idempotency_key=key)) for _ in range(2)]
    other_code = code_of(intake.send("Another.", receipt="yes"))
    if state == "published":
        for row in newsroom.read_table("comments"):
            newsroom.publish(row["id"])
        newsroom.pass_slots()
    requested = intake.post(step="withdraw", code=codes[0], when="next")
    for code in codes:  # also with another receipt of the same comment
        receipt_page = intake.post(step="receipt", code=code)
        assert receipt_page.body == requested.body
        assert receipt_page.text.count("is being withdrawn") == 1
        assert 'value="withdraw"' not in receipt_page.text
        assert ("among other changes" in receipt_page.text) is (state == "published")
        assert visible_to_observer(receipt_page)[1] == receipt_bytes(newsroom.rules.limits)
    assert "Take it back" in intake.post(step="receipt", code=other_code).text


def test_a_withdrawal_at_once_replaces_one_with_the_next_release(
    intake: Intake, newsroom: NewsroomHarness
) -> None:
    code = newsroom.publish_new("Taken back.").code or ""
    for when in ("next", "now"):
        intake.post(step="withdraw", code=code, when=when)
    assert "within a minute or two" in intake.post(step="receipt", code=code).text


@pytest.mark.parametrize("step", ["receipt", "withdraw"])
@pytest.mark.parametrize("state", ["pending", "held", "published", "edited", "rejected", "removed"])
def test_responses_to_right_and_wrong_codes_have_the_same_length(
    intake: Intake, newsroom: NewsroomHarness, step: str, state: str
) -> None:
    sent = newsroom.send("ខ" * 900, name="Somebody")
    if state in ("held", "published", "removed"):
        newsroom.publish(sent.id)
    elif state == "edited":
        newsroom.publish_edited(sent.id, "ក" * 900)
    elif state == "rejected":
        newsroom.reject(sent.id, note="ន" * 300)
    if state not in ("pending", "held"):
        newsroom.pass_slots()
    if state == "removed":
        newsroom.remove(sent.id)
    assert sent.code is not None
    right_response = intake.post(step=step, code=sent.code, when="next")
    changed = sent.code[:-1] + ("0" if sent.code[-1] != "0" else "1")
    for wrong_code in (changed, "", "no code at all", "0" * 20, "<script>"):
        unknown_response = intake.post(step=step, code=wrong_code, when="next")
        assert "We found no receipt" in unknown_response.text
        assert visible_to_observer(unknown_response) == visible_to_observer(right_response)
    assert len(right_response.body) == receipt_bytes(newsroom.rules.limits)
    assert "We found no receipt" not in right_response.text


@pytest.mark.parametrize("step", ["receipt", "withdraw"])
def test_an_unknown_code_is_given_back_in_its_field(sqlite_intake: Intake, step: str) -> None:
    typed = 'aaaaa-bbbbb "<b>'
    response = sqlite_intake.post(step=step, code=typed, when="now")
    assert response.field("code") == typed
    assert "A to Z without I, L, O and U" in response.text
    assert "has expired" in response.text
    longest = sqlite_intake.post(step=step, code='"' * 20_000)
    assert len(longest.body) == receipt_bytes(Limits())


def test_a_code_does_not_work_under_another_story(
    intake: Intake, newsroom: NewsroomHarness
) -> None:
    declare_story.add(
        newsroom.database,
        newsroom.rules,
        "other",
        Edition(tag="en", title="O", url="https://news.example/o"),
    )
    code = code_of(intake.send(receipt="yes"))
    elsewhere = THREAD.replace("ferry", "other")
    for step in ("receipt", "withdraw"):
        response = intake.post(step=step, code=code, when="now", path=elsewhere)
        assert "We found no receipt" in response.text
    assert newsroom.read_table("withdrawal_requests") == []
    assert "is waiting" in intake.post(step="receipt", code=code).text


def test_a_code_is_in_no_header_and_no_address(intake: Intake) -> None:
    sent = intake.send(receipt="yes")
    code = code_of(sent)
    receipt_page = intake.post(step="receipt", code=code)
    for response in (sent, receipt_page):
        assert code not in str(response.headers)
        assert f"?{code}" not in response.text
        assert f"/{code}" not in response.text
