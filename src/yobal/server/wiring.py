"""Builds the objects that every command and both roles of the server use, from the settings."""

from pathlib import Path
from typing import Final

import msgspec

from yobal.actions.roster_reader import RosterReader
from yobal.actions.write_public_files import FileWriter
from yobal.adapters.canary_file import CanaryFile
from yobal.adapters.cell_file import CellFile
from yobal.adapters.device_keys import DeviceKeys
from yobal.adapters.moves_file import MovesFile
from yobal.adapters.public_files import PublicFiles
from yobal.adapters.rendering.pages import PageRenderer, SiteContext
from yobal.adapters.roster_pin import RosterPin
from yobal.adapters.server_keys import Keyring
from yobal.core.errors import UnsupportedEnvironment
from yobal.core.site_rules import SiteRules
from yobal.server import upgrade
from yobal.server.settings import Settings
from yobal.store import diagnostics, intake
from yobal.store.database import Database
from yobal.store.inbox import Inbox, open_inbox
from yobal.store.intake import IntakeSite
from yobal.store.migrations import check_newest

STATIC: Final = Path(__file__).parent.parent / "static"
_UNFINISHED_RESTORE: Final = (
    "a restore of this database was interrupted, so comments that were removed after the backup may be"
    " in it, and pages may not be written: run the same `yobal restore` again, which finishes it"
)


class Components(msgspec.Struct, frozen=True, kw_only=True):
    """The settings, and what is built from them."""

    settings: Settings
    rules: SiteRules
    database: Database
    inbox: Inbox
    roster_pin: RosterPin
    roster_reader: RosterReader  # for the desk's side
    intake_roster_reader: RosterReader  # through the view without keys
    keyring: Keyring
    device_keys: DeviceKeys
    cell_file: CellFile  # for the desk's side only
    moves_file: MovesFile
    canary_file: CanaryFile  # for the desk's side only
    file_writer: FileWriter
    is_demo: bool

    @property
    def page_renderer(self) -> PageRenderer:
        return self.file_writer.page_renderer

    def close(self) -> None:
        self.inbox.close()
        self.database.close()


def prepare_storage(settings: Settings, *, with_backup: bool = True) -> list[str]:
    """Make the folders and the database, with their permissions, and migrate to the newest schema.

    Returns what the technician should know. Raises UnsupportedEnvironment if the database is a newer
    version's, or would be changed without a backup.
    """
    settings.folder.mkdir(parents=True, exist_ok=True)
    settings.secrets_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    settings.files_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database_url)
    if database.is_sqlite:  # SQLite gives the mode of this file to the files beside it
        file = Path(database.url.database or "")
        file.touch(mode=0o600)
        file.chmod(0o600)
    try:
        printed = upgrade.migrate(settings, database, with_backup=with_backup)
    finally:
        database.close()
    _cell_file(settings).prepare()
    return printed


def build_components(
    settings: Settings, *, database_url: str = "", may_be_restoring: bool = False
) -> Components:
    """Needs prepared storage. Raises UnsupportedEnvironment if the database is another site's or version's.

    And if a restore was stopped in the middle: what was removed after the backup may be public in it.
    """
    url = database_url or settings.database_url
    if problem := diagnostics.missing_file_problem(url):
        raise UnsupportedEnvironment(problem)
    database = Database(url)
    try:
        site = _site_of(database, settings, may_be_restoring=may_be_restoring)
    except UnsupportedEnvironment:
        database.close()
        raise
    rules, is_demo = settings.rules(), bool(site is not None and site.is_demo)
    site_context = SiteContext(
        site_id=settings.site_id,
        site_name=settings.site_name,
        site_names=settings.site_names,
        site_url=settings.site_url,
        public_url=settings.public_url,
        schedule=rules.schedule,
        limits=rules.limits,
        receipt_days=settings.receipt_days,
        pending_days=settings.pending_days,
        is_demo=is_demo,
        embedded_form=settings.embedded_form,
    )
    pin = RosterPin(settings.secrets_dir, copy_path=roster_copy_path(settings))
    file_writer = FileWriter(
        database, PageRenderer(site_context), PublicFiles(settings.files_dir), rules
    )
    return Components(
        settings=settings,
        rules=rules,
        database=database,
        inbox=open_inbox(database),
        roster_pin=pin,
        roster_reader=RosterReader(settings.site_id, pin),
        intake_roster_reader=RosterReader(
            settings.site_id,
            pin,
            list_all=intake.list_statements,
            newest=intake.newest_statement,
            list_former=intake.list_former_statements,
            with_keys=False,
        ),
        keyring=Keyring(settings.secrets_dir, receipt_days=settings.receipt_days),
        device_keys=DeviceKeys(idle_minutes=rules.idle_lock_minutes),
        cell_file=_cell_file(settings),
        moves_file=MovesFile(settings.secrets_dir),
        canary_file=CanaryFile(settings.secrets_dir),
        file_writer=file_writer,
        is_demo=is_demo,
    )


def _site_of(
    database: Database, settings: Settings, *, may_be_restoring: bool
) -> IntakeSite | None:
    """None if it has none yet. Raises UnsupportedEnvironment as `build_components`."""
    with database.reading() as conn:
        check_newest(conn)
        site = intake.get_site(conn)
    if site is not None and site.id != settings.site_id:
        raise UnsupportedEnvironment(other_site(site.id, settings.site_id))
    if site is not None and site.is_restoring and not may_be_restoring:
        raise UnsupportedEnvironment(_UNFINISHED_RESTORE)
    return site


def roster_copy_path(settings: Settings) -> Path | None:
    """Where a restore looks for what this server has verified, if there is such a place."""
    folder = settings.purge_list_dir
    return Path(folder) / f"{settings.site_id}.roster" if folder else None


def other_site(site_id: str, settings_site_id: str) -> str:
    return (
        f'this database belongs to the site "{site_id}", and the settings say site_id = '
        f'"{settings_site_id}": correct `site_id`, or point `data_dir` or `database` at another place'
    )


def _cell_file(settings: Settings) -> CellFile:
    return CellFile(settings.cells_file, cells_min=settings.cells_min)


def read_built_asset(name: str) -> bytes:
    """A file of the built front end. Raises UnsupportedEnvironment if it is not built."""
    try:
        return (STATIC / name).read_bytes()
    except FileNotFoundError:
        raise UnsupportedEnvironment("the front end is not built; `make build` builds it") from None
