"""Intake and desk on unix sockets: who may connect, what is left behind, and the same rules as on a port."""

import contextlib
import grp
import os
import socket
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.harness import SITE_ID
from tests.nginx import DESK_EXAMPLE, EXAMPLE, Nginx, nginx_before
from tests.serving import (
    THREAD,
    Response,
    Served,
    ask,
    form,
    make_served,
    post,
    read_response,
    wait_for,
)
from yobal.adapters import form_client
from yobal.core.errors import UnsupportedEnvironment
from yobal.server import ports

NOBODY = 65_534
SOCKETS = ("intake.sock", "desk.sock")


def ask_socket(
    path: Path, *, method: str = "GET", target: str = "/", headers: Mapping[str, str] | None = None
) -> Response:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        all_headers = {"Host": "any", "Connection": "close", "Content-Length": "0"} | dict(
            headers or {}
        )
        lines = [
            f"{method} {target} HTTP/1.1",
            *(f"{k}: {v}" for k, v in all_headers.items()),
            "",
            "",
        ]
        connection.sendall("\r\n".join(lines).encode())
        return read_response(connection)


def _accepts(path: Path) -> bool:
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        return True
    return False


@contextlib.contextmanager
def serving_on_sockets(folder: Path, **settings: str) -> Iterator[Served]:
    (folder / "run").mkdir(mode=0o755)
    listens = dict(
        zip(
            ("intake_listen", "desk_listen"),
            (f"unix:{folder}/run/{name}" for name in SOCKETS),
            strict=True,
        )
    )
    served = make_served(folder, **listens, **settings)
    try:
        begin(served)
        yield served
    finally:
        served.close()


def begin(served: Served) -> None:
    served.begin()
    wait_for(lambda: "desk: " in served.log(), "it is ready")
    assert all(_accepts(served.folder / "run" / name) for name in SOCKETS)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    group = next(iter(os.getgroups()), os.getegid())
    with serving_on_sockets(
        tmp_path_factory.mktemp("s"), socket_group=grp.getgrgid(group).gr_name
    ) as made:
        yield made


@pytest.fixture(scope="module")
def nginx(served: Served) -> Iterator[Nginx]:
    """The shipped examples, with the two lines changed as their comments say."""
    folder = served.folder / "nginx"
    text = EXAMPLE.read_text(encoding="utf-8")
    for name, example in zip(SOCKETS, (EXAMPLE, DESK_EXAMPLE), strict=True):
        assert f"http://unix:/run/yobal/{name}" in example.read_text(encoding="utf-8")
    with nginx_before(folder, served, text=text, sockets=served.folder / "run") as made:
        yield made


def test_readers_read_and_write_through_nginx_and_a_socket(served: Served, nginx: Nginx) -> None:
    assert ask(nginx.port).status == 200
    assert ask(nginx.port, path=f"/{SITE_ID}/@/what-we-keep/en.html").status == 200
    assert post(nginx.port, form("Through a socket.")).is_received
    direct = ask_socket(served.folder / "run" / "intake.sock", target=THREAD)
    assert (direct.status, "Ferry workers" in direct.text) == (200, True)


def test_the_desk_on_a_socket_responds_under_its_own_name_only(
    served: Served, nginx: Nginx
) -> None:
    own = {"Host": f"localhost:{served.desk}"}
    assert ask(nginx.desk, path="/", headers=own).status == 200
    for path in ("/", "/api/desk/queue"):
        assert ask(nginx.desk, path=path, headers={"Host": "evil.example"}).status in (403, 405)
    desk = served.folder / "run" / "desk.sock"
    assert ask_socket(desk, headers=own).status == 200
    for host in ("any", "localhost", "127.0.0.1", ""):
        assert ask_socket(desk, headers={"Host": host}).status in (400, 403), host


@pytest.mark.parametrize("origin", ["", "https://evil.example", "null"])
def test_the_desk_on_a_socket_refuses_another_origin(served: Served, origin: str) -> None:
    """Nothing that a proxy adds makes up for it."""
    headers = {
        "Host": f"localhost:{served.desk}",
        "Content-Type": "application/json",
        "Origin": origin,
        "X-Forwarded-Host": f"localhost:{served.desk}",
        "X-Forwarded-Proto": "https",
        "Forwarded": f"host=localhost:{served.desk};proto=https",
    }
    desk = served.folder / "run" / "desk.sock"
    refused = ask_socket(desk, method="POST", target="/api/desk/about", headers=headers)
    assert (refused.status, "origin" in refused.text) == (403, True)


def test_the_canary_is_sent_to_a_socket(served: Served) -> None:
    address = f"unix:{served.folder}/run/intake.sock"
    assert form_client.is_listening(address)
    assert not form_client.is_listening(f"{address}.none")
    fields = form("From the canary.")
    assert form_client.send(address, THREAD, fields, edition="en")


def test_only_the_group_may_connect(served: Served) -> None:
    (group,) = {grp.getgrnam(served_group(served)).gr_gid}
    for name in SOCKETS:
        status = (served.folder / "run" / name).stat()
        assert stat.S_IMODE(status.st_mode) == 0o660
        assert status.st_gid == group


def served_group(served: Served) -> str:
    (line,) = (
        line
        for line in (served.folder / "yobal.toml").read_text().splitlines()
        if line.startswith("socket_group")
    )
    return line.split('"')[1]


def test_a_server_removes_its_socket_and_replaces_that_of_a_killed_server(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("s")  # an address of a socket has at most 107 bytes
    with serving_on_sockets(folder) as served:
        served.kill()
        assert all((folder / "run" / name).is_socket() for name in SOCKETS)
        (folder / "logs" / "stdout").write_text("")
        begin(served)
        assert served.stop() == 0
    assert list((folder / "run").iterdir()) == []


def test_a_socket_on_which_another_program_listens_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "taken.sock"
    with socket.socket(socket.AF_UNIX) as taken:
        taken.bind(str(path))
        taken.listen()
        with (
            pytest.raises(UnsupportedEnvironment, match="Address already in use"),
            ports.reserved([f"unix:{path}"]),
        ):
            pass
    assert path.is_socket()
    with ports.reserved([f"unix:{path}"]):
        assert not path.exists(), "nobody listens on it any more"


def test_a_file_at_the_sockets_path_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("mine")
    with (
        pytest.raises(UnsupportedEnvironment, match="not a socket"),
        ports.reserved([f"unix:{tmp_path}/s"]),
    ):
        pass
    assert (tmp_path / "s").read_text() == "mine"


def test_a_folder_that_is_missing_is_named_with_what_makes_it(tmp_path: Path) -> None:
    with (
        pytest.raises(UnsupportedEnvironment, match="RuntimeDirectory=yobal"),
        ports.reserved([f"unix:{tmp_path}/none/s"]),
    ):
        pass


def test_two_servers_cannot_reserve_one_socket(tmp_path: Path) -> None:
    address = f"unix:{tmp_path}/s"
    with (
        ports.reserved([address]),
        pytest.raises(UnsupportedEnvironment, match="another Yobal"),
        ports.reserved([address]),
    ):
        pass


def test_a_group_that_does_not_exist_is_refused_with_what_to_do() -> None:
    with pytest.raises(UnsupportedEnvironment, match="no group nowhere-known"):
        ports.group_id("nowhere-known")
    assert ports.group_id("") is None


def test_a_group_that_the_process_is_not_in_is_refused_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: NOBODY)
    monkeypatch.setattr(os, "getegid", lambda: NOBODY)
    monkeypatch.setattr(os, "getgroups", list)
    with pytest.raises(UnsupportedEnvironment, match="SupplementaryGroups=root"):
        ports.group_id("root")
