"""Addresses to listen on: what is one, and which two cannot be used together."""

import pytest

from yobal.core import listen_address


@pytest.mark.parametrize(
    "listen",
    [
        "127.0.0.1:8600",
        "[::1]:1",
        "0.0.0.0:65535",
        "unix:/run/yobal/intake.sock",
        "unix:/" + "s" * 106,
    ],
)
def test_an_address_and_port_or_a_path_of_a_socket_is_valid(listen: str) -> None:
    assert listen_address.is_valid(listen)


@pytest.mark.parametrize(
    "listen",
    [
        "",
        "8600",
        "localhost:8600",
        "::1:8600",
        "127.0.0.1:0",
        "127.0.0.1:65536",
        "127.0.0.1:٨",
        "unix:",
        "unix:/",
        "unix:run/yobal.sock",
        "unix:/run/../etc/s",
        "unix:/run//s",
        "unix:/run/yobal/",
        "unix:/run/a\nb",
        "unix:/" + "s" * 107,
        "unix:/" + "ក" * 36,
    ],
)
def test_anything_else_is_not_valid(listen: str) -> None:
    assert not listen_address.is_valid(listen)


@pytest.mark.parametrize(
    ("first", "second", "is_shared"),
    [
        ("127.0.0.1:1", "127.0.0.1:1", True),
        ("127.0.0.1:1", "0.0.0.0:1", True),
        ("[::]:1", "127.0.0.1:1", True),
        ("127.0.0.1:1", "127.0.0.2:1", False),
        ("127.0.0.1:1", "127.0.0.1:2", False),
        ("unix:/a", "unix:/a", True),
        ("unix:/a", "unix:/b", False),
        ("unix:/a", "127.0.0.1:1", False),
    ],
)
def test_two_servers_cannot_share_an_address(first: str, second: str, *, is_shared: bool) -> None:
    assert listen_address.overlap(first, second) is is_shared
    assert listen_address.overlap(second, first) is is_shared
