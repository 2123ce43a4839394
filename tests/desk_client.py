"""A scripted moderator: what the desk's page does over HTTP, without a browser."""

import http.client
import json
from collections.abc import Iterator
from typing import Any

from tests.harness import SITE_ID
from tests.serving import Served
from yobal.demo.keys import from_passphrase


class DeskClient:
    """What the desk's page does over HTTP, for a scripted moderator."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._wire = http.client.HTTPConnection("localhost", served.desk, timeout=30)
        self._cookie = ""
        secret, _ = from_passphrase(SITE_ID, served.newsroom.pseudonym, served.newsroom.passphrase)
        self.act("sign-in", pseudonym=served.newsroom.pseudonym, secret=secret.hex())

    def act(self, name: str, /, **given: Any) -> Any:
        origin = f"http://localhost:{self._served.desk}"
        headers = {"Origin": origin, "Content-Type": "application/json", "Cookie": self._cookie}
        self._wire.request("POST", f"/api/desk/{name}", json.dumps(given), headers)
        response = self._wire.getresponse()
        answered = response.read()
        assert response.status == 200, (name, response.status, answered[:300])
        cookie = response.getheader("set-cookie")
        if cookie:
            self._cookie = cookie.split(";")[0]
        return json.loads(answered)

    def publish(self, comment: str) -> Any:
        opened = self._served.newsroom.decrypt(comment)
        return self.act(
            "decide",
            verdict="publish",
            comment_id=comment,
            text=opened.text,
            name=opened.name,
            nonce=opened.nonce,
            lang=opened.lang,
        )

    def queue(self) -> Iterator[str]:
        """The id of everything that waits."""
        cursor = None
        while True:
            page = self.act("queue", cursor=cursor)
            yield from (row["comment_id"] for row in page["comments"])
            cursor = page["next_cursor"]
            if cursor is None:
                return

    def close(self) -> None:
        self._wire.close()
