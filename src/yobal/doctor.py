"""Look for what breaks promises on this machine, and say how to mend it."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from yobal import scrub
from yobal.config import Settings
from yobal.core.errors import YobalError
from yobal.store import checkup, stories
from yobal.store.database import Database, sqlite_module
from yobal.store.migrations import newest, revision

BUILT_AFTER: Final = 1_760_000_000  # no clock that is right shows a time before this (2025-10-09)
_SECRETS_GONE: Final = (
    "the folder is gone; `yobal serve` makes a new one, and receipts given before it open nothing"
)
_LOOPBACK: Final = ("127.0.0.1", "localhost", "[::1]")


class Finding(msgspec.Struct, frozen=True):
    """One thing looked at; `mend` says what to do where it is not well."""

    what: str
    is_well: bool
    mend: str = ""

    def __str__(self) -> str:
        return f"well  {self.what}" if self.is_well else f"MEND  {self.what}: {self.mend}"


def examine(settings: Settings) -> list[Finding]:
    """Every check; one that fails to run is a finding, too."""
    missing = _missing_store(settings)
    if missing is not None:
        return [missing]
    checks: list[Callable[[Settings], list[Finding]]] = [
        _sqlite, _secrets, _clock, _addresses, _schedule, _database, _memory,
    ]  # fmt: skip
    findings: list[Finding] = []
    for check in checks:
        try:
            findings += check(settings)
        except (YobalError, OSError) as error:
            name = check.__name__.strip("_")
            findings.append(Finding(name, is_well=False, mend=f"could not be looked at ({error})"))
    return findings


def _missing_store(settings: Settings) -> Finding | None:
    """No database file: nothing else can be looked at, and looking would make one."""
    file = Path(settings.database_url.removeprefix("sqlite:///"))
    if not settings.database_url.startswith("sqlite") or file.exists():
        return None
    return Finding("the store", is_well=False, mend=f"{file} is not there: `yobal init` makes it")


def _sqlite(settings: Settings) -> list[Finding]:
    if not settings.database_url.startswith("sqlite"):
        return []
    return [Finding(f"SQLite {sqlite_module().sqlite_version}", is_well=True)]


def _secrets(settings: Settings) -> list[Finding]:
    folder = settings.secrets_dir
    if not folder.exists():
        return [Finding("secrets", is_well=False, mend=_SECRETS_GONE)]
    wrong = [path for path in (folder, *folder.rglob("*")) if path.stat().st_mode & 0o077]
    names = ", ".join(str(path) for path in wrong[:3])
    return [Finding("secrets are the owner's only", not wrong, f"chmod go= {names}")]


def _clock(settings: Settings) -> list[Finding]:
    now = time.time()
    findings = [Finding("clock", now > BUILT_AFTER, "set the clock; slots depend on it")]
    database = Database(settings.database_url)
    try:
        with database.reading() as db:
            site = stories.only_site(db)
    finally:
        database.close()
    if site is not None and site.released_slot > now:
        mend = "a release lies in the future: the clock was wrong then, or is now"
        findings.append(Finding("clock and last release agree", is_well=False, mend=mend))
    return findings


def _addresses(settings: Settings) -> list[Finding]:
    host = settings.desk_url.partition("://")[2].rsplit(":", 1)[0]
    is_safe = settings.desk_url.startswith("https://") or host in _LOOPBACK
    public = settings.public_url.partition("://")[2]
    return [
        Finding("the desk's address is safe", is_safe, "desk_url: use https"),
        Finding(
            "two faces, two addresses",
            settings.public_url != settings.desk_url,
            "give the desk a host name of its own",
        ),
        Finding(
            "readers come over TLS",
            settings.public_url.startswith("https://")
            or public.rsplit(":", 1)[0] in _LOOPBACK
            or public.endswith(".onion"),
            "public_url: use https, or an onion address",
        ),
    ]


def _schedule(settings: Settings) -> list[Finding]:
    schedule = settings.rules().schedule
    mend = "slots are under an hour apart: the form says 'confidential, not anonymous'"
    return [Finding("slots hide who was online", schedule.is_anonymous, mend)]


def _database(settings: Settings) -> list[Finding]:
    database = Database(settings.database_url)
    try:
        with database.reading() as db:
            is_newest = revision(db) == newest()
            settings_found = checkup.settings_of(db)
    finally:
        database.close()
    findings = [Finding("database schema", is_newest, "start `yobal serve` once")]
    for name, (found, wanted) in settings_found.items():
        findings.append(Finding(f"{name} = {found}", found in wanted, f"set it to {wanted[0]}"))
    return findings


def _memory(_settings: Settings) -> list[Finding]:
    """Read back from every running `yobal serve`, not from what was meant."""
    workers = [path for path in Path("/proc").glob("[0-9]*") if _is_worker(path)]
    if not workers:
        return [Finding("no `yobal serve` runs: its memory was not looked at", is_well=True)]
    return [_memory_of(worker) for worker in workers]


def _memory_of(worker: Path) -> Finding:
    what = f"freed memory forgets (process {worker.name})"
    try:
        environment = (worker / "environ").read_bytes().decode(errors="replace")
    except OSError:
        mend = "this account may not look; run `yobal doctor` as root or as the server's own user"
        return Finding(what, is_well=False, mend=mend)
    mend = "start it with the `yobal` command, not through another one"
    return Finding(what, _is_scrubbing(environment), mend)


def _is_worker(process: Path) -> bool:
    try:
        words = (process / "cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return b"yobal" in b" ".join(words[:3]) and b"serve" in words[1:5]


def _is_scrubbing(environment: str) -> bool:
    found = dict(line.partition("=")[::2] for line in environment.split("\0"))
    # glibc empties GLIBC_TUNABLES here once it has read it, so our own mark speaks for it.
    kept = {name: value for name, value in scrub.SETTINGS.items() if name != "GLIBC_TUNABLES"}
    return scrub.is_scrubbing(found) and all(found.get(name) == kept[name] for name in kept)
