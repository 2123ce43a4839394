"""The desk's doors, walked one by one: who may, from where, with what; and what each answers."""

import base64
import hashlib
import secrets
from typing import Any

import pyrage
import pytest

from tests.web.doors.call import call
from tests.web.doors.conftest import Office
from yobal.actions import found
from yobal.core.keys import invitation_token
from yobal.store import people
from yobal.web.errors import Insecure
from yobal.web.guard import COOKIE, Guard

# A body that each route takes, so that nothing but who asks decides; and who may.
ID, HEX = "a" * 26, "00" * 32
BODIES: dict[str, tuple[str, dict[str, Any]]] = {
    "/api/sign-in": ("anyone", {"pseudonym": "Nobody", "secret": HEX}),
    "/api/session": ("moderator", {}),
    "/api/sign-out": ("anyone", {}),
    "/api/invitation": ("anyone", {"token": HEX}),
    "/api/join": ("anyone", {
        "token": HEX, "pseudonym": "New one", "secret": HEX, "recipient": "age1", "identity": "",
        "recovery_recipient": "age1", "recovery_identity": "", "wraps": [], "epoch": None,
    }),
    "/api/people": ("moderator", {}),
    "/api/invite": ("lead", {"role": "moderator", "token": HEX, "recipient": "age1", "wraps": []}),
    "/api/recovery/challenge": ("anyone", {"pseudonym": "Nobody"}),
    "/api/recovery/prove": ("anyone", {"challenge": ID, "answer": HEX}),
    "/api/recovery/finish": ("anyone", {"ticket": ID, "secret": HEX, "identity": ""}),
    "/api/queue": ("moderator", {"after": None}),
    "/api/decide": ("moderator", {"verdict": "reject", "id": ID, "clause": "spam"}),
    "/api/reject-many": ("moderator", {"ids": [ID], "clause": "spam"}),
    "/api/undo": ("moderator", {"decision": ID}),
    "/api/undo-many": ("moderator", {"decisions": [ID]}),
    "/api/remove": ("moderator", {"id": ID, "clause": "spam"}),
    "/api/history": ("moderator", {"before": None}),
}  # fmt: skip
ACTS = [pytest.param(path, *given, id=path) for path, given in BODIES.items()]


@pytest.fixture
def member(office: Office) -> Office:
    """The same desk with a plain moderator, `Egret`."""
    _join(office, "Egret", role="moderator")
    return office


def _keys() -> tuple[Any, str]:
    identity = pyrage.x25519.Identity.generate()
    return identity, str(identity.to_public())


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def _join(office: Office, pseudonym: str, *, role: str, secret: bytes = b"s" * 32) -> Any:
    """Invited by Heron, joined with keys made as a browser makes them; the sheet's identity."""
    heron = pyrage.x25519.Identity.from_str(str(office.room.epoch_identity(_epoch(office))))
    link = secrets.token_bytes(32)
    token = invitation_token(link).hex()
    invitation = pyrage.x25519.Identity.generate()
    wrap = pyrage.encrypt(str(heron).encode(), [invitation.to_public()])
    wraps = [{"epoch": _epoch(office), "wrap": _b64(wrap)}]
    body = {"role": role, "token": token, "recipient": str(invitation.to_public()), "wraps": wraps}
    assert office.act("/api/invite", body).status == 200

    opened = office.act("/api/invitation", {"token": token}, by=None).json
    assert (opened["role"], opened["is_first"]) == (role, False)
    (received,) = opened["wraps"]
    epoch = pyrage.decrypt(base64.b64decode(received["wrap"]), [invitation])
    personal, recipient = _keys()
    sheet, sheet_recipient = _keys()
    mine = pyrage.encrypt(epoch, [personal.to_public()])
    joined = office.act("/api/join", {
        "token": token, "pseudonym": pseudonym, "secret": secret.hex(), "recipient": recipient,
        "identity": _b64(b"wrapped"), "recovery_recipient": sheet_recipient,
        "recovery_identity": _b64(pyrage.encrypt(str(personal).encode(), [sheet.to_public()])),
        "wraps": [{"epoch": received["epoch"], "wrap": _b64(mine)}], "epoch": None,
    }, by=None)  # fmt: skip
    assert joined.status == 200, joined.text
    assert (joined.json["pseudonym"], joined.json["role"]) == (pseudonym, role)
    mine_again = base64.b64decode(joined.json["epochs"][0]["wrap"])
    assert pyrage.decrypt(mine_again, [personal]) == epoch
    assert office.act("/api/invitation", {"token": token}, by=None).status == 410, "used up"
    return sheet


def _epoch(office: Office) -> str:
    return str(office.room.rows("epochs")[-1]["epoch"])


def test_every_route_of_the_desk_is_walked_here(office: Office) -> None:
    posts: set[str] = set()
    pages: set[str] = set()
    for route in office.app.routes:
        for handler in route.route_handlers:
            if handler.http_methods == {"OPTIONS"}:
                continue  # the framework's own; the guard denies it like everything undeclared
            assert handler.opt.get("who") in ("anyone", "moderator", "lead"), route.path
            for method in handler.http_methods:
                (posts if method == "POST" else pages).add(route.path)
    assert posts == set(BODIES)
    assert {path for path in pages if not path.startswith("/assets/")} == {"/", "/join", "/recover"}


@pytest.mark.parametrize(("path", "who", "body"), ACTS)
def test_each_route_is_closed_to_whom_it_should_be(
    member: Office, path: str, who: str, body: dict[str, Any]
) -> None:
    nobody = member.act(path, body, by=None)
    assert (nobody.status == 401) == (who != "anyone")
    forged = member.act(path, body, headers={"cookie": f"{COOKIE}={secrets.token_hex(32)}"})
    assert (forged.status == 401) == (who != "anyone")
    moderator = member.act(path, body, by="Egret")
    assert (moderator.status == 403 and moderator.json["error"] == "not_allowed") == (who == "lead")
    assert moderator.status != 401
    lead = member.act(path, body)
    assert lead.status != 401
    assert lead.status < 500
    assert "not_allowed" not in lead.text


WRONG: dict[str, dict[str, str | None]] = {
    "no origin": {"origin": None}, "null origin": {"origin": "null"},
    "foreign origin": {"origin": "http://evil.example"},
    "origin of the readers": {"origin": "http://127.0.0.1:8600"},
    "origin on another port": {"origin": "http://localhost:86010"},
    "origin over tls": {"origin": "https://localhost:8601"},
    "foreign host": {"host": "evil.example"}, "no host": {"host": None},
    "a form": {"content-type": "application/x-www-form-urlencoded"},
    "plain text": {"content-type": "text/plain"}, "no type": {"content-type": None},
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_no_act_is_taken_from_another_page_or_in_another_type(office: Office, wrong: str) -> None:
    sent = office.room.send()
    for path, (_, body) in BODIES.items():
        given = body | ({"id": sent.id} if "id" in body else {})
        got = office.act(path, given, headers=WRONG[wrong])
        assert got.status in (400, 403), path
        assert got.header("set-cookie") is None
    assert office.room.state(sent.id) == "pending"


@pytest.mark.parametrize("path", BODIES)
def test_no_act_is_a_get(office: Office, path: str) -> None:
    headers = {"host": office.host, "cookie": office.cookie(), "origin": office.url}
    assert call(office.app, "GET", path, headers=headers).status == 405


def test_what_declares_no_user_is_denied(office: Office) -> None:
    headers = {"host": office.host, "cookie": office.cookie(), "origin": office.url}
    assert call(office.app, "OPTIONS", "/api/queue", headers=headers).status == 403


def test_the_desk_is_not_open_in_the_clear_but_on_the_machine_itself(office: Office) -> None:
    got = call(office.app, "GET", "/", headers={"host": office.host})
    assert got.status == 200
    guard = Guard(office.room.database, desk_url="http://desk.example", session_key=b"", clock=int)

    class Asked:
        headers = {"host": "desk.example"}  # noqa: RUF012  # stands for a request

    with pytest.raises(Insecure):
        guard._check_place(Asked())  # type: ignore[arg-type]


def test_every_page_and_answer_carries_its_guards(office: Office) -> None:
    answers = [
        call(office.app, "GET", path, headers={"host": office.host})
        for path in ("/", "/join", "/recover", "/assets/desk.js", "/assets/desk.css", "/no")
    ]
    answers += [office.act("/api/session"), office.act("/api/session", by=None)]  # fmt: skip
    for got in answers:
        policy = got.header("content-security-policy") or ""
        assert "frame-ancestors 'none'" in policy
        assert "require-trusted-types-for 'script'" in policy
        assert "unsafe" not in policy
        assert got.header("cache-control") == "no-store"
        assert got.header("x-content-type-options") == "nosniff"


def test_signing_in_does_not_tell_whether_a_name_exists(office: Office) -> None:
    known = office.act("/api/sign-in", {"pseudonym": "Heron", "secret": HEX}, by=None)
    unknown = office.act("/api/sign-in", {"pseudonym": "Nobody", "secret": HEX}, by=None)
    assert (known.status, known.body, known.headers) == (
        unknown.status, unknown.body, unknown.headers,
    )  # fmt: skip
    assert known.status == 403
    sizes: dict[str, set[int]] = {"Heron": set(), "Nobody": set()}
    for name, lengths in sizes.items():
        for _ in range(40):  # age fills its header with a little chance
            asked = office.act("/api/recovery/challenge", {"pseudonym": name}, by=None)
            assert (asked.status, set(asked.json)) == (200, {"challenge", "sealed"})
            lengths.add(len(base64.b64decode(asked.json["sealed"])))
    assert len(sizes["Heron"] & sizes["Nobody"]) > 5


def test_who_signs_in_gets_a_cookie_for_this_host_alone_and_who_signs_out_loses_it(
    office: Office,
) -> None:
    _join(office, "Egret", role="lead", secret=b"k" * 32)
    got = office.act("/api/sign-in", {"pseudonym": " Egret ", "secret": (b"k" * 32).hex()}, by=None)
    assert got.status == 200
    cookie = got.header("set-cookie") or ""
    flags = {part.strip().lower() for part in cookie.split(";")[1:]}
    assert cookie.startswith(f"{COOKIE}=")
    assert {"secure", "httponly", "samesite=strict", "path=/"} <= flags
    assert not any(flag.startswith("domain") for flag in flags)
    mine = {"cookie": cookie.split(";")[0]}
    assert office.act("/api/session", headers=mine).json["pseudonym"] == "Egret"
    office.act("/api/sign-out", headers=mine)
    assert office.act("/api/session", headers=mine).status == 401


def test_the_recovery_sheet_makes_a_new_passphrase_and_ends_old_sessions(office: Office) -> None:
    sheet = _join(office, "Egret", role="moderator", secret=b"o" * 32)
    old = {"cookie": office.cookie("Egret")}
    asked = office.act("/api/recovery/challenge", {"pseudonym": "Egret"}, by=None).json
    answer = pyrage.decrypt(base64.b64decode(asked["sealed"]), [sheet]).hex()
    body = {"challenge": asked["challenge"], "answer": answer}
    proved = office.act("/api/recovery/prove", body, by=None).json
    personal = pyrage.decrypt(base64.b64decode(proved["identity"]), [sheet])
    assert personal.startswith(b"AGE-SECRET-KEY-1")
    assert office.act("/api/recovery/prove", body, by=None).status == 403, "answered once"
    new = {"ticket": proved["ticket"], "secret": (b"n" * 32).hex(), "identity": _b64(b"new")}
    assert office.act("/api/recovery/finish", new, by=None).json["pseudonym"] == "Egret"
    assert office.act("/api/recovery/finish", new, by=None).status == 403, "used once"
    assert office.act("/api/session", headers=old).status == 401
    for secret, status in ((b"o", 403), (b"n", 200)):
        tried = {"pseudonym": "Egret", "secret": (secret * 32).hex()}
        assert office.act("/api/sign-in", tried, by=None).status == status


def test_who_was_put_out_meanwhile_recovers_nothing(office: Office) -> None:
    sheet = _join(office, "Egret", role="moderator")
    asked = office.act("/api/recovery/challenge", {"pseudonym": "Egret"}, by=None).json
    answer = pyrage.decrypt(base64.b64decode(asked["sealed"]), [sheet]).hex()
    body = {"challenge": asked["challenge"], "answer": answer}
    ticket = office.act("/api/recovery/prove", body, by=None).json["ticket"]
    with office.room.database.writing() as db:
        people.retire_all(db, office.room.rules.site)
    new = {"ticket": ticket, "secret": HEX, "identity": ""}
    assert office.act("/api/recovery/finish", new, by=None).status == 403
    assert office.room.rows("sessions") == []


def test_a_wrong_answer_or_an_unknown_name_recovers_nothing(office: Office) -> None:
    for name in ("Heron", "Nobody"):
        asked = office.act("/api/recovery/challenge", {"pseudonym": name}, by=None).json
        wrong = {"challenge": asked["challenge"], "answer": HEX}
        assert office.act("/api/recovery/prove", wrong, by=None).status == 403
    finish = {"ticket": asked["challenge"], "secret": HEX, "identity": ""}
    assert office.act("/api/recovery/finish", finish, by=None).status == 403


def test_the_first_leads_link_begins_anew_and_those_before_are_out(office: Office) -> None:
    old = {"cookie": office.cookie()}
    link = found.invite_first_lead(office.room.database, office.room.rules, now=office.room.now)
    token = invitation_token(base64.urlsafe_b64decode(link + "=")).hex()
    opened = office.act("/api/invitation", {"token": token}, by=None).json
    assert opened == {"role": "lead", "is_first": True, "wraps": []}
    _, recipient = _keys()
    joined = {
        "token": token, "pseudonym": "Egret", "secret": HEX, "recipient": recipient,
        "identity": "", "recovery_recipient": recipient, "recovery_identity": "",
        "wraps": [{"epoch": "first", "wrap": _b64(b"w")}], "epoch": {"recipient": recipient},
    }  # fmt: skip
    wrong: dict[str, dict[str, Any]] = {
        "no epoch": {"epoch": None}, "no wrap": {"wraps": []},
        "no key": {"recipient": "age1nothing"}, "no sheet": {"recovery_recipient": "age1nothing"},
        "no recipient": {"epoch": {"recipient": "age1nothing"}},
        "a name with signs": {"pseudonym": "Eg\u202eret"}, "a short name": {"pseudonym": "E"},
    }  # fmt: skip
    for what, changed in wrong.items():
        assert office.act("/api/join", joined | changed, by=None).status == 422, what
    assert office.act("/api/session", headers=old).status == 200, "nothing has changed yet"
    taken = office.act("/api/join", joined | {"pseudonym": "Heron"}, by=None)
    assert (taken.status, taken.json["error"]) == (409, "pseudonym_taken")
    assert office.act("/api/join", joined, by=None).status == 200
    assert office.act("/api/session", headers=old).status == 401
    assert office.act("/api/join", joined, by=None).status == 410
    epochs = sorted(office.room.rows("epochs"), key=lambda row: row["number"])
    assert [row["recipient"] == recipient for row in epochs] == [False, True]


def test_the_store_holds_hashes_of_what_signs_in_and_of_links(office: Office) -> None:
    _join(office, "Egret", role="moderator", secret=b"k" * 32)
    hashes = {bytes(row["secret_hash"]) for row in office.room.rows("moderators")}
    assert hashlib.sha256(b"k" * 32).digest() in hashes
    cookie = office.cookie("Egret").partition("=")[2]
    assert bytes.fromhex(cookie) not in {
        bytes(row["token_hash"]) for row in office.room.rows("sessions")
    }


def test_the_queue_is_paged_oldest_first_and_misses_and_repeats_none(office: Office) -> None:
    sent = [office.room.send(f"Number {number}.", receipt=False).id for number in range(120)]
    seen: list[str] = []
    after, sizes = None, []
    while True:
        page = office.act("/api/queue", {"after": after}).json
        sizes.append(len(page["rows"]))
        seen += [row["id"] for row in page["rows"]]
        after = page["next"]
        if after is None:
            break
        office.act("/api/decide", {"verdict": "reject", "id": seen[-1], "clause": "spam"})
    assert sizes == [50, 50, 20]
    assert sorted(seen) == sorted(sent)
    assert page["waiting"] == 118


def test_history_is_paged_newest_first_and_says_what_can_be_undone(office: Office) -> None:
    sent = [office.room.send(f"Number {number}.", receipt=False).id for number in range(60)]
    many = [office.act("/api/reject-many", {"ids": part, "clause": "spam"})
            for part in (sent[:50], sent[50:])]  # fmt: skip
    assert [len(one.json["decided"]) for one in many] == [50, 10]
    first = office.act("/api/history", {"before": None}).json
    second = office.act("/api/history", {"before": first["next"]}).json
    assert (len(first["rows"]), len(second["rows"]), second["next"]) == (50, 10, None)
    rows = first["rows"] + second["rows"]
    assert {row["id"] for row in rows} == set(sent)
    assert all(row["can_undo"] and not row["can_remove"] for row in rows)
    assert office.act("/api/undo", {"decision": rows[0]["decision"]}).json["state"] == "pending"
    after = office.act("/api/history", {"before": None}).json["rows"]
    undone = next(row for row in after if row["decision"] == rows[0]["decision"])
    assert (undone["is_undone"], undone["can_undo"]) == (True, False)


def test_who_is_second_is_told_who_was_first(member: Office) -> None:
    sent = member.room.send()
    body = {"verdict": "reject", "id": sent.id, "clause": "facts"}
    assert member.act("/api/decide", body, by="Egret").json["by"] == "Egret"
    second = member.act("/api/decide", body)
    assert (second.status, second.json["by"], second.json["verdict"]) == (409, "Egret", "reject")
    many = member.act("/api/reject-many", {"ids": [sent.id, "b" * 26], "clause": "spam"}).json
    assert [one["verdict"] for one in many["missed"]] == ["reject", "withdrawn"]


def test_a_comment_is_published_from_what_the_queue_gives_and_removed_at_once(
    office: Office,
) -> None:
    sent = office.room.send("From the queue.")
    (row,) = office.act("/api/queue", {"after": None}).json["rows"]
    opened = office.room.open(row["id"])
    body = {"verdict": "publish", "id": sent.id, "text": opened.text, "name": "",
            "nonce": opened.nonce, "lang": "en"}  # fmt: skip
    forged = office.act("/api/decide", body | {"text": "Other words."})
    assert (forged.status, forged.json["error"]) == (409, "not_what_was_sealed")
    assert office.act("/api/decide", body).json["state"] == "held"
    office.room.pass_slots()
    assert "From the queue." in office.room.file("en/index.html")
    office.act("/api/remove", {"id": sent.id, "clause": "spam"})
    assert "From the queue." not in office.room.file("en/index.html")


@pytest.mark.parametrize(
    "body",
    [{}, {"verdict": "approve", "id": ID}, {"verdict": "reject", "id": ID, "clause": "spam", "by": "X"},
     {"verdict": "reject", "id": "../../etc", "clause": "spam"}, [], "text",
     {"verdict": "publish", "id": ID, "text": "a", "name": "", "nonce": "00", "lang": "en"}],
)  # fmt: skip
def test_what_the_desks_pages_would_not_send_is_refused_and_not_repeated(
    office: Office, body: Any
) -> None:
    got = office.act("/api/decide", body)
    assert (got.status, got.json["error"]) == (400, "bad_request")


@pytest.mark.parametrize("cursor", ["", "x", "1", "1.", ".a", "-1.a", "1e3.a"])
def test_a_cursor_that_no_page_gave_is_refused(office: Office, cursor: str) -> None:
    assert office.act("/api/queue", {"after": cursor}).status == 400
