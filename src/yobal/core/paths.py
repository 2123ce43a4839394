"""Where a thread lies: one layout for the folder, the addresses and the web server in front."""

from typing import Final

from yobal.core import ids

ASSETS: Final = "@"  # no story key may hold this letter, so nothing can collide with it


def thread_folder(site: str, story: str, edition: str) -> str:
    """Also the thread's own address, between slashes; every step of a reader is a POST to it."""
    return f"{site}/{story}/{edition}"


def parse_thread_path(path: str) -> tuple[str, str]:
    """The thread's own address that an address lies at or below, and its edition; empty if none."""
    _, *parts = path.split("/")
    if len(parts) < 3 or not (ids.is_site(parts[0]) and ids.is_story_key(parts[1])):
        return "", ""
    if not ids.is_edition(parts[2]):
        return "", ""
    return f"/{thread_folder(*parts[:3])}/", parts[2]


def assets_folder(site: str) -> str:
    return f"{site}/{ASSETS}"


def style(site: str) -> str:
    return f"{assets_folder(site)}/letters.css"


def icon(site: str) -> str:
    return f"{assets_folder(site)}/icon.svg"


def terms(site: str, edition: str) -> str:
    return f"{assets_folder(site)}/terms/{edition}.html"


# Below a thread's folder. `FRAGMENT` files are the same words bare, for SSI, ESI or a newsroom's
# own templates; `FORM` is the form alone.
NEWEST: Final = "index.html"
NEWEST_FRAGMENT: Final = "thread.fragment.html"
NEWEST_JSON: Final = "index.json"
FORM: Final = "form.fragment.html"


def page(number: int, suffix: str) -> str:
    """`suffix` is `html`, `fragment.html` or `json`."""
    return f"page/{number}.{suffix}"


def replies(root: str, number: int, suffix: str) -> str:
    return f"replies/{root}/{number}.{suffix}"
