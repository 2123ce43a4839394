"""Malformed forms are refused, and nothing about the sender changes a response."""

import re
from urllib.parse import urlencode

import pytest

from tests.harness import NewsroomHarness
from tests.in_process_client import FORM, THREAD, Intake, Response, ask
from yobal.web.forms import FIELDS_MAX

FORGED = [
    [("x-forwarded-for", "203.0.113.9"), ("x-real-ip", "203.0.113.9")],
    [("forwarded", "for=203.0.113.9;host=evil.example;proto=https")],
    [("x-forwarded-host", "evil.example"), ("x-forwarded-proto", "https")],
    [("origin", "https://evil.example")],
    [("origin", "null")],
    [("referer", "https://evil.example/page")],
    [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")],
    [("cookie", "__Host-yobal=" + "a" * 64 + "; role=lead")],
    [("authorization", "Basic bGVhZDpsZWFk"), ("user-agent", "sqlmap/1.0")],
    [("x-http-method-override", "GET"), ("x-original-url", "/other/")],
    [("host", "evil.example")],
    [("accept-language", "km"), ("accept", "application/json")],
]


def masked(response: Response) -> tuple[int, list[tuple[str, str]], bytes]:
    """The response without its random parts."""
    body = re.sub(rb'name="idempotency_key" value="[^"]*"', b"idempotency_key", response.body)
    body = re.sub(rb"[0-9A-Z]{5}( [0-9A-Z]{5}){3}", b"code", body)
    return response.status, response.headers, body


def test_no_header_about_the_sender_changes_the_response(
    intake: Intake, newsroom: NewsroomHarness
) -> None:
    root = newsroom.publish_new("The root.")
    idempotency_key = intake.post(step="send", text="x").field("idempotency_key")
    steps: list[dict[str, str]] = [
        {"step": "send", "text": "Words."},
        {"step": "send", "text": ""},
        {"step": "reply", "parent_id": root.id},
        {"step": "receipt", "code": root.code or ""},
        {"step": "receipt", "code": "wrong"},
        {"step": "nonsense"},
        {"step": "confirm", "text": "Words.", "idempotency_key": idempotency_key},
        {"step": "withdraw", "code": root.code or "", "when": "next"},
    ]
    for fields in steps:
        plain = masked(intake.post(fields))
        for forged_headers in FORGED:
            assert masked(intake.post(fields, headers=forged_headers)) == plain, (
                fields,
                forged_headers,
            )
    for path in (THREAD, THREAD + "index.json", "/nothing"):
        assert all(
            intake.get(path) == intake.get(path, forged_headers) for forged_headers in FORGED
        )
    assert len([row for row in newsroom.read_table("comments") if row["state"] == "pending"]) == 1


def test_unknown_fields_are_ignored_up_to_sixteen(sqlite_intake: Intake) -> None:
    extra = {f"x{at}": "y" for at in range(14)}
    assert sqlite_intake.post(extra, step="send", text="a").status == 200
    assert sqlite_intake.post(extra, step="send", text="a", state="published").status == 400


@pytest.mark.parametrize(
    "body",
    [
        b"step=send&text=%c3%28",
        b"step=send&t%ff=1",
        b"step=send&text=%c0%ae",
        b"&&&",
        b"step=send&%73tep=send",
        b"\0" * 100,
        b"step=send&text=%ff",
        b"step=send&text=\xff\xfe",
        b"step=send&text=%ed%a0%80",
        b"step=send&step=send",
        b"&".join(b"f%d=x" % at for at in range(FIELDS_MAX + 1)),
    ],
)
def test_a_form_that_no_browser_would_send_is_refused(sqlite_intake: Intake, body: bytes) -> None:
    assert sqlite_intake.post(body).status == 400


def test_the_text_is_what_was_typed_however_it_was_escaped(sqlite_intake: Intake) -> None:
    body = b"step=send&text=a%20b+c%2Bd%26e%3df%E1%9E%80\xe1\x9e\x81%zz%"
    assert sqlite_intake.post(body).field("text") == "a b c+d&e=fកខ%zz%"


@pytest.mark.parametrize(
    ("kind", "status"),
    [
        ("application/x-www-form-urlencoded", 200),
        ("Application/X-WWW-Form-Urlencoded ; charset=UTF-8", 200),
        ("multipart/form-data; boundary=x", 415),
        ("text/plain", 415),
        ("application/json", 415),
        ("", 415),
        ("application/x-www-form-urlencoded2", 415),
    ],
)
def test_only_a_plain_form_is_accepted_and_never_an_upload(
    sqlite_intake: Intake, kind: str, status: int
) -> None:
    chunks = [b"step=send&text=a"]
    response = ask(
        sqlite_intake.app, "POST", THREAD, headers=[("content-type", kind)], chunks=chunks
    )
    assert response.status == status
    without_type = ask(sqlite_intake.app, "POST", THREAD, chunks=chunks)
    assert without_type.status == 415


# Bodies

LIMIT = 256 * 1_024


@pytest.mark.parametrize(
    "content_length", [str(LIMIT + 1), "9" * 30, "9" * 5_000, "-1", "1e3", "", " 5"]
)
def test_a_body_with_a_too_large_or_invalid_content_length_is_not_read(
    sqlite_intake: Intake, content_length: str
) -> None:
    headers = [FORM, ("content-length", content_length)]
    response = ask(sqlite_intake.app, "POST", THREAD, headers=headers, chunks=[b"step=send&text=a"])
    assert response.status == 413
    assert "up to 2,000 characters" in response.text


def test_a_body_is_refused_as_soon_as_it_is_too_large(sqlite_intake: Intake) -> None:
    chunk = b"a" * 10_000
    response = ask(sqlite_intake.app, "POST", THREAD, headers=[FORM], chunks=[chunk] * 27)
    assert response.status == 413
    small = [("content-length", "5")]
    forged_headers = ask(
        sqlite_intake.app, "POST", THREAD, headers=[FORM, *small], chunks=[chunk] * 27
    )
    assert forged_headers.status == 413


def test_a_body_of_the_maximum_size_is_read_in_chunks_of_any_size(sqlite_intake: Intake) -> None:
    body = b"step=send&text=The+end.&x=".ljust(LIMIT, b"y")
    for size in (1_000, LIMIT):
        chunks = [body[at : at + size] for at in range(0, LIMIT, size)]
        assert (
            "The end." in ask(sqlite_intake.app, "POST", THREAD, headers=[FORM], chunks=chunks).text
        )
    assert sqlite_intake.post(body + b"y").status == 413


def test_a_body_that_stops_half_way_is_not_a_comment(
    intake: Intake, newsroom: NewsroomHarness
) -> None:
    idempotency_key = intake.post(step="send", text="x").field("idempotency_key")
    half = urlencode(
        {"step": "send", "idempotency_key": idempotency_key, "text": "Half a sent"}
    ).encode()
    response = ask(intake.app, "POST", THREAD, headers=[FORM], chunks=[half], is_cut=True)
    assert response.status == 400
    assert newsroom.read_table("comments") == []
    assert (
        "reached us"
        in intake.post(step="send", idempotency_key=idempotency_key, text="Half a sentence.").text
    )
