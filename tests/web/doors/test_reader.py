"""Every step of a reader, with every way in which it can go wrong; the text is never lost."""

import re
import secrets
from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from tests.room import STORY
from tests.web.doors.call import FORM, Got, call, form
from tests.web.doors.conftest import ADDRESS, Face
from yobal.actions import declare
from yobal.core import once
from yobal.web.forms import BODY_BYTES_MAX, FIELDS_MAX
from yobal.web.reader import Reader
from yobal.web.visits import STATUS

CODE = re.compile(r"[0-9A-Z]{5}(?:-[0-9A-Z]{5}){3}")
ONCE = re.compile(r"[0-9]{6}\.[A-Za-z0-9_-]{22}")


def new_form(*, days_ago: int = 0) -> str:
    day = datetime.now(UTC).date() - timedelta(days=days_ago)
    return once.new_once(secrets.token_bytes, today=day)


def fields(text: str = "The ferry is late.", **given: str) -> dict[str, str]:
    return {"step": "send", "text": text, "name": "Reader", "receipt": "yes", "once": new_form(),
            "to": ""} | given  # fmt: skip


def code_of(got: Got) -> str:
    found = CODE.search(got.text)
    assert found is not None
    return found[0]


def test_a_comment_is_sent_sealed_and_its_receipt_works(face: Face) -> None:
    got = face.post(fields())
    assert got.status == 200
    (row,) = face.room.rows("comments")
    assert face.room.open(row["id"]).text == "The ferry is late."
    shown = face.post({"step": "receipt", "code": code_of(got)})
    assert shown.status == 200
    assert "waiting" in shown.text.lower()


def test_without_a_receipt_no_code_is_shown_and_none_is_kept(face: Face) -> None:
    got = face.post(fields(receipt=""))
    assert CODE.search(got.text) is None
    assert face.room.rows("receipts") == []


def test_a_form_without_once_is_read_once_more_and_nothing_is_stored_before(face: Face) -> None:
    asked = face.post(fields(once="", text="  Read me. \r\n\r\n\r\n\r\nAgain.\u202e"))
    assert asked.status == 200
    assert face.room.rows("comments") == []
    assert "Read me.\n\nAgain." in asked.text.replace("\r", "")
    found = ONCE.search(asked.text)
    assert found is not None
    sent = face.post(fields(step="again", once=found[0]))
    assert CODE.search(sent.text)
    assert len(face.room.rows("comments")) == 1


@pytest.mark.parametrize("days_ago", [1, 2, 9])
def test_a_form_that_was_opened_days_ago_works(sqlite_face: Face, days_ago: int) -> None:
    assert sqlite_face.post(fields(once=new_form(days_ago=days_ago))).status == 200
    assert len(sqlite_face.room.rows("comments")) == 1


def test_every_refusal_stands_on_the_form_at_once_with_what_was_written(face: Face) -> None:
    long = "ក" * 2_001
    got = face.post(fields(text=long, name="n" * 61))
    assert got.status == 422
    assert long in got.text
    assert "n" * 61 in got.text
    assert got.text.count('aria-invalid="true"') == 2
    assert face.room.rows("comments") == []


@pytest.mark.parametrize("text", ["", "   ", "\u200b\u200d \n", "\u202e"])
def test_what_shows_nothing_is_refused_as_empty(sqlite_face: Face, text: str) -> None:
    assert sqlite_face.post(fields(text=text)).status == 422


def test_the_longest_khmer_comment_fits_and_is_kept_letter_for_letter(face: Face) -> None:
    text = ("ស្រុក\u200b" * 2_000)[: 2_000 * 3]
    got = face.post(fields(text=text))
    assert got.status == 200
    (row,) = face.room.rows("comments")
    assert face.room.open(row["id"]).text == text


def test_a_reply_names_whom_it_answers_and_stands_under_the_root(face: Face) -> None:
    root = face.room.published("Root words.", name="Rachana")
    asked = face.post({"step": "reply", "to": root.id})
    assert (asked.status, "Root words." in asked.text) == (200, True)
    face.post(fields(to=root.id))
    row = next(row for row in face.room.rows("comments") if row["id"] != root.id)
    assert (row["to_id"], row["root"]) == (root.id, root.id)
    opened = face.room.open(row["id"])
    assert (opened.to, opened.root) == (root.id, root.id)


@pytest.mark.parametrize("to", ["a" * 26, "../", "\0", "x" * 5_000])
@pytest.mark.parametrize("step", ["send", "reply"])
def test_what_is_not_there_cannot_be_answered_and_the_text_comes_back(
    face: Face, step: str, to: str
) -> None:
    got = face.post(fields(to=to, step=step))
    assert got.status == STATUS["gone_comment"]
    assert step == "reply" or "The ferry is late." in got.text
    assert face.room.rows("comments") == []


@pytest.mark.parametrize("when", ["now", "next"])
def test_a_receipts_owner_takes_the_comment_back(face: Face, when: str) -> None:
    code = code_of(face.post(fields()))
    assert face.post({"step": "withdraw", "code": code, "when": when}).status == 200
    assert [row["kind"] for row in face.room.rows("wishes")] == [f"withdraw_{when}"]


@pytest.mark.parametrize("when", ["", "later", "now "])
def test_a_wish_without_a_time_is_not_kept(face: Face, when: str) -> None:
    code = code_of(face.post(fields()))
    face.post({"step": "withdraw", "code": code, "when": when})
    assert face.room.rows("wishes") == []


def test_a_wrong_code_is_answered_like_a_right_one_in_status_and_size(face: Face) -> None:
    right = face.post({"step": "receipt", "code": code_of(face.post(fields()))})
    for step in ("receipt", "withdraw"):
        wrong = face.post({"step": step, "code": "0" * 20, "when": "now"})
        assert (wrong.status, len(wrong.body)) == (right.status, len(right.body))
    assert face.room.rows("wishes") == []


def test_the_same_form_twice_is_one_comment_and_both_codes_open_it(face: Face) -> None:
    sent = fields()
    codes = [code_of(face.post(sent)) for _ in range(2)]
    assert len(set(codes)) == 2
    assert len(face.room.rows("comments")) == 1


def test_a_closed_story_says_so_and_gives_the_text_back(face: Face) -> None:
    declare.set_open(face.room.database, face.room.rules, STORY, is_open=False)
    got = face.post(fields())
    assert (got.status, "The ferry is late." in got.text) == (403, True)
    assert face.room.rows("comments") == []


def test_a_full_desk_says_so_before_anything_is_accepted(face: Face) -> None:
    parts = face.app._reader._parts
    rules = msgspec.structs.replace(parts.rules, waiting_story_max=2)
    face.app._reader = Reader(msgspec.structs.replace(parts, rules=rules))
    assert [face.post(fields(text=f"Number {n}.")).status for n in range(3)] == [200, 200, 503]
    got = face.post(fields(text="Given back."))
    assert (got.status, "Given back." in got.text) == (503, True)
    assert len(face.room.rows("comments")) == 2


@pytest.mark.parametrize(
    "path",
    ["/", "/river-post/", "/river-post/nowhere/en/", "/river-post/ferry/fr/", "/other/ferry/en/",
     "/river-post/ferry/en/page/1.html", "/river-post/../ferry/en/", "/river-post/fer\0ry/en/"],
)  # fmt: skip
def test_an_unknown_story_gives_the_text_back(face: Face, path: str) -> None:
    got = face.post(fields(), path=path)
    assert (got.status, "The ferry is late." in got.text) == (404, True)
    assert face.room.rows("comments") == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "X"])
def test_other_methods_are_refused_by_name(sqlite_face: Face, method: str) -> None:
    got = call(sqlite_face.app, method, ADDRESS)
    assert (got.status, got.header("allow")) == (405, "GET, HEAD, POST")


@pytest.mark.parametrize(
    "kind", ["", "multipart/form-data; boundary=x", "application/json", "text/plain", FORM + "x"]
)
def test_only_a_plain_form_is_read(sqlite_face: Face, kind: str) -> None:
    body = form(fields())
    got = call(sqlite_face.app, "POST", ADDRESS, headers={"content-type": kind}, body=body)
    assert got.status == 415
    assert sqlite_face.room.rows("comments") == []


def test_a_body_of_96_kib_is_read_and_one_byte_more_is_not(sqlite_face: Face) -> None:
    def send(size_bytes: int, **given: object) -> int:
        body = b"step=send&filler=" + b"x" * (size_bytes - 17)
        headers = {"content-type": FORM}
        if "chunks" in given:
            pieces = [body[at : at + 4_096] for at in range(0, len(body), 4_096)]
            return call(sqlite_face.app, "POST", ADDRESS, headers=headers, chunks=pieces).status
        return call(sqlite_face.app, "POST", ADDRESS, headers=headers, body=body).status

    assert send(BODY_BYTES_MAX) == send(BODY_BYTES_MAX, chunks=True) == 422
    assert send(BODY_BYTES_MAX + 1) == send(BODY_BYTES_MAX + 1, chunks=True) == 413


@pytest.mark.parametrize("announced", ["-1", "x", "99999999", "1e3"])
def test_a_body_that_announces_itself_wrongly_is_refused_before_it_is_read(
    sqlite_face: Face, announced: str
) -> None:
    headers = {"content-type": FORM, "content-length": announced}
    got = call(sqlite_face.app, "POST", ADDRESS, headers=headers, chunks=[form(fields())])
    assert got.status == 413


@pytest.mark.parametrize(
    "body",
    [b"step=send&text=%ff", b"step=send&text=\xff\xfe", b"step=send&text=%ed%a0%80",
     b"step=send&step=send", b"&".join(b"f%d=x" % n for n in range(FIELDS_MAX + 1))],
)  # fmt: skip
def test_a_form_that_no_browser_sends_is_refused(sqlite_face: Face, body: bytes) -> None:
    got = call(sqlite_face.app, "POST", ADDRESS, headers={"content-type": FORM}, body=body)
    assert got.status == 400


@pytest.mark.parametrize("step", ["", "publish", "SEND", "receipt\0"])
def test_a_step_that_does_not_exist_is_refused_with_the_text(sqlite_face: Face, step: str) -> None:
    got = sqlite_face.post(fields(step=step))
    assert (got.status, "The ferry is late." in got.text) == (400, True)


STEPS = ("send", "again", "reply", "receipt", "withdraw")


def step_of(step: str, code: str) -> dict[str, str]:
    """A form that this step takes."""
    match step:
        case "send" | "again":
            return fields(step=step)
        case "reply":
            return {"step": step, "to": "a" * 26}
        case "receipt":
            return {"step": step, "code": code}
        case _:
            return {"step": step, "code": code, "when": "now"}


@pytest.mark.parametrize("step", STEPS)
def test_each_parameter_dropped_emptied_or_doubled_is_never_laxer(
    sqlite_face: Face, step: str
) -> None:
    code = code_of(sqlite_face.post(fields(text="Before.")))
    sent = step_of(step, code)
    stored = len(sqlite_face.room.rows("comments"))
    for name in sent:
        rest = [(key, value) for key, value in sent.items() if key != name]
        doubled = sqlite_face.post([*sent.items(), (name, sent[name])])
        assert doubled.status == 400, name
        for changed in (rest, [*rest, (name, "")]):
            sqlite_face.post(changed)
            if (step, name) in {
                ("send", "to"),
                ("again", "to"),
                ("send", "name"),
                ("again", "name"),
                ("send", "receipt"),
                ("again", "receipt"),
            }:
                stored = len(sqlite_face.room.rows("comments"))  # these may be left out
            assert len(sqlite_face.room.rows("comments")) == stored, name
            assert sqlite_face.room.rows("wishes") == [], name


FORGED = {
    "x_forwarded_for": "203.0.113.9", "forwarded": "for=203.0.113.9", "x_real_ip": "203.0.113.9",
    "x_forwarded_host": "evil.example", "x_forwarded_proto": "gopher", "origin": "https://evil.example",
    "referer": "https://evil.example/", "cookie": "a=b; __Host-yobal=" + "00" * 32,
    "sec_fetch_site": "cross-site", "user_agent": "Marker/1.0", "accept_language": "xx",
    "authorization": "Basic YTpi", "x_http_method_override": "DELETE", "host": "evil.example",
}  # fmt: skip


@pytest.mark.parametrize("header", FORGED)
def test_no_header_of_a_reader_changes_the_answer(sqlite_face: Face, header: str) -> None:
    asked = fields(once="")
    plain = sqlite_face.post(asked)
    forged = sqlite_face.post(asked, **{header: FORGED[header]})
    assert (plain.status, plain.headers) == (forged.status, forged.headers)
    assert ONCE.sub("", plain.text) == ONCE.sub("", forged.text)
    assert FORGED[header].encode() not in forged.body


def test_every_answer_is_kept_by_nobody_and_carries_its_guards(sqlite_face: Face) -> None:
    answers = [sqlite_face.post(step_of(step, "0" * 20)) for step in STEPS]
    answers += [call(sqlite_face.app, "PUT", ADDRESS), sqlite_face.get("/nowhere")]
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
