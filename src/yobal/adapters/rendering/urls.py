"""Every address that stands on a page, made in one place from `core.paths`.

Complete pages use path-absolute addresses; fragments stand on a newsroom's page and need whole ones.
"""

from urllib.parse import quote

import msgspec

from yobal.core import paths
from yobal.core.thread import ThreadRef


class ShareLinks(msgspec.Struct, frozen=True, kw_only=True):
    """Plain links that pass one comment on. The permalink is whole and never changes."""

    permalink: str
    whatsapp: str
    telegram: str
    email: str


class SiteLinks(msgspec.Struct, frozen=True):
    """The addresses of a page that is drawn without knowing a thread; it may still lead to one."""

    style: str
    icon: str
    terms: str
    thread: str = ""


class ThreadLinks:
    """The addresses of one thread in one edition; `base` is empty or `scheme://host`."""

    def __init__(self, thread: ThreadRef, *, base: str, public_url: str) -> None:
        self._thread, self._base, self._public = thread, base, public_url
        self.thread = f"{base}/{self._folder(thread.edition.tag)}/"
        self.terms = f"{base}/{paths.terms(thread.site_id, thread.edition.tag)}"
        self.style = f"{base}/{paths.style(thread.site_id)}"
        self.icon = f"{base}/{paths.icon(thread.site_id)}"
        self.story_url = web_address(thread.edition.url)

    def other(self, edition: str) -> str:
        """The thread's own address in another edition."""
        return f"{self._base}/{self._folder(edition)}/"

    def page(self, number: int) -> str:
        return self.thread + paths.page(number, "html")

    def replies(self, root_id: str, number: int) -> str:
        return self.thread + paths.replies(root_id, number, "html")

    def share(self, file: str, comment_id: str) -> ShareLinks:
        """For the comment that stands in `file` (below the thread's folder) for ever."""
        folder = self._folder(self._thread.edition.tag)
        permalink = f"{self._public}/{folder}/{file}#c-{comment_id}"
        quoted = quote(permalink, safe="")
        return ShareLinks(
            permalink=permalink,
            whatsapp=f"https://wa.me/?text={quoted}",
            telegram=f"https://t.me/share/url?url={quoted}",
            email=f"mailto:?body={quoted}",
        )

    def _folder(self, edition: str) -> str:
        return paths.thread_folder(self._thread.site_id, self._thread.story_id, edition)


def site_links(site_id: str, edition: str, thread: str = "") -> SiteLinks:
    return SiteLinks(
        style=f"/{paths.style(site_id)}",
        icon=f"/{paths.icon(site_id)}",
        terms=f"/{paths.terms(site_id, edition)}",
        thread=thread,
    )


def web_address(url: str) -> str:
    """The address where it is one of the web; else nothing, so that no link can run a script."""
    return url if url.startswith(("https://", "http://")) else ""
