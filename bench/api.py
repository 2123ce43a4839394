"""The desk's HTTP interface as its page uses it: sign in once, then ask with the session."""

import http.client
import json
from typing import Any

from bench import newsroom, serving
from bench.newsroom import SeededNewsroom


class Api:
    """One kept-alive connection to a running desk."""

    def __init__(self, seeded: SeededNewsroom) -> None:
        settings = seeded.settings
        self._http = http.client.HTTPConnection("127.0.0.1", serving.port_of(settings.desk_listen))
        self._headers = {
            "Host": settings.desk_url.partition("://")[2],
            "Origin": settings.desk_url,
            "Content-Type": "application/json",
        }
        self.ask("/api/sign-in", {"pseudonym": newsroom.PSEUDONYM, "secret": seeded.secret()})

    def ask(self, path: str, body: dict[str, Any]) -> Any:
        """The answer. Raises ValueError where the desk refuses."""
        self._http.request("POST", path, json.dumps(body), self._headers)
        answer = self._http.getresponse()
        raw = answer.read()
        if answer.status != 200:
            raise ValueError(f"{path}: {answer.status} {raw[:200]!r}")
        cookie = answer.getheader("Set-Cookie")
        if cookie is not None:
            self._headers["Cookie"] = cookie.split(";", 1)[0]
        return json.loads(raw)

    def queue(self, count: int) -> list[dict[str, Any]]:
        """So many rows of the queue, page by page."""
        rows: list[dict[str, Any]] = []
        after = None
        while len(rows) < count:
            page = self.ask("/api/queue", {"after": after})
            rows += page["rows"]
            after = page["next"]
            if after is None:
                break
        return rows[:count]
