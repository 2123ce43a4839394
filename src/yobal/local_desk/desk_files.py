"""The desk's files in this package, and whether a server sends the same."""

from typing import Final, NamedTuple

from yobal.adapters.download import FetchLimits, fetch
from yobal.core.desk_hash import desk_hash, hash_list
from yobal.core.errors import CannotFetch
from yobal.server.wiring import read_built_asset
from yobal.web.routes import ASSETS, PAGE, PAGES

DESK_FILES: Final = (PAGE, *ASSETS)
_LIMITS: Final = FetchLimits(size_bytes_max=8 * 1024 * 1024, seconds_max=60.0, redirects_max=0)


class Comparison(NamedTuple):
    """Lines to print, and whether every file is the same."""

    lines: list[str]
    is_same: bool


def own_files() -> dict[str, bytes]:
    """Raises UnsupportedEnvironment if the front end is not built."""
    return {name: read_built_asset(name) for name in DESK_FILES}


def own_hash() -> str:
    return desk_hash(own_files())


def own_list() -> str:
    return hash_list(own_files())


def compare(desk_url: str) -> Comparison:
    """Every address from which a browser loads the desk. Raises CannotFetch."""
    files = own_files()
    pages = dict.fromkeys(PAGES, files[PAGE])
    assets = {f"/assets/{name}": files[name] for name in ASSETS}
    lines, is_same = [], True
    for path, content in (pages | assets).items():
        is_same_file = _fetch(desk_url + path) == content
        is_same = is_same and is_same_file
        lines.append(f"{'same ' if is_same_file else 'OTHER'}  {path}")
    return Comparison(lines, is_same)


def _fetch(url: str) -> bytes:
    try:
        with fetch(url, _LIMITS).file as file:
            return file.read()
    except CannotFetch as error:
        raise CannotFetch(f"{error}. Nothing was compared") from None
