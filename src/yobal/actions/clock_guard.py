"""Whether this newsroom goes by its machine's clock: asked before each release, and shown at the desk."""

from yobal.core import clock_check
from yobal.store import comments, stories
from yobal.store.database import Connection


def clock_problem(conn: Connection, site_id: str, *, now: float) -> str | None:
    """Why nothing is released or destroyed by this clock, and what to do; None where it is believed."""
    site = stories.get(conn, site_id)
    clock_problem = clock_check.clock_problem(now, released=site.released_slot)
    if clock_problem is None or site.is_demo:
        return None
    # A newsroom that begins weeks after `yobal init` has nothing to lose by a leap.
    is_new = clock_check.is_leaping(now, released=site.released_slot) and not comments.any_exist(
        conn, site_id
    )
    return None if is_new else clock_problem
