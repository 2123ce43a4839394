"""The doctor finds what was broken on purpose, one thing at a time, and says how to mend it."""

from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.room import SITE, Room
from yobal.config import Settings
from yobal.doctor import examine


def mend(settings: Settings, **changed: Any) -> dict[str, str]:
    """What is not well, and what to do; other servers of this machine left aside."""
    found = examine(msgspec.structs.replace(settings, **changed))
    return {one.what: one.mend for one in found if not one.is_well and "memory" not in one.what}


@pytest.fixture
def settings(sqlite_room: Room) -> Settings:
    sqlite_room.send()  # makes day key and pepper
    return sqlite_room.newsroom.settings


def test_a_newsroom_as_it_was_set_up_is_well(settings: Settings) -> None:
    assert mend(settings, batch_min=3) == {}


@pytest.mark.parametrize("where", [".", "day", "pepper", "pepper/*"])
@pytest.mark.parametrize("mode", [0o705, 0o750, 0o644])
def test_secrets_that_others_may_reach_are_named(settings: Settings, where: str, mode: int) -> None:
    path = next(settings.secrets_dir.glob(where)) if where != "." else settings.secrets_dir
    path.chmod(mode | (0o100 if path.is_dir() else 0))
    (said,) = mend(settings, batch_min=3).values()
    assert said == f"chmod go= {path}"


def test_secrets_that_are_gone_are_said_to_be(settings: Settings) -> None:
    settings.secrets_dir.rename(settings.secrets_dir.with_name("elsewhere"))
    assert "receipts given before it open nothing" in mend(settings, batch_min=3)["secrets"]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"desk_url": "http://desk.example"}, "desk_url: use https"),
        ({"desk_url": "http://10.0.0.1:8601"}, "desk_url: use https"),
        ({"public_url": "http://comments.example"}, "public_url: use https"),
        (
            {"public_url": "https://one.example", "desk_url": "https://one.example"},
            "host name of its own",
        ),
        ({"every_seconds": 20}, "confidential, not anonymous"),
    ],
)
def test_an_address_or_a_schedule_that_breaks_a_promise_is_found(
    settings: Settings, changed: dict[str, Any], says: str
) -> None:
    (said,) = mend(settings, **({"batch_min": 3} | changed)).values()
    assert says in said


@pytest.mark.parametrize(
    "changed",
    [{"desk_url": "http://[::1]:8601"}, {"public_url": "http://abcdefghij234567.onion"},
     {"desk_url": "https://desk.example:8443", "public_url": "https://comments.example"}],
)  # fmt: skip
def test_what_is_safe_is_not_complained_of(settings: Settings, changed: dict[str, Any]) -> None:
    assert mend(settings, batch_min=3, **changed) == {}


def test_a_release_that_lies_in_the_future_is_found(sqlite_room: Room) -> None:
    with sqlite_room.database.writing() as db:
        db.exec_driver_sql("update sites set released_slot = 9999999600")
    said = mend(sqlite_room.newsroom.settings, batch_min=3)
    assert "the clock was wrong then, or is now" in said["clock and last release agree"]


def test_without_a_store_nothing_is_made_by_looking(tmp_path: Path) -> None:
    settings = Settings(site=SITE, site_name="n", data_dir=str(tmp_path / "data"))
    (said,) = mend(settings).values()
    assert "`yobal init` makes it" in said
    assert list(tmp_path.iterdir()) == []


def test_a_database_of_an_older_schema_is_found(sqlite_room: Room) -> None:
    with sqlite_room.database.writing() as db:
        db.exec_driver_sql("update alembic_version set version_num = 'older'")
    assert mend(sqlite_room.newsroom.settings, batch_min=3) == {
        "database schema": "start `yobal serve` once"
    }
