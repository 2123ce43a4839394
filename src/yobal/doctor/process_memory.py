"""Whether every running `yobal serve` overwrites freed memory, read from the processes themselves."""

import contextlib
from pathlib import Path

from yobal.doctor.finding import Finding, fail, ok_if, warn
from yobal.server.hardening import allocators, memory_check


def examine() -> list[Finding]:
    processes = [path for path in Path("/proc").glob("[0-9]*") if _is_server(path)]
    if not processes:
        advice = "`yobal serve` is not running: start it, and run `yobal doctor` again"
        return [warn("freed memory is overwritten", advice)]
    findings = []
    for process in processes:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
            findings.append(examine_process(process))
    return findings


def examine_process(process: Path) -> Finding:
    """The result of the process's own test at its start, and the settings it was started with."""
    check = f"freed memory is overwritten (process {process.name})"
    try:
        environment = (process / "environ").read_bytes().decode(errors="replace")
        process_name = (process / "comm").read_text().strip()
    except PermissionError:
        return fail(check, "only root may look: run `yobal doctor` as root")
    if process_name == memory_check.UNWIPED:
        advice = (
            "the test at its start failed: start it without "
            f"{allocators.ENV_FLAG}, on a system with glibc"
        )
        return fail(check, advice)
    if process_name != memory_check.WIPED:
        return fail(check, "it was not tested: start it with the `yobal` command")
    return ok_if(
        _has_allocator_settings(environment),
        check,
        "not every allocator has its settings: start it with the `yobal` command",
    )


def _is_server(process: Path) -> bool:
    try:
        words = (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return b"yobal" in b" ".join(words[:4]) and b"serve" in words[1:6]


def _has_allocator_settings(environment: str) -> bool:
    """Whether the allocators that the test does not cover are set. glibc, which it covers, empties its variable."""
    variables = dict(line.partition("=")[::2] for line in environment.split("\0"))
    return allocators.is_hardened(variables) and all(
        variables.get(name) == value
        for name, value in allocators.SETTINGS.items()
        if name != "GLIBC_TUNABLES"
    )
