"""Checks the databases' addresses in the settings: the connection to them, and whose they are."""

import ipaddress
from collections.abc import Iterator
from typing import Final

from yobal.doctor.finding import Finding, fail, ok, ok_if
from yobal.server.settings import Settings
from yobal.store import diagnostics

_VERIFIED: Final = "verify-full"
_LOCAL_HOSTS: Final = ("", "localhost")


def examine(settings: Settings) -> list[Finding]:
    urls = {"database": settings.database_url}
    if settings.intake_database:
        urls["intake_database"] = settings.intake_database
    return [*_connections(urls), *_same_kind(settings)]


def _connections(urls: dict[str, str]) -> Iterator[Finding]:
    """Without `verify-full`, a machine in between can imitate PostgreSQL, and read and change everything."""
    for name, url in urls.items():
        connection = diagnostics.connection_of(url)
        if connection is None:
            continue
        remote_hosts = [host for host in connection.hosts if not _is_local(host)]
        yield ok_if(
            not remote_hosts or connection.sslmode == _VERIFIED,
            f"no machine in between can read or imitate PostgreSQL ({name})",
            f"{name}: add ?sslmode={_VERIFIED}, because {', '.join(remote_hosts)} is another machine",
        )


def _same_kind(settings: Settings) -> Iterator[Finding]:
    """`databases.py` asks PostgreSQL the rest."""
    if not settings.intake_database:
        return
    desk = diagnostics.connection_of(settings.database_url)
    intake = diagnostics.connection_of(settings.intake_database)
    check = "intake and desk use one database, with different roles"
    if desk is None and intake is None:
        is_same = diagnostics.sqlite_file(settings.database_url) == diagnostics.sqlite_file(
            settings.intake_database
        )
    else:
        is_same = desk is not None and intake is not None
    if not is_same:
        advice = "what readers send would never reach the desk: let both settings name one database"
        yield fail(check, f"intake_database: {advice}")
    elif desk is not None and intake is not None and desk.role == intake.role:
        advice = "give the intake a role of its own, with `yobal grant-intake ROLE`"
        yield fail(check, f"intake_database: {advice}")
    else:
        yield ok(check)


def _is_local(host: str) -> bool:
    """A socket's folder begins with a slash, or with @ for an abstract one."""
    if host in _LOCAL_HOSTS or host.startswith(("/", "@")):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
