"""The desk's doors, walked one by one: who may, from where, with what; and what each answers."""

import base64
import hashlib
import json
import re
import secrets
from typing import Any

import pyrage
import pytest

from tests.harness import SITE_ID, NewsroomHarness
from tests.in_process_client import DeskClient
from tests.web.conftest import signed_in
from yobal.actions import setup_site
from yobal.core.tokens import invitation_token
from yobal.demo.keys import from_passphrase
from yobal.store import people
from yobal.web.errors import TlsRequired
from yobal.web.guard import COOKIE, Guard

# A body that each route takes, so that nothing but who asks decides; and who may.
ID, HEX = "a" * 26, "00" * 32
BODIES: dict[str, tuple[str, dict[str, Any]]] = {
    "sign-in": ("anyone", {"pseudonym": "Nobody", "secret": HEX}),
    "session": ("moderator", {}),
    "sign-out": ("anyone", {}),
    "open-invitation": ("anyone", {"token": HEX}),
    "join": (
        "anyone",
        {
            "token": HEX,
            "pseudonym": "New one",
            "secret": HEX,
            "recipient": "age1",
            "identity": "",
            "recovery_recipient": "age1",
            "recovery_identity": "",
            "wraps": [],
            "epoch": None,
        },
    ),
    "people": ("moderator", {}),
    "invite": ("lead", {"role": "moderator", "token": HEX, "wraps": []}),
    "recovery/challenge": ("anyone", {"pseudonym": "Nobody"}),
    "recovery/prove": ("anyone", {"challenge_id": ID, "answer": HEX}),
    "recovery/finish": ("anyone", {"ticket": ID, "secret": HEX, "identity": ""}),
    "queue": ("moderator", {"cursor": None}),
    "already-decided": ("moderator", {"comment_ids": [ID]}),
    "decide": ("moderator", {"verdict": "reject", "comment_id": ID, "clause": "spam"}),
    "reject-many": ("moderator", {"comment_ids": [ID], "clause": "spam"}),
    "undo": ("moderator", {"decision_id": ID}),
    "undo-many": ("moderator", {"decision_ids": [ID]}),
    "remove": ("moderator", {"comment_id": ID, "clause": "spam"}),
    "history": ("moderator", {"cursor": None}),
}
ACTS = [pytest.param(path, *given, id=path) for path, given in BODIES.items()]


@pytest.fixture
def newsroom(sqlite_newsroom: NewsroomHarness) -> NewsroomHarness:
    """Who may do what has nothing to do with the database."""
    return sqlite_newsroom


@pytest.fixture
def desk(newsroom: NewsroomHarness) -> DeskClient:
    return signed_in(newsroom)


@pytest.fixture
def desk_of_two(desk: DeskClient) -> DeskClient:
    """The same desk with a plain moderator, `Egret`."""
    _join(desk, "Egret", role="moderator")
    return desk


def _keys() -> tuple[Any, str]:
    identity = pyrage.x25519.Identity.generate()
    return identity, str(identity.to_public())


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _join(desk: DeskClient, pseudonym: str, *, role: str, secret: bytes = b"s" * 32) -> Any:
    """Invited by Heron, joined with keys made as a browser makes them; the sheet's identity."""
    heron = pyrage.x25519.Identity.from_str(str(desk.newsroom.epoch_identity(_epoch(desk))))
    link = secrets.token_bytes(32)
    token = invitation_token(link).hex()
    invitation = pyrage.x25519.Identity.generate()
    wrap = pyrage.encrypt(str(heron).encode(), [invitation.to_public()])
    wraps = [{"epoch_id": _epoch(desk), "wrap": _b64(wrap)}]
    body = {"role": role, "token": token, "wraps": wraps}
    assert desk.act("invite", body).status == 200

    opened = desk.of(None).act("open-invitation", {"token": token}).json
    assert (opened["role"], opened["is_first"]) == (role, False)
    (received,) = opened["wraps"]
    epoch_id = pyrage.decrypt(base64.b64decode(received["wrap"]), [invitation])
    personal, recipient = _keys()
    sheet, sheet_recipient = _keys()
    mine = pyrage.encrypt(epoch_id, [personal.to_public()])
    joined = desk.of(None).act(
        "join",
        {
            "token": token,
            "pseudonym": pseudonym,
            "secret": secret.hex(),
            "recipient": recipient,
            "identity": _b64(b"wrapped"),
            "recovery_recipient": sheet_recipient,
            "recovery_identity": _b64(pyrage.encrypt(str(personal).encode(), [sheet.to_public()])),
            "wraps": [{"epoch_id": received["epoch_id"], "wrap": _b64(mine)}],
            "epoch": None,
        },
    )
    assert joined.status == 200, joined.text
    assert (joined.json["pseudonym"], joined.json["role"]) == (pseudonym, role)
    mine_again = base64.b64decode(joined.json["epochs"][0]["wrap"])
    assert pyrage.decrypt(mine_again, [personal]) == epoch_id
    assert desk.of(None).act("open-invitation", {"token": token}).status == 410, "used up"
    return sheet


def _epoch(desk: DeskClient) -> str:
    return str(desk.newsroom.read_table("epochs")[-1]["id"])


def test_every_route_of_the_desk_is_tested_here(desk: DeskClient) -> None:
    posts: set[str] = set()
    pages: set[str] = set()
    for route in desk.app.routes:
        for handler in route.route_handlers:
            if handler.http_methods == {"OPTIONS"}:
                continue  # the framework's own; the guard denies it like everything undeclared
            assert handler.opt.get("access") in ("anyone", "moderator", "lead"), route.path
            for method in handler.http_methods:
                (posts if method == "POST" else pages).add(route.path)
    assert posts == {f"/api/desk/{name}" for name in BODIES}
    assert {path for path in pages if not path.startswith("/assets/")} == {"/", "/join", "/recover"}


@pytest.mark.parametrize(("path", "access", "body"), ACTS)
def test_each_route_refuses_users_without_access(
    desk_of_two: DeskClient, path: str, access: str, body: dict[str, Any]
) -> None:
    nobody = desk_of_two.of(None).act(path, body)
    assert (nobody.status == 401) == (access != "anyone")
    forged = desk_of_two.act(path, body, headers={"cookie": f"{COOKIE}={secrets.token_hex(32)}"})
    assert (forged.status == 401) == (access != "anyone")
    moderator = desk_of_two.of("Egret").act(path, body)
    assert (moderator.status == 403 and moderator.json["error"] == "forbidden") == (
        access == "lead"
    )
    assert moderator.status != 401
    lead = desk_of_two.act(path, body)
    assert lead.status != 401
    assert lead.status < 500
    assert "forbidden" not in lead.text


WRONG: dict[str, dict[str, str | None]] = {
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


@pytest.mark.parametrize("wrong", WRONG)
def test_a_request_from_another_origin_or_of_another_type_changes_nothing(
    desk: DeskClient, newsroom: NewsroomHarness, wrong: str
) -> None:
    sent = newsroom.send()
    for path, (_, body) in BODIES.items():
        given = body | ({"comment_id": sent.id} if "comment_id" in body else {})
        got = desk.act(path, given, headers=WRONG[wrong])
        assert got.status in (400, 403), path
        assert got.header("set-cookie") is None
    assert newsroom.state(sent.id) == "pending"


@pytest.mark.parametrize("path", BODIES)
def test_no_route_accepts_get(desk: DeskClient, path: str) -> None:
    assert desk.act(path, method="GET").status == 405


# What is left out of a request's body (or sent empty) and may be: where a page begins.
MAY_BE_LEFT_OUT = {("queue", "cursor"), ("history", "cursor"), ("history", "comment_id")}
WITHOUT_PARAMETERS = {
    "session",
    "sign-out",
    "people",
    # And the sheet's three, whose every wrong word is refused in the tests of recovery below.
    "recovery/challenge",
    "recovery/prove",
    "recovery/finish",
}
KEPT = (
    "comments",
    "decisions",
    "held_texts",
    "invitations",
    "moderators",
    "sessions",
    "wrapped_epoch_keys",
)


def _living(desk: DeskClient) -> dict[str, tuple[DeskClient, dict[str, Any]]]:
    """For each route a body that it takes, with who sends it: a change would be an act."""
    newsroom = desk.newsroom
    waiting, rejected, also, public = (
        newsroom.send(),
        newsroom.send(),
        newsroom.send(),
        newsroom.publish_new(),
    )
    done = [newsroom.reject(one.id).decision_id for one in (rejected, also)]
    opened = newsroom.decrypt(waiting.id)
    link, other = (secrets.token_bytes(32).hex() for _ in range(2))
    invited = {"role": "moderator", "wraps": []}
    assert desk.act("invite", invited | {"token": link}).status == 200
    recipient = _keys()[1]
    publish = {
        "verdict": "publish",
        "comment_id": waiting.id,
        "text": opened.text,
        "name": "",
        "nonce": opened.nonce,
        "lang": "en",
    }
    newcomer: dict[str, Any] = {  # what is sealed to its own maker is nothing to the server
        "token": link,
        "pseudonym": "Ibis",
        "secret": HEX,
        "recipient": recipient,
        "identity": "",
        "recovery_recipient": recipient,
        "recovery_identity": "",
        "wraps": [],
        "epoch": None,
    }
    half = from_passphrase(SITE_ID, newsroom.pseudonym, newsroom.passphrase)[0].hex()
    return {
        "sign-in": (desk.of(None), {"pseudonym": newsroom.pseudonym, "secret": half}),
        "open-invitation": (desk.of(None), {"token": link}),
        "join": (desk.of(None), newcomer),
        "invite": (desk, invited | {"token": other}),
        "queue": (desk, {"cursor": None}),
        "history": (desk, {"cursor": None}),
        "already-decided": (desk, {"comment_ids": [waiting.id]}),
        "decide": (desk, publish),
        "reject-many": (desk, {"comment_ids": [waiting.id], "clause": "spam"}),
        "undo": (desk, {"decision_id": done[0]}),
        "undo-many": (desk, {"decision_ids": [done[1]]}),
        "remove": (desk, {"comment_id": public.id, "clause": "spam"}),
    }


def _weaker(body: dict[str, Any], name: str) -> list[bytes]:
    """Without one parameter; with it empty; with it twice, the second time empty."""
    rest = {key: value for key, value in body.items() if key != name}
    empty: Any = [] if isinstance(body[name], list) else ""
    twice = json.dumps(body)[:-1] + f', "{name}": {json.dumps(empty)}' + "}"
    return [json.dumps(rest).encode(), json.dumps(rest | {name: empty}).encode(), twice.encode()]


def test_a_missing_empty_or_repeated_field_never_permits_more(desk: DeskClient) -> None:
    living = _living(desk)
    before = {table: desk.newsroom.read_table(table) for table in KEPT}
    for path, (client, body) in living.items():
        for name, value in body.items():
            if (path, name) in MAY_BE_LEFT_OUT:
                continue
            dropped, *emptied = _weaker(body, name)
            assert client.act(path, dropped).status == 400, (path, name)
            for changed in emptied if value else []:  # what is empty already cannot be emptied
                assert client.act(path, changed).status >= 400, (path, name)
        assert {table: desk.newsroom.read_table(table) for table in KEPT} == before, path


def test_control_the_complete_requests_are_accepted(desk: DeskClient) -> None:
    living = _living(desk)
    assert set(living) | WITHOUT_PARAMETERS == set(BODIES)
    for path, (client, body) in living.items():
        if path != "reject-many":  # the same comment as `decide`
            assert client.act(path, body).status == 200, path


def test_a_route_without_declared_access_is_denied(desk: DeskClient) -> None:
    assert desk.act("queue", method="OPTIONS").status == 403


def test_the_desk_works_without_tls_only_on_loopback(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    assert desk.get("/").status == 200
    guard = Guard(newsroom.database, desk_url="http://desk.example", session_key=b"", clock=int)

    class Asked:
        headers = {"host": "desk.example"}  # noqa: RUF012  # stands for a request

    with pytest.raises(TlsRequired):
        guard._check_host(Asked())  # type: ignore[arg-type]


def test_every_response_of_the_desk_has_the_security_headers(desk: DeskClient) -> None:
    answers = [
        desk.get(path)
        for path in ("/", "/join", "/recover", "/assets/desk.js", "/assets/desk.css", "/no")
    ]
    answers += [desk.act("session"), desk.of(None).act("session")]
    for got in answers:
        policy = got.header("content-security-policy") or ""
        assert "frame-ancestors 'none'" in policy
        assert "require-trusted-types-for 'script'" in policy
        assert "unsafe" not in policy
        assert got.header("cache-control") == "no-store"
        assert got.header("x-content-type-options") == "nosniff"


def test_signing_in_does_not_reveal_whether_a_pseudonym_exists(desk: DeskClient) -> None:
    known = desk.of(None).act("sign-in", {"pseudonym": "Heron", "secret": HEX})
    unknown = desk.of(None).act("sign-in", {"pseudonym": "Nobody", "secret": HEX})
    assert (known.status, known.body, known.headers) == (
        unknown.status,
        unknown.body,
        unknown.headers,
    )
    assert known.status == 403
    shapes: dict[str, set[tuple[bytes, int]]] = {"Heron": set(), "Nobody": set()}
    for name, seen in shapes.items():
        for _ in range(10):
            asked = desk.of(None).act("recovery/challenge", {"pseudonym": name})
            assert (asked.status, set(asked.json)) == (200, {"challenge_id", "sealed"})
            seen.add(_shape(base64.b64decode(asked.json["sealed"])))
    assert shapes["Heron"] == shapes["Nobody"]
    assert len(shapes["Heron"]) == 1


def _shape(sealed: bytes) -> tuple[bytes, int]:
    """Whom an age file is sealed to, by kind, and how long its content is.

    Its length alone differs from file to file: age adds a stanza of chance, called grease.
    """
    header, _, rest = sealed.partition(b"\n--- ")
    kinds = [kind for kind in re.findall(rb"(?m)^-> (\S+)", header) if b"-grease" not in kind]
    return b" ".join(kinds), len(rest.partition(b"\n")[2])


def test_signing_in_sets_a_cookie_for_this_host_and_signing_out_ends_it(
    desk: DeskClient,
) -> None:
    _join(desk, "Egret", role="lead", secret=b"k" * 32)
    got = desk.of(None).act("sign-in", {"pseudonym": " Egret ", "secret": (b"k" * 32).hex()})
    assert got.status == 200
    cookie = got.header("set-cookie") or ""
    flags = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert cookie.startswith(f"{COOKIE}=")
    assert {"secure", "httponly", "samesite=strict", "path=/"} <= flags
    assert not any(flag.startswith("domain") for flag in flags)
    mine = {"cookie": cookie.split(";")[0]}
    assert desk.act("session", headers=mine).json["pseudonym"] == "Egret"
    desk.act("sign-out", headers=mine)
    assert desk.act("session", headers=mine).status == 401


def test_recovery_sets_a_new_passphrase_and_ends_old_sessions(
    desk: DeskClient,
) -> None:
    sheet = _join(desk, "Egret", role="moderator", secret=b"o" * 32)
    old = {"cookie": desk.of("Egret").cookie}
    asked = desk.of(None).act("recovery/challenge", {"pseudonym": "Egret"}).json
    answer = pyrage.decrypt(base64.b64decode(asked["sealed"]), [sheet]).hex()
    body = {"challenge_id": asked["challenge_id"], "answer": answer}
    proved = desk.of(None).act("recovery/prove", body).json
    personal = pyrage.decrypt(base64.b64decode(proved["identity"]), [sheet])
    assert personal.startswith(b"AGE-SECRET-KEY-1")
    assert desk.of(None).act("recovery/prove", body).status == 403, "answered once"
    new = {"ticket": proved["ticket"], "secret": (b"n" * 32).hex(), "identity": _b64(b"new")}
    assert desk.of(None).act("recovery/finish", new).json["pseudonym"] == "Egret"
    assert desk.of(None).act("recovery/finish", new).status == 403, "used once"
    assert desk.act("session", headers=old).status == 401
    for secret, status in ((b"o", 403), (b"n", 200)):
        tried = {"pseudonym": "Egret", "secret": (secret * 32).hex()}
        assert desk.of(None).act("sign-in", tried).status == status


def test_a_moderator_who_was_deactivated_meanwhile_cannot_recover(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    sheet = _join(desk, "Egret", role="moderator")
    asked = desk.of(None).act("recovery/challenge", {"pseudonym": "Egret"}).json
    answer = pyrage.decrypt(base64.b64decode(asked["sealed"]), [sheet]).hex()
    body = {"challenge_id": asked["challenge_id"], "answer": answer}
    ticket = desk.of(None).act("recovery/prove", body).json["ticket"]
    with newsroom.database.writing() as conn:
        people.deactivate_all(conn, newsroom.rules.site_id)
    new = {"ticket": ticket, "secret": HEX, "identity": ""}
    assert desk.of(None).act("recovery/finish", new).status == 403
    assert newsroom.read_table("sessions") == []


def test_a_wrong_answer_or_an_unknown_pseudonym_cannot_recover(desk: DeskClient) -> None:
    for name in ("Heron", "Nobody"):
        asked = desk.of(None).act("recovery/challenge", {"pseudonym": name}).json
        wrong = {"challenge_id": asked["challenge_id"], "answer": HEX}
        assert desk.of(None).act("recovery/prove", wrong).status == 403
    finish = {"ticket": asked["challenge_id"], "secret": HEX, "identity": ""}
    assert desk.of(None).act("recovery/finish", finish).status == 403


def test_the_first_leads_invitation_deactivates_everyone_before(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    old = {"cookie": desk.cookie}
    link = setup_site.invite_first_lead(newsroom.database, newsroom.rules, now=newsroom.now)
    token = invitation_token(base64.urlsafe_b64decode(link + "=")).hex()
    opened = desk.of(None).act("open-invitation", {"token": token}).json
    assert opened == {"role": "lead", "is_first": True, "wraps": []}
    _, recipient = _keys()
    joined = {
        "token": token,
        "pseudonym": "Egret",
        "secret": HEX,
        "recipient": recipient,
        "identity": "",
        "recovery_recipient": recipient,
        "recovery_identity": "",
        "wraps": [{"epoch_id": "first", "wrap": _b64(b"w")}],
        "epoch": {"recipient": recipient},
    }
    wrong: dict[str, dict[str, Any]] = {
        "no epoch": {"epoch": None},
        "no wrap": {"wraps": []},
        "no key": {"recipient": "age1nothing"},
        "no sheet": {"recovery_recipient": "age1nothing"},
        "no recipient": {"epoch": {"recipient": "age1nothing"}},
        "a name with signs": {"pseudonym": "Eg\u202eret"},
        "a short name": {"pseudonym": "E"},
    }
    for what, changed in wrong.items():
        assert desk.of(None).act("join", joined | changed).status == 422, what
    assert desk.act("session", headers=old).status == 200, "nothing has changed yet"
    taken = desk.of(None).act("join", joined | {"pseudonym": "Heron"})
    assert (taken.status, taken.json["error"]) == (409, "pseudonym_taken")
    assert desk.of(None).act("join", joined).status == 200
    assert desk.act("session", headers=old).status == 401
    assert desk.of(None).act("join", joined).status == 410
    epochs = sorted(newsroom.read_table("epochs"), key=lambda row: row["number"])
    assert [row["recipient"] == recipient for row in epochs] == [False, True]


def test_the_database_has_only_hashes_of_secrets_and_session_tokens(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    _join(desk, "Egret", role="moderator", secret=b"k" * 32)
    hashes = {bytes(row["secret_hash"]) for row in newsroom.read_table("moderators")}
    assert hashlib.sha256(b"k" * 32).digest() in hashes
    cookie = desk.of("Egret").cookie.partition("=")[2]
    assert bytes.fromhex(cookie) not in {
        bytes(row["token_hash"]) for row in newsroom.read_table("sessions")
    }


def test_the_pages_of_the_queue_neither_skip_nor_repeat_comments(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    sent = [newsroom.send(f"Number {number}.", receipt=False).id for number in range(120)]
    seen: list[str] = []
    after, sizes = None, []
    while True:
        page = desk.act("queue", {"cursor": after}).json
        sizes.append(len(page["comments"]))
        seen += [row["comment_id"] for row in page["comments"]]
        after = page["next_cursor"]
        if after is None:
            break
        desk.act("decide", {"verdict": "reject", "comment_id": seen[-1], "clause": "spam"})
    assert sizes == [50, 50, 20]
    assert sorted(seen) == sorted(sent)
    assert page["pending_count"] == 118


def test_the_history_has_pages_and_says_what_can_be_undone(
    desk: DeskClient, newsroom: NewsroomHarness
) -> None:
    sent = [newsroom.send(f"Number {number}.", receipt=False).id for number in range(60)]
    many = [
        desk.act("reject-many", {"comment_ids": part, "clause": "spam"})
        for part in (sent[:50], sent[50:])
    ]
    assert [len(one.json["decided"]) for one in many] == [50, 10]
    first = desk.act("history", {"cursor": None}).json
    second = desk.act("history", {"cursor": first["next_cursor"]}).json
    assert (len(first["entries"]), len(second["entries"]), second["next_cursor"]) == (50, 10, None)
    rows = first["entries"] + second["entries"]
    assert {row["comment_id"] for row in rows} == set(sent)
    assert all(row["can_undo"] and not row["can_remove"] for row in rows)
    assert desk.act("undo", {"decision_id": rows[0]["decision_id"]}).json["state"] == "pending"
    after = desk.act("history", {"cursor": None}).json["entries"]
    undone = next(row for row in after if row["decision_id"] == rows[0]["decision_id"])
    assert (undone["is_undone"], undone["can_undo"]) == (True, False)


def test_a_second_decision_is_refused_and_names_the_first(desk_of_two: DeskClient) -> None:
    sent = desk_of_two.newsroom.send()
    body = {"verdict": "reject", "comment_id": sent.id, "clause": "facts"}
    assert desk_of_two.of("Egret").act("decide", body).json["decided_by"] == "Egret"
    second = desk_of_two.act("decide", body)
    assert (second.status, second.json["decided_by"], second.json["verdict"]) == (
        409,
        "Egret",
        "reject",
    )
    many = desk_of_two.act(
        "reject-many", {"comment_ids": [sent.id, "b" * 26], "clause": "spam"}
    ).json
    assert [one["verdict"] for one in many["already_decided"]] == ["reject", "withdrawn"]


def test_a_comment_from_the_queue_is_published_and_removed_at_once(
    desk: DeskClient,
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.send("From the queue.")
    (row,) = desk.act("queue", {"cursor": None}).json["comments"]
    opened = newsroom.decrypt(row["comment_id"])
    body = {
        "verdict": "publish",
        "comment_id": sent.id,
        "text": opened.text,
        "name": "",
        "nonce": opened.nonce,
        "lang": "en",
    }
    forged = desk.act("decide", body | {"text": "Other words."})
    assert (forged.status, forged.json["error"]) == (409, "commitment_mismatch")
    assert desk.act("decide", body).json["state"] == "held"
    newsroom.pass_slots()
    assert "From the queue." in newsroom.read_file("en/index.html")
    desk.act("remove", {"comment_id": sent.id, "clause": "spam"})
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
    got = desk.act("decide", json.dumps(body).encode())
    assert (got.status, got.json["error"]) == (400, "bad_request")


@pytest.mark.parametrize("cursor", ["", "x", "1", "1.", ".a", "-1.a", "1e3.a"])
def test_an_invalid_cursor_is_refused(desk: DeskClient, cursor: str) -> None:
    assert desk.act("queue", {"cursor": cursor}).status == 400


def test_the_page_holds_the_desks_messages_as_data(desk: DeskClient) -> None:
    page = desk.get("/").body.decode()
    block = re.search(r'<script type="application/json" id="messages">(.*?)</script>', page)
    assert block is not None
    assert json.loads(block[1]) == {}, "the English catalogue translates nothing"
    assert '<html lang="en"' in page
    assert len(re.findall(r"<script\b", page)) == 2, "this and the desk's own file"
