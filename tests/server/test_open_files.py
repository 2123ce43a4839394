"""The limit on open files is raised as far as permitted, and readers' connections fit into it."""

import subprocess
import sys

import pytest

from yobal.server import open_files

SCRIPT = """
import resource
from yobal.server import open_files
resource.setrlimit(resource.RLIMIT_NOFILE, (256, {hard}))
print(open_files.intake_connections(), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""
ALL = open_files.INTAKE_CONNECTIONS + open_files.DESK_CONNECTIONS + open_files.OTHER_FILES


@pytest.mark.parametrize(
    ("hard", "connections", "files"),
    [(ALL + 1, open_files.INTAKE_CONNECTIONS, ALL), (2_000, 1_232, 2_000), (512, 128, 512)],
    ids=["enough", "less than needed", "far too few"],
)
def test_readers_get_the_connections_that_the_systems_limit_leaves(
    hard: int, connections: int, files: int
) -> None:
    result = subprocess.run(
        [sys.executable, "-c", SCRIPT.format(hard=hard)], check=True, capture_output=True, text=True
    )
    assert result.stdout.split() == [str(connections), str(files)]
