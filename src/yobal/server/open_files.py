"""The limit on open files: room for every connection of both sides, so that neither stops the other.

Each side has its own connections. A process that runs out of open files would stop both, and the
database as well.
"""

import resource
from typing import Final

INTAKE_CONNECTIONS: Final = 4_096
DESK_CONNECTIONS: Final = 256  # each may hold a body of 256 KiB
METRICS_CONNECTIONS: Final = 16
OTHER_FILES: Final = 512  # public files, the database, keys, what is being written
FEWEST_CONNECTIONS: Final = 128  # of the intake, where the system allows no more


def intake_connections() -> int:
    """How many connections the intake may have. Raises this process's limit as far as it may."""
    needed = INTAKE_CONNECTIONS + DESK_CONNECTIONS + OTHER_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = needed if hard == resource.RLIM_INFINITY else min(needed, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
    return max(FEWEST_CONNECTIONS, allowed - DESK_CONNECTIONS - OTHER_FILES)
