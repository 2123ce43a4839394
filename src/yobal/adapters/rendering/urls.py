"""Makes every URL on a page from `core.paths`.

Complete pages use absolute paths; fragments are included in a newsroom's own page and need full URLs.
"""

from urllib.parse import quote

import msgspec

from yobal.core import paths
from yobal.core.thread import ThreadRef
from yobal.core.web_url import is_web_url


class ShareLinks(msgspec.Struct, frozen=True, kw_only=True):
    """Plain links to share one comment. The permalink is a full URL and never changes."""

    permalink: str
    whatsapp: str
    telegram: str
    email: str


class SiteLinks(msgspec.Struct, frozen=True):
    """The URLs of a page that belongs to no thread; `thread` is where its link back leads, if set."""

    style: str
    icon: str
    terms: str
    what_we_keep: str
    thread: str = ""
    story_url: str = ""


class ThreadLinks:
    """The URLs of one thread in one edition; `base` is empty or `scheme://host`."""

    def __init__(self, thread: ThreadRef, *, base: str, public_url: str) -> None:
        self._thread, self._base, self._public_url = thread, base, public_url
        self.thread = f"{base}/{self._folder(thread.edition.tag)}/"
        self.terms = f"{base}/{paths.terms(thread.site_id, thread.edition.tag)}"
        self.what_we_keep = f"{base}/{paths.what_we_keep(thread.site_id, thread.edition.tag)}"
        self.style = f"{base}/{paths.style(thread.site_id)}"
        self.icon = f"{base}/{paths.icon(thread.site_id)}"
        self.story_url = web_url(thread.edition.url)

    def in_edition(self, edition: str) -> str:
        """The thread's URL in another edition."""
        return f"{self._base}/{self._folder(edition)}/"

    def page(self, number: int) -> str:
        return self.thread + paths.page(number, "html")

    def replies(self, root_id: str, number: int) -> str:
        return self.thread + paths.replies(root_id, number, "html")

    def share(self, file: str, comment_id: str) -> ShareLinks:
        """For a comment whose permanent page is `file`, a path below the thread's folder."""
        folder = self._folder(self._thread.edition.tag)
        permalink = f"{self._public_url}/{folder}/{file}#c-{comment_id}"
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
        what_we_keep=f"/{paths.what_we_keep(site_id, edition)}",
        thread=thread,
    )


def web_url(url: str) -> str:
    """The URL if it may be linked, else nothing, so that no link can run a script."""
    return url if is_web_url(url) else ""
