"""Takes the addresses that a server listens on, so that no other server can listen there as well.

granian shares its ports (SO_REUSEPORT): without this, a second server on the same port would start,
and the kernel would give each of them half of the requests.
"""

import socket
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager

from yobal.core.errors import UnsupportedEnvironment


@contextmanager
def reserved(addresses: Sequence[str]) -> Iterator[None]:
    """Hold these ADDRESS:PORT until the block ends. Raises UnsupportedEnvironment.

    It takes two checks. A socket that is not shared finds every server that listens already. A name
    in Linux's abstract namespace, which only one process can have, decides between two servers that
    start at the same moment; it is freed when the process ends.
    """
    with ExitStack() as stack:
        for address in addresses:
            stack.enter_context(_reserve_name(address))
            _check_is_free(address)
        yield


def _reserve_name(address: str) -> socket.socket:
    name = socket.socket(socket.AF_UNIX)
    try:
        name.bind(f"\0yobal listens on {address}")
    except OSError:
        name.close()
        raise UnsupportedEnvironment(
            _cannot_listen(address, "another Yobal listens there, or is about to")
        ) from None
    return name


def _check_is_free(address: str) -> None:
    host, _, port = address.rpartition(":")
    family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
    try:
        socket.create_server((host.strip("[]"), int(port)), family=family).close()
    except OSError as error:
        reason = str(error.strerror).partition(" (while")[0]  # Python names the address again
        raise UnsupportedEnvironment(_cannot_listen(address, reason)) from None


def _cannot_listen(address: str, reason: str) -> str:
    return f"cannot listen on {address}: {reason}. Stop what uses it, or choose another port"
