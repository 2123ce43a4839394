"""Every step of a reader's form and everything that can go wrong; the text is never lost."""

import secrets
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from tests.harness import SLOT, START, STORY_ID, NewsroomHarness
from tests.in_process_client import THREAD, Intake
from yobal.actions import change_story, declare_story
from yobal.actions.change_story import StoryChanges
from yobal.core import idempotency, paths
from yobal.core.schedule import last_slot
from yobal.web.handlers.context import PROBLEM_STATUSES


def new_form(*, days_ago: int = 0) -> str:
    day = datetime.fromtimestamp(START, UTC).date() - timedelta(days=days_ago)
    return idempotency.new_idempotency_key(secrets.token_bytes, today=day)


def fields(text: str = "The ferry is late.", **given: str) -> dict[str, str]:
    return {
        "step": "send",
        "text": text,
        "name": "Reader",
        "receipt": "yes",
        "idempotency_key": new_form(),
        "parent_id": "",
    } | given


def test_a_sent_comment_is_sealed_and_its_receipt_works(
    intake: Intake, newsroom: NewsroomHarness
) -> None:
    response = intake.post(fields())
    assert response.status == 200
    (row,) = newsroom.read_table("comments")
    assert newsroom.decrypt(row["id"]).text == "The ferry is late."
    receipt_page = intake.post({"step": "receipt", "code": response.code or ""})
    assert receipt_page.status == 200
    assert "waiting" in receipt_page.text.lower()


def test_without_a_receipt_no_code_is_shown_or_stored(
    intake: Intake, newsroom: NewsroomHarness
) -> None:
    response = intake.post(fields(receipt=""))
    assert response.code is None
    assert newsroom.read_table("receipts") == []


def test_a_form_without_an_idempotency_key_is_confirmed_before_anything_is_stored(
    intake: Intake, newsroom: NewsroomHarness
) -> None:
    confirm_page = intake.post(
        fields(idempotency_key="", text="  Read me. \r\n\r\n\r\n\r\nAgain.\u202e")
    )
    assert confirm_page.status == 200
    assert newsroom.read_table("comments") == []
    assert "Read me.\n\n\nAgain." in confirm_page.text.replace("\r", "").replace("<br>", "")
    form_fields = intake.post(
        fields(step="confirm", idempotency_key=confirm_page.field("idempotency_key"))
    )
    assert form_fields.code is not None
    assert len(newsroom.read_table("comments")) == 1


@pytest.mark.parametrize("days_ago", [1, 2, 9])
def test_a_form_that_was_opened_days_ago_works(
    sqlite_intake: Intake, sqlite_newsroom: NewsroomHarness, days_ago: int
) -> None:
    assert sqlite_intake.post(fields(idempotency_key=new_form(days_ago=days_ago))).status == 200
    assert len(sqlite_newsroom.read_table("comments")) == 1


def test_the_form_shows_all_errors_together_with_what_was_written(
    intake: Intake, newsroom: NewsroomHarness
) -> None:
    long = "ក" * 2_001
    response = intake.post(fields(text=long, name="n" * 61))
    assert response.status == 422
    assert long in response.text
    assert "n" * 61 in response.text
    assert response.text.count('aria-invalid="true"') == 2
    assert newsroom.read_table("comments") == []


@pytest.mark.parametrize("text", ["", "   ", "\u200b\u200d \n", "\u202e"])
def test_a_text_without_visible_characters_is_refused_as_empty(
    sqlite_intake: Intake, text: str
) -> None:
    assert sqlite_intake.post(fields(text=text)).status == 422


def test_the_longest_khmer_comment_fits_and_is_stored_unchanged(
    intake: Intake, newsroom: NewsroomHarness
) -> None:
    text = ("ស្រុក\u200b" * 2_000)[: 2_000 * 3]
    response = intake.post(fields(text=text))
    assert response.status == 200
    (row,) = newsroom.read_table("comments")
    assert newsroom.decrypt(row["id"]).text == text


@pytest.mark.parametrize("parent_id", ["a" * 26, "../", "\0", "x" * 5_000])
@pytest.mark.parametrize("step", ["send", "reply"])
def test_a_reply_to_a_missing_comment_is_refused_and_gives_the_text_back(
    intake: Intake, newsroom: NewsroomHarness, step: str, parent_id: str
) -> None:
    response = intake.post(fields(parent_id=parent_id, step=step))
    assert response.status == PROBLEM_STATUSES["parent_removed"]
    assert step == "reply" or "The ferry is late." in response.text
    assert newsroom.read_table("comments") == []


@pytest.mark.parametrize("when", ["now", "next"])
def test_the_owner_of_a_receipt_can_withdraw_the_comment(
    intake: Intake, newsroom: NewsroomHarness, when: str
) -> None:
    code = intake.post(fields()).code
    assert intake.post({"step": "withdraw", "code": code or "", "when": when}).status == 200
    assert [row["request_kind"] for row in newsroom.read_table("withdrawal_requests")] == [
        f"withdraw_{when}"
    ]


@pytest.mark.parametrize("when", ["", "later", "now "])
def test_a_withdrawal_without_a_valid_time_is_not_stored(
    intake: Intake, newsroom: NewsroomHarness, when: str
) -> None:
    code = intake.post(fields()).code
    intake.post({"step": "withdraw", "code": code or "", "when": when})
    assert newsroom.read_table("withdrawal_requests") == []


def test_a_closed_story_says_so_and_gives_the_text_back(
    intake: Intake, newsroom: NewsroomHarness
) -> None:
    declare_story.set_open(newsroom.database, newsroom.rules, STORY_ID, is_open=False)
    response = intake.post(fields())
    assert (response.status, "The ferry is late." in response.text) == (403, True)
    assert newsroom.read_table("comments") == []


def test_a_story_is_closed_from_its_closing_time_on_even_before_the_release(
    intake: Intake, newsroom: NewsroomHarness
) -> None:
    closes = last_slot(newsroom.rules.schedule, newsroom.now) + SLOT
    change_story.change(newsroom.database, newsroom.rules, STORY_ID, StoryChanges(closes=closes))
    newsroom.now = closes - 1
    confirm = intake.post(step="send", text="The ferry is late.")
    assert "Comments on this story close on 22 November 2026 at 18:00 (UTC)." not in confirm.text
    changed = intake.post(step="send", text="The ferry is late.", change="yes")
    assert "Comments on this story close on 22 November 2026 at 18:00 (UTC)." in changed.text
    newsroom.now = closes
    response = intake.post(fields())
    assert (response.status, "The ferry is late." in response.text) == (403, True)
    assert newsroom.read_table("comments") == []
    newsroom.run_scheduler()
    assert intake.post(fields()).status == 403


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/river-post/",
        "/river-post/nowhere/en/",
        "/river-post/ferry/fr/",
        "/other/ferry/en/",
        "/river-post/ferry/en/page/1.html",
        "/river-post/../ferry/en/",
        "/river-post/fer\0ry/en/",
    ],
)
def test_an_unknown_story_gives_the_text_back(
    intake: Intake, newsroom: NewsroomHarness, path: str
) -> None:
    response = intake.post(fields(), path=path)
    assert (response.status, "The ferry is late." in response.text) == (404, True)
    assert newsroom.read_table("comments") == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "X"])
def test_other_methods_are_refused_and_the_allowed_ones_are_named(
    sqlite_intake: Intake, method: str
) -> None:
    response = sqlite_intake.get(method=method)
    assert (response.status, response.header("allow")) == (405, "GET, HEAD, POST")


@pytest.mark.parametrize("step", ["", "publish", "SEND", "receipt\0"])
def test_an_unknown_step_is_refused_and_gives_the_text_back(
    sqlite_intake: Intake, step: str
) -> None:
    response = sqlite_intake.post(fields(step=step))
    assert (response.status, "The ferry is late." in response.text) == (400, True)


STEPS = ("send", "confirm", "reply", "receipt", "withdraw")
MAY_BE_LEFT_OUT = {
    "parent_id",
    "name",
    "receipt",
}  # of a comment; the tests below say what it is then


def step_of(step: str, *, code: str, parent_id: str = "") -> dict[str, str]:
    """A form that this step accepts."""
    match step:
        case "send" | "confirm":
            return fields(step=step, parent_id=parent_id)
        case "reply":
            return {"step": step, "parent_id": parent_id}
        case "receipt":
            return {"step": step, "code": code}
        case _:
            return {"step": step, "code": code, "when": "now"}


@pytest.mark.parametrize("step", STEPS)
def test_a_missing_empty_or_repeated_field_never_permits_more(
    sqlite_intake: Intake, sqlite_newsroom: NewsroomHarness, step: str
) -> None:
    root = sqlite_newsroom.publish_new("The root.")
    form_fields = step_of(step, code=root.code or "", parent_id=root.id)
    for name, value in form_fields.items():
        rest = [(key, other_value) for key, other_value in form_fields.items() if key != name]
        if step in ("send", "confirm") and name in MAY_BE_LEFT_OUT:
            rest = []
        for changed in (
            [*form_fields.items(), (name, value)],
            [*rest, (name, "")] if rest else [],
            rest,
        ):
            response = sqlite_intake.post(urlencode(changed).encode())
            # A withdrawal without its time shows the receipt, with both choices.
            assert "is published" not in response.text or (step, name) == ("withdraw", "when")
            assert response.status >= 400 or response.code is None, name
            assert len(sqlite_newsroom.read_table("comments")) == 1, name
            assert sqlite_newsroom.read_table("withdrawal_requests") == [], name
    complete = sqlite_intake.post(form_fields)
    assert complete.status == 200, "control: the whole form is taken"
    assert ("is published" in complete.text) == (step == "receipt")
    assert step not in ("send", "confirm") or len(sqlite_newsroom.read_table("comments")) == 2
    assert (len(sqlite_newsroom.read_table("withdrawal_requests")) == 1) == (step == "withdraw")


@pytest.mark.parametrize("is_emptied", [True, False])
def test_a_reply_without_its_parent_becomes_a_top_level_comment(
    intake: Intake, newsroom: NewsroomHarness, *, is_emptied: bool
) -> None:
    root = newsroom.publish_new("The root.")
    form_fields = fields(parent_id=root.id)
    del form_fields["parent_id"]
    response = intake.post(form_fields | ({"parent_id": ""} if is_emptied else {}))
    assert response.code is not None
    (row,) = [row for row in newsroom.read_table("comments") if row["id"] != root.id]
    envelope = newsroom.decrypt(row["id"])
    assert (row["parent_id"], row["root_id"], envelope.parent_id, envelope.root_id) == (
        None,
        None,
        None,
        None,
    )


def test_name_and_receipt_are_optional(intake: Intake, newsroom: NewsroomHarness) -> None:
    form_fields = fields()
    del form_fields["name"], form_fields["receipt"]
    assert intake.post(form_fields).code is None
    (row,) = newsroom.read_table("comments")
    assert newsroom.decrypt(row["id"]).name == ""
    assert newsroom.read_table("receipts") == []


def test_every_response_to_a_form_is_uncacheable_and_has_the_security_headers(
    sqlite_intake: Intake,
) -> None:
    responses = [sqlite_intake.post(step_of(step, code="0" * 20)) for step in STEPS]
    responses += [sqlite_intake.get(method="PUT"), sqlite_intake.get("/nowhere")]
    for response in responses:
        names = [name for name, _ in response.headers]
        assert "set-cookie" not in names
        assert "strict-transport-security" not in names
        assert len(names) == len(set(names))
        assert str(response.header("cache-control")).split(", ")[0] == "no-store"
        assert response.header("referrer-policy") == "no-referrer"
        assert response.header("x-content-type-options") == "nosniff"
        policy = response.header("content-security-policy") or ""
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert response.header("content-type") == "text/html; charset=utf-8"
        assert b"<script" not in response.body


FRAME = THREAD + paths.FORM_FRAME
STATUS_BY_PATH = {
    FRAME: 200,
    f"{FRAME}?x=1": 200,
    THREAD: 200,
    THREAD.removesuffix("/"): 200,
    f"{FRAME}/": 404,
    f"{FRAME}//": 404,
    f"/{FRAME}": 404,
    f"{THREAD}/{paths.FORM_FRAME}": 404,
    f"{THREAD}x/{paths.FORM_FRAME}": 404,
    f"{THREAD}./{paths.FORM_FRAME}": 404,
    FRAME.removeprefix("/"): 404,
    FRAME.upper(): 404,
}


@pytest.mark.parametrize("path", STATUS_BY_PATH)
def test_an_answer_for_a_frame_always_has_the_policy_of_the_frame(
    sqlite_intake: Intake, path: str
) -> None:
    """Paths reach the intake decoded, so `%2e` is a dot and `%2f` a slash."""
    sent = sqlite_intake.post(fields(), path=path)
    assert sent.status == STATUS_BY_PATH[path]
    assert ("yobal-framed" in sent.text) == (path.partition("?")[0] == FRAME)
    for answer in (
        sent,
        sqlite_intake.post({}, path=path),
        sqlite_intake.post(b"%", path=path),
        sqlite_intake.post(path=path, headers=[("content-type", "text/plain")]),
        sqlite_intake.get(path, method="PUT"),
        sqlite_intake.get(path),
    ):
        policy = answer.header("content-security-policy") or ""
        if "yobal-framed" in answer.text:
            assert "; sandbox allow-forms " in policy
