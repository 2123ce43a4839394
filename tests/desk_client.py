"""A scripted moderator: what the desk's page sends over HTTP, without a browser."""

import http.client
import json
from collections.abc import Iterator
from typing import Any

from tests.in_process_client import sign_in_body, sign_in_seed
from tests.serving import Served
from yobal.demo.decision_signer import SIGNED_ROUTES


class DeskClient:
    """A connection to the desk of a running server, signed in as its lead."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._connection = http.client.HTTPConnection("localhost", served.desk, timeout=90)
        self._cookie = ""
        seed = sign_in_seed(served.newsroom.pseudonym, served.newsroom.passphrase)
        challenge = self.act("sign-in/challenge")["challenge"]
        self.act("sign-in", **sign_in_body(challenge, served.newsroom.pseudonym, seed))

    def act(self, name: str, /, **fields: Any) -> Any:
        origin = f"http://localhost:{self._served.desk}"
        headers = {"Origin": origin, "Content-Type": "application/json", "Cookie": self._cookie}
        if name in SIGNED_ROUTES:
            fields = self._served.newsroom.signer().signed_body(name, fields)
        self._connection.request("POST", f"/api/desk/{name}", json.dumps(fields), headers)
        response = self._connection.getresponse()
        body = response.read()
        assert response.status == 200, (name, response.status, body[:300])
        cookie = response.getheader("set-cookie")
        if cookie:
            self._cookie = cookie.split(";")[0]
        return json.loads(body)

    def publish(self, comment_id: str) -> Any:
        envelope = self._served.newsroom.decrypt(comment_id)
        return self.act(
            "decide",
            verdict="publish",
            comment_id=comment_id,
            text=envelope.text,
            name=envelope.name,
            nonce=envelope.nonce,
            lang=envelope.lang,
        )

    def queue(self) -> Iterator[str]:
        """The id of every pending comment."""
        return (row["comment_id"] for row in self.queue_rows())

    def queue_rows(self) -> Iterator[Any]:
        """Every row of the queue, page by page."""
        cursor = None
        while True:
            page = self.act("queue", cursor=cursor)
            yield from page["comments"]
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def close(self) -> None:
        self._connection.close()
