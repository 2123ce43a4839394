"""What the desk answers to malformed requests, and the words of its errors."""

import re
from typing import Any

import pytest

from tests.harness import NewsroomHarness
from tests.in_process_client import DeskClient
from tests.web.test_desk_routes import SIGNATURE, STATEMENT
from yobal.adapters import error_reporting
from yobal.adapters.rendering.i18n import translator_for
from yobal.core.errors import Forbidden, InvalidInput, Reason
from yobal.web import errors

HEX, ID = "00" * 32, "a" * 26
WORDS = "Unrepeatable words"
PURGE = ("vacuum", "pragma wal_checkpoint")


def odd_requests(epoch_id: str) -> dict[str, tuple[str, Any]]:
    wrap = {"epoch_id": epoch_id, "wrap": ""}
    confirmed = {"registration_id": HEX, "statement": STATEMENT, "wraps": [wrap]}
    sign_in = {"pseudonym": "Heron", "challenge": "0.0", "signature": SIGNATURE}
    secret = WORDS.encode()
    return {
        "a cursor that is too large": ("queue", {"cursor": "9" * 30 + f".{ID}"}),
        "a cursor in other digits": ("history", {"cursor": f"٣.{ID}"}),
        "a cursor with a NUL": ("history", {"cursor": "1.\0"}),
        "a name with a NUL": ("sign-in", sign_in | {"pseudonym": "a\0b"}),
        "a challenge with a NUL": ("recovery/challenge", {"pseudonym": "\0"}),
        "half a surrogate": ("recovery/challenge", b'{"pseudonym":"\\ud800"}'),
        "a signature that is too short": ("sign-in", sign_in | {"signature": "AAAA"}),
        "a challenge in other letters": ("sign-in", sign_in | {"challenge": WORDS}),
        "an invalid epoch": ("confirm-member", confirmed | {"wraps": [wrap | {"epoch_id": "\0"}]}),
        "a wrap that is too large": (
            "confirm-member",
            confirmed | {"wraps": [wrap | {"wrap": "A" * 16_384}]},
        ),
        "a statement with a NUL": (
            "confirm-member",
            confirmed | {"statement": STATEMENT | {"statement": "\0"}},
        ),
        "a hundred thousand brackets": ("queue", b"[" * 100_000),
        "no JSON": ("queue", secret),
        "truncated JSON": ("decide", b'{"verdict":"publish","text":"' + secret),
        "an unknown verdict": ("decide", {"verdict": WORDS, "comment_id": ID}),
        "an unknown field": ("queue", {"cursor": None, WORDS: WORDS}),
        "a number instead of a string": ("sign-in", sign_in | {"pseudonym": 7}),
        "a string instead of a list": ("reject-many", {"comment_ids": WORDS, "clause": "spam"}),
    }


def test_a_malformed_request_is_refused_without_quoting_it(
    desk: DeskClient, newsroom: NewsroomHarness, capfd: pytest.CaptureFixture[str]
) -> None:
    before = [newsroom.read_table(table) for table in ("invitations", "moderators", "decisions")]
    for label, (name, body) in odd_requests(newsroom.read_table("epochs")[0]["id"]).items():
        response = desk.post(name, body)
        assert (response.status, response.json["error"]) == (400, "bad_request"), label
        assert set(response.json) == {"error", "message"}, label
        assert WORDS.encode() not in response.body, label
    assert [
        newsroom.read_table(table) for table in ("invitations", "moderators", "decisions")
    ] == before
    output = capfd.readouterr()
    assert output.out + output.err == ""


def test_an_unexpected_error_shows_neither_a_traceback_nor_the_text(
    desk: DeskClient, newsroom: NewsroomHarness, capfd: pytest.CaptureFixture[str]
) -> None:
    sent = newsroom.send(WORDS)
    envelope = newsroom.decrypt(sent.id)
    body = {
        "verdict": "publish",
        "comment_id": sent.id,
        "text": WORDS,
        "name": "",
        "nonce": envelope.nonce,
        "lang": "en",
    }
    with newsroom.database.writing() as conn:
        conn.exec_driver_sql("alter table decisions rename to decisions_away")
    try:
        error_reporting.flush()  # drop the errors of other tests
        capfd.readouterr()
        response = desk.post("decide", body)
        desk.post("decide", body)  # reported once
    finally:
        with newsroom.database.writing() as conn:
            conn.exec_driver_sql("alter table decisions_away rename to decisions")
    assert response.status in (500, 503)
    assert set(response.json) == {"error", "message"}
    output = capfd.readouterr()
    for text_shown in (response.body.decode(), output.out, output.err):
        assert WORDS not in text_shown
        assert "Traceback" not in text_shown
    reason = r"( \(the database cannot be used: [^()\n]+\))?"  # a fixed sentence for each kind
    assert re.fullmatch(rf"yobal: \w+{reason} at [\w.]+:\d+( < [\w.]+:\d+)*\n", output.err)
    assert "decisions.py:" in output.err or "DatabaseUnavailable" in output.err  # where it happened
    assert newsroom.state(sent.id) == "pending"
    assert newsroom.read_table("held_texts") == []


def test_a_body_over_256_kib_is_refused(desk: DeskClient) -> None:
    response = desk.post("queue", b'{"cursor":"' + b"a" * 300_000)
    assert (response.status, response.json["error"]) == (413, "too_large")
    assert "Nothing was changed" in response.json["message"]
    chunked = desk.post("queue", b'{"cursor":"' + b"a" * 300_000, headers={"content-length": None})
    assert (chunked.status, chunked.json["error"]) == (413, "too_large")


@pytest.mark.parametrize(
    "path",
    [
        "/api/nothing",
        "/api/desk/nothing",
        "/assets/../desk.html",
        "/assets/desk.html",
        "/x",
        "/docs",
        "/schema",
        "/schema/openapi.json",
    ],
)
def test_an_address_that_is_not_a_route_is_not_found(sqlite_desk: DeskClient, path: str) -> None:
    response = sqlite_desk.get(path)
    assert response.status in (404, 405)
    if path.startswith("/api/"):
        assert response.json["error"] == "not_found"
    else:  # a person reads it
        assert "The desk has nothing at this address" in response.text
    assert response.header("cache-control") == "no-store"


def test_over_tls_the_cookie_is_bound_to_the_host_and_hidden_from_scripts(
    sqlite_newsroom: NewsroomHarness,
) -> None:
    desk = DeskClient(sqlite_newsroom, desk_url="https://desk.example")
    response = desk.sign_in()
    assert response.status == 200
    parts = {part.strip().lower() for part in (response.header("set-cookie") or "").split(";")[1:]}
    assert parts == {"httponly", "secure", "samesite=strict", "path=/"}
    assert (response.header("set-cookie") or "").startswith("__Host-yobal=")
    for wrong in (
        {"host": "desk.example:8443"},
        {"host": "evil.example"},
        {"host": None},
        {"origin": "https://desk.example:8443"},
        {"origin": "http://desk.example"},
        {"origin": "null"},
        {"origin": "https://desk.example.evil.example"},
    ):
        response = desk.post("session", headers=wrong)
        assert (response.status, response.json["error"]) == (403, "origin_mismatch"), wrong
    assert desk.post("session").status == 200


def test_the_site_name_comes_from_the_current_settings(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    renamed = DeskClient(newsroom, site_name="The Lake Post")
    renamed.cookie = desk.cookie
    assert renamed.post("session").json["site_name"] == "The Lake Post"
    assert renamed.post("about").json["site_name"] == "The Lake Post"


def test_errors_are_in_the_desks_language(monkeypatch: pytest.MonkeyPatch) -> None:
    translations = {
        "Nothing was changed: %(reasons)s.": "Rien n'a changé : %(reasons)s.",
        "the terms have no clause “%(clause)s”": "aucune clause « %(clause)s »",
        "Only a lead can do this.": "Réservé aux responsables.",
        "The desk has nothing at this address.": "Rien à cette adresse.",
    }
    french = translator_for("en")
    monkeypatch.setattr(french, "gettext", lambda message: translations.get(message, message))
    no_clause = Reason("the terms have no clause “%(clause)s”", {"clause": "rude"})
    assert errors.to_response(InvalidInput(no_clause, "x"))[1].message == (
        "Rien n'a changé : aucune clause « rude »; x."
    )
    assert errors.to_response(Forbidden())[1].message == "Réservé aux responsables."
    assert errors.framework_error(404).message == "Rien à cette adresse."


def test_what_a_moderator_sends_is_never_read_as_a_placeholder(desk: DeskClient) -> None:
    assert desk.sign_in().status == 200
    refused = desk.post("remove", comment_id="a" * 26, clause="%(limit)s %s {detail}")
    assert refused.status == 422
    assert "“%(limit)s %s {detail}”" in refused.json["message"]
