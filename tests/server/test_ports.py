"""Only one server listens on a port, although granian shares its ports."""

import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ports import free_ports
from tests.serving import ask, make_served, serving, wait_for
from yobal.core.errors import UnsupportedEnvironment
from yobal.server import ports

REFUSED = "cannot listen on 127.0.0.1:{}: "


@pytest.mark.parametrize("options", [(), (socket.SO_REUSEADDR,), (socket.SO_REUSEPORT,)])
def test_a_port_on_which_a_program_listens_is_refused(options: tuple[int, ...]) -> None:
    with socket.socket() as taken:
        for option in options:
            taken.setsockopt(socket.SOL_SOCKET, option, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with (
            pytest.raises(UnsupportedEnvironment, match=f"cannot listen on {address}: Address"),
            ports.reserved([address]),
        ):
            pass


def test_a_port_is_reserved_before_the_server_listens_and_free_again_afterwards() -> None:
    (port,) = free_ports(1)
    address = f"127.0.0.1:{port}"
    for _ in range(2):
        with ports.reserved([address]):
            with (
                pytest.raises(UnsupportedEnvironment, match=f"{address}: another Yobal"),
                ports.reserved([address]),
            ):
                pass
            with socket.create_server(("127.0.0.1", port)):
                pass  # the server itself may listen


def test_an_address_of_another_machine_is_refused() -> None:
    with (
        pytest.raises(UnsupportedEnvironment, match=r"cannot listen on 203\.0\.113\.1:8600: "),
        ports.reserved(["203.0.113.1:8600"]),
    ):
        pass


def _serve(folder: Path, *role: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "yobal", "serve", *role],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("role", [(), ("intake",), ("desk",)])
def test_a_second_server_is_refused_in_every_role(tmp_path: Path, role: tuple[str, ...]) -> None:
    with serving(tmp_path) as served:
        process = _serve(tmp_path, *role)
        _, stderr = process.communicate(timeout=120)
        assert process.returncode == 1
        port = served.desk if role == ("desk",) else served.intake
        assert stderr.startswith("yobal: " + REFUSED.format(port)), stderr
        assert stderr.count("\n") == 1


def test_if_two_servers_start_at_the_same_moment_one_is_refused(tmp_path: Path) -> None:
    served = make_served(tmp_path)
    processes = [_serve(tmp_path) for _ in range(3)]
    try:
        wait_for(
            lambda: sum(process.poll() is not None for process in processes) == 2,
            "two of three have ended",
        )
        (running,) = (process for process in processes if process.poll() is None)
        wait_for(lambda: ask_or_none(served.intake), "the third serves")
        assert running.poll() is None
    finally:
        for process in processes:
            process.terminate()
        errors = [process.communicate(timeout=120)[1] for process in processes]
        served.close()
    assert sorted(error[:22] for error in errors) == ["", *["yobal: cannot listen on"[:22]] * 2]


def ask_or_none(port: int) -> object:
    try:
        return ask(port)
    except OSError:
        return None


def test_control_without_the_reservation_two_servers_share_a_port(tmp_path: Path) -> None:
    """granian's own behaviour, which the reservation is for."""
    script = "from contextlib import nullcontext\nfrom yobal.server import ports\n"
    script += "ports.reserved = lambda addresses: nullcontext()\n"
    with serving(tmp_path / "first", script=script) as first:
        second = make_served(tmp_path / "second")
        second.script = script
        text = (second.folder / "yobal.toml").read_text()
        for ours, theirs in ((second.intake, first.intake), (second.desk, first.desk)):
            text = text.replace(f":{ours}", f":{theirs}")
        (second.folder / "yobal.toml").write_text(text)
        second.begin()
        try:
            assert second.process is not None
            wait_for(lambda: _listeners(first.intake) == 2, "both listen on the same port")
        finally:
            second.close()


def _listeners(port: int) -> int:
    state_listen = "0A"
    lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
    fields = [line.split() for line in lines]
    return sum(field[1].endswith(f":{port:04X}") and field[3] == state_listen for field in fields)
