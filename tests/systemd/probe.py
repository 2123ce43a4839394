"""Run by a unit, as root: tries what no unit of Yobal may do, and prints which of it worked as one JSON object."""

import ctypes
import json
import mmap
import os
import resource
import socket
import sys
from collections.abc import Callable
from typing import Final

CLONE_NEWUTS: Final = 0x04000000
DATA: Final = "/srv/yobal/data/of-root/probe"
libc = ctypes.CDLL(None, use_errno=True)


def write(path: str) -> None:
    with open(path, "a", encoding="utf-8"):  # noqa: PTH123  # it also runs where only the library is
        pass


def call(name: str, *words: object) -> None:
    if getattr(libc, name)(*words) != 0:
        raise OSError(ctypes.get_errno(), name)


def map_code() -> None:
    mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC).close()


def allow_core_dumps() -> None:
    if resource.getrlimit(resource.RLIMIT_CORE)[1] == 0:
        raise OSError


def connect(host: str) -> None:
    socket.create_connection((host, 8700), timeout=3).close()


ATTEMPTS: Final[dict[str, Callable[[], object]]] = {
    "write its data": lambda: write(DATA),
    "write /etc": lambda: write("/etc/probe"),
    "write its settings": lambda: write("/srv/yobal/yobal.toml"),
    "write its program": lambda: write("/opt/yobal/probe"),
    "read /root": lambda: os.listdir("/root"),  # noqa: PTH208  # the same
    "use a device": lambda: os.stat("/dev/console"),  # noqa: PTH116  # the same
    "change an owner": lambda: os.chown(DATA, 1, 1),
    "make a program of another user": lambda: os.chmod(DATA, 0o4755),  # noqa: PTH101  # the same
    "make code at run time": map_code,
    "make a namespace": lambda: call("unshare", CLONE_NEWUTS),
    "set the host's name": lambda: call("sethostname", b"probe", 5),
    "speak to the kernel's network": lambda: socket.socket(
        socket.AF_NETLINK, socket.SOCK_RAW
    ).close(),
    "dump its memory": allow_core_dumps,
    "connect to this machine": lambda: connect("127.0.0.1"),
    "connect elsewhere": lambda: connect("192.0.2.77"),
}


def works(attempt: Callable[[], object]) -> bool:
    try:
        attempt()
    except OSError:
        return False
    return True


if __name__ == "__main__":
    json.dump({name: works(attempt) for name, attempt in ATTEMPTS.items()}, sys.stdout)
