"""The newsroom's own pages in front of the intake: the story takes thread and form in on the server."""

from importlib import resources
from pathlib import Path
from typing import Final

from yobal.core import paths
from yobal.demo.newsroom import content, page
from yobal.demo.newsroom.edition import Edition
from yobal.newsroom import Newsroom
from yobal.web.answers import (
    Answer,
    Receive,
    Scope,
    Send,
    content_security_policy,
    page_headers,
    send_answer,
)
from yobal.web.edge import Edge

_OWN: Final = {
    content.STYLE_PATH: ("newsroom.css", b"text/css; charset=utf-8"),
    content.PICTURE_PATH: ("picture.svg", b"image/svg+xml"),
}


class NewsroomSite:
    """An ASGI application around the edge."""

    def __init__(self, newsroom: Newsroom, edge: Edge) -> None:
        self._newsroom = newsroom
        self._edge = edge
        self._editions = {edition.path: edition for edition in content.EDITIONS}
        self._headers = [
            *page_headers(content_security_policy(())),
            (b"cache-control", b"no-cache"),
        ]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = self._answer(scope) if scope["type"] == "http" else None
        if answer is None:
            await self._edge(scope, receive, send)
            return
        await send_answer(send, answer, without_body=scope["method"] == "HEAD")

    def _answer(self, scope: Scope) -> Answer | None:
        path = scope["path"]
        if scope["method"] not in ("GET", "HEAD"):
            return None
        if path == "/":
            return Answer(302, b"", [(b"location", content.EDITIONS[-1].path.encode())])
        if path in _OWN:
            name, kind = _OWN[path]
            body = resources.files("yobal.demo.newsroom").joinpath(name).read_bytes()
            return Answer(200, body, [(b"content-type", kind), (b"cache-control", b"no-cache")])
        edition = self._editions.get(path)
        return Answer(200, self._story(edition), self._headers) if edition else None

    def _story(self, edition: Edition) -> bytes:
        settings = self._newsroom.settings
        folder = settings.files_dir / paths.thread_folder(
            content.SITE, content.STORY, edition.edition
        )
        return page.render(
            edition,
            thread=_read(folder / paths.NEWEST_FRAGMENT),
            form=_read(folder / paths.FORM),
            style_url="/" + paths.style(content.SITE),
            story_url=settings.public_url + edition.path,
        ).encode()


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
