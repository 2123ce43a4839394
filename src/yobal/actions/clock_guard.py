"""Decides whether a site trusts its machine's clock: before each release, and for the desk to show."""

from yobal.core import clock_check
from yobal.store import comments, sites
from yobal.store.database import Connection


def clock_problem(conn: Connection, site_id: str, *, now: float) -> str | None:
    """Why nothing is released or destroyed by this clock, and what to do; None if it is trusted."""
    released = sites.released_slot(conn, site_id)
    problem = clock_check.clock_problem(now, released=released)
    if problem is None or sites.is_demo(conn, site_id):
        return None
    # A newsroom may open weeks after `yobal init`. Without comments a jump can destroy nothing.
    is_unused = not comments.any_exist(conn, site_id)
    return None if is_unused and clock_check.has_jumped_ahead(now, released=released) else problem
