"""Every route of the desk: who may use it, from which origin, with what, and what it answers."""

import base64
import gzip
import json
import re
import secrets
from typing import Any

import pytest

from tests.harness import NewsroomHarness, lead_of, session_access
from tests.in_process_client import DeskClient, sign_in_body, sign_in_seed
from tests.web.conftest import signed_in
from tests.web.desk_keys import (
    as_json,
    epoch_body,
    invite,
    join_by_invitation,
    member_added,
    moderator_of,
    newcomer,
    newest_epoch_id,
    register,
    removal_body,
    signed_removal,
)
from yobal import __version__
from yobal.actions import suspend
from yobal.server.wiring import STATIC
from yobal.web.errors import TlsRequired
from yobal.web.guard import COOKIE, Guard
from yobal.web.routes import ASSETS, PAGE, PAGES

# For each route its access and a body that it accepts, so that only the sender matters.
ID, HEX = "a" * 26, "00" * 32
SIGNATURE = base64.b64encode(bytes(64)).decode()
STATEMENT = {"statement": "{}", "signature": SIGNATURE, "keys": "{}", "keys_signature": SIGNATURE}
NEWCOMER = {
    "keys": "{}",
    "keys_signature": SIGNATURE,
    "identity": "",
    "recovery_identity": "",
}
PASSKEY_ANSWER = {
    "challenge": "0.0",
    "credential_id": "AAAA",
    "client_data": "AAAA",
    "authenticator_data": "AAAA",
    "signature": "AAAA",
}
NEW_PASSKEY = {
    "challenge": "0.0",
    "client_data": "AAAA",
    "attestation_object": "AAAA",
    "statement": STATEMENT,
    "passkey": "{}",
    "identity": "",
}
VALID_BODIES: dict[str, tuple[str, dict[str, Any]]] = {
    "about": ("anyone", {}),
    "sign-in/challenge": ("anyone", {}),
    "sign-in": ("anyone", {"pseudonym": "Nobody", "challenge": "0.0", "signature": SIGNATURE}),
    "sign-in/passkey": ("anyone", PASSKEY_ANSWER),
    "session": ("moderator", {}),
    "sign-out": ("anyone", {}),
    "hold-device-key": ("moderator", {"device_key": HEX, "device_label": "Phone"}),
    "device-key": ("moderator", {}),
    "set-pin": ("moderator", {"pin_hash": None}),
    "lock": ("anyone", {}),
    "lock-state": ("anyone", {}),
    "unlock": ("anyone", {"pin_hash": HEX}),
    "sessions": ("moderator", {}),
    "label-device": ("moderator", {"device_label": "Phone"}),
    "end-session": ("moderator", {"session_id": HEX}),
    "end-other-sessions": ("moderator", {}),
    "end-sessions": ("lead", {"pseudonym": "Nobody"}),
    "cancel-invitation": ("lead", {"invitation_id": HEX}),
    "open-invitation": ("anyone", {"token": HEX}),
    "begin-roster": (
        "anyone",
        {"token": HEX, "statements": [STATEMENT] * 2, "newcomer": NEWCOMER, "wrap": ""},
    ),
    "register": ("anyone", {"token": HEX, "head": HEX, "newcomer": NEWCOMER}),
    "roster": ("moderator", {}),
    "store-pin": ("moderator", {"roster_pin": SIGNATURE}),
    "return-statements": ("anyone", {"statements": [STATEMENT]}),
    "extend-roster": ("lead", {"statements": [STATEMENT]}),
    "resume-roster": ("lead", {"statements": [STATEMENT] * 2, "wraps": []}),
    "passkeys": ("moderator", {}),
    "passkeys/open": ("moderator", PASSKEY_ANSWER),
    "passkeys/add": ("moderator", NEW_PASSKEY),
    "passkeys/remove": ("moderator", {"statement": STATEMENT}),
    "renew-sheet": ("moderator", {"statement": STATEMENT, "recovery_identity": ""}),
    "people": ("moderator", {}),
    "invite": ("lead", {"role": "moderator", "token": HEX}),
    "confirm-member": ("lead", {"registration_id": HEX, "statement": STATEMENT, "wraps": []}),
    "discard-registration": ("lead", {"registration_id": HEX}),
    "remove-member": ("moderator", {"statements": [STATEMENT], "wraps": []}),
    "begin-epoch": ("lead", {"statement": STATEMENT, "wraps": []}),
    "lift-suspension": ("lead", {"pseudonym": "Nobody"}),
    "recovery/challenge": ("anyone", {"pseudonym": "Nobody"}),
    "recovery/prove": ("anyone", {"challenge_id": ID, "answer": HEX}),
    "recovery/finish": ("anyone", {"ticket": ID, "statement": STATEMENT, "identity": ""}),
    "queue": ("moderator", {"cursor": None}),
    "already-decided": ("moderator", {"comment_ids": [ID]}),
    "decide": ("moderator", {"verdict": "reject", "comment_id": ID, "clause": "spam"}),
    "reject-many": ("moderator", {"comment_ids": [ID], "clause": "spam"}),
    "undo": ("moderator", {"decision_id": ID}),
    "undo-many": ("moderator", {"decision_ids": [ID]}),
    "remove": ("moderator", {"comment_id": ID, "clause": "spam"}),
    "history": ("moderator", {"cursor": None}),
    "keys": ("moderator", {}),
    "hidden": ("moderator", {"cursor": None}),
    "bring-back": ("lead", {"comments": [{"comment_id": ID, "decision_id": ID}]}),
    "destroy-hidden": ("lead", {"comments": [{"comment_id": ID}]}),
    "imports": ("lead", {}),
    "import-sample": ("lead", {"import_id": ID}),
    "sign-import": (
        "lead",
        {
            "import_id": ID,
            "comments": 1,
            "rows_hash": HEX,
            "head": HEX,
            "signature": SIGNATURE,
        },
    ),
    "refuse-import": ("lead", {"import_id": ID}),
}
ROUTES = [pytest.param(path, *content, id=path) for path, content in VALID_BODIES.items()]


@pytest.fixture
def newsroom(sqlite_newsroom: NewsroomHarness) -> NewsroomHarness:
    """SQLite only: access does not depend on the database."""
    return sqlite_newsroom


@pytest.fixture
def desk(newsroom: NewsroomHarness) -> DeskClient:
    return signed_in(newsroom)


@pytest.fixture
def desk_of_two(desk: DeskClient) -> DeskClient:
    """The same desk with a second moderator, `Egret`, who is not a lead."""
    join_by_invitation(desk, "Egret", role="moderator")
    return desk


def test_every_route_of_the_desk_is_tested_here(desk: DeskClient) -> None:
    posts: set[str] = set()
    pages: set[str] = set()
    for route in desk.app.routes:
        for handler in route.route_handlers:
            if handler.http_methods == {"OPTIONS"}:
                continue  # the framework's own; the guard denies it, because it declares no access
            assert handler.opt.get("access") in ("anyone", "moderator", "lead"), route.path
            for method in handler.http_methods:
                (posts if method == "POST" else pages).add(route.path)
    assert posts == {f"/api/desk/{name}" for name in VALID_BODIES}
    assert {path for path in pages if not path.startswith("/assets/")} == {"/", "/join", "/recover"}


@pytest.mark.parametrize(("path", "access", "body"), ROUTES)
def test_each_route_refuses_users_without_access(
    desk_of_two: DeskClient, path: str, access: str, body: dict[str, Any]
) -> None:
    signed_out = desk_of_two.browser_of(None).post(path, body)
    assert (signed_out.status == 401) == (access != "anyone")
    forged = desk_of_two.post(path, body, headers={"cookie": f"{COOKIE}={secrets.token_hex(32)}"})
    assert (forged.status == 401) == (access != "anyone")
    moderator = desk_of_two.browser_of("Egret").post(path, body)
    assert (moderator.status == 403 and moderator.json["error"] == "forbidden") == (
        access == "lead"
    )
    assert moderator.status != 401
    lead = desk_of_two.post(path, body)
    assert lead.status != 401
    assert lead.status < 500
    assert "forbidden" not in lead.text


WRONG_HEADERS: dict[str, dict[str, str | None]] = {
    "no origin": {"origin": None},
    "null origin": {"origin": "null"},
    "foreign origin": {"origin": "http://evil.example"},
    "origin of the readers": {"origin": "http://127.0.0.1:8600"},
    "origin on another port": {"origin": "http://localhost:86010"},
    "origin over tls": {"origin": "https://localhost:8601"},
    "foreign host": {"host": "evil.example"},
    "no host": {"host": None},
    "a form": {"content-type": "application/x-www-form-urlencoded"},
    "plain text": {"content-type": "text/plain"},
    "no type": {"content-type": None},
}


@pytest.mark.parametrize("wrong", WRONG_HEADERS)
def test_a_request_from_another_origin_or_of_another_type_changes_nothing(
    desk: DeskClient, newsroom: NewsroomHarness, wrong: str
) -> None:
    sent = newsroom.send()
    for path, (_, body) in VALID_BODIES.items():
        content = body | ({"comment_id": sent.id} if "comment_id" in body else {})
        response = desk.post(path, content, headers=WRONG_HEADERS[wrong])
        assert response.status in (400, 403), path
        assert response.header("set-cookie") is None
    assert newsroom.state(sent.id) == "pending"


@pytest.mark.parametrize("path", VALID_BODIES)
def test_no_route_accepts_get(desk: DeskClient, path: str) -> None:
    response = desk.post(path, method="GET")
    assert (response.status, response.json["error"]) == (405, "method_not_allowed")
    assert response.json["message"] == "The desk does not accept this method here."


# Fields that may be left out or empty: where a page starts.
MAY_BE_LEFT_OUT = {
    ("queue", "cursor"),
    ("history", "cursor"),
    ("history", "comment_id"),
    ("hidden", "cursor"),
    ("already-decided", "comment_ids"),  # asks about nothing, and learns nothing
    ("already-decided", "decision_ids"),
}
WITHOUT_PARAMETERS = {
    "keys",
    "session",
    "sign-out",
    "about",
    "lock",
    "lock-state",
    "device-key",
    "sessions",
    "sign-in/challenge",
    "roster",
    "people",
    "begin-roster",  # its fields are covered by the tests of signing in
    # The three of the recovery sheet: the tests of recovery below cover their fields.
    "recovery/challenge",
    "recovery/prove",
    "recovery/finish",
}
# Their complete requests need an authenticator, an import or a restore: the tests of these send them.
SENT_ELSEWHERE = {
    "sign-in/passkey",
    "passkeys",
    "passkeys/open",
    "passkeys/add",
    "passkeys/remove",
    "renew-sheet",
    "store-pin",
    "return-statements",
    "extend-roster",
    "resume-roster",
    "imports",
    "import-sample",
    "sign-import",
    "refuse-import",
}
UNCHANGED_TABLES = (
    "comments",
    "decisions",
    "held_texts",
    "invitations",
    "member_identities",
    "moderators",
    "registrations",
    "sessions",
    "statements",
    "wrapped_epoch_keys",
)


def _valid_requests(desk: DeskClient) -> dict[str, tuple[DeskClient, dict[str, Any]]]:
    """For each route a body that it accepts and would act on, with its sender."""
    newsroom = desk.newsroom
    heron, dunlin = lead_of(newsroom), join_by_invitation(desk, "Dunlin", role="moderator")
    swift = join_by_invitation(desk, "Swift", role="moderator")
    leaving = as_json(signed_removal(desk, swift, by=swift))
    assert (
        desk.browser_of("Swift").post("remove-member", statements=[leaving], wraps=[]).status == 200
    )
    suspend.suspend(newsroom.database, newsroom.rules.site_id, pseudonym="Dunlin")
    waiting, rejected, also = (newsroom.send() for _ in range(3))
    public, hidden, removed = (newsroom.send() for _ in range(3))
    for sent in (public, hidden, removed):
        newsroom.publish(sent.id)
    newsroom.pass_slots()  # once: Heron's session would end
    removal = newsroom.remove(hidden.id)
    newsroom.remove(removed.id)
    returned = {"comment_id": hidden.id, "decision_id": removal.decision_id}
    rejections = [newsroom.reject(comment.id).decision_id for comment in (rejected, also)]
    envelope = newsroom.decrypt(waiting.id)
    token, other = (secrets.token_bytes(32).hex() for _ in range(2))
    assert desk.post("invite", role="moderator", token=token).status == 200
    waiting_person, invited_person = moderator_of("Egret"), moderator_of("Ibis")
    assert register(desk, invite(desk), waiting_person).status == 200
    (registration,) = desk.post("people").json["registrations"]
    head = desk.post("session").json["roster_head"]
    added = member_added(desk, registration, by=lead_of(newsroom))
    publish = {
        "verdict": "publish",
        "comment_id": waiting.id,
        "text": envelope.text,
        "name": "",
        "nonce": envelope.nonce,
        "lang": "en",
    }
    stranger = desk.browser_of(None)
    seed = sign_in_seed(newsroom.pseudonym, newsroom.passphrase)
    locked = desk.browser_of("Heron")
    held = {"device_key": HEX, "device_label": "Phone"}
    locked.post("hold-device-key", held)
    locked.post("set-pin", pin_hash=HEX)
    locked.post("lock")
    return {
        "hold-device-key": (desk, held),
        "set-pin": (desk, {"pin_hash": HEX}),
        "unlock": (locked, {"pin_hash": HEX}),
        "label-device": (desk, {"device_label": "Phone"}),
        "end-session": (desk, {"session_id": HEX}),
        "end-other-sessions": (desk, {}),
        "end-sessions": (desk, {"pseudonym": "Egret"}),
        "cancel-invitation": (desk, {"invitation_id": HEX}),
        "sign-in": (stranger, sign_in_body(stranger.challenge(), newsroom.pseudonym, seed)),
        "open-invitation": (stranger, {"token": token}),
        "register": (
            stranger,
            {"token": token, "head": head, "newcomer": newcomer(invited_person)},
        ),
        "invite": (desk, {"role": "moderator", "token": other}),
        "confirm-member": (
            desk,
            {
                "registration_id": registration["registration_id"],
                "statement": as_json(added),
                "wraps": [{"epoch_id": newest_epoch_id(desk), "wrap": "AAAA"}],
            },
        ),
        "discard-registration": (desk, {"registration_id": registration["registration_id"]}),
        "remove-member": (desk, removal_body(desk, dunlin, [heron], by=heron)),
        "begin-epoch": (desk, epoch_body(desk, [heron, dunlin], by=heron)),
        "lift-suspension": (desk, {"pseudonym": "Dunlin"}),
        "queue": (desk, {"cursor": None}),
        "history": (desk, {"cursor": None}),
        "hidden": (desk, {"cursor": None}),
        "bring-back": (desk, {"comments": [returned]}),
        "destroy-hidden": (desk, {"comments": [{"comment_id": removed.id}]}),
        "already-decided": (desk, {"comment_ids": [waiting.id], "decision_ids": rejections}),
        "decide": (desk, publish),
        "reject-many": (desk, {"comment_ids": [waiting.id], "clause": "spam"}),
        "undo": (desk, {"decision_id": rejections[0]}),
        "undo-many": (desk, {"decision_ids": [rejections[1]]}),
        "remove": (desk, {"comment_id": public.id, "clause": "spam"}),
    }


def _weakened(body: dict[str, Any], name: str) -> list[bytes]:
    """The body without a field, with an empty one, and with a second, empty one."""
    rest = {key: value for key, value in body.items() if key != name}
    empty: Any = [] if isinstance(body[name], list) else ""
    twice = json.dumps(body)[:-1] + f', "{name}": {json.dumps(empty)}' + "}"
    return [json.dumps(rest).encode(), json.dumps(rest | {name: empty}).encode(), twice.encode()]


def test_a_missing_empty_or_repeated_field_never_permits_more(desk: DeskClient) -> None:
    valid_requests = _valid_requests(desk)
    before = {table: desk.newsroom.read_table(table) for table in UNCHANGED_TABLES}
    for path, (client, body) in valid_requests.items():
        for name, value in body.items():
            if (path, name) in MAY_BE_LEFT_OUT:
                continue
            dropped, *emptied = _weakened(body, name)
            assert client.post(path, dropped).status == 400, (path, name)
            for changed in emptied if value else []:  # an empty field cannot be emptied
                assert client.post(path, changed).status >= 400, (path, name)
        assert {table: desk.newsroom.read_table(table) for table in UNCHANGED_TABLES} == before, (
            path
        )


@pytest.mark.parametrize("path", sorted(SENT_ELSEWHERE))
def test_a_request_without_one_of_its_fields_is_refused(desk: DeskClient, path: str) -> None:
    _, body = VALID_BODIES[path]
    assert desk.post(path, body).json.get("error") != "bad_request"
    for name in body:
        rest = {key: value for key, value in body.items() if key != name}
        assert desk.post(path, rest).status == 400, name


def test_control_the_complete_requests_are_accepted(desk: DeskClient) -> None:
    valid_requests = _valid_requests(desk)
    assert set(valid_requests) | WITHOUT_PARAMETERS | SENT_ELSEWHERE == set(VALID_BODIES)
    for path, (client, body) in valid_requests.items():
        if path == "reject-many":  # rejects the same comment as `decide`
            continue
        # Each names the newest statement, and `confirm-member` has added one.
        is_late = path in ("remove-member", "begin-epoch")
        assert client.post(path, body).status == (409 if is_late else 200), path


@pytest.mark.parametrize("name", ["nothing", "queue/x", "recovery", "../desk/queue"])
def test_an_unknown_route_is_not_found(desk: DeskClient, name: str) -> None:
    response = desk.post(name)
    assert (response.status, response.json["error"]) == (404, "not_found")
    assert response.json["message"] == "The desk has nothing at this address."
    assert response.header("cache-control") == "no-store"


def test_a_route_without_declared_access_is_denied(desk: DeskClient) -> None:
    assert desk.post("queue", method="OPTIONS").status == 403


def test_the_desk_works_without_tls_only_on_loopback(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    assert desk.get("/").status == 200
    guard = Guard(session_access(newsroom), desk_url="http://desk.example", clock=int)
    with pytest.raises(TlsRequired):
        guard._check_tls()


def test_every_response_of_the_desk_has_the_security_headers(desk: DeskClient) -> None:
    responses = [
        desk.get(path)
        for path in ("/", "/join", "/recover", "/assets/desk.js", "/assets/desk.css", "/no")
    ]
    responses += [desk.post("session"), desk.browser_of(None).post("session")]
    for response in responses:
        policy = response.header("content-security-policy") or ""
        assert "frame-ancestors 'none'" in policy
        assert "require-trusted-types-for 'script'" in policy
        assert "unsafe" not in policy
        assert response.header("cache-control") == "no-store"
        assert response.header("x-content-type-options") == "nosniff"


def test_the_page_is_the_same_file_at_every_desk_and_about_names_the_newsroom(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    built = (STATIC / PAGE).read_bytes()
    settings = newsroom.components.settings
    for path in PAGES:
        assert desk.get(path).body == built, path
    for name in (settings.site_id, settings.site_name, settings.desk_url):
        assert name.encode() not in built, name
    assert desk.browser_of(None).post("about").json == {
        "version": __version__,
        "site_id": settings.site_id,
        "site_name": settings.site_name,
        "desk_url": settings.desk_url,
        "is_demo": False,
    }


def test_a_browser_that_accepts_gzip_gets_the_desks_files_gzipped(desk: DeskClient) -> None:
    for name in ASSETS:
        plain = desk.get(f"/assets/{name}")
        gzipped = desk.get(f"/assets/{name}", accept_encoding="br, gzip")
        assert gzip.decompress(gzipped.body) == plain.body
        encodings = (plain.header("content-encoding"), gzipped.header("content-encoding"))
        assert encodings == (None, "gzip")
        assert {plain.header("vary"), gzipped.header("vary")} == {"accept-encoding"}
        refused = desk.get(f"/assets/{name}", accept_encoding="gzip;q=0")
        assert refused.header("content-encoding") is None


def test_the_pages_of_the_queue_neither_skip_nor_repeat_comments(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    sent = [newsroom.send(f"Number {number}.", receipt=False).id for number in range(120)]
    listed: list[str] = []
    after, sizes = None, []
    while True:
        page = desk.post("queue", {"cursor": after}).json
        sizes.append(len(page["comments"]))
        listed += [row["comment_id"] for row in page["comments"]]
        after = page["next_cursor"]
        if after is None:
            break
        desk.post("decide", {"verdict": "reject", "comment_id": listed[-1], "clause": "spam"})
    assert sizes == [50, 50, 20]
    assert sorted(listed) == sorted(sent)
    assert page["pending_count"] == 118


def test_the_history_has_pages_and_says_what_can_be_undone(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    sent = [newsroom.send(f"Number {number}.", receipt=False).id for number in range(60)]
    many = [
        desk.post("reject-many", {"comment_ids": part, "clause": "spam"})
        for part in (sent[:50], sent[50:])
    ]
    assert [len(comment.json["decided"]) for comment in many] == [50, 10]
    first = desk.post("history", {"cursor": None}).json
    second = desk.post("history", {"cursor": first["next_cursor"]}).json
    assert (len(first["entries"]), len(second["entries"]), second["next_cursor"]) == (50, 10, None)
    rows = first["entries"] + second["entries"]
    assert {row["comment_id"] for row in rows} == set(sent)
    assert all(row["can_undo"] and not row["can_remove"] for row in rows)
    assert desk.post("undo", {"decision_id": rows[0]["decision_id"]}).json["state"] == "pending"
    after = desk.post("history", {"cursor": None}).json["entries"]
    undone = next(row for row in after if row["decision_id"] == rows[0]["decision_id"])
    assert (undone["is_undone"], undone["can_undo"]) == (True, False)


def test_a_second_decision_is_refused_and_names_the_first(desk_of_two: DeskClient) -> None:
    sent = desk_of_two.newsroom.send()
    body = {"verdict": "reject", "comment_id": sent.id, "clause": "facts"}
    assert desk_of_two.browser_of("Egret").post("decide", body).json["decided_by"] == "Egret"
    second = desk_of_two.post("decide", body)
    assert (second.status, second.json["decided_by"], second.json["verdict"]) == (
        409,
        "Egret",
        "reject",
    )
    many = desk_of_two.post(
        "reject-many", {"comment_ids": [sent.id, "b" * 26], "clause": "spam"}
    ).json
    assert [comment["verdict"] for comment in many["already_decided"]] == ["reject", "withdrawn"]


def test_a_comment_from_the_queue_is_published_and_removed_at_once(
    desk: DeskClient,
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.send("From the queue.")
    (row,) = desk.post("queue", {"cursor": None}).json["comments"]
    envelope = newsroom.decrypt(row["comment_id"])
    body = {
        "verdict": "publish",
        "comment_id": sent.id,
        "text": envelope.text,
        "name": "",
        "nonce": envelope.nonce,
        "lang": "en",
    }
    forged = desk.post("decide", body | {"text": "Other words."})
    assert (forged.status, forged.json["error"]) == (409, "commitment_mismatch")
    assert desk.post("decide", body).json["state"] == "held"
    newsroom.pass_slots()
    assert "From the queue." in newsroom.read_file("en/index.html")
    desk.post("remove", {"comment_id": sent.id, "clause": "spam"})
    assert "From the queue." not in newsroom.read_file("en/index.html")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"verdict": "approve", "comment_id": ID},
        {"verdict": "reject", "comment_id": ID, "clause": "spam", "by": "X"},
        {"verdict": "reject", "comment_id": "../../etc", "clause": "spam"},
        [],
        "text",
        {
            "verdict": "publish",
            "comment_id": ID,
            "text": "a",
            "name": "",
            "nonce": "00",
            "lang": "en",
        },
    ],
)
def test_a_decision_that_the_desk_would_not_send_is_a_bad_request(
    desk: DeskClient, body: Any
) -> None:
    response = desk.post("decide", json.dumps(body).encode())
    assert (response.status, response.json["error"]) == (400, "bad_request")


@pytest.mark.parametrize("body", [b'{"pseudonym":"\xff","secret":"00"}', b"[" * 50_000])
def test_an_unreadable_body_is_a_bad_request_and_is_not_reported(
    desk: DeskClient, body: bytes, capfd: pytest.CaptureFixture[str]
) -> None:
    response = desk.browser_of(None).post("sign-in", body)
    assert (response.status, response.json["error"]) == (400, "bad_request")
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("cursor", ["", "x", "1", "1.", ".a", "-1.a", "1e3.a"])
def test_an_invalid_cursor_is_refused(desk: DeskClient, cursor: str) -> None:
    assert desk.post("queue", {"cursor": cursor}).status == 400


def test_the_page_is_html_and_holds_the_desks_messages_as_data(desk: DeskClient) -> None:
    response = desk.get("/")
    page = response.body.decode()
    assert response.header("content-type") == "text/html; charset=utf-8"
    block = re.search(r'<script type="application/json" id="messages">(.*?)</script>', page)
    assert block is not None
    assert json.loads(block[1]) == {}, "the English catalogue translates nothing"
    assert '<html lang="en"' in page
    languages = re.search(r'<script type="application/json" id="languages">(.*?)</script>', page)
    assert languages is not None
    assert json.loads(languages[1])["km"] == "Khmer"
    assert len(re.findall(r"<script\b", page)) == 3, "these and the desk's own file"


def test_a_person_who_opens_the_desk_under_another_host_reads_a_sentence(desk: DeskClient) -> None:
    for path in ("/", "/join", "/assets/desk.js"):
        response = desk.get(path, host="192.0.2.1")
        assert response.status == 403
        assert (response.header("content-type") or "").startswith("text/html")
        assert "The desk does not answer at this address." in response.text
        assert "desk_url" in response.text
        assert "{" not in response.text
    missing = desk.get("/nosuch")
    assert (missing.status, "The desk has nothing at this address" in missing.text) == (404, True)
