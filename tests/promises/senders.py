"""Twenty readers who send without pause while the server fails, and the check afterwards."""

import os
import threading
import time
from collections import Counter
from collections.abc import Iterator
from typing import Any, Final

import msgspec
import pyrage
import sqlalchemy as sa

from tests.harness import NewsroomHarness
from tests.serving import Served, form, post, wait_for
from yobal.core.envelope import Envelope
from yobal.store.tables import comments, envelopes

SENDERS: Final = 20


class Senders:
    """Twenty readers who send one comment after another and keep every receipt they are shown."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._is_over = threading.Event()
        self.forms: dict[str, dict[str, str]] = {}
        self.codes: dict[str, list[str]] = {}
        self.answers: Counter[int] = Counter()
        self._threads: list[threading.Thread] = []

    def start(self) -> None:
        self._is_over.clear()
        self._threads = [threading.Thread(target=self._run) for _ in range(SENDERS)]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._is_over.set()
        for thread in self._threads:
            thread.join()

    def wait_for_some(self, count: int) -> None:
        before = len(self.codes)
        wait_for(lambda: len(self.codes) >= before + count, f"{count} comments are received")

    def send_again(self) -> None:
        """Send the same form again for every comment without a receipt, as a browser's retry does."""
        for text in [text for text in self.forms if text not in self.codes]:
            assert self._send(text), "after the failure it is received without help"

    def _run(self) -> None:
        """Send until the test ends; repeat what was not received."""
        is_received, text = True, ""
        while not self._is_over.is_set():
            if is_received:
                text = f"Comment {os.urandom(8).hex()}."
                self.forms[text] = form(text)
            is_received = self._send(text)
            if not is_received:
                time.sleep(0.05)

    def _send(self, text: str) -> bool:
        try:
            answer = post(self._served.intake, self.forms[text])
        except OSError:
            self.answers[0] += 1
            return False
        self.answers[answer.status] += 1
        if answer.is_received and answer.code:
            self.codes.setdefault(text, []).append(answer.code)
        elif answer.status != 200:
            assert text in answer.text, "not received: the text is returned"
        return answer.is_received


def check_nothing_lost_or_stored_twice(served: Served, senders: Senders) -> None:
    newsroom = served.newsroom
    newsroom.move_inbox()
    unknown = [
        code
        for codes in senders.codes.values()
        for code in codes
        if newsroom.receipt_state(code) != "pending"
    ]
    assert unknown == []
    stored = Counter(sealed_texts(newsroom))
    assert set(stored) == set(senders.forms)
    assert set(stored.values()) == {1}
    code = next(iter(senders.codes.values()))[0]
    assert "waiting for" in post(served.intake, {"step": "receipt", "code": code}).text


def sealed_texts(newsroom: NewsroomHarness) -> Iterator[str]:
    with newsroom.database.reading() as conn:
        rows = conn.execute(
            sa.select(comments.c.epoch_id, envelopes).join(
                envelopes, envelopes.c.comment_id == comments.c.id
            )
        ).all()
    identities: dict[str, Any] = {}
    for row in rows:
        identity = identities.setdefault(row.epoch_id, newsroom.epoch_identity(row.epoch_id))
        envelope = newsroom.components.cell_file.decrypt(
            row.cell, bytes(row.ciphertext), purpose="envelope", row_id=row.comment_id
        )
        assert envelope is not None
        plain = pyrage.decrypt(envelope, [identity])
        yield msgspec.json.decode(plain, type=Envelope).text
