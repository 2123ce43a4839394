"""Opens the site of a settings file, for one command."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from yobal.cli import progress
from yobal.core.errors import UnsupportedEnvironment
from yobal.server import service_user
from yobal.server import settings as settings_file
from yobal.server.rebuild import write_all_stale, write_assets
from yobal.server.settings import Settings
from yobal.server.wiring import Components, build_components, prepare_storage
from yobal.store import intake


@contextmanager
def open_site(path: Path, *, is_only_read: bool = False) -> Iterator[Components]:
    """Migrates the schema, except for commands that a timer may run beside an older server."""
    settings = load_settings(path)
    if not is_only_read:
        prepare(settings)
    components = build_components(settings)
    try:
        check_has_site(components)
        yield components
    finally:
        components.close()


def prepare(settings: Settings) -> None:
    """Raises UnsupportedEnvironment if the database would be changed without a backup."""
    for line in prepare_storage(settings):
        print(line, file=sys.stderr, flush=True)


def load_settings(path: Path) -> Settings:
    """From here on, root works as the user whose data it is."""
    settings = settings_file.load(path)
    service_user.become_owner_of(settings.folder)
    return settings


def check_has_site(components: Components) -> None:
    """Raises UnsupportedEnvironment. Also as the intake's role, which may not read the table."""
    with components.database.reading() as conn:
        if intake.get_site(conn) is None:
            raise UnsupportedEnvironment("there is no site yet: `yobal init` sets one up")


def write_files(components: Components) -> None:
    """Everything that is stale, and what is the same for all stories."""
    write_assets(components)
    with progress.showing_count("pages written") as show:
        write_all_stale(components, show=show)
