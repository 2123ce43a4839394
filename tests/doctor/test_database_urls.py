"""`yobal doctor` finds a way to the database that others can read, and an intake that is not apart."""

from typing import Final

import pytest

from yobal.doctor import database_urls
from yobal.doctor.finding import Finding
from yobal.server.settings import Settings

REMOTE: Final = "postgresql://yobal@db.example/yobal"
LOCAL: Final = "postgresql://yobal@/yobal"
INTAKE: Final = "postgresql://intake@/yobal"


def _failed(database: str, intake: str = "") -> list[Finding]:
    settings = Settings(
        site_id="river-post", site_name="X", database=database, intake_database=intake
    )
    return [finding for finding in database_urls.examine(settings) if finding.is_failure]


@pytest.mark.parametrize(
    "url",
    [
        LOCAL,
        "postgresql://yobal@localhost/yobal",
        "postgresql://yobal@127.0.0.1:5433/yobal",
        "postgresql://yobal@[::1]/yobal",
        "postgresql://yobal@/yobal?host=/run/postgresql",
        f"{REMOTE}?sslmode=verify-full",
        "sqlite:////srv/yobal/data/yobal.sqlite",
    ],
)
def test_a_local_or_verified_connection_is_ok(url: str) -> None:
    assert _failed(url) == []


@pytest.mark.parametrize(
    "url",
    [
        REMOTE,
        f"{REMOTE}?sslmode=require",
        f"{REMOTE}?sslmode=verify-ca",
        "postgresql://yobal@192.0.2.7/yobal",
        "postgresql://yobal@/yobal?host=db.example",
        "postgresql://yobal@/yobal?host=/run/postgresql,db.example",
        "postgresql://yobal@localhost/yobal?hostaddr=192.0.2.7",
    ],
)
def test_a_connection_to_another_machine_must_be_verified(url: str) -> None:
    (finding,) = _failed(url)
    assert "sslmode=verify-full" in finding.advice
    (finding,) = _failed(LOCAL, url.replace("yobal@", "intake@"))
    assert "(intake_database)" in finding.check


def test_the_environment_of_libpq_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PGHOST", "db.example")
    assert len(_failed(LOCAL)) == 1
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    assert _failed(LOCAL) == []


@pytest.mark.parametrize(
    ("database", "intake", "is_ok"),
    [
        (LOCAL, INTAKE, True),
        (LOCAL, LOCAL, False),
        ("sqlite:////a/yobal.sqlite", INTAKE, False),
        (LOCAL, "sqlite:////a/yobal.sqlite", False),
        ("sqlite:////a/yobal.sqlite", "sqlite:////b/yobal.sqlite", False),
        ("sqlite:////a/yobal.sqlite", "sqlite:////a/yobal.sqlite", True),
    ],
)
def test_the_intake_needs_the_same_database_and_another_role(
    database: str, intake: str, *, is_ok: bool
) -> None:
    assert (_failed(database, intake) == []) == is_ok
