"""A backup for a key that is elsewhere, and a newsroom that is restored from it."""

import base64
import os
import secrets
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pyrage
import pytest

from tests.harness import SITE_ID, NewsroomHarness, lead_of, newsroom_settings
from tests.in_process_client import DeskClient
from tests.web.conftest import signed_in
from tests.web.desk_keys import join_by_invitation, removal_body
from tests.web.epochs import begin_next_epoch, destroyed_numbers
from yobal.actions import back_up as back_up_action
from yobal.actions import verify_published, write_public_files
from yobal.actions.return_statements import return_statements
from yobal.adapters.backup_folder import BackupFolder
from yobal.adapters.purge_list import PurgeList
from yobal.adapters.roster_pin import RosterPin
from yobal.cli import backup_commands
from yobal.core.backup_format import BackupParser
from yobal.core.errors import (
    BackupInvalid,
    DatabaseUnavailable,
    InvalidSettings,
    NotHidden,
    RosterInvalid,
    UnsupportedEnvironment,
)
from yobal.core.roster import SignedStatement
from yobal.demo.keys import NewModerator
from yobal.doctor import signatures
from yobal.server.rebuild import rebuild_all
from yobal.server.scheduler import maintenance
from yobal.server.wiring import Components, build_components, prepare_storage, roster_copy_path
from yobal.store import sites, table_rows
from yobal.store.tables import published_comments

IDENTITY = pyrage.x25519.Identity.generate()


@pytest.fixture
def backed_up(newsroom: NewsroomHarness, tmp_path: Path) -> NewsroomHarness:
    """A newsroom whose settings name a folder for backups, and a list that outlives the database."""
    return _with_backups(newsroom, tmp_path)


def _with_backups(newsroom: NewsroomHarness, tmp_path: Path) -> NewsroomHarness:
    settings = msgspec.structs.replace(
        newsroom.components.settings,
        backup_dir=str(tmp_path / "backups"),
        backup_recipient=str(IDENTITY.to_public()),
        backups_kept=2,
        purge_list_dir=str(tmp_path / "elsewhere"),
    )
    pin = RosterPin(settings.secrets_dir, copy_path=roster_copy_path(settings))
    newsroom.components = msgspec.structs.replace(
        newsroom.components, settings=settings, roster_pin=pin
    )
    return newsroom


def _back_up(newsroom: NewsroomHarness) -> Path:
    list(backup_commands.run_backup(newsroom.components))
    return _folder(newsroom).list_all()[-1]


def _folder(newsroom: NewsroomHarness) -> BackupFolder:
    return BackupFolder(Path(newsroom.components.settings.backup_dir), SITE_ID)


@pytest.fixture
def empty(tmp_path: Path, database_url: str) -> Iterator[Components]:
    """Another machine with the same settings, which takes the list from the place where it is."""
    url = "" if database_url.startswith("sqlite") else database_url  # not the first one's file
    settings = newsroom_settings(
        tmp_path / "another", url, purge_list_dir=str(tmp_path / "elsewhere")
    )
    prepare_storage(settings)
    components = build_components(settings)
    yield components
    components.close()


def _restore(components: Components, path: Path, secrets_file: Path | None = None) -> list[str]:
    return list(backup_commands.run_restore(components, path, IDENTITY, secrets_file))


def test_a_restored_newsroom_has_the_same_public_files_and_its_receipts_work(
    backed_up: NewsroomHarness, empty: Components
) -> None:
    root = backed_up.publish_new("A root. ស្រុកខ្មែរ")
    backed_up.publish_new("A reply.", parent_id=root.id)
    removed_before = backed_up.publish_new("Removed before the backup.")
    backed_up.remove(removed_before.id, clause="spam")
    waiting = backed_up.send("It waits.")
    backed_up.pass_slots()
    path = _back_up(backed_up)

    printed = _restore(empty, path, _folder(backed_up).secrets_path)

    restored = NewsroomHarness(empty, backed_up.pseudonym, backed_up.passphrase)
    restored.now = backed_up.now
    assert restored.read_all_files() == backed_up.read_all_files()
    receipt = restored.find_receipt(root.code)
    assert receipt is not None
    assert receipt.status.state == "published"
    assert restored.state(waiting.id) == "pending"
    assert any(line.startswith("1 comments waited") for line in printed)


def test_what_was_removed_or_withdrawn_after_the_backup_stays_so(
    backed_up: NewsroomHarness, empty: Components
) -> None:
    published, removed, withdrawn = (
        backed_up.publish_new(words) for words in ("First.", "Second.", "Third.")
    )
    held = backed_up.send("Fourth.")
    path = _back_up(backed_up)
    backed_up.remove(removed.id, clause="spam")
    backed_up.request_withdrawal(withdrawn.code)
    backed_up.request_withdrawal(held.code)
    backed_up.pass_slots(2)

    printed = _restore(empty, path, _folder(backed_up).secrets_path)

    restored = NewsroomHarness(empty, backed_up.pseudonym, backed_up.passphrase)
    states = [restored.state(sent.id) for sent in (published, removed, withdrawn, held)]
    assert states == ["published", "removed", "withdrawn", "withdrawn"]
    assert any(line.startswith("erased or hidden: 3 comments") for line in printed)
    pages = restored.read_file("en/index.html")
    assert "First." in pages
    assert not any(words in pages for words in ("Second.", "Third.", "Fourth."))


def test_control_without_the_list_they_come_back(
    backed_up: NewsroomHarness, empty: Components
) -> None:
    removed = backed_up.publish_new("B.")
    path = _back_up(backed_up)
    backed_up.remove(removed.id, clause="spam")
    backed_up.pass_slots()
    settings = msgspec.structs.replace(empty.settings, purge_list_dir="")
    printed = _restore(msgspec.structs.replace(empty, settings=settings), path)
    assert NewsroomHarness(empty, "", "").state(removed.id) == "published"
    assert any("public again" in line for line in printed)


def test_what_was_hidden_after_the_backup_is_hidden_again_and_a_lead_can_bring_it_back(
    backed_up: NewsroomHarness, empty: Components
) -> None:
    hidden = backed_up.publish_new("Hidden after the backup.")
    path = _back_up(backed_up)
    backed_up.remove(hidden.id, clause="spam")
    backed_up.pass_slots()

    _restore(empty, path, _folder(backed_up).secrets_path)

    restored = NewsroomHarness(empty, backed_up.pseudonym, backed_up.passphrase)
    restored.now = backed_up.now
    assert restored.state(hidden.id) == "removed"
    assert "Hidden after" not in restored.read_file("en/index.html")
    receipt = restored.find_receipt(hidden.code)
    assert receipt is not None
    assert (receipt.status.state, receipt.status.clause) == ("removed", "spam")
    restored.pass_slots(3)
    (row,) = restored.read_table("hidden_texts")
    restored.bring_back_id(row["decision_id"])
    assert "Hidden after" in restored.read_file("en/index.html")


def test_what_is_hidden_in_the_backup_can_be_brought_back(
    backed_up: NewsroomHarness, empty: Components
) -> None:
    hidden = backed_up.publish_new("Hidden before the backup.")
    removed = backed_up.remove(hidden.id, clause="spam")
    path = _back_up(backed_up)

    _restore(empty, path, _folder(backed_up).secrets_path)

    restored = NewsroomHarness(empty, backed_up.pseudonym, backed_up.passphrase)
    restored.now = backed_up.now
    restored.pass_slots(3)
    restored.bring_back(removed)
    assert "Hidden before" in restored.read_file("en/index.html")


def test_what_was_destroyed_after_the_backup_stays_so(
    backed_up: NewsroomHarness, empty: Components
) -> None:
    hidden, withdrawn = (backed_up.publish_new(words) for words in ("First.", "Second."))
    removed = [backed_up.remove(sent.id, clause="spam") for sent in (hidden, withdrawn)]
    path = _back_up(backed_up)
    secrets_file = _folder(backed_up).secrets_path
    backed_up.request_withdrawal(withdrawn.code)
    backed_up.pass_slots(2)

    _restore(empty, path, secrets_file)

    restored = NewsroomHarness(empty, backed_up.pseudonym, backed_up.passphrase)
    assert [restored.state(sent.id) for sent in (hidden, withdrawn)] == ["removed", "withdrawn"]
    assert restored.read_table("hidden_texts") == []
    for decision in removed:
        with pytest.raises(NotHidden):
            restored.bring_back(decision)


def test_control_without_the_list_what_was_destroyed_could_come_back(
    backed_up: NewsroomHarness, empty: Components
) -> None:
    hidden = backed_up.publish_new("Destroyed.")
    backed_up.remove(hidden.id, clause="spam")
    path = _back_up(backed_up)
    backed_up.pass_slots(2)
    settings = msgspec.structs.replace(empty.settings, purge_list_dir="")
    _restore(msgspec.structs.replace(empty, settings=settings), path)
    assert len(NewsroomHarness(empty, "", "").read_table("hidden_texts")) == 1


def test_without_the_secrets_no_page_is_written_before_the_roster_is_accepted(
    sqlite_newsroom: NewsroomHarness, tmp_path: Path, empty: Components
) -> None:
    newsroom = _with_backups(sqlite_newsroom, tmp_path)
    newsroom.publish_new()
    assert any(
        "Once it prints no `refused`" in line for line in _restore(empty, _back_up(newsroom))
    )
    assert not list(empty.settings.files_dir.rglob("index.html"))


def test_a_backup_without_the_newest_removal_is_refused_until_a_browser_returns_it(
    backed_up: NewsroomHarness, empty: Components
) -> None:
    desk = signed_in(backed_up)
    egret = join_by_invitation(desk, "Egret", role="moderator")
    path = _back_up(backed_up)
    body = removal_body(desk, egret, [lead_of(backed_up)], by=lead_of(backed_up))
    assert desk.post("remove-member", body).status == 200
    backed_up.components.roster_pin.write_copy()  # as at the next slot
    held = sorted(backed_up.read_table("statements"), key=lambda row: int(row["number"]))[3:]

    printed = _restore(empty, path, _folder(backed_up).secrets_path)

    assert any("Once it prints no `refused`" in line for line in printed)
    with empty.database.reading() as conn, pytest.raises(RosterInvalid, match="older"):
        empty.roster_reader.read(conn)
    statements = [SignedStatement(row["statement"], bytes(row["signature"])) for row in held]
    return_statements(
        empty.database,
        empty.rules,
        empty.roster_reader,
        statements=statements,
        now=backed_up.now,
        random=secrets.token_bytes,
    )
    with empty.database.reading() as conn:
        roster = empty.roster_reader.read(conn)
    assert roster is not None
    assert [m.keys and m.keys.pseudonym for m in roster.members.values()] == ["Heron"]


def test_control_without_the_copy_elsewhere_the_backup_waits_for_a_lead(
    backed_up: NewsroomHarness, empty: Components
) -> None:
    """Nothing says whether anybody was removed since."""
    path = _back_up(backed_up)
    (Path(backed_up.components.settings.purge_list_dir) / f"{SITE_ID}.roster").unlink()
    _restore(empty, path, _folder(backed_up).secrets_path)
    with empty.database.reading() as conn, pytest.raises(RosterInvalid, match="restored"):
        empty.roster_reader.read(conn)


def test_with_the_copy_elsewhere_the_file_of_secrets_may_come_after_the_rows(
    backed_up: NewsroomHarness, empty: Components
) -> None:
    path = _back_up(backed_up)
    assert any("Once it prints no `refused`" in line for line in _restore(empty, path))
    list(backup_commands.run_restore_secrets(empty, _folder(backed_up).secrets_path, IDENTITY))
    with empty.database.reading() as conn:
        assert empty.roster_reader.read(conn) is not None


def test_control_without_the_copy_elsewhere_the_secrets_alone_wait_for_a_lead(
    backed_up: NewsroomHarness, empty: Components
) -> None:
    path = _back_up(backed_up)
    (Path(backed_up.components.settings.purge_list_dir) / f"{SITE_ID}.roster").unlink()
    _restore(empty, path)
    list(backup_commands.run_restore_secrets(empty, _folder(backed_up).secrets_path, IDENTITY))
    with empty.database.reading() as conn, pytest.raises(RosterInvalid, match="restored"):
        empty.roster_reader.read(conn)


def test_a_backup_has_neither_keys_of_cells_nor_sessions_nor_any_words_in_clear(
    backed_up: NewsroomHarness,
) -> None:
    backed_up.publish_new("Unmistakable words.")
    backed_up.publish(backed_up.send("They are held.").id)
    encrypted = _back_up(backed_up).read_bytes()
    assert b"Unmistakable" not in encrypted
    plain = pyrage.decrypt(encrypted, [IDENTITY])
    assert b"Unmistakable words." in plain
    assert b"They are held." not in plain
    assert not {"sessions", "expired_cells", "invitations"} & _parse_header(plain)["columns"].keys()
    secret = pyrage.decrypt(_folder(backed_up).secrets_path.read_bytes(), [IDENTITY])
    saved = msgspec.json.decode(secret)
    assert set(saved) == {"peppers", "roster", "moves", "cells"}
    assert {int(number) for number in saved["cells"]} == backed_up.member_cells()
    keys = [base64.b64decode(key) for key in saved["cells"].values()]
    all_keys = backed_up.cells()
    of_comments = {all_keys[number] for number in backed_up.needed_cells()}
    assert of_comments
    assert not of_comments & set(keys)


def test_members_can_read_again_after_a_restore_with_the_file_of_secrets(
    backed_up: NewsroomHarness, empty: Components
) -> None:
    egret = join_by_invitation(signed_in(backed_up), "Egret", role="moderator")
    path = _back_up(backed_up)
    printed = _restore(empty, path, _folder(backed_up).secrets_path)
    restored = _restored(empty, backed_up)
    assert str(restored.personal_identity()) == str(backed_up.personal_identity())
    session = DeskClient(restored).browser_of("Egret").post("session").json
    assert base64.b64decode(session["identity"]) == egret.identity
    sent = restored.send("Sent after the restore.")
    assert restored.decrypt(sent.id).text == "Sent after the restore."
    assert not any("cannot be opened" in line for line in printed)


def test_without_the_file_of_secrets_no_member_can_read_and_the_desk_says_why(
    backed_up: NewsroomHarness, empty: Components
) -> None:
    path = _back_up(backed_up)
    empty.roster_pin.update(lambda _: backed_up.components.roster_pin.read())
    assert any("3 of 3 sealed keys" in line for line in _restore(empty, path))
    heron = lead_of(backed_up)
    refused = DeskClient(_restored(empty, backed_up)).sign_in("Heron", heron.sign_in_seed)
    assert (refused.status, refused.json["error"]) == (409, "keys_missing")

    list(backup_commands.run_restore_secrets(empty, _folder(backed_up).secrets_path, IDENTITY))
    assert (
        DeskClient(_restored(empty, backed_up)).sign_in("Heron", heron.sign_in_seed).status == 200
    )


def test_a_member_who_was_removed_after_the_backup_stays_without_keys(
    backed_up: NewsroomHarness, empty: Components
) -> None:
    egret, old_secrets = _remove_after_backup(backed_up)
    path = _folder(backed_up).list_all()[-1]
    printed = _restore(empty, path, old_secrets)
    restored = _restored(empty, backed_up)
    assert any(line.startswith("suspended, and without keys: 1 moderator") for line in printed)
    owners = {row["signing_key"] for row in restored.read_table("member_identities")}
    assert owners == {lead_of(backed_up).signing_key}
    assert {row["pseudonym"] for row in restored.read_table("wrapped_epoch_keys")} == {"Heron"}
    assert restored.sealed_identity("Egret") is None
    refused = DeskClient(restored).sign_in("Egret", egret.sign_in_seed)
    assert (refused.status, refused.json["error"]) == (503, "roster_invalid"), "and it is older"
    assert [
        row["pseudonym"] for row in restored.read_table("moderators") if row["is_suspended"]
    ] == ["Egret"]


def test_control_without_the_list_an_old_file_of_secrets_brings_their_keys_back(
    backed_up: NewsroomHarness, empty: Components
) -> None:
    egret, old_secrets = _remove_after_backup(backed_up)
    settings = msgspec.structs.replace(empty.settings, purge_list_dir="")
    components = msgspec.structs.replace(empty, settings=settings)
    _restore(components, _folder(backed_up).list_all()[-1], old_secrets)
    restored = _restored(components, backed_up)
    assert restored.sealed_identity("Egret") == egret.identity


def test_a_machine_that_has_its_own_cells_takes_none_from_a_backup(
    backed_up: NewsroomHarness, empty: Components
) -> None:
    """They were overwritten on purpose: the list is not needed where the secrets survived."""
    _, old_secrets = _remove_after_backup(backed_up)
    own = empty.settings.cells_file
    own.write_bytes(backed_up.components.cell_file.path.read_bytes())
    settings = msgspec.structs.replace(empty.settings, purge_list_dir="")
    components = msgspec.structs.replace(empty, settings=settings)
    _restore(components, _folder(backed_up).list_all()[-1], old_secrets)
    restored = _restored(components, backed_up)
    assert restored.sealed_identity("Egret") is None
    assert restored.sealed_identity("Heron") is not None


def _remove_after_backup(newsroom: NewsroomHarness) -> tuple[NewModerator, Path]:
    """Egret, and the file of secrets from before the removal, which somebody has collected."""
    desk = signed_in(newsroom)
    egret = join_by_invitation(desk, "Egret", role="moderator")
    _back_up(newsroom)
    collected = _folder(newsroom).folder / "collected.age"
    collected.write_bytes(_folder(newsroom).secrets_path.read_bytes())
    heron = lead_of(newsroom)
    removed = desk.post("remove-member", removal_body(desk, egret, [heron], by=heron))
    assert removed.status == 200
    newsroom.pass_slots()
    return egret, collected


@pytest.mark.parametrize("has_list", [True, False], ids=["list", "control-without-the-list"])
def test_an_epoch_that_was_destroyed_after_the_backup_stays_destroyed(
    backed_up: NewsroomHarness, empty: Components, *, has_list: bool
) -> None:
    begin_next_epoch(backed_up, signed_in(backed_up))
    path = _back_up(backed_up)
    collected = _folder(backed_up).folder / "collected.age"
    collected.write_bytes(_folder(backed_up).secrets_path.read_bytes())
    backed_up.pass_slots(3)
    assert destroyed_numbers(backed_up) == [1]
    if not has_list:
        settings = msgspec.structs.replace(empty.settings, purge_list_dir="")
        empty = msgspec.structs.replace(empty, settings=settings)

    _restore(empty, path, collected)

    restored = _restored(empty, backed_up)
    assert destroyed_numbers(restored) == ([1] if has_list else [])
    wraps = restored.read_table("wrapped_epoch_keys")
    assert len(wraps) == (1 if has_list else 2)


def _restored(components: Components, before: NewsroomHarness) -> NewsroomHarness:
    restored = NewsroomHarness(components, before.pseudonym, before.passphrase)
    restored.now = before.now
    return restored


KEY = base64.b64encode(bytes(32)).decode()


@pytest.mark.parametrize("cells", [{"-1": KEY}, {str(2**40): KEY}, {"0": KEY[:8]}, {"one": KEY}])
def test_a_file_of_secrets_that_yobal_did_not_write_is_refused(
    backed_up: NewsroomHarness, empty: Components, cells: dict[str, str]
) -> None:
    """Anybody who has read the settings can encrypt one to the key."""
    path, secrets_file = _back_up(backed_up), _folder(backed_up).secrets_path
    content = msgspec.json.decode(pyrage.decrypt(secrets_file.read_bytes(), [IDENTITY]))
    secrets_file.write_bytes(_encrypt(msgspec.json.encode(content | {"cells": cells})))
    with pytest.raises(BackupInvalid, match=secrets_file.name):
        _restore(empty, path, secrets_file)


def _parse_header(plain: bytes) -> Any:
    return msgspec.json.decode(plain.partition(b"\n")[0])


def _encrypt(plain: bytes, identity: pyrage.x25519.Identity = IDENTITY) -> bytes:
    return bytes(pyrage.encrypt(plain, [identity.to_public()]))


def _cut(content: bytes) -> bytes:
    return content[:-20]


def _flip(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def _altered(content: bytes) -> bytes:
    """By someone who knows the recipient, as everybody does who reads the settings."""
    plain = pyrage.decrypt(content, [IDENTITY]).replace(b'"A comment."', b'"A forgery."')
    return _encrypt(plain)


def _without_end(content: bytes) -> bytes:
    lines = pyrage.decrypt(content, [IDENTITY]).splitlines(keepends=True)
    return _encrypt(b"".join(lines[:-1]))


def _of_another_site(content: bytes) -> bytes:
    plain = pyrage.decrypt(content, [IDENTITY]).replace(SITE_ID.encode(), b"another", 1)
    return _encrypt(plain)


def _for_another_key(content: bytes) -> bytes:
    plain = pyrage.decrypt(content, [IDENTITY])
    return _encrypt(plain, pyrage.x25519.Identity.generate())


@pytest.mark.parametrize(
    "damage", [_cut, _flip, _altered, _without_end, _of_another_site, _for_another_key]
)
def test_a_damaged_backup_is_refused_and_nothing_of_it_stays(
    sqlite_newsroom: NewsroomHarness,
    tmp_path: Path,
    empty: Components,
    damage: Callable[[bytes], bytes],
) -> None:
    newsroom = _with_backups(sqlite_newsroom, tmp_path)
    newsroom.publish_new("A comment.")
    path = _back_up(newsroom)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(BackupInvalid):
        _restore(empty, path)
    with empty.database.reading() as conn:
        assert sites.get(conn) is None


def test_ctrl_c_after_the_rows_are_stored_does_not_stop_the_purge(
    backed_up: NewsroomHarness, empty: Components, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = _back_up(backed_up)
    member_keys = backup_commands._member_keys

    def interrupted(components: Components) -> Iterator[str]:
        os.kill(os.getpid(), signal.SIGINT)
        yield from member_keys(components)

    monkeypatch.setattr(backup_commands, "_member_keys", interrupted)
    assert any("erased or hidden" in line for line in _restore(empty, path))


def test_a_backup_and_a_restore_show_how_far_they_are(
    backed_up: NewsroomHarness,
    empty: Components,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("yobal.cli.progress._FIRST_LINE_SECONDS", 0)
    monkeypatch.setattr("yobal.cli.progress.LINE_SECONDS", 0)
    monkeypatch.setattr(back_up_action, "SHOWN_EVERY_ROWS", 1)
    backed_up.publish_new("Words.")
    path = _back_up(backed_up)
    shown = capsys.readouterr().err.splitlines()
    assert any(", 1 rows written" in line for line in shown)
    assert any(line.startswith("100%, ") and " rows read again" in line for line in shown)
    list(backup_commands.run_check(path, IDENTITY))
    _restore(empty, path)
    shown = capsys.readouterr().err.splitlines()
    assert len([line for line in shown if " bytes read" in line]) >= 2


def test_ctrl_c_while_a_backup_is_read_is_not_reported_as_damage(
    backed_up: NewsroomHarness,
    empty: Components,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = _back_up(backed_up)

    def interrupted(*_: Any) -> Iterator[Any]:
        raise KeyboardInterrupt

    monkeypatch.setattr(BackupParser, "feed", interrupted)
    capsys.readouterr()
    for lines, state in (
        (backup_commands.run_check(path, IDENTITY), "nothing was changed"),
        (
            backup_commands.run_restore(empty, path, IDENTITY, None),
            "nothing was restored; run the same command again",
        ),
    ):
        with pytest.raises(SystemExit) as ended:
            list(lines)
        assert ended.value.code == 130
        assert capsys.readouterr().err == f"stopped: {state}\n"


def test_ctrl_c_while_a_restore_writes_public_files_says_that_the_rows_are_restored(
    backed_up: NewsroomHarness,
    empty: Components,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = _back_up(backed_up)

    def interrupted(*_: Any, **__: Any) -> Any:
        raise KeyboardInterrupt

    monkeypatch.setattr(backup_commands, "rebuild", interrupted)
    with pytest.raises(SystemExit):
        _restore(empty, path)
    assert "stopped: the rows are restored, the public files are not" in capsys.readouterr().err
    with empty.database.reading() as conn:
        assert sites.get(conn) is not None


def test_the_secrets_in_place_of_a_backup_are_named(
    backed_up: NewsroomHarness,
) -> None:
    secrets_path = _back_up(backed_up).with_name(f"{SITE_ID}-secrets.age")
    with pytest.raises(BackupInvalid, match="belongs after the option --secrets"):
        list(backup_commands.run_check(secrets_path, IDENTITY))


def test_nothing_starts_after_a_restore_that_was_killed_until_it_has_run_again(
    backed_up: NewsroomHarness, empty: Components, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or the next release would also replace the purge list with one that lacks the newest removals."""
    published, removed = (backed_up.publish_new(words) for words in ("First.", "Second."))
    path = _back_up(backed_up)
    backed_up.remove(removed.id, clause="spam")
    backed_up.pass_slots(2)

    def killed(components: Components) -> Iterator[str]:
        raise MemoryError(components.settings.site_id)

    with monkeypatch.context() as patch:
        patch.setattr(backup_commands, "_purge", killed)
        with pytest.raises(MemoryError):
            _restore(empty, path)
    with pytest.raises(UnsupportedEnvironment, match="run the same `yobal restore` again"):
        build_components(empty.settings)

    finishing = build_components(empty.settings, may_be_restoring=True)
    printed = _restore(finishing, path)
    finishing.close()

    assert "of this file nothing was stored" in printed[0]
    assert any(line.startswith("erased or hidden: 1 comment ") for line in printed)
    build_components(empty.settings).close()
    restored = NewsroomHarness(empty, backed_up.pseudonym, backed_up.passphrase)
    assert (restored.state(published.id), restored.state(removed.id)) == ("published", "removed")


FORGED = "Written into the database."


def _publish_one_and_forge_one(newsroom: NewsroomHarness) -> Path:
    """The backup of a newsroom in which somebody has changed a published row."""
    newsroom.publish_new("Genuine.")
    forged = newsroom.publish_new("Before it was forged.")
    with newsroom.database.writing() as conn:
        changed = published_comments.update().where(published_comments.c.id == forged.id)
        conn.execute(changed.values(text=FORGED))
    return _back_up(newsroom)


def _start(components: Components, *, now: float) -> NewsroomHarness:
    """What `yobal serve` does first."""
    started = build_components(components.settings)
    maintenance.prepare_files(started)
    maintenance.run_once(started, now=now)
    started.close()
    return NewsroomHarness(components, "", "")


@pytest.mark.parametrize("step", ["verifies", "writes"])
@pytest.mark.parametrize(
    ("error", "ends_with"),
    [(MemoryError(), MemoryError), (KeyboardInterrupt(), SystemExit)],
    ids=["killed", "ctrl-c"],
)
def test_nothing_starts_after_a_restore_that_was_stopped_while_it(
    backed_up: NewsroomHarness,
    empty: Components,
    monkeypatch: pytest.MonkeyPatch,
    error: BaseException,
    ends_with: type[BaseException],
    step: str,
) -> None:
    """Or the start would write pages from rows that were not compared with what members signed."""
    path = _publish_one_and_forge_one(backed_up)
    secrets_file = _folder(backed_up).secrets_path

    def stopped(*_: Any, **_options: Any) -> None:
        raise error

    with monkeypatch.context() as patch:
        if step == "verifies":
            patch.setattr(verify_published, "withhold_unverified", stopped)
        else:
            patch.setattr(write_public_files, "write_stale", stopped)
        with pytest.raises(ends_with):
            _restore(empty, path, secrets_file)
    with pytest.raises(UnsupportedEnvironment, match="run the same `yobal restore` again"):
        _start(empty, now=backed_up.now)

    finishing = build_components(empty.settings, may_be_restoring=True)
    printed = _restore(finishing, path, secrets_file)
    finishing.close()

    assert any("1 published comments were not approved" in line for line in printed)
    started = _start(empty, now=backed_up.now)
    assert started.shows("Genuine.")
    assert not started.shows(FORGED)


def test_a_start_with_a_refused_roster_shows_nothing_until_a_rebuild_has_verified_it(
    backed_up: NewsroomHarness, empty: Components
) -> None:
    """Yobal has to start then, because members return the roster, or a lead confirms it, at the desk."""
    path = _publish_one_and_forge_one(backed_up)
    _restore(empty, path)
    started = _start(empty, now=backed_up.now)
    assert "its approval could not be verified" in started.read_file("en/index.html")
    assert not started.shows("Genuine.")
    assert not started.shows(FORGED)

    empty.roster_pin.update(lambda _: backed_up.components.roster_pin.read())
    assert rebuild_all(empty).withheld == 1
    assert started.shows("Genuine.")
    assert not started.shows(FORGED)


def test_a_restore_that_runs_again_without_a_roster_shows_nothing(
    backed_up: NewsroomHarness, empty: Components, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also of what an earlier run, or an earlier version, has left visible."""
    path = _publish_one_and_forge_one(backed_up)

    def killed(*_: Any, **__: Any) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(verify_published, "withhold_unverified", killed)
        with pytest.raises(MemoryError):
            _restore(empty, path)
    with empty.database.writing() as conn:
        conn.execute(published_comments.update().values(is_withheld=False))
    finishing = build_components(empty.settings, may_be_restoring=True)
    _restore(finishing, path)
    finishing.close()
    started = _start(empty, now=backed_up.now)
    assert not started.shows("Genuine.")
    assert not started.shows(FORGED)


def test_text_that_was_written_into_a_tombstone_is_not_published(
    backed_up: NewsroomHarness, empty: Components
) -> None:
    """The JSON of a thread has a text for each comment, also for a removed one."""
    removed = backed_up.publish_new("Removed.")
    with backed_up.database.writing() as conn:
        changed = published_comments.update().where(published_comments.c.id == removed.id)
        conn.execute(changed.values(text=FORGED, name=FORGED, removal="removed"))
    _restore(empty, _back_up(backed_up), _folder(backed_up).secrets_path)
    started = _start(empty, now=backed_up.now)
    assert f'"{removed.id}"' in started.read_file("en/index.json")
    files = (path for path in empty.settings.files_dir.rglob("*") if path.is_file())
    assert not [path for path in files if FORGED.encode() in path.read_bytes()]


def test_the_doctor_says_that_restored_comments_are_not_shown_before_a_rebuild(
    backed_up: NewsroomHarness, empty: Components
) -> None:
    backed_up.publish_new("Genuine.")
    _restore(empty, _back_up(backed_up))
    empty.roster_pin.update(lambda _: backed_up.components.roster_pin.read())

    (_, published) = signatures.examine(empty.settings)
    assert "1 published comments are approved and not shown" in str(published)
    rebuild_all(empty)
    (_, published) = signatures.examine(empty.settings)
    assert published.status == "ok"


def test_a_purge_list_that_cannot_be_read_leaves_a_restore_to_be_finished(
    backed_up: NewsroomHarness, empty: Components
) -> None:
    removed = backed_up.publish_new("Words.")
    path = _back_up(backed_up)
    backed_up.remove(removed.id, clause="spam")
    backed_up.pass_slots(2)
    purge_list = PurgeList(Path(empty.settings.purge_list_dir), SITE_ID).path
    content = purge_list.read_bytes()
    purge_list.write_bytes(content[:-5])
    with pytest.raises(BackupInvalid, match="purged"):
        _restore(empty, path)
    with pytest.raises(UnsupportedEnvironment, match="interrupted"):
        build_components(empty.settings)
    purge_list.write_bytes(content)
    _restore(empty, path)
    restored = NewsroomHarness(empty, backed_up.pseudonym, backed_up.passphrase)
    assert restored.state(removed.id) == "removed"


@pytest.mark.parametrize(
    "error", [DatabaseUnavailable("the connection is lost"), KeyboardInterrupt()]
)
def test_a_backup_that_fails_or_is_stopped_leaves_the_older_ones(
    backed_up: NewsroomHarness, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    older = _back_up(backed_up)
    content = older.read_bytes()

    def fail_midway(_conn: Any, stored: table_rows.Tables) -> Iterator[Any]:
        yield "sites", [None] * len(stored["sites"].columns)
        raise error

    monkeypatch.setattr(table_rows, "read_all", fail_midway)
    with pytest.raises(type(error)):
        _back_up(backed_up)
    files = {file.name for file in older.parent.iterdir()}
    assert files == {older.name, f"{SITE_ID}-secrets.age"}
    assert older.read_bytes() == content


def test_the_newest_backups_are_kept(
    sqlite_newsroom: NewsroomHarness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom = _with_backups(sqlite_newsroom, tmp_path)
    for day in range(4):
        now = newsroom.now + day * 86_400
        monkeypatch.setattr("time.time", lambda now=now: now)
        _back_up(newsroom)
    newest = [_folder(newsroom).path(newsroom.now + day * 86_400) for day in (2, 3)]
    assert _folder(newsroom).list_all() == newest


def test_a_database_with_a_site_takes_no_backup(backed_up: NewsroomHarness) -> None:
    path = _back_up(backed_up)
    with pytest.raises(BackupInvalid, match="has a site already"):
        _restore(backed_up.components, path)


def test_a_backup_needs_a_folder_and_a_recipient(sqlite_newsroom: NewsroomHarness) -> None:
    with pytest.raises(InvalidSettings, match="age-keygen"):
        list(backup_commands.run_backup(sqlite_newsroom.components))
