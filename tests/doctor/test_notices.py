"""`yobal doctor` and `yobal notice test` say which address is not reached, and never its password."""

from pathlib import Path

import msgspec
import pytest

from tests.cli.command import run
from tests.harness import SITE_ID, NewsroomHarness
from tests.ports import free_ports
from tests.smtp_server import mail_url, smtp_server
from yobal.adapters import state_file
from yobal.core.notices import NoticeState
from yobal.doctor import notices
from yobal.server.settings import Settings


@pytest.fixture
def settings_file(tmp_path: Path) -> Path:
    path = tmp_path / "yobal.toml"
    path.write_text(f'site_id = "{SITE_ID}"\nsite_name = "The River Post"\n', encoding="utf-8")
    path.chmod(0o600)
    (tmp_path / "data").mkdir(exist_ok=True)
    return path


def settings_of(newsroom: NewsroomHarness, **changed: str) -> Settings:
    return msgspec.structs.replace(newsroom.components.settings, **changed)


def test_without_notices_there_is_nothing_to_check(
    sqlite_newsroom: NewsroomHarness, settings_file: Path
) -> None:
    assert notices.examine(sqlite_newsroom.components.settings, settings_file) == []


def test_an_address_that_was_not_reached_fails_until_a_notice_reaches_it(
    sqlite_newsroom: NewsroomHarness, settings_file: Path
) -> None:
    settings = settings_of(sqlite_newsroom, notice_urls="mailto://u:secret-word@x.example")
    assert [finding.status for finding in notices.examine(settings, settings_file)] == ["ok", "ok"]
    state_file.write(settings.notices_file, NoticeState(failed=("address 1 (mailto)",)))
    assert str(notices.examine(settings, settings_file)[1]) == (
        "fail  the last notice reached every address: not address 1 (mailto): "
        "`yobal notice test` says why"
    )


def test_addresses_that_others_can_read_fail(
    sqlite_newsroom: NewsroomHarness, settings_file: Path
) -> None:
    url = "mailto://u:secret-word@x.example"
    settings_file.write_text(f'notice_urls = "{url}"')
    settings_file.chmod(0o644)
    settings = settings_of(sqlite_newsroom, notice_urls=url)
    (first, _) = notices.examine(settings, settings_file)
    assert first.is_failure
    assert "secret" not in str(first)
    own = settings_file.with_name("notices.txt")
    own.write_text(url)
    own.chmod(0o644)
    settings = settings_of(sqlite_newsroom, notice_urls_file=str(own))
    (finding,) = notices.examine(settings, settings_file)
    assert "chmod go=" in finding.advice


def test_the_test_says_which_address_was_reached_and_why_another_was_not(
    settings_file: Path,
) -> None:
    folder, (dead_port,) = settings_file.parent, free_ports(1)
    with smtp_server() as smtp:
        (folder / "notices.txt").write_text(
            f"{smtp.url()}\nalerts={mail_url(dead_port)}\nnonsense://secret-word\n"
        )
        (folder / "notices.txt").chmod(0o600)
        done = run(folder, "notice", "test", YOBAL_NOTICE_URLS_FILE="notices.txt")
    assert done.returncode == 1
    first, second, third = done.stdout.splitlines()
    assert first == "ok    address 1 (mailto)"
    assert second.startswith("fail  address 2 (mailto): Connection error")
    assert third.startswith("fail  address 3 (nonsense): apprise knows no such service")
    assert "secret" not in done.stdout + done.stderr
    assert len(smtp.received) == 1


def test_without_addresses_the_test_says_how_to_name_one(settings_file: Path) -> None:
    done = run(settings_file.parent, "notice", "test")
    assert (done.returncode, done.stdout) == (1, "")
    assert "notice_urls_file" in done.stderr
