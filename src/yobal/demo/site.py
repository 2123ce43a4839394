"""Serves the newsroom's own pages in front of the intake; the story includes thread and form."""

from importlib import resources
from pathlib import Path
from typing import Final

from yobal.core import paths
from yobal.demo.newsroom import content, page
from yobal.demo.newsroom.edition import Edition
from yobal.server.wiring import Components
from yobal.web.http import (
    Response,
    Scope,
    Transport,
    content_security_policy,
    page_headers,
    send_response,
)
from yobal.web.intake_app import IntakeApp

_ASSETS: Final = {
    content.STYLE_PATH: ("newsroom.css", "text/css; charset=utf-8"),
    content.PICTURE_PATH: ("picture.svg", "image/svg+xml"),
}
# What the page needs that has the one line.
_ONE_LINE: Final = "; script-src 'self'; connect-src 'self'; frame-src 'self'"


class DemoSite:
    """Wraps the intake and has the same interface; requests for other paths go to the intake."""

    def __init__(self, components: Components, intake: IntakeApp) -> None:
        self._components = components
        self._intake = intake
        self._editions = {edition.path: edition for edition in content.EDITIONS}
        self._one_line_editions = {edition.one_line_path: edition for edition in content.EDITIONS}
        policy = content_security_policy(())
        self._headers = [*page_headers(policy), ("cache-control", "no-cache")]
        self._one_line_headers = [*page_headers(policy + _ONE_LINE), ("cache-control", "no-cache")]

    async def __rsgi__(self, scope: Scope, transport: Transport) -> None:
        response = self._response(scope)
        if response is None:
            await self._intake.__rsgi__(scope, transport)
            return
        send_response(transport, response, without_body=scope.method == "HEAD")

    def _response(self, scope: Scope) -> Response | None:
        path = scope.path
        if scope.method not in ("GET", "HEAD"):
            return None
        if path == "/":
            return Response(302, b"", [("location", content.EDITIONS[-1].path)])
        if path in _ASSETS:
            name, content_type = _ASSETS[path]
            body = resources.files("yobal.demo.newsroom").joinpath(name).read_bytes()
            return Response(
                200, body, [("content-type", content_type), ("cache-control", "no-cache")]
            )
        if path in self._one_line_editions:
            edition = self._one_line_editions[path]
            story_url = self._components.settings.public_url + path
            html = page.render_with_one_line(edition, story_url=story_url)
            return Response(200, html.encode(), self._one_line_headers)
        if path in self._editions:
            return Response(200, self._story(self._editions[path]), self._headers)
        return None

    def _story(self, edition: Edition) -> bytes:
        settings = self._components.settings
        folder = settings.files_dir / paths.thread_folder(
            content.SITE_ID, content.STORY_ID, edition.tag
        )
        return page.render(
            edition,
            thread=_read(folder / paths.NEWEST_FRAGMENT),
            form=_read(folder / paths.FORM),
            story_url=settings.public_url + edition.path,
        ).encode()


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8")
