"""Records the site's figures after each round and each slot, for notices and metrics.

They are not read again in between: who watches them must not see a comment come, or a moderator decide.
"""

from yobal.adapters import state_file
from yobal.core.errors import RosterInvalid
from yobal.core.expiry import expiring_until
from yobal.core.figures import Figures
from yobal.core.schedule import Round, Slot
from yobal.server import health
from yobal.server.settings import Settings
from yobal.server.wiring import Components
from yobal.store import pending_purge, site_counts, sites
from yobal.store.database import Connection


def read(settings: Settings) -> Figures | None:
    """None until the first pass of the scheduler has recorded them."""
    return state_file.read(settings.figures_file, Figures)


def record(components: Components, recorded: Figures | None) -> Figures:
    """New figures if a round or a slot has come since the recorded ones; otherwise those.

    Raises DatabaseUnavailable, OSError.
    """
    site_id = components.rules.site_id
    with components.database.reading() as conn:
        last_round, slot = sites.last_round(conn, site_id), sites.released_slot(conn, site_id)
        if recorded is not None and (last_round, slot) == (
            recorded.last_round,
            recorded.released_slot,
        ):
            return recorded
        figures = _read_all(components, conn, last_round=last_round, released_slot=slot)
    state_file.write(components.settings.figures_file, figures)
    return figures


def _read_all(
    components: Components, conn: Connection, *, last_round: Round, released_slot: Slot
) -> Figures:
    counts = site_counts.read(conn, components.rules.site_id)
    members_count = count_members(components, conn)
    return Figures(
        last_round=last_round,
        released_slot=released_slot,
        pending_count=counts.pending_count,
        oldest_round=counts.oldest_round,
        expiring_count=counts.pending_until(
            expiring_until(components.rules, max(last_round, released_slot))
        ),
        held_count=counts.held_count,
        published_count=counts.published_count,
        stale_files_count=counts.stale_files_count,
        members_count=members_count or 0,
        epoch_slot=counts.epoch_slot,
        is_roster_valid=members_count is not None,
        is_purge_pending=pending_purge.pending_id(conn, components.rules.site_id) is not None,
        unable_to=tuple(health.unable_to(components.settings, components.database)),
        is_canary_missed=health.missed_canary_step(components.settings, now=last_round) is not None,
        unsigned_imports_count=counts.unsigned_imports_count,
        is_disk_low=bool(health.disk_reserve_problems(components.settings)),
    )


def count_members(components: Components, conn: Connection) -> int | None:
    """None if the roster does not verify."""
    try:
        roster = components.roster_reader.read(conn)
    except RosterInvalid:
        return None
    return len(roster.members) if roster is not None else 0
