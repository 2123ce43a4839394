"""The paths of public files: one layout for the folder, the URLs and the web server in front."""

from typing import Final

import msgspec

from yobal.core import ids

FEED: Final = "feed.atom"  # of a thread, in its folder, and of the site
ASSETS: Final = "@"  # not allowed in a story id, so it cannot collide with one


def thread_folder(site_id: str, story_id: str, edition: str) -> str:
    """Also the thread's own path in URLs, between slashes. Readers' forms are sent to it."""
    return f"{story_folder(site_id, story_id)}/{edition}"


def story_folder(site_id: str, story_id: str) -> str:
    """With a folder for each edition."""
    return f"{site_id}/{story_id}"


def parse_thread_path(path: str) -> tuple[str, str]:
    """The thread's own path that a path is or lies below, and its edition; empty strings if none."""
    _, *parts = path.split("/")
    if len(parts) < 3 or not (ids.is_site_id(parts[0]) and ids.is_story_id(parts[1])):
        return "", ""
    if not ids.is_language_tag(parts[2]):
        return "", ""
    return f"/{thread_folder(*parts[:3])}/", parts[2]


def assets_folder(site_id: str) -> str:
    return f"{site_id}/{ASSETS}"


def asset(site_id: str, name: str) -> str:
    """A file that is the same for all stories."""
    return f"{assets_folder(site_id)}/{name}"


def style(site_id: str) -> str:
    return asset(site_id, "comments.css")


def embed_script(site_id: str) -> str:
    """Draws a thread on a newsroom's page."""
    return asset(site_id, "embed.js")


def counts(site_id: str) -> str:
    """How many comments stories have."""
    return asset(site_id, "counts.json")


def site_feed(site_id: str) -> str:
    return asset(site_id, FEED)


def icon(site_id: str) -> str:
    return asset(site_id, "icon.svg")


def terms(site_id: str, edition: str) -> str:
    return f"{assets_folder(site_id)}/terms/{edition}.html"


def what_we_keep(site_id: str, edition: str) -> str:
    """Not a file: the intake renders it from its own settings."""
    return f"{assets_folder(site_id)}/what-we-keep/{edition}.html"


def parse_what_we_keep(path: str) -> tuple[str, str] | None:
    """The site and the edition of such a path; None for every other path."""
    parts = path.removesuffix(".html").split("/")
    if len(parts) != 5 or not ids.is_language_tag(parts[4]):
        return None
    site_id, edition = parts[1], parts[4]
    return (site_id, edition) if path == f"/{what_we_keep(site_id, edition)}" else None


# In a thread's folder. Fragments have the same content without the page around it, for SSI, ESI or
# a newsroom's own templates. `FORM` is the form alone.
NEWEST: Final = "index.html"
NEWEST_FRAGMENT: Final = "thread.fragment.html"
NEWEST_JSON: Final = "index.json"
FORM: Final = "form.fragment.html"
FORM_FRAME: Final = "form.frame.html"  # in a frame on a newsroom's page; its forms are sent to it
_COMMENT_FOLDER: Final = "comment"


def page(number: int, suffix: str) -> str:
    """`suffix` is `html`, `fragment.html` or `json`."""
    return f"page/{number}.{suffix}"


def comment(comment_id: str) -> str:
    """The page of one comment, in the folder of the edition that it was written in."""
    return f"{_COMMENT_FOLDER}/{comment_id}.html"


class FormAddress(msgspec.Struct, frozen=True, kw_only=True):
    """Where a form is sent: to a thread's own address, or to that of its form in a frame."""

    site_id: str
    story_id: str
    edition: str
    is_framed: bool


def parse_form_address(path: str) -> FormAddress | None:
    """For a story that exists or not. None for every other spelling, such as a slash too many."""
    thread_path, edition = parse_thread_path(path)
    is_framed = path == thread_path + FORM_FRAME
    if not thread_path or not (is_framed or f"{path.removesuffix('/')}/" == thread_path):
        return None
    _, site_id, story_id, *_ = thread_path.split("/")
    return FormAddress(site_id=site_id, story_id=story_id, edition=edition, is_framed=is_framed)


def is_comment(path: str) -> bool:
    """Whether this is the path of a comment's page in a URL, for a comment that exists or not."""
    thread_path, _ = parse_thread_path(path)
    return bool(thread_path) and path.startswith(f"{thread_path}{_COMMENT_FOLDER}/")


def replies(root_id: str, number: int, suffix: str) -> str:
    return f"replies/{root_id}/{number}.{suffix}"
