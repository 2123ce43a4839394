"""A crowd of readers: thousands of submissions to two ports, some of them made to fail."""

import random
import socket
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Final
from urllib.parse import urlencode

from tests.promises.leak_search import Fate, Marks, Readers
from tests.serving import Response, form, post

SENDERS: Final = 64  # each response takes 100 ms
BAD_ONE_IN: Final = 100
LENGTHS: Final = (20, 80, 200, 500, 500, 2_000)  # servers spool the long ones to disk
SCRIPTS: Final = ("Khmer", "Cyrillic")


class Crowd:
    """Sends every comment from another address and with another browser."""

    def __init__(self, ports: Sequence[int], marks: Marks, readers: Readers, path: str) -> None:
        self._ports = ports
        self._marks = marks
        self._readers = readers
        self._path = path
        self._random = random.Random()

    def send(self, count: int, fate: Fate = "waiting") -> list[Response]:
        """Send `count` comments; one in a hundred is a body that is refused."""
        bodies: list[Callable[[], bytes]] = [self._bad_utf8, self._far_too_long, self._too_long]

        def send_one(number: int) -> Response:
            if fate == "waiting" and number % BAD_ONE_IN == BAD_ONE_IN - 1:
                return self._post(number, bodies[number // BAD_ONE_IN % len(bodies)]())
            characters, script = LENGTHS[number % len(LENGTHS)], SCRIPTS[number // 2 % 2]
            return self._post(number, self.body(self._marks.text(fate, characters, script)))

        with ThreadPoolExecutor(SENDERS) as pool:
            return list(pool.map(send_one, range(count)))

    def body(self, text: str, **fields: str) -> bytes:
        return urlencode(form(text, **fields)).encode()

    def _post(self, number: int, body: bytes) -> Response:
        agent = f"{self._readers.agent}{number}"
        headers = {
            "User-Agent": agent,
            "X-Forwarded-For": self._random.choice(self._readers.addresses),
            "Referer": f"https://news.example/{agent}",
        }
        port = self._ports[number % len(self._ports)]
        is_six = number % 50 == 1 and port != self._ports[0] and socket.has_dualstack_ipv6()
        where = (
            {"host": "::1"}
            if is_six
            else {"source": self._readers.addresses[number // 2 % len(self._readers.addresses)]}
        )
        return post(port, body, path=self._path, headers=headers, **where)

    def _bad_utf8(self) -> bytes:
        return self.body(self._marks.text("refused", 500)) + b"%FF%FE" + b"&name=\xff"

    def _far_too_long(self) -> bytes:
        return self.body(self._marks.text("refused", 40_000))  # nginx refuses it

    def _too_long(self) -> bytes:
        return self.body(self._marks.text("refused", 5_000, "Cyrillic"))


def statuses(answers: Sequence[Response]) -> Counter[int]:
    return Counter(answer.status for answer in answers)
