"""Where a server listens: ADDRESS:PORT, or `unix:` and the absolute path of a socket."""

import ipaddress
from typing import Final, NamedTuple

UNIX: Final = "unix:"
SOCKET_PATH_BYTES_MAX: Final = 107  # of Linux, without the final zero: unix(7)
PORT_MAX: Final = 65_535


class TcpAddress(NamedTuple):
    host: ipaddress.IPv4Address | ipaddress.IPv6Address
    port: int


class UnixAddress(NamedTuple):
    path: str


def parse(listen: str) -> TcpAddress | UnixAddress:
    """Raises ValueError. A host name is refused, because the server would not resolve it."""
    if listen.startswith(UNIX):
        return UnixAddress(_socket_path(listen.removeprefix(UNIX)))
    host, _, port = listen.rpartition(":")
    is_ipv6 = host.startswith("[") and host.endswith("]")
    address = ipaddress.IPv6Address(host[1:-1]) if is_ipv6 else ipaddress.IPv4Address(host)
    if not (port.isascii() and port.isdecimal() and 1 <= int(port) <= PORT_MAX):
        raise ValueError(port)
    return TcpAddress(address, int(port))


def is_valid(listen: str) -> bool:
    try:
        parse(listen)
    except ValueError:
        return False
    return True


def overlap(first: str, second: str) -> bool:
    """Whether two servers cannot both listen there: an unspecified address takes the port on all addresses."""
    one_side, other_side = parse(first), parse(second)
    if not (isinstance(one_side, TcpAddress) and isinstance(other_side, TcpAddress)):
        return one_side == other_side
    are_hosts_shared = (
        one_side.host == other_side.host
        or one_side.host.is_unspecified
        or other_side.host.is_unspecified
    )
    return one_side.port == other_side.port and are_hosts_shared


def _socket_path(path: str) -> str:
    """Absolute and in one spelling, so that two settings with the same socket are found."""
    parts = path.split("/")
    is_plain = path.startswith("/") and path.isprintable() and not {"", ".", ".."} & {*parts[1:]}
    if not is_plain or len(path.encode()) > SOCKET_PATH_BYTES_MAX:
        raise ValueError(path)
    return path
