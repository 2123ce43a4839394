"""A process tests whether it wipes freed memory, and its name shows the result."""

import os
import subprocess
import sys

import pytest

from yobal.server.hardening import allocators, memory_check

TRY = "from yobal.server.hardening import memory_check; print(memory_check.memory_is_wiped(), open('/proc/self/comm').read().strip())"


def result_with(settings: dict[str, str]) -> list[str]:
    """The result, and the process name, of a process that is started with these settings only."""
    inherited = {
        name: value for name, value in os.environ.items() if name not in allocators.SETTINGS
    }
    done = subprocess.run(
        [sys.executable, "-c", TRY],
        env=inherited | settings,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip().split(maxsplit=1)


def test_with_all_settings_freed_memory_is_wiped() -> None:
    assert result_with(allocators.SETTINGS) == ["True", memory_check.WIPED]


@pytest.mark.parametrize("missing", ["PYTHONMALLOC", "GLIBC_TUNABLES"])
def test_without_one_setting_memory_is_not_wiped_whatever_the_environment_says(
    missing: str,
) -> None:
    settings = {name: value for name, value in allocators.SETTINGS.items() if name != missing}
    assert result_with(settings | {allocators.ENV_FLAG: "1"}) == ["False", memory_check.UNWIPED]


@pytest.mark.parametrize("missing", ["perturb", "tcache_count"])
def test_each_setting_of_glibc_is_needed(missing: str) -> None:
    tunables = allocators.SETTINGS["GLIBC_TUNABLES"].split(":")
    remaining = [tunable for tunable in tunables if missing not in tunable]
    changed = allocators.SETTINGS | {"GLIBC_TUNABLES": ":".join(remaining)}
    assert result_with(changed) == ["False", memory_check.UNWIPED]
