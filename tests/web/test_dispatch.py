"""Every step of a reader, with every way in which it can go wrong; the text is never lost."""

import secrets
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from tests.harness import START, STORY_ID, NewsroomHarness
from tests.in_process_client import Intake
from yobal.actions import declare_story
from yobal.core import idempotency
from yobal.web.handlers.context import STATUS


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
    got = intake.post(fields())
    assert got.status == 200
    (row,) = newsroom.read_table("comments")
    assert newsroom.decrypt(row["id"]).text == "The ferry is late."
    shown = intake.post({"step": "receipt", "code": got.code or ""})
    assert shown.status == 200
    assert "waiting" in shown.text.lower()


def test_without_a_receipt_no_code_is_shown_or_stored(
    intake: Intake, newsroom: NewsroomHarness
) -> None:
    got = intake.post(fields(receipt=""))
    assert got.code is None
    assert newsroom.read_table("receipts") == []


def test_a_form_without_an_idempotency_key_is_confirmed_before_anything_is_stored(
    intake: Intake, newsroom: NewsroomHarness
) -> None:
    asked = intake.post(fields(idempotency_key="", text="  Read me. \r\n\r\n\r\n\r\nAgain.\u202e"))
    assert asked.status == 200
    assert newsroom.read_table("comments") == []
    assert "Read me.\n\nAgain." in asked.text.replace("\r", "")
    sent = intake.post(fields(step="confirm", idempotency_key=asked.field("idempotency_key")))
    assert sent.code is not None
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
    got = intake.post(fields(text=long, name="n" * 61))
    assert got.status == 422
    assert long in got.text
    assert "n" * 61 in got.text
    assert got.text.count('aria-invalid="true"') == 2
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
    got = intake.post(fields(text=text))
    assert got.status == 200
    (row,) = newsroom.read_table("comments")
    assert newsroom.decrypt(row["id"]).text == text


@pytest.mark.parametrize("parent_id", ["a" * 26, "../", "\0", "x" * 5_000])
@pytest.mark.parametrize("step", ["send", "reply"])
def test_a_reply_to_a_missing_comment_is_refused_and_gives_the_text_back(
    intake: Intake, newsroom: NewsroomHarness, step: str, parent_id: str
) -> None:
    got = intake.post(fields(parent_id=parent_id, step=step))
    assert got.status == STATUS["parent_removed"]
    assert step == "reply" or "The ferry is late." in got.text
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
    got = intake.post(fields())
    assert (got.status, "The ferry is late." in got.text) == (403, True)
    assert newsroom.read_table("comments") == []


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
    got = intake.post(fields(), path=path)
    assert (got.status, "The ferry is late." in got.text) == (404, True)
    assert newsroom.read_table("comments") == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "X"])
def test_other_methods_are_refused_and_the_allowed_ones_are_named(
    sqlite_intake: Intake, method: str
) -> None:
    got = sqlite_intake.get(method=method)
    assert (got.status, got.header("allow")) == (405, "GET, HEAD, POST")


@pytest.mark.parametrize("step", ["", "publish", "SEND", "receipt\0"])
def test_an_unknown_step_is_refused_and_gives_the_text_back(
    sqlite_intake: Intake, step: str
) -> None:
    got = sqlite_intake.post(fields(step=step))
    assert (got.status, "The ferry is late." in got.text) == (400, True)


STEPS = ("send", "confirm", "reply", "receipt", "withdraw")
MAY_BE_LEFT_OUT = {"parent_id", "name", "receipt"}  # of a comment; what it then is, is said below


def step_of(step: str, *, code: str, parent_id: str = "") -> dict[str, str]:
    """A form that this step takes."""
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
    sent = step_of(step, code=root.code or "", parent_id=root.id)
    for name, value in sent.items():
        rest = [(key, kept) for key, kept in sent.items() if key != name]
        if step in ("send", "confirm") and name in MAY_BE_LEFT_OUT:
            rest = []
        for changed in ([*sent.items(), (name, value)], [*rest, (name, "")] if rest else [], rest):
            answer = sqlite_intake.post(urlencode(changed).encode())
            assert "is published" not in answer.text, name
            assert answer.status >= 400 or answer.code is None, name
            assert len(sqlite_newsroom.read_table("comments")) == 1, name
            assert sqlite_newsroom.read_table("withdrawal_requests") == [], name
    whole = sqlite_intake.post(sent)
    assert whole.status == 200, "control: the whole form is taken"
    assert ("is published" in whole.text) == (step == "receipt")
    assert step not in ("send", "confirm") or len(sqlite_newsroom.read_table("comments")) == 2
    assert (len(sqlite_newsroom.read_table("withdrawal_requests")) == 1) == (step == "withdraw")


@pytest.mark.parametrize("is_emptied", [True, False])
def test_a_reply_without_its_parent_becomes_a_top_level_comment(
    intake: Intake, newsroom: NewsroomHarness, *, is_emptied: bool
) -> None:
    root = newsroom.publish_new("The root.")
    sent = fields(parent_id=root.id)
    del sent["parent_id"]
    answer = intake.post(sent | ({"parent_id": ""} if is_emptied else {}))
    assert answer.code is not None
    (row,) = [row for row in newsroom.read_table("comments") if row["id"] != root.id]
    opened = newsroom.decrypt(row["id"])
    assert (row["parent_id"], row["root_id"], opened.parent_id, opened.root_id) == (
        None,
        None,
        None,
        None,
    )


def test_name_and_receipt_are_optional(intake: Intake, newsroom: NewsroomHarness) -> None:
    sent = fields()
    del sent["name"], sent["receipt"]
    assert intake.post(sent).code is None
    (row,) = newsroom.read_table("comments")
    assert newsroom.decrypt(row["id"]).name == ""
    assert newsroom.read_table("receipts") == []


def test_every_response_to_a_form_is_uncacheable_and_has_the_security_headers(
    sqlite_intake: Intake,
) -> None:
    answers = [sqlite_intake.post(step_of(step, code="0" * 20)) for step in STEPS]
    answers += [sqlite_intake.get(method="PUT"), sqlite_intake.get("/nowhere")]
    for got in answers:
        names = [name for name, _ in got.headers]
        assert "set-cookie" not in names
        assert "strict-transport-security" not in names
        assert len(names) == len(set(names))
        assert got.header("cache-control") == "no-store"
        assert got.header("referrer-policy") == "no-referrer"
        assert got.header("x-content-type-options") == "nosniff"
        policy = got.header("content-security-policy") or ""
        assert "default-src 'none'" in policy
        assert "script-src" not in policy
        assert got.header("content-type") == "text/html; charset=utf-8"
        assert b"<script" not in got.body
