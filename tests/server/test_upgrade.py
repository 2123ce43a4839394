"""A newer version with another schema: what `yobal upgrade --check` says, and what a start does first."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pyrage
import pytest
import sqlalchemy as sa

from tests.harness import SITE_ID, NewsroomHarness
from tests.populated import all_rows, empty_tables, inbox_is_used, populate
from yobal.adapters.backup_folder import BackupFolder
from yobal.cli import backup_commands, upgrade_commands
from yobal.core.errors import UnsupportedEnvironment
from yobal.server import upgrade
from yobal.server.settings import Settings
from yobal.server.wiring import prepare_storage
from yobal.store import migrations
from yobal.store.tables import metadata

IDENTITY = pyrage.x25519.Identity.generate()
# What a next version could bring: a table is split, so its rows are moved.
NEXT = '''"""Titles move to a table of their own; it takes a minute for 10,000 stories."""

import sqlalchemy as sa
from alembic import op

revision = "next_schema"
down_revision = "first_schema"


def upgrade() -> None:
    op.create_table("titles", sa.Column("story_id", sa.Text()), sa.Column("title", sa.Text()))
    op.execute("insert into titles select story_id, title from editions")
    {failure}
'''


# Beside that, every table gets a column, and every row is written.
WIDEN = """from yobal.store.tables import metadata
    for name in metadata.tables:
        op.add_column(name, sa.Column("added_next", sa.Integer(), server_default="7"))
        op.execute(f"update {name} set added_next = 8")
"""


@pytest.fixture
def settings(newsroom: NewsroomHarness, tmp_path: Path) -> Iterator[Settings]:
    """Of a newsroom with published and pending comments, that is not running."""
    newsroom.publish_new("Published before the upgrade.")
    newsroom.send("It waits during the upgrade.")
    yield msgspec.structs.replace(
        newsroom.components.settings,
        backup_dir=str(tmp_path / "backups"),
        backup_recipient=str(IDENTITY.to_public()),
    )
    with newsroom.database.writing() as conn:  # other tests use the same PostgreSQL database
        conn.execute(sa.text("drop table if exists titles"))
        if not newsroom.database.is_sqlite:
            for table in metadata.tables:
                conn.execute(sa.text(f"alter table {table} drop column if exists added_next"))
        conn.execute(sa.text("update alembic_version set version_num = 'first_schema'"))


@pytest.fixture
def install_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Call it, and this process is a newer version of Yobal; with a failure its migration breaks off."""
    config = migrations._config

    def install(failure: str = "") -> None:
        folder = tmp_path / "versions"
        folder.mkdir()
        (folder / "next_schema.py").write_text(NEXT.format(failure=failure), encoding="utf-8")
        versions = Path(migrations.__file__).parent / "versions"

        def with_next() -> Any:
            made = config()
            made.set_main_option("version_locations", f"{versions}:{folder}")
            return made

        monkeypatch.setattr(migrations, "_config", with_next)

    return install


def _tables(newsroom: NewsroomHarness) -> set[str]:
    return set(sa.inspect(newsroom.database.engine).get_table_names())


def _backups(settings: Settings) -> list[Path]:
    return BackupFolder(Path(settings.backup_dir), SITE_ID).list_all()


def test_a_start_with_a_newer_version_makes_a_backup_and_then_changes_the_database(
    newsroom: NewsroomHarness, settings: Settings, install_next: Any
) -> None:
    before = newsroom.read_table("published_comments")
    assert prepare_storage(settings) == [], "nothing to change: no backup"
    assert _backups(settings) == []
    install_next()
    printed = prepare_storage(settings)
    (backup,) = _backups(settings)
    assert str(backup) in printed[0]
    assert printed[1] == "the database has the schema next_schema now"
    assert [row["title"] for row in newsroom.read_table("titles")]
    assert newsroom.read_table("published_comments") == before
    plain = pyrage.decrypt(backup.read_bytes(), [IDENTITY])
    header = msgspec.json.decode(plain.partition(b"\n")[0])
    assert header["schema"] == "first_schema"
    assert "titles" not in header["columns"]
    assert b"Published before the upgrade." in plain
    assert prepare_storage(settings) == [], "once only"


def test_the_backup_before_an_upgrade_holds_what_every_backup_holds(
    newsroom: NewsroomHarness, settings: Settings, install_next: Any
) -> None:
    components = msgspec.structs.replace(newsroom.components, settings=settings)
    list(backup_commands.run_backup(components))
    (usual,) = _backups(settings)
    lines = _lines(usual)
    usual.unlink()
    install_next()
    prepare_storage(settings)
    (before_upgrade,) = _backups(settings)
    assert sorted(_lines(before_upgrade)[1:-1]) == sorted(lines[1:-1])


def _lines(path: Path) -> list[bytes]:
    return bytes(pyrage.decrypt(path.read_bytes(), [IDENTITY])).splitlines()


def test_without_a_place_for_backups_nothing_is_changed_unless_asked(
    newsroom: NewsroomHarness, settings: Settings, install_next: Any
) -> None:
    install_next()
    without = msgspec.structs.replace(settings, backup_dir="")
    with pytest.raises(UnsupportedEnvironment, match="makes a backup before: set `backup_dir`"):
        prepare_storage(without)
    assert "titles" not in _tables(newsroom)
    prepare_storage(without, with_backup=False)
    assert "titles" in _tables(newsroom)


def test_if_the_backup_fails_nothing_is_changed(
    newsroom: NewsroomHarness, settings: Settings, install_next: Any, tmp_path: Path
) -> None:
    install_next()
    (tmp_path / "backups").write_text("a file where the folder should be")
    with pytest.raises(OSError, match="backups"):
        prepare_storage(settings)
    assert "titles" not in _tables(newsroom)


def test_a_migration_that_fails_leaves_the_old_schema(
    newsroom: NewsroomHarness, settings: Settings, install_next: Any
) -> None:
    install_next(failure="raise RuntimeError('the power is cut')")
    with pytest.raises(RuntimeError, match="the power is cut"):
        prepare_storage(settings)
    assert "titles" not in _tables(newsroom)
    with newsroom.database.reading() as conn:
        assert migrations.current_revision(conn) == "first_schema"
    assert len(_backups(settings)) == 1


def test_an_older_version_refuses_the_database_of_a_newer_one(
    settings: Settings, install_next: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    older = migrations._config
    install_next()
    prepare_storage(settings)
    monkeypatch.setattr(migrations, "_config", older)
    for refused in (prepare_storage, upgrade.plan):
        with pytest.raises(UnsupportedEnvironment, match="schema next_schema"):
            refused(settings)


def test_check_says_what_would_change_and_changes_nothing(
    newsroom: NewsroomHarness,
    settings: Settings,
    install_next: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(upgrade_commands, "load_settings", lambda _: settings)
    assert upgrade_commands.check(Path("yobal.toml"))[1], "the newest"
    install_next()
    lines, is_newest = upgrade_commands.check(Path("yobal.toml"))
    assert not is_newest
    assert any("next_schema: Titles move to a table of their own" in line for line in lines)
    assert lines[-1] == f"a backup to {settings.backup_dir} is made before"
    assert "titles" not in _tables(newsroom)
    assert not Path(settings.backup_dir).exists()


# Of a store with rows in every table


@pytest.fixture
def populated(newsroom: NewsroomHarness, settings: Settings) -> NewsroomHarness:
    """After what the fixture of the settings does, which lets slots pass."""
    assert settings.site_id == SITE_ID
    return populate(newsroom)


def test_the_migrated_store_has_rows_in_every_table(populated: NewsroomHarness) -> None:
    assert empty_tables(populated) == set()
    assert inbox_is_used(populated)


def test_a_migration_preserves_every_row_of_a_populated_store(
    populated: NewsroomHarness, settings: Settings, install_next: Any
) -> None:
    """And Yobal goes on with it: no statement relies on the number of columns."""
    before = all_rows(populated)
    install_next(failure=WIDEN)
    prepare_storage(settings)
    assert all_rows(populated) == before
    assert {row["added_next"] for row in populated.read_table("comments")} == {8}
    assert inbox_is_used(populated)
    populated.pass_slots(2)
    assert "A root." in populated.read_file("en/index.html")
    assert "Held." in populated.read_file("en/index.html")
    assert {row["added_next"] for row in populated.read_table("comments")} == {7, 8}


def test_control_a_migration_that_loses_a_row_is_noticed(
    populated: NewsroomHarness, settings: Settings, install_next: Any
) -> None:
    before = all_rows(populated)
    install_next(failure="op.execute('delete from receipts')")
    prepare_storage(settings)
    after = all_rows(populated)
    assert {name for name in before if before[name] != after[name]} == {"receipts"}
