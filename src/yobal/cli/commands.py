"""What the commands do, in the newsroom's words; `cli.py` only reads the arguments."""

import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from yobal.actions import declare_story, setup_site, write_public_files
from yobal.core.errors import (
    AlreadySetUp,
    ClockNotTrusted,
    InvalidSettings,
    UnsupportedEnvironment,
)
from yobal.core.thread import Edition
from yobal.doctor import examine
from yobal.server import settings as settings_file
from yobal.server.hardening import memory_check
from yobal.server.scheduler.maintenance import rebuild_all, run_once, trust_clock, write_assets
from yobal.server.serve import Role
from yobal.server.serve import serve as serve_faces
from yobal.server.settings import Settings
from yobal.server.wiring import Components, build_components, prepare_storage
from yobal.store import grants, stories

FACES: Final[dict[str, tuple[Role, ...]]] = {
    "": ("intake", "desk"),
    "intake": ("intake",),
    "desk": ("desk",),
}
_MEMORY_WARNING: Final = (
    "yobal: this process does not overwrite memory that it frees, so readers' words stay in it: "
    "start it without YOBAL_MEMORY_HARDENED, on a system with glibc"
)


def init(path: Path, given: dict[str, str], *, is_new_epoch: bool) -> list[str]:
    """Lines to print. Raises InvalidSettings, AlreadySetUp."""
    settings = settings_file.load(path) if path.exists() else _write_settings(path, given)
    prepare_storage(settings)
    components = build_components(settings)
    now = time.time()
    try:
        with components.database.reading() as conn:
            is_known = stories.get_site(conn) is not None
        if is_known and not is_new_epoch:
            raise AlreadySetUp(
                f"{settings.site_id} is set up; `yobal init --new-epoch` makes a new first lead, and "
                "what waits sealed stays unreadable for them"
            )
        if not is_known:
            setup_site.create_site(
                components.database, components.rules, name=settings.site_name, now=now
            )
        secret = setup_site.invite_first_lead(components.database, components.rules, now=now)
        write_assets(components)
    finally:
        components.close()
    return [
        "The first lead opens this link once, within 24 hours, while `yobal serve` runs:",
        f"{settings.desk_url}/join#{secret}",
        "Whoever has it first holds the key. Until then the form says that comments are not open.",
        "It ends with the slot that follows those 24 hours; `yobal init --new-epoch` makes another.",
    ]


def serve(path: Path, face: str) -> None:
    """Blocks until stopped. Raises InvalidSettings, UnsupportedEnvironment."""
    if face not in FACES:
        raise InvalidSettings("serve: intake, desk, or nothing for both")
    settings = settings_file.load(path)
    if face != "intake":
        prepare_storage(settings)
    components = build_components(
        settings, database_url=settings.intake_database if face == "intake" else ""
    )
    if components.is_demo:
        components.close()
        raise UnsupportedEnvironment(
            "this store was made by `yobal demo`; its keys were made outside a browser"
        )
    for one in FACES[face]:
        _check_free(settings.intake_listen if one == "intake" else settings.desk_listen)
    if not memory_check.memory_is_wiped():
        print(_MEMORY_WARNING, file=sys.stderr, flush=True)
    _say_where(settings, FACES[face])
    serve_faces(components, FACES[face])


def story_add(path: Path, key: str, *, edition: str, title: str, url: str) -> str:
    with _open(path) as components:
        one = Edition(tag=edition, title=title, url=url)
        declare_story.add(components.database, components.rules, key, one)
        _write(components)
        address = f"{components.settings.public_url}/{components.rules.site_id}/{key}/{edition}/"
    return f"{key} ({edition}): {address}"


def story_set_open(path: Path, key: str, *, is_open: bool) -> str:
    with _open(path) as components:
        declare_story.set_open(components.database, components.rules, key, is_open=is_open)
        _write(components)
    return f"{key} is {'open' if is_open else 'closed'}"


def story_list(path: Path) -> list[str]:
    with _open(path) as components, components.database.reading() as conn:
        site_id = components.rules.site_id
        return [
            f"{row.story_id}  {'open' if row.is_open else 'closed'}  {row.comments_total} comments  "
            + " ".join(one.tag for one in stories.editions_of(conn, site_id, row.story_id))
            for row in stories.list_all(conn, site_id)
        ]


def release(path: Path, *, is_clock_trusted: bool = False) -> str:
    """Raises ClockNotTrusted, PublicFilesUnavailable."""
    with _open(path) as components:
        run_maintenance = trust_clock if is_clock_trusted else run_once
        result = run_maintenance(components, now=time.time())
        if result.clock_problem is not None:
            raise ClockNotTrusted(result.clock_problem)
        if result.files_problem is not None:
            raise result.files_problem
        write_public_files.write_stale(components.file_writer)  # all that one pass leaves
    return f"released {result.released.comments if result.released else 0}"


def rebuild(path: Path) -> str:
    with _open(path) as components:
        return f"wrote {rebuild_all(components)} files"


def doctor(path: Path) -> tuple[list[str], bool]:
    """Lines, and whether nothing breaks a promise, as far as can be seen."""
    findings = examine(settings_file.load(path), path)
    return [str(finding) for finding in findings], not any(
        finding.is_failure for finding in findings
    )


def grant_intake(path: Path, role: str) -> str:
    with _open(path) as components:
        if components.database.is_sqlite:
            raise UnsupportedEnvironment(
                "SQLite has no roles; the intake's own rights need PostgreSQL"
            )
        with components.database.writing() as conn:
            grants.grant_intake(conn, role)
    return f"{role} may insert sealed comments and wishes, and read the intake's views"


@contextmanager
def _open(path: Path) -> Iterator[Components]:
    settings = settings_file.load(path)
    prepare_storage(settings)
    components = build_components(settings)
    try:
        with components.database.reading() as conn:
            if stories.get_site(conn) is None:
                raise UnsupportedEnvironment("there is no site yet: `yobal init` sets one up")
        yield components
    finally:
        components.close()


def _write(components: Components) -> None:
    write_assets(components)
    write_public_files.write_stale(components.file_writer)


def _write_settings(path: Path, given: dict[str, str]) -> Settings:
    """A file that cannot be read back is not left: the next `init` would trip over it."""
    missing = [name for name in ("site_id", "site_name") if not given.get(name)]
    if missing:
        raise InvalidSettings(
            f'{path} does not exist. To write one: yobal init --site-id river-post --name "The River Post"'
        )
    listens = {
        f"{face}_listen": _listen(given.get(url, ""))
        for face, url in (("intake", "public_url"), ("desk", "desk_url"))
    }
    lines = [f"{name} = {_quoted(value)}" for name, value in (given | listens).items() if value]
    path.touch(mode=0o600)  # a database's password may be added to it
    path.write_text("\n".join([*lines, ""]), encoding="utf-8")
    try:
        return settings_file.load(path)
    except InvalidSettings:
        path.unlink()
        raise


def _listen(url: str) -> str:
    """Where to listen for an address on this machine; empty for one that a proxy answers."""
    scheme, _, authority = url.partition("://")
    host, _, port = authority.rpartition(":")
    is_here = scheme == "http" and host in ("127.0.0.1", "localhost") and port.isdecimal()
    return f"127.0.0.1:{port}" if is_here else ""


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _check_free(listen: str) -> None:
    """Before anything is said to listen there: the server itself would end in a panic."""
    host, _, port = listen.rpartition(":")
    try:
        socket.create_server(
            (host.strip("[]"), int(port)), family=socket.AF_INET6 if "[" in host else socket.AF_INET
        ).close()
    except OSError as error:
        raise UnsupportedEnvironment(f"cannot listen on {listen}: {error.strerror}") from None


def _say_where(settings: Settings, faces: tuple[Role, ...]) -> None:
    if "intake" in faces:
        print(f"readers: {settings.public_url} (listening on {settings.intake_listen})", flush=True)
    if "desk" in faces:
        print(f"desk: {settings.desk_url} (listening on {settings.desk_listen})", flush=True)
