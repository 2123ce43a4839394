"""What `yobal desk-hash` prints."""

from yobal import __version__
from yobal.local_desk import desk_files
from yobal.local_desk.run import checked_desk_url


def desk_hash(*, url: str, is_list: bool) -> tuple[list[str], bool]:
    """Lines, and whether the server sends the same files. Raises InvalidSettings or CannotFetch."""
    if is_list:
        return desk_files.own_list().splitlines(), True
    if not url:
        return [desk_files.own_hash()], True
    comparison = desk_files.compare(checked_desk_url(url))
    if comparison.is_same:
        summary = f"The server sent the desk of Yobal {__version__}: {desk_files.own_hash()}"
    else:
        summary = (
            f"The server sent other files than the desk of Yobal {__version__} on this computer. If it has"
            " the same version (ask your technician, not over the server), do not use its desk."
        )
    return [*comparison.lines, summary], comparison.is_same
