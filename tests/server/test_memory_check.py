"""A process tries whether it forgets what it frees, and its name says what it found."""

import os
import subprocess
import sys

import pytest

from yobal.server.hardening import allocators, memory_check

TRY = "from yobal.server.hardening import memory_check; print(memory_check.memory_is_wiped(), open('/proc/self/comm').read().strip())"


def tried(settings: dict[str, str]) -> list[str]:
    """What a process finds that was started with just these, and what it is called then."""
    kept = {name: value for name, value in os.environ.items() if name not in allocators.SETTINGS}
    done = subprocess.run(
        [sys.executable, "-c", TRY], env=kept | settings, capture_output=True, text=True, check=True
    )
    return done.stdout.strip().split(maxsplit=1)


def test_with_the_settings_of_scrub_a_process_forgets() -> None:
    assert tried(allocators.SETTINGS) == ["True", memory_check.WIPED]


@pytest.mark.parametrize("away", ["PYTHONMALLOC", "GLIBC_TUNABLES"])
def test_without_one_of_them_it_remembers_whatever_the_mark_says(away: str) -> None:
    kept = {name: value for name, value in allocators.SETTINGS.items() if name != away}
    assert tried(kept | {allocators.ENV_FLAG: "1"}) == ["False", memory_check.UNWIPED]


@pytest.mark.parametrize("left", ["perturb", "tcache_count"])
def test_each_of_glibcs_settings_is_needed(left: str) -> None:
    some = [one for one in allocators.SETTINGS["GLIBC_TUNABLES"].split(":") if left not in one]
    changed = allocators.SETTINGS | {"GLIBC_TUNABLES": ":".join(some)}
    assert tried(changed) == ["False", memory_check.UNWIPED]
