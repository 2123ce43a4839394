"""`yobal desk` at the terminal: its start and its end, the newsroom's server, certificates; `yobal desk-hash --of`."""

import datetime as dt
import ipaddress
import os
import signal
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.local_desk.running import (
    JSON,
    Answer,
    command,
    fake_server,
    json_of,
    local_desk,
    refused,
)
from tests.ports import free_ports
from tests.serving import is_listening, serving
from yobal import __version__
from yobal.core.errors import InvalidSettings
from yobal.local_desk.desk_files import own_hash
from yobal.local_desk.run import checked_desk_url
from yobal.server.wiring import STATIC
from yobal.web.guard import COOKIE
from yobal.web.routes import ASSETS, PAGE, PAGES


def test_it_prints_an_address_and_ctrl_c_signs_out_and_stops_it() -> None:
    with fake_server() as server, local_desk(server.url) as desk:
        assert f"The desk of post at {server.url}" in desk.lines[0]
        cookie = JSON | {"Set-Cookie": f"{COOKIE}={'5e' * 32}; Path=/"}
        server.answers["/api/desk/sign-in"] = Answer(b"{}", 200, cookie)
        desk.post("sign-in")
        code, printed, errors = desk.stop()
        assert (code, printed.strip(), errors) == (0, "Stopped.", "")
        (sign_out,) = server.sent_to("sign-out")
        assert sign_out.headers["cookie"] == f"{COOKIE}={'5e' * 32}"
        assert not is_listening(desk.port)


def test_every_start_has_another_token_which_no_command_line_shows() -> None:
    with fake_server() as server:
        tokens = set()
        for _ in range(2):
            with local_desk(server.url) as desk:
                tokens.add(desk.token)
                shown = Path(f"/proc/{desk.process.pid}/cmdline").read_bytes()
                assert desk.token.encode() not in shown
                desk.stop(signal.SIGTERM)
        assert len(tokens) == 2


def test_a_server_that_cannot_be_reached_is_said_at_the_start_and_later() -> None:
    (port,) = free_ports(1)
    url = f"http://127.0.0.1:{port}"
    code, sentence = refused("desk", "--of", url)
    assert (code, f"{url} could not be reached" in sentence) == (1, True)
    assert "Traceback" not in sentence
    with fake_server() as server:
        desk_context = local_desk(server.url)
        desk = desk_context.__enter__()
    try:
        response = desk.post("queue")
        assert (response.status, json_of(response)["error"]) == (502, "server_unreachable")
        assert "Nothing is lost" in json_of(response)["message"]
        code, _, errors = desk.stop()
        assert (code, errors) == (0, "")
    finally:
        desk_context.__exit__(None, None, None)


def test_another_version_and_another_program_are_said_at_the_start() -> None:
    with fake_server() as server:
        server.about["version"] = "9.9.9"
        code, sentence = refused("desk", "--of", server.url)
        assert (code, "has Yobal 9.9.9" in sentence, __version__ in sentence) == (1, True, True)
        assert "never from the server" in sentence
        server.about["version"] = "\x1b[2J\x07"
        assert "\x1b" not in refused("desk", "--of", server.url)[1]
        server.answers["/api/desk/about"] = Answer(
            b"<h1>Welcome</h1>", 200, {"Content-Type": "text/html"}
        )
        code, sentence = refused("desk", "--of", server.url)
        assert (code, "does not answer as the desk" in sentence) == (1, True)


def test_a_port_that_is_in_use_is_refused() -> None:
    with fake_server() as server, local_desk(server.url) as desk:
        code, sentence = refused("desk", "--of", server.url, "--port", str(desk.port))
        assert (code, "cannot listen" in sentence) == (1, True)


@pytest.mark.parametrize(
    "url",
    [
        "desk.example",
        "http://desk.example",
        "http://localhost.evil.example",
        "https://desk.example/path",
        "https://user@desk.example",
        "https://desk.example#x",
        "ftp://desk.example",
        "",
    ],
)
def test_only_an_encrypted_address_is_accepted(url: str) -> None:
    with pytest.raises(InvalidSettings, match=r"https://desk\.example"):
        checked_desk_url(url)
    assert checked_desk_url("https://desk.example:8443/") == "https://desk.example:8443"


def certificate(folder: Path) -> tuple[str, str]:
    """Of 127.0.0.1, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    files = (folder / "certificate.pem", folder / "key.pem")
    files[0].write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    files[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return str(files[0]), str(files[1])


def test_a_certificate_that_no_authority_signed_is_refused(tmp_path: Path) -> None:
    """Control: with the authority in SSL_CERT_FILE, it starts."""
    pair = certificate(tmp_path)
    with fake_server(pair) as server:
        code, sentence = refused("desk", "--of", server.url)
        assert (code, "could not be reached" in sentence) == (1, True)
        assert "certificate" in sentence.lower()
        assert server.requests == []
        with local_desk(server.url, environment={"SSL_CERT_FILE": pair[0]}) as desk:
            assert desk.post("queue").status == 200


def test_the_newsrooms_server_answers_through_it(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        url = f"http://localhost:{served.desk}"
        with local_desk(url) as desk:
            about = json_of(desk.post("about"))
            assert (about["desk_url"], about["version"]) == (url, __version__)
            assert desk.post("sign-in/challenge").status == 200
            refused_session = desk.post("session")
            assert (refused_session.status, json_of(refused_session)["error"]) == (
                401,
                "not_signed_in",
            )
        code, _ = refused("desk-hash", "--of", url)
        assert code == 0


@pytest.mark.parametrize("other", [f"/assets/{ASSETS[0]}", "/join", "/recover"])
def test_the_hash_command_finds_a_server_that_sends_another_file(other: str) -> None:
    """Control: with the same files, it finds nothing."""
    with fake_server() as server:
        for path in PAGES:
            server.answers[path] = Answer((STATIC / PAGE).read_bytes(), 200, {})
        for name in ASSETS:
            server.answers[f"/assets/{name}"] = Answer((STATIC / name).read_bytes(), 200, {})
        assert refused("desk-hash", "--of", server.url) == (0, "")
        answer = server.answers[other]
        assert isinstance(answer, Answer)
        server.answers[other] = answer._replace(body=answer.body + b" ")
        code, errors = refused("desk-hash", "--of", server.url)
        assert (code, errors) == (1, "")
        server.answers[other] = Answer(b"", 302, {"Location": "http://127.0.0.1:1/"})
        code, sentence = refused("desk-hash", "--of", server.url)
        assert (code, "Nothing was compared" in sentence) == (1, True)


def test_the_hash_needs_no_settings(tmp_path: Path) -> None:
    process = command("desk-hash", environment={"HOME": os.fspath(tmp_path)})
    assert process.communicate(timeout=120)[0].strip() == own_hash()
