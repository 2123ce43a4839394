"""The memory of every `yobal serve` on this machine, read back from the process itself."""

import contextlib
from pathlib import Path

from yobal.doctor.finding import Finding, look, mend, well_if
from yobal.server.hardening import allocators, memory_check


def examine() -> list[Finding]:
    workers = [path for path in Path("/proc").glob("[0-9]*") if _is_worker(path)]
    if not workers:
        return [look("freed memory forgets", "no `yobal serve` runs: start it and look again")]
    found = []
    for worker in workers:
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):  # it has just ended
            found.append(of(worker))
    return found


def of(worker: Path) -> Finding:
    """What a process tried out at its start, and what it was started with."""
    what = f"freed memory forgets (process {worker.name})"
    try:
        environment = (worker / "environ").read_bytes().decode(errors="replace")
        process_name = (worker / "comm").read_text().strip()
    except PermissionError:
        advice = "this account may not look; run `yobal doctor` as root or as the server's own user"
        return mend(what, advice)
    if process_name == memory_check.UNWIPED:
        advice = f"it was tried and does not: start it without {allocators.ENV_FLAG}, on a system with glibc"
        return mend(what, advice)
    if process_name != memory_check.WIPED:
        return mend(what, "it has not tried it: start it anew, with the `yobal` command")
    return well_if(
        _is_told(environment), what, "start it with the `yobal` command, not another one"
    )


def _is_worker(process: Path) -> bool:
    try:
        words = (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return b"yobal" in b" ".join(words[:4]) and b"serve" in words[1:6]


def _is_told(environment: str) -> bool:
    """The allocators that were not tried. glibc, which was, empties its own variable here."""
    found = dict(line.partition("=")[::2] for line in environment.split("\0"))
    kept = {name: value for name, value in allocators.SETTINGS.items() if name != "GLIBC_TUNABLES"}
    return allocators.is_hardened(found) and all(found.get(name) == kept[name] for name in kept)
