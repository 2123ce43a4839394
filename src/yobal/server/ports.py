"""Takes the addresses that a server listens on, so that no other server can listen there as well.

granian shares its ports (SO_REUSEPORT): without this, a second server on the same port would start,
and the kernel would give each of them half of the requests. For a unix socket it also removes the file
that a killed server has left, because granian would not listen there again.
"""

import grp
import hashlib
import os
import socket
import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from yobal.core import listen_address
from yobal.core.errors import UnsupportedEnvironment
from yobal.core.listen_address import UnixAddress


@contextmanager
def reserved(addresses: Sequence[str]) -> Iterator[None]:
    """Hold these addresses until the block ends. Raises UnsupportedEnvironment.

    It takes two checks. A socket that is not shared finds every server that listens already. A name
    in Linux's abstract namespace, which only one process can have, decides between two servers that
    start at the same moment; it is freed when the process ends.
    """
    with ExitStack() as stack:
        for address in addresses:
            stack.enter_context(_reserve_name(address))
            parsed = listen_address.parse(address)
            if isinstance(parsed, UnixAddress):
                _clear_path(address, Path(parsed.path))
            else:
                _check_is_free(address)
        yield


def group_id(name: str) -> int | None:
    """The group that may connect to unix sockets. Raises UnsupportedEnvironment if it cannot be theirs."""
    if not name:
        return None
    try:
        wanted = grp.getgrnam(name).gr_gid
    except KeyError:
        raise UnsupportedEnvironment(
            f"socket_group: this machine has no group {name}; the web server's is www-data on Debian"
        ) from None
    if os.geteuid() != 0 and wanted not in (os.getegid(), *os.getgroups()):
        raise UnsupportedEnvironment(
            f"socket_group: this process is not in the group {name}: add the user to it, or write "
            f"SupplementaryGroups={name} into the unit"
        )
    return wanted


def _reserve_name(address: str) -> socket.socket:
    name = socket.socket(socket.AF_UNIX)
    try:
        name.bind(f"\0yobal listens on {_short(address)}")
    except OSError:
        name.close()
        raise UnsupportedEnvironment(
            _cannot_listen(address, "another Yobal listens there, or is about to")
        ) from None
    return name


def _short(address: str) -> str:
    """A path may be as long as the name of a socket, and would not fit into one with more before it."""
    if not address.startswith(listen_address.UNIX):
        return address
    return hashlib.sha256(address.encode()).hexdigest()


def _clear_path(address: str, path: Path) -> None:
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise UnsupportedEnvironment(
            f"cannot listen on {address}: the folder {path.parent} does not exist or is another "
            "user's; RuntimeDirectory=yobal in the unit makes /run/yobal"
        )
    try:
        is_socket = stat.S_ISSOCK(path.lstat().st_mode)
    except FileNotFoundError:
        return
    if not is_socket:
        raise UnsupportedEnvironment(
            _cannot_listen(address, "there is a file that is not a socket")
        )
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()  # its server was killed
        except OSError as error:
            raise UnsupportedEnvironment(_cannot_listen(address, str(error.strerror))) from None
        else:
            raise UnsupportedEnvironment(_cannot_listen(address, "Address already in use"))


def _check_is_free(address: str) -> None:
    host, _, port = address.rpartition(":")
    family = socket.AF_INET6 if host.startswith("[") else socket.AF_INET
    try:
        socket.create_server((host.strip("[]"), int(port)), family=family).close()
    except OSError as error:
        reason = str(error.strerror).partition(" (while")[0]  # Python names the address again
        raise UnsupportedEnvironment(_cannot_listen(address, reason)) from None


def _cannot_listen(address: str, reason: str) -> str:
    return f"cannot listen on {address}: {reason}. Stop what uses it, or choose another address"
