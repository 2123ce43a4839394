"""Whether overwriting a cell destroys its key: one file, one name, one owner, on a disk that writes in place."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from yobal.actions import member_keys
from yobal.adapters.cell_file import CELL_BYTES, CellFile
from yobal.doctor.finding import Finding, fail, ok, ok_if, warn
from yobal.doctor.mounts import MOUNTINFO, mount_of
from yobal.server.settings import Settings
from yobal.store import cells
from yobal.store.database import Database
from yobal.store.migrations import current_revision, newest_revision

# They write a changed block to another place, or on another machine, and keep the old one for a while.
_NOT_IN_PLACE: Final = frozenset(
    {"btrfs", "zfs", "bcachefs", "nilfs2", "f2fs", "overlay", "ceph", "cifs", "smb3", "9p"}
    | {"nfs", "nfs4", "glusterfs", "lustre"}
)
_IN_USE_MAX: Final = 0.9  # more than this, and the file grows soon


def examine(settings: Settings) -> list[Finding]:
    file = settings.cells_file
    if not file.exists():
        advice = (
            f"{file} does not exist: put it back before you start `yobal serve`, which makes a new "
            "one and marks comments that wait for a decision or a release as lost"
        )
        return [fail("cells", advice)]
    return [
        *_file(file, settings),
        *_copies(file, settings),
        _file_system(file, MOUNTINFO),
        *_in_use(file, settings),
    ]


def _file(file: Path, settings: Settings) -> Iterator[Finding]:
    stat, folder_stat = file.lstat(), settings.secrets_dir.stat()
    check = "the file of cells has one owner and one name"
    if stat.st_uid != folder_stat.st_uid:
        yield fail(check, f"it belongs to another user than its folder: chown it ({file})")
    elif file.is_symlink() or stat.st_nlink != 1:
        advice = f"{file} is linked: keys that Yobal overwrites may stay under the other name"
        yield fail(check, advice)
    else:
        yield ok(check)
    is_whole = stat.st_size % CELL_BYTES == 0 and stat.st_size >= settings.cells_min * CELL_BYTES
    yield ok_if(is_whole, "the file of cells is whole", "start `yobal serve` once")


def _copies(file: Path, settings: Settings) -> Iterator[Finding]:
    """Where people put a copy first. Backups elsewhere cannot be seen from here."""
    folders = {settings.secrets_dir, settings.folder, settings.folder.parent}
    copies = [
        path
        for folder in sorted(folders)
        for path in folder.glob("*cells*")
        if path.is_file() and path != file and not path.name.startswith(".cells.")
    ]
    advice = f"overwrite and delete it: {' '.join(map(str, copies))}"
    yield ok_if(not copies, "no copy of the cells lies beside the data", advice)


def _file_system(file: Path, mountinfo: Path) -> Finding:
    check = "overwriting a cell destroys it on the disk"
    mount = mount_of(file, mountinfo)
    if mount is None:
        return warn(check, "this system does not say which file system it is on; use ext4 or XFS")
    name = mount.file_system
    if name in _NOT_IN_PLACE or name.startswith("fuse"):
        advice = f"{file} is on {name}, which keeps old blocks: use ext4 or XFS, without snapshots"
        return warn(check, advice)
    return ok(check)


def _in_use(file: Path, settings: Settings) -> Iterator[Finding]:
    database = Database(settings.database_url)
    try:
        with database.reading() as conn:
            if current_revision(conn) != newest_revision():
                return  # the check of the schema says what to do
            needed = len(cells.all_needed(conn))
            cell_file = CellFile(file, cells_min=settings.cells_min)
            keys = member_keys.count_readable(conn, cell_file)
    finally:
        database.close()
    yield ok_if(
        keys.readable == keys.rows,
        "the sealed keys of members can be opened",
        f"{keys.rows - keys.readable} of {keys.rows} cannot, so their owners cannot read or decide: see "
        "“Cells” in docs/operate.md",
    )
    count = file.stat().st_size // CELL_BYTES
    check = f"{needed} of {count} cells are in use"
    if needed > count * _IN_USE_MAX:
        yield warn(check, "the file will double soon: leave room on the disk for it")
    else:
        yield ok(check)
