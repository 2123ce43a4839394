"""The desk's HTTP interface as its page uses it: sign in once, then send requests with the session."""

import http.client
import json
from typing import Any

from bench import newsroom, serving
from bench.newsroom import SeededNewsroom


class Api:
    """One persistent connection to a running desk, signed in."""

    def __init__(self, seeded: SeededNewsroom) -> None:
        settings = seeded.settings
        self._http = http.client.HTTPConnection("127.0.0.1", serving.port_of(settings.desk_listen))
        self._headers = {
            "Host": settings.desk_url.partition("://")[2],
            "Origin": settings.desk_url,
            "Content-Type": "application/json",
        }
        challenge = self.ask("sign-in/challenge", {})["challenge"]
        signature = seeded.signature(challenge)
        self.ask(
            "sign-in",
            {"pseudonym": newsroom.PSEUDONYM, "challenge": challenge, "signature": signature},
        )

    def ask(self, route: str, body: dict[str, Any]) -> Any:
        """The JSON of the response. Raises ValueError for every status but 200."""
        self._http.request("POST", f"/api/desk/{route}", json.dumps(body), self._headers)
        response = self._http.getresponse()
        raw = response.read()
        if response.status != 200:
            raise ValueError(f"{route}: {response.status} {raw[:200]!r}")
        cookie = response.getheader("Set-Cookie")
        if cookie is not None:
            self._headers["Cookie"] = cookie.split(";", 1)[0]
        return json.loads(raw)

    def queue(self, count: int) -> list[dict[str, Any]]:
        """The first `count` rows of the queue, page by page."""
        rows: list[dict[str, Any]] = []
        cursor = None
        while len(rows) < count:
            page = self.ask("queue", {"cursor": cursor})
            rows += page["comments"]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        return rows[:count]
