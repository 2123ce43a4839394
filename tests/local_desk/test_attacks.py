"""What a server that was taken over, a page in the same browser and another user of the computer try."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler

import pytest

from tests.local_desk.running import (
    JSON,
    Answer,
    FakeServer,
    LocalDesk,
    fake_server,
    json_of,
    local_desk,
)
from tests.serving import ask
from yobal.local_desk.forwarder import RESPONSE_BYTES_MAX
from yobal.server.wiring import STATIC
from yobal.web.guard import COOKIE
from yobal.web.routes import ASSETS, DESK_HEADERS, DESK_ROUTES, PAGE, PAGES

EVIL = b"<script>alert(document.domain)</script>"
TOKEN = "5e" * 32
ROUTES = [route.path for route in DESK_ROUTES]


@pytest.fixture(scope="module")
def server() -> Iterator[FakeServer]:
    with fake_server() as fake:
        yield fake


@pytest.fixture(scope="module")
def running(server: FakeServer) -> Iterator[LocalDesk]:
    with local_desk(server.url) as desk:
        yield desk


@pytest.fixture
def desk(running: LocalDesk, server: FakeServer) -> LocalDesk:
    server.answers.clear()
    server.requests.clear()
    return running


def test_control_the_page_with_its_token_is_served(desk: LocalDesk, server: FakeServer) -> None:
    server.answers["/api/desk/queue"] = Answer(b'{"comments": []}')
    response = desk.post("queue", body=b'{"cursor": null}')
    assert (response.status, response.body) == (200, b'{"comments": []}')
    (sent,) = server.sent_to("queue")
    assert (sent.method, sent.body, sent.headers["origin"]) == (
        "POST",
        b'{"cursor": null}',
        server.url,
    )
    assert "yobal-token" not in sent.headers, "the server learns the token"


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ({"Host": "evil.example"}, "origin_mismatch"),
        (
            {"Host": "evil.example:{port}", "Origin": "http://evil.example:{port}"},
            "origin_mismatch",
        ),
        ({"Host": "localhost:{port}", "Origin": "http://localhost:{port}"}, "origin_mismatch"),
        ({"Origin": "http://127.0.0.1:9999"}, "origin_mismatch"),
        ({"Origin": "https://evil.example"}, "origin_mismatch"),
        ({"Origin": "null"}, "origin_mismatch"),
        ({"Origin": None}, "origin_mismatch"),
        ({"Content-Type": "text/plain"}, "bad_request"),
        ({"Content-Type": "application/x-www-form-urlencoded"}, "bad_request"),
        ({"Yobal-Token": None}, "token_missing"),
        ({"Yobal-Token": ""}, "token_missing"),
        ({"Yobal-Token": "A" * 43}, "token_missing"),
        ({"Yobal-Token": "\u00e9"}, "token_missing"),
        ({"Yobal-Token": None, "Cookie": "yobal-token={token}"}, "token_missing"),
    ],
)
def test_pages_and_programs_without_host_origin_and_token_are_refused(
    desk: LocalDesk, server: FakeServer, headers: dict[str, str | None], error: str
) -> None:
    """On every route, and nothing reaches the server."""
    values = {"port": desk.port, "token": desk.token}
    changed = {name: value and value.format(**values) for name, value in headers.items()}
    for path in ROUTES:
        response = desk.post(path.removeprefix("/api/desk/"), headers=changed)
        assert response.status in (400, 403), path
        assert json_of(response)["error"] == error
        assert response.header("access-control-allow-origin") is None
    assert server.requests == []


@pytest.mark.parametrize("host", ["evil.example:{port}", "localhost:{port}", "127.0.0.1", ""])
def test_a_name_that_was_pointed_to_this_computer_gets_no_page(desk: LocalDesk, host: str) -> None:
    """DNS rebinding."""
    for path in (*PAGES, "/assets/desk.js"):
        response = ask(desk.port, path=path, headers={"Host": host.format(port=desk.port)})
        assert response.status in (400, 403), path
        assert b"desk.js" not in response.body


def test_only_the_routes_of_the_desk_are_forwarded(desk: LocalDesk, server: FakeServer) -> None:
    for name in ("nosuch", "../../", "queue/", "queue?x=1", "%71ueue/../x", "http://evil.example/"):
        response = desk.post(name)
        assert response.status in (400, 404, 200), name
    assert {request.path for request in server.requests} <= {"/api/desk/queue"}
    headers = {"Host": desk.address, "Origin": f"http://{desk.address}", "Yobal-Token": desk.token}
    for method in ("GET", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT"):
        response = ask(desk.port, method, "/api/desk/sign-out", headers=headers)
        assert response.status != 200 or method == "OPTIONS", method
    assert server.sent_to("sign-out") == []


def test_a_body_that_is_too_large_is_refused(desk: LocalDesk, server: FakeServer) -> None:
    assert desk.post("queue", body=b'{"cursor": "' + b"a" * 262_144 + b'"}').status == 413
    assert server.requests == []


# The server


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(EVIL, 200, {"Content-Type": "text/html"}), "server_response_invalid"),
        (Answer(EVIL, 200, {"Content-Type": "text/javascript"}), "server_response_invalid"),
        (Answer(EVIL, 404, {"Content-Type": "text/html"}), "server_response_invalid"),
        (Answer(EVIL, 200, JSON), "server_response_invalid"),
        (Answer(b"[1]", 200, JSON), "server_response_invalid"),
        (Answer(b'"x"', 200, JSON), "server_response_invalid"),
        (Answer(b'{"a": "\xff"}', 200, JSON), "server_response_invalid"),
        (Answer(b'{"a":' * 50_000, 200, JSON), "server_response_invalid"),
        (Answer(b"{}", 200, JSON | {"Content-Encoding": "gzip"}), "server_response_invalid"),
        (Answer(b"{}", 200, JSON | {"Content-Encoding": "br"}), "server_response_invalid"),
        (Answer(b"", 204, JSON), "server_response_invalid"),
        (Answer(b"{}", 206, JSON), "server_response_invalid"),
        (Answer(EVIL, 502, {"Content-Type": "text/html"}), "server_unreachable"),
        (Answer(EVIL, 503, {}), "server_unreachable"),
    ],
    ids=str,
)
def test_only_a_json_object_of_the_server_reaches_the_browser(
    desk: LocalDesk, server: FakeServer, answer: Answer, error: str
) -> None:
    for path in ROUTES:
        server.answers[path] = answer
        response = desk.post(path.removeprefix("/api/desk/"))
        assert (response.status, json_of(response)["error"]) == (502, error), path
        assert EVIL not in response.raw


def test_no_redirect_is_followed(desk: LocalDesk, server: FakeServer) -> None:
    with fake_server() as other:
        for status in (301, 302, 303, 307, 308):
            for target in (f"{other.url}/api/desk/queue", "/api/desk/history", "//evil.example/"):
                headers = JSON | {"Location": target, "Refresh": f"0; url={target}"}
                server.answers["/api/desk/queue"] = Answer(b"{}", status, headers)
                response = desk.post("queue")
                assert json_of(response)["error"] == "server_response_invalid"
                assert response.header("location") is None
        assert other.requests == []
    assert server.sent_to("history") == []


def test_no_header_of_the_server_reaches_the_browser(desk: LocalDesk, server: FakeServer) -> None:
    hostile = {
        "Content-Security-Policy": "script-src * 'unsafe-inline'",
        "Access-Control-Allow-Origin": "*",
        "Service-Worker-Allowed": "/",
        "Link": "<https://evil.example/x.js>; rel=preload",
        "Refresh": "0; url=https://evil.example/",
        "Clear-Site-Data": '"storage"',
        "Alt-Svc": 'h2="evil.example:443"',
        "X-Evil": "1",
    }
    server.answers["/api/desk/queue"] = Answer(b"{}", 200, JSON | hostile)
    response = desk.post("queue")
    assert response.status == 200
    allowed = {*DESK_HEADERS, "content-type", "content-length", "date", "server", "connection"}
    assert {name.lower() for name, _ in response.headers} <= allowed
    for name, value in DESK_HEADERS.items():
        assert response.header(name) == value, name
    assert b"evil" not in response.raw


def test_the_session_stays_in_memory_and_never_reaches_the_browser(
    desk: LocalDesk, server: FakeServer
) -> None:
    cookie = f"{COOKIE}={TOKEN}; Path=/; HttpOnly; Secure; SameSite=Strict"
    server.answers["/api/desk/sign-in"] = Answer(b"{}", 200, JSON | {"Set-Cookie": cookie})
    response = desk.post("sign-in")
    assert (response.status, response.header("set-cookie")) == (200, None)
    assert TOKEN.encode() not in response.raw
    desk.post("queue")
    assert server.sent_to("queue")[-1].headers["cookie"] == f"{COOKIE}={TOKEN}"
    desk.post(
        "queue", headers={"Cookie": f"{COOKIE}={'00' * 32}"}
    )  # the browser's own are not sent
    assert server.sent_to("queue")[-1].headers["cookie"] == f"{COOKIE}={TOKEN}"
    server.answers["/api/desk/sign-out"] = Answer(EVIL, 500, {"Content-Type": "text/html"})
    desk.post("sign-out")
    desk.post("queue")
    assert "cookie" not in server.sent_to("queue")[-1].headers, "signing out always forgets it"


@pytest.mark.parametrize(
    "cookie",
    [
        "other=1; Path=/",
        f"{COOKIE}=x y; Path=/",
        f"{COOKIE}={'a' * 4_000}; Path=/",
        f"{COOKIE}=AA\u00e9; Path=/",
        f"x{COOKIE}={TOKEN}",
        f"other=1, {COOKIE}={TOKEN}",
        f"{COOKIE}={TOKEN}, other=1",
    ],
)
def test_no_other_cookie_of_the_server_is_kept(
    desk: LocalDesk, server: FakeServer, cookie: str
) -> None:
    server.answers["/api/desk/sign-in"] = Answer(b"{}", 200, JSON | {"Set-Cookie": cookie})
    response = desk.post("sign-in")
    assert response.header("set-cookie") is None
    desk.post("queue")
    assert "cookie" not in server.sent_to("queue")[-1].headers


def test_a_response_without_end_is_cut_off(desk: LocalDesk, server: FakeServer) -> None:
    sent_bytes = 0

    def endless(handler: BaseHTTPRequestHandler) -> None:
        nonlocal sent_bytes
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Connection", "close")
        handler.end_headers()
        handler.close_connection = True
        try:
            handler.wfile.write(b'{"a": "')
            while sent_bytes < 20 * RESPONSE_BYTES_MAX:
                sent_bytes += handler.wfile.write(b"a" * 65_536)
        except OSError:
            return

    server.answers["/api/desk/queue"] = endless
    response = desk.post("queue")
    assert json_of(response)["error"] == "server_response_invalid"
    assert len(response.body) < 1_000
    assert sent_bytes < 3 * RESPONSE_BYTES_MAX


def test_control_a_large_response_that_a_desk_may_send_is_passed_on(
    desk: LocalDesk, server: FakeServer
) -> None:
    body = b'{"a": "' + b"a" * (RESPONSE_BYTES_MAX - 100) + b'"}'
    server.answers["/api/desk/queue"] = Answer(body)
    assert desk.post("queue").body == body


def test_the_server_cannot_send_another_desk(desk: LocalDesk, server: FakeServer) -> None:
    for path in (*PAGES, *(f"/assets/{name}" for name in ASSETS)):
        server.answers[path] = Answer(EVIL, 200, {"Content-Type": "text/html"})
    for path in PAGES:
        response = ask(desk.port, path=path, headers={"Host": desk.address})
        assert response.body == (STATIC / PAGE).read_bytes()
        assert all(response.header(name) == value for name, value in DESK_HEADERS.items())
    for name in ASSETS:
        response = ask(desk.port, path=f"/assets/{name}", headers={"Host": desk.address})
        assert response.body == (STATIC / name).read_bytes()
    assert [request for request in server.requests if request.method == "GET"] == []


def test_control_the_servers_own_desk_is_what_the_server_wants(
    desk: LocalDesk, server: FakeServer
) -> None:
    server.answers["/"] = Answer(EVIL, 200, {"Content-Type": "text/html"})
    port = int(server.url.rpartition(":")[2])
    assert ask(port, path="/").body == EVIL
    assert desk.port != port


def test_links_for_other_people_have_the_address_that_was_given_at_the_start(
    desk: LocalDesk, server: FakeServer
) -> None:
    assert server.about["desk_url"] == "https://evil.example"
    about = json_of(desk.post("about"))
    assert (about["desk_url"], about["site_name"]) == (server.url, "The Post")


@pytest.mark.parametrize(
    "change",
    [{"version": "9.9.9"}, {"site_id": "other"}],
)
def test_another_version_or_site_is_noticed_when_the_page_is_loaded(
    desk: LocalDesk, server: FakeServer, change: dict[str, str]
) -> None:
    assert desk.post("about").status == 200
    before = dict(server.about)
    try:
        server.about |= change
        response = desk.post("about")
        assert (response.status, json_of(response)["error"]) == (409, "version_differs")
    finally:
        server.about = before
