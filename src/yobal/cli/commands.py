"""What each command does. `main.py` reads the arguments and reports the errors."""

import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from yobal.actions import setup_site
from yobal.cli import (
    backup_commands,
    init_questions,
    new_settings_file,
    people_report,
    progress,
    roster_report,
)
from yobal.cli.interrupts import ignoring_interrupts
from yobal.cli.new_settings_file import NewSettings
from yobal.cli.site import check_has_site, load_settings, open_site, prepare
from yobal.core.errors import (
    AlreadySetUp,
    ClockNotTrusted,
    DatabaseUnavailable,
    InvalidSettings,
    UnsupportedEnvironment,
)
from yobal.core.states import HELD, PENDING
from yobal.doctor import Finding, examine, story_page
from yobal.server import serve as server
from yobal.server import service_user
from yobal.server import settings as settings_file
from yobal.server.hardening import memory_check
from yobal.server.rebuild import write_all_stale, write_assets
from yobal.server.scheduler.maintenance import run_once, trust_clock
from yobal.server.serve import Role
from yobal.server.settings import Settings
from yobal.server.wiring import Components, build_components
from yobal.store import comments, epochs, grants, people, sites
from yobal.store.database import Connection

ROLES: Final[dict[str, tuple[Role, ...]]] = {
    "": ("intake", "desk"),
    "intake": ("intake",),
    "desk": ("desk",),
}
_MEMORY_WARNING: Final = (
    "yobal: this process does not overwrite memory that it frees, so readers' words stay in it: "
    "start it without YOBAL_MEMORY_HARDENED, on a system with glibc"
)

_FIRST_EPOCH: Final = (
    "The first to open it gets the key. Until then the form says that comments are not open.",
)
_NEW_EPOCH: Final = (
    "The first to open it gets the key. Until then nothing changes: readers can write, and all",
    "moderators stay signed in and can read. When it is opened, all of them are signed out for good, and",
    "their sealed keys and invitations are destroyed, and so is every comment that is not public by then:",
    "decide before, and wait for the release, if that is safe. Public comments stay. As of now it destroys:",
)


def init(path: Path, new_settings: NewSettings, *, is_new_epoch: bool) -> list[str]:
    """Lines to print. Writes the settings if there are none. Raises InvalidSettings, AlreadySetUp."""
    if not path.exists():
        new_settings = _complete(path, new_settings)
    with ignoring_interrupts():
        if path.exists():
            settings = load_settings(path)
            _refuse_other_values(path, settings, new_settings)
        else:
            settings = new_settings_file.write(path, new_settings)
        return _set_up(settings, is_new_epoch=is_new_epoch)


def _set_up(settings: Settings, *, is_new_epoch: bool) -> list[str]:
    prepare(settings)
    components = build_components(settings)
    now = time.time()
    try:
        with components.database.reading() as conn:
            is_set_up = sites.get(conn) is not None
            has_epoch = epochs.newest_id(conn, settings.site_id) is not None
            doomed = _what_a_new_roster_destroys(conn, settings.site_id, now=now)
        if is_set_up and not is_new_epoch:
            raise AlreadySetUp(
                f"{settings.site_id} is already set up; `yobal init --new-epoch` makes a new first "
                "lead, who cannot read the comments that are pending now"
            )
        if not is_set_up:
            setup_site.create_site(
                components.database, components.rules, name=settings.site_name, now=now
            )
        secret = setup_site.invite_first_lead(
            components.database, components.rules, components.roster_pin, now=now
        )
        write_assets(components)
    finally:
        components.close()
    return [
        "The first lead opens this link once, within 24 hours, while `yobal serve` runs:",
        f"{settings.desk_url}/join#{secret}",
        *((*_NEW_EPOCH, *doomed) if has_epoch else _FIRST_EPOCH),
        "It expires with the slot after those 24 hours; `yobal init --new-epoch` makes another.",
    ]


def _complete(path: Path, new_settings: NewSettings) -> NewSettings:
    """Ask for what is missing, on a terminal; elsewhere it is an error that names the options."""
    service_user.become_owner_of(path.absolute().parent)
    missing = new_settings_file.missing_options(new_settings)
    if not missing:
        _check_databases(new_settings)
        return new_settings
    if init_questions.is_terminal():
        return init_questions.ask(path, new_settings)
    raise InvalidSettings(
        f"{path} does not exist, and there is no terminal to ask on: {' and '.join(missing)} must be "
        'given, for example yobal init --site-id river-post --name "The River Post"'
    )


def _check_databases(new_settings: NewSettings) -> None:
    """Before the file is written, which the same command would not write again. Raises DatabaseUnavailable."""
    for setting in ("database", "intake_database"):
        url = str(new_settings.get(setting, ""))
        if settings_file.value_problem(setting, url) is not None:
            continue  # an error that names the setting, once all of them are read
        problem = init_questions.database_problem(setting, url)
        if problem is not None:
            raise DatabaseUnavailable(f"{problem}. Nothing was written")


def _refuse_other_values(path: Path, settings: Settings, new_settings: NewSettings) -> None:
    """Options write a new file only. Raises InvalidSettings."""
    others = [
        name for name, value in new_settings.items() if value and getattr(settings, name) != value
    ]
    if others:
        raise InvalidSettings(
            f"{path} exists already, with another value of {', '.join(others)}: change it there, or"
            " leave the option out"
        )


def _what_a_new_roster_destroys(conn: Connection, site_id: str, *, now: float) -> list[str]:
    pending, held = (comments.count(conn, site_id, state) for state in (PENDING, HELD))
    return [
        f"  comments that wait for a decision: {pending}",
        f"  comments that wait for their release: {held}",
        f"  keys of members: {len(people.list_active(conn, site_id))}",
        f"  open sessions: {people.count_all_sessions(conn, site_id, now=now)}",
        "  and what readers have sent since the last round.",
    ]


def serve(path: Path, role: str) -> None:
    """Blocks until stopped. Raises InvalidSettings, UnsupportedEnvironment."""
    if role not in ROLES:
        raise InvalidSettings(
            f"serve {role}: the role is intake or desk; without one it serves both"
        )
    settings = load_settings(path)
    if role != "intake":
        prepare(settings)
    components = build_components(
        settings, database_url=settings.intake_database if role == "intake" else ""
    )
    try:
        _check_can_be_served(components)
    except UnsupportedEnvironment:
        components.close()
        raise
    if not memory_check.memory_is_wiped():
        print(_MEMORY_WARNING, file=sys.stderr, flush=True)
    server.serve(
        components,
        ROLES[role],
        when_ready=lambda: _print_addresses(settings, ROLES[role]),
    )


def _check_can_be_served(components: Components) -> None:
    check_has_site(components)
    if components.is_demo:
        raise UnsupportedEnvironment(
            "this database was made by `yobal demo`; its keys were made outside a browser"
        )


def release(path: Path, *, is_clock_trusted: bool = False) -> str:
    """Raises ClockNotTrusted, PublicFilesUnavailable, DatabaseUnavailable."""
    with open_site(path) as components:
        run_maintenance = trust_clock if is_clock_trusted else run_once
        result = run_maintenance(components, now=time.time())
        if result.clock_problem is not None:
            raise ClockNotTrusted(result.clock_problem)
        if result.files_problem is not None:
            raise result.files_problem
        with progress.showing_count("pages written") as show:
            write_all_stale(components, show=show)  # what one pass leaves
        if result.purge_problem is not None:
            raise result.purge_problem
    return f"released {result.released.comments if result.released else 0}"


def rebuild(path: Path) -> str:
    with open_site(path) as components:
        return backup_commands.rebuild(components)


def backup(path: Path) -> Iterator[str]:
    """Lines to print. Raises InvalidSettings, DatabaseUnavailable."""
    with open_site(path) as components:
        yield from backup_commands.run_backup(components)


def restore(
    path: Path, file: Path | None, *, identity_file: Path, secrets_file: Path | None, is_check: bool
) -> Iterator[str]:
    """Lines to print. Raises BackupInvalid, DatabaseUnavailable."""
    identity = backup_commands.read_identity(identity_file)  # which only root may be able to read
    if is_check and file is not None:
        yield from backup_commands.run_check(file, identity)
        return
    settings = load_settings(path)
    prepare(settings)
    components = build_components(settings, may_be_restoring=file is not None)
    try:
        if file is not None:
            yield from backup_commands.run_restore(components, file, identity, secrets_file)
        elif secrets_file is not None:
            yield from backup_commands.run_restore_secrets(components, secrets_file, identity)
    finally:
        components.close()


def doctor(path: Path, *, is_quiet: bool = False) -> tuple[list[str], bool]:
    """Lines to print, and whether no check failed. `is_quiet`: only what failed."""
    return _reported(examine(settings_file.load(path), path), is_quiet=is_quiet)


def doctor_page(path: Path, url: str, *, is_quiet: bool = False) -> tuple[list[str], bool]:
    """The same about a page of a story."""
    return _reported(story_page.examine(settings_file.load(path), url), is_quiet=is_quiet)


def _reported(findings: list[Finding], *, is_quiet: bool) -> tuple[list[str], bool]:
    lines = [str(finding) for finding in findings if finding.is_failure or not is_quiet]
    return lines, not any(finding.is_failure for finding in findings)


def people_list(path: Path) -> list[str]:
    """Raises RosterInvalid."""
    with open_site(path) as components:
        return people_report.describe(components, now=time.time())


def people_suspend(path: Path, pseudonym: str) -> list[str]:
    """Raises NoSuchMember."""
    with open_site(path) as components:
        return people_report.suspend_member(components, pseudonym)


def people_resume(path: Path, pseudonym: str) -> str:
    """Raises NoSuchMember."""
    with open_site(path) as components:
        return people_report.resume_member(components, pseudonym)


def roster(path: Path, *, accepted_fingerprint: str = "", lead: str = "") -> tuple[list[str], bool]:
    """Lines to print, and whether the roster verifies. Raises RosterInvalid, RosterNotAccepted."""
    with open_site(path) as components:
        if accepted_fingerprint:
            return roster_report.accept(components, accepted_fingerprint, lead=lead), True
        return roster_report.report(components)


def grant_intake(path: Path, database_role: str) -> str:
    with open_site(path) as components:
        if components.database.is_sqlite:
            raise UnsupportedEnvironment(
                "SQLite has no roles; separate rights for the intake need PostgreSQL"
            )
        with components.database.writing() as conn:
            grants.grant_intake(conn, database_role)
    return (
        f"{database_role} may add sealed comments and withdrawal requests to the inbox, "
        "and read the intake's views"
    )


def _print_addresses(settings: Settings, roles: tuple[Role, ...]) -> None:
    if "intake" in roles:
        print(f"readers: {settings.public_url} (listening on {settings.intake_listen})", flush=True)
    if "desk" in roles:
        print(f"desk: {settings.desk_url} (listening on {settings.desk_listen})", flush=True)
