"""A separate program: connections that send prepared requests and wait for each response.

`python -m bench.sender PORT SECONDS FILE CONNECTIONS`: FILE contains requests, each preceded by its length in 4 bytes.
Prints the number of accepted and of refused requests, and the seconds it took.
"""

import selectors
import socket
import sys
import time
from collections import deque
from pathlib import Path
from typing import Final

ACCEPTED: Final = (b"200", b"201")
DRAIN_SECONDS: Final = 10
_HEAD_END: Final = b"\r\n\r\n"


class Sender:
    """One connection; it is opened again when the server closes it."""

    def __init__(self, port: int, selector: selectors.BaseSelector) -> None:
        self._port = port
        self._selector = selector
        self._socket: socket.socket | None = None
        self._response = b""

    def send(self, request: bytes) -> None:
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port))
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self._selector.register(self._socket, selectors.EVENT_READ, self)
        self._response = b""
        self._socket.sendall(request)

    def read(self) -> bytes | None:
        """The status once the response is complete; None before."""
        assert self._socket is not None
        chunk = self._socket.recv(65_536)
        self._response += chunk
        if chunk and not self._is_complete():
            return None
        status = self._response[9:12]
        if not chunk or self._is_last():
            self._close()
        return status

    def _is_last(self) -> bool:
        head = self._response.partition(_HEAD_END)[0].lower()
        return head.startswith(b"http/1.0") or b"\r\nconnection: close" in head

    def _is_complete(self) -> bool:
        head, separator, body = self._response.partition(_HEAD_END)
        if not separator:
            return False
        lines = head.lower().split(b"\r\n")
        length = next((line for line in lines if line.startswith(b"content-length:")), b":0")
        return len(body) >= int(length.partition(b":")[2])

    def _close(self) -> None:
        assert self._socket is not None
        self._selector.unregister(self._socket)
        self._socket.close()
        self._socket = None


def send_all(
    port: int, seconds: float, requests: deque[bytes], *, connections: int
) -> tuple[int, int, float]:
    """Send until the time or the requests run out; requests in flight are awaited and counted."""
    selector = selectors.DefaultSelector()
    counts = {True: 0, False: 0}
    started = time.monotonic()
    busy = 0
    for _ in range(min(connections, len(requests))):
        Sender(port, selector).send(requests.popleft())
        busy += 1
    while busy and time.monotonic() < started + seconds + DRAIN_SECONDS:
        for key, _ in selector.select(1):
            status = key.data.read()
            if status is None:
                continue
            counts[status in ACCEPTED] += 1
            if requests and time.monotonic() < started + seconds:
                key.data.send(requests.popleft())
            else:
                busy -= 1
    return counts[True], counts[False] + busy, time.monotonic() - started


def read_requests(path: Path) -> deque[bytes]:
    raw, at = path.read_bytes(), 0
    requests: deque[bytes] = deque()
    while at < len(raw):
        size = int.from_bytes(raw[at : at + 4], "big")
        requests.append(raw[at + 4 : at + 4 + size])
        at += 4 + size
    return requests


if __name__ == "__main__":
    good, bad, seconds = send_all(
        int(sys.argv[1]),
        float(sys.argv[2]),
        read_requests(Path(sys.argv[3])),
        connections=int(sys.argv[4]),
    )
    print(good, bad, seconds)
