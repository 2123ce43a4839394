"""Makes every URL on a page from `core.paths`.

Complete pages use absolute paths; fragments are included in a newsroom's own page and need full URLs.
"""

from urllib.parse import quote

import msgspec

from yobal.core import paths
from yobal.core.thread import CommentLink, CommentLocation, ThreadRef
from yobal.core.web_url import is_web_url


class ShareLinks(msgspec.Struct, frozen=True, kw_only=True):
    """Plain links to share one comment. The permalink is the full URL of its page and never changes."""

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

    def element_id(self, name: str) -> str:
        return f"yobal-{name}"


class ArchiveLinks(SiteLinks, frozen=True, kw_only=True):
    """The links of the first page of an archive, which leads to every thread."""

    site_id: str

    def thread_in(self, story_id: str, edition: str) -> str:
        return f"{paths.thread_folder(self.site_id, story_id, edition)}/{paths.NEWEST}"


class ThreadLinks:
    """The URLs of one thread in one edition; `base` is empty or `scheme://host`, and in an archive `../../..`.

    `thread` is where its forms are sent, and where they lead back to: the page, or the frame.
    `index` is the name of a folder's page, where no server adds it.
    """

    def __init__(self, thread: ThreadRef, *, base: str, public_url: str, index: str = "") -> None:
        self._thread, self._base, self._public_url = thread, base, public_url
        self._index = index
        self.complete = f"{base}/{self._folder(thread.edition.tag)}/"
        self.thread = self.complete + (paths.FORM_FRAME if thread.is_framed else index)
        self.terms = f"{base}/{paths.terms(thread.site_id, thread.edition.tag)}"
        self.what_we_keep = f"{base}/{paths.what_we_keep(thread.site_id, thread.edition.tag)}"
        self.style = f"{base}/{paths.style(thread.site_id)}"
        self.icon = f"{base}/{paths.icon(thread.site_id)}"
        self.feed = self.complete + paths.FEED
        self.story_url = web_url(thread.edition.url)

    def element_id(self, name: str) -> str:
        """The id of an element on the page, for labels and links on the same page."""
        return f"yobal-{name}{self._thread.id_suffix}"

    def in_edition(self, edition: str) -> str:
        """The thread's URL in another edition."""
        return f"{self._base}/{self._folder(edition)}/{self._index}"

    def page(self, number: int) -> str:
        return self.complete + paths.page(number, "html")

    def location(self, location: CommentLocation) -> str:
        """The URL of a comment within its page."""
        page = (
            self.page(location.number)
            if location.root_id is None
            else self.replies(location.root_id, location.number)
        )
        return f"{page}#c-{location.comment_id}"

    def comment(self, link: CommentLink) -> str:
        """The page of one comment, in the edition that it was written in."""
        return f"{self._base}/{self._folder(link.edition)}/{paths.comment(link.comment_id)}"

    def replies(self, root_id: str, number: int) -> str:
        return self.complete + paths.replies(root_id, number, "html")

    def share(self, link: CommentLink, excerpt: str = "") -> ShareLinks:
        """For the page of one comment; the message begins with `excerpt`, if there is one."""
        folder = self._folder(link.edition)
        permalink = f"{self._public_url}/{folder}/{paths.comment(link.comment_id)}"
        quoted, quoted_excerpt = _quoted(permalink), _quoted(excerpt)
        message = f"{quoted_excerpt}%0A{quoted}" if excerpt else quoted
        telegram = f"https://t.me/share/url?url={quoted}"
        return ShareLinks(
            permalink=permalink,
            whatsapp=f"https://wa.me/?text={message}",
            telegram=f"{telegram}&text={quoted_excerpt}" if excerpt else telegram,
            email=f"mailto:?body={message}",
        )

    def _folder(self, edition: str) -> str:
        return paths.thread_folder(self._thread.site_id, self._thread.story_id, edition)


def _quoted(text: str) -> str:
    """As a value in a query, where a colon and a slash need no escape; the page stays lighter."""
    return quote(text, safe=":/")


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
