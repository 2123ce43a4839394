"""Renders the pages of an archive: complete pages with relative links, which a browser opens without a server."""

from collections.abc import Sequence
from typing import Any, Final

import msgspec

from yobal.adapters.rendering.page_context import SiteContext
from yobal.adapters.rendering.pages import PageRenderer
from yobal.adapters.rendering.urls import ArchiveLinks, SiteLinks, ThreadLinks
from yobal.core import paths
from yobal.core.export_rows import ExportedEdition
from yobal.core.thread import NewestView, PageView, RepliesView, ThreadRef

FIRST_PAGE: Final = "index.html"
# How many folders above each page are those of the archive.
_DEPTHS: Final = {"newest.html": 3, "page.html": 4, "replies.html": 5, "terms.html": 3}


def _base(template: str) -> str:
    return "/".join([".."] * _DEPTHS.get(template, 0)) or "."


class ArchivedStory(msgspec.Struct, frozen=True):
    """A line of the first page."""

    story_id: str
    editions: tuple[ExportedEdition, ...]
    comments: int


class ArchiveRenderer(PageRenderer):
    """As readers see a closed thread, without what needs a server: forms, feeds, links to share."""

    def __init__(self, site_context: SiteContext) -> None:
        super().__init__(msgspec.structs.replace(site_context, is_archive=True))

    def complete_page(self, view: NewestView | PageView | RepliesView) -> tuple[str, bytes]:
        """Its path in the archive, and the page."""
        thread = msgspec.structs.replace(view.thread, form="closed", closes_slot=None)
        presenter = self._presenter(thread)
        context: dict[str, Any] = {"view": view, "comments": presenter.comments(view.comments)}
        match view:
            case NewestView():
                key, template = paths.NEWEST, "newest.html"
            case PageView():
                key, template = paths.page(view.number, "html"), "page.html"
            case RepliesView():
                key, template = paths.replies(view.root.id, view.number, "html"), "replies.html"
                context["root"] = presenter.comment(view.root)
        folder = paths.thread_folder(thread.site_id, thread.story_id, thread.edition.tag)
        return f"{folder}/{key}", self._render(template, thread, context)

    def first_page(self, edition: str, stories: Sequence[ArchivedStory]) -> bytes:
        return self._render_without_thread("archive.html", edition, {"stories": stories})

    def _links(self, template: str, thread: ThreadRef, *, is_fragment: bool) -> ThreadLinks:
        del is_fragment  # an archive has complete pages only
        return ThreadLinks(thread, base=_base(template), public_url="", index=paths.NEWEST)

    def _site_links(self, template: str, _edition: str, link_back: str) -> SiteLinks:
        site_id, base = self._site_context.site_id, _base(template)
        return ArchiveLinks(
            style=f"{base}/{paths.style(site_id)}",
            icon=f"{base}/{paths.icon(site_id)}",
            terms="",
            what_we_keep="",
            thread=link_back,
            site_id=site_id,
        )
