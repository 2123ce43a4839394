"""The drill: a newsroom is backed up while readers write and a moderator decides, its machine is lost, and another takes over.

Everything is what a technician has: the commands, the backups, the key, and `purge_list_dir`. What the machine had is deleted,
with the database.
"""

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
import pyrage
import pytest
from playwright.sync_api import Browser, expect

from tests.browser.actors import Actors, Moderator
from tests.browser.bulk import BulkHarness, open_bulk_harness
from tests.browser.fixtures import SLOT_SECONDS, NewsroomWithLead, serve_newsroom
from tests.browser.newsroom import SITE_ID, Story
from tests.cli.command import run
from tests.serving import form, post, wait_for
from yobal.store import sites

IDENTITY: Final = pyrage.x25519.Identity.generate()


@pytest.fixture
def own(browser_here: Browser, tmp_path: Path, database_url: str) -> Iterator[NewsroomWithLead]:
    yield from serve_newsroom(
        browser_here,
        tmp_path / "machine",
        release_interval_seconds=SLOT_SECONDS,
        database=database_url,
        backup_dir=str(tmp_path / "backups"),
        backup_recipient=str(IDENTITY.to_public()),
        purge_list_dir=str(tmp_path / "elsewhere"),
    )


class Load:
    """Readers who go on writing under a story, and a lead who accepts everything, in threads of their own."""

    def __init__(self, story: Story, lead: BulkHarness) -> None:
        self.sent = 0
        self._story, self._lead = story, lead
        self._ended = threading.Event()
        self._problems: list[BaseException] = []
        self._threads = [
            threading.Thread(target=self._repeat, args=(act,))
            for act in (self._write, self._accept)
        ]

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        for thread in self._threads:
            thread.join()
        assert self._problems == []

    def _repeat(self, act: Callable[[], None]) -> None:
        while not self._ended.wait(0.05):
            try:
                act()
            except BaseException as problem:  # noqa: BLE001  # told in the test's own thread
                self._problems.append(problem)
                return

    def _write(self) -> None:
        assert send(self._story, f"Under load, {self.sent}.")
        self.sent += 1

    def _accept(self) -> None:
        self._lead.publish_all(self._story)


def send(story: Story, words: str) -> str:
    """A receipt's code."""
    code = post(port_of(story), form(words), path=story.path).code
    assert code is not None
    return code


def port_of(story: Story) -> int:
    return int(story.newsroom.public_url.rpartition(":")[2])


def states(bulk: BulkHarness, story: Story, codes: dict[str, str]) -> list[str | None]:
    """What receipts say of a story's comments, and what the database says."""
    bulk.now = time.time()
    receipts = [bulk.find_receipt(code, story_id=story.key) for code in codes.values()]
    rows = [row for row in bulk.read_table("comments") if row["story_id"] == story.key]
    of_rows = [str(row["state"]) for row in sorted(rows, key=lambda row: str(row["id"]))]
    return [receipt.status.state if receipt else None for receipt in receipts] + of_rows


def public_files(own: NewsroomWithLead, story_id: str = "") -> dict[str, bytes]:
    folder = own.newsroom.folder / "data" / "public" / SITE_ID / story_id
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def count_public(bulk: BulkHarness, story: Story) -> int:
    rows = bulk.read_table("published_comments")
    return len([row for row in rows if row["story_id"] == story.key])


def command(own: NewsroomWithLead, *words: str) -> str:
    done = run(own.newsroom.folder, *words)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def pass_slots(bulk: BulkHarness, count: int) -> None:
    """Until the server has released so many slots from now on."""

    def released() -> int:
        with bulk.database.reading() as conn:
            return sites.released_slot(conn, SITE_ID)

    until = time.time() + count * SLOT_SECONDS
    wait_for(lambda: released() >= until, f"{count} slots were released")


def lose_machine(own: NewsroomWithLead, database_url: str) -> None:
    own.newsroom.kill()
    shutil.rmtree(own.newsroom.folder / "data")
    if database_url.startswith("sqlite"):
        file = Path(database_url.removeprefix("sqlite:///"))
        for path in file.parent.glob(f"{file.name}*"):
            path.unlink()
        return
    url = database_url.replace("postgresql+psycopg://", "postgresql://")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("drop schema public cascade")
        connection.execute("create schema public")


at_desk = contextmanager(open_bulk_harness)


@pytest.mark.parametrize(
    "database_url",
    ["sqlite", pytest.param("postgresql", marks=pytest.mark.slow)],  # a minute each
    indirect=True,
)
def test_a_newsroom_is_restored_on_another_machine_with_the_same_pages(
    own: NewsroomWithLead, actors: Actors, tmp_path: Path, database_url: str
) -> None:
    quiet, busy = own.newsroom.story(key="quiet"), own.newsroom.story(key="busy")
    lead = own.lead(actors)
    with at_desk(own) as bulk:
        codes = {words: send(quiet, words) for words in ("First.", "Removed.", "Withdrawn.")}
        own.newsroom.wait_for_round()
        bulk.publish_all(quiet)
        wait_for(lambda: len(quiet.texts()) == 3, "the quiet story is public")
        with Load(busy, bulk) as load:
            wait_for(lambda: count_public(bulk, busy) > 2, "comments appear under load")
            sent_before = load.sent
            command(own, "backup")
            assert load.sent > sent_before, "readers wrote while it was made"
            shown = count_public(bulk, busy)
            wait_for(
                lambda: count_public(bulk, busy) > shown, "and their comments went on appearing"
            )
        remove_after_backup(bulk, quiet, codes)
        pass_slots(bulk, 4)
        published = count_public(bulk, busy)
        head, states_before = bulk.signer().head(), states(bulk, quiet, codes)
        assert states_before.count("published") == 2, "of the receipt, and of the row"
    expected = public_files(own, "quiet")

    lose_machine(own, database_url)
    restore(own, tmp_path)
    restored = public_files(own)
    command(own, "rebuild")
    assert public_files(own) == restored, "what a restore writes is what the database gives"

    own.newsroom.start()
    with at_desk(own) as bulk:
        wait_for(lambda: public_files(own, "quiet") == expected, "readers see what they saw before")
        assert 2 < count_public(bulk, busy) < published, "what came after the backup is lost"
        assert bulk.signer().head() == head
        assert states(bulk, quiet, codes) == states_before
        written = b"".join(public_files(own).values())
        assert b"First." in written
        assert not [words for words in ("Removed.", "Withdrawn.") if words.encode() in written]
        sign_in_again(own, lead, actors)
        send(quiet, "After the restore.")
        own.newsroom.wait_for_round()
        bulk.publish_all(quiet)
        wait_for(lambda: "After the restore." in quiet.texts(), "the newsroom goes on")


def remove_after_backup(bulk: BulkHarness, story: Story, codes: dict[str, str]) -> None:
    """One by the lead, one by its author."""
    rows: list[dict[str, Any]] = bulk.read_table("published_comments")
    (removed,) = [row["id"] for row in rows if row["text"] == "Removed."]
    bulk.now = time.time()
    bulk.remove(removed, clause="spam")
    withdrawal = {"step": "withdraw", "code": codes["Withdrawn."], "when": "now"}
    assert post(port_of(story), withdrawal, path=story.path).status == 200
    wait_for(lambda: story.texts() == ["First."], "both are gone from the page")
    wait_for(lambda: bulk.read_table("hidden_texts") == [], "the removed text is destroyed")


def restore(own: NewsroomWithLead, tmp_path: Path) -> None:
    key = tmp_path / "backup-key.txt"
    key.write_text(f"{IDENTITY}\n")
    key.chmod(0o600)
    backups = tmp_path / "backups"
    (backup,) = backups.glob(f"{SITE_ID}-2*.age")
    secrets_file = backups / f"{SITE_ID}-secrets.age"
    printed = command(
        own, "restore", str(backup), "--identity", str(key), "--secrets", str(secrets_file)
    )
    assert "erased or hidden: 2 comments" in printed, printed


def sign_in_again(own: NewsroomWithLead, lead: Moderator, actors: Actors) -> None:
    """In the browser that has pinned the roster's head, and in one that learns it from the lead's signed pin."""
    lead.passphrase = own.passphrase
    lead.page.goto(f"{own.newsroom.desk_url}/")
    lead.type_passphrase(own.pseudonym)
    lead.settled()
    expect(lead.page.get_by_text("cannot be trusted")).to_have_count(0)
    own.lead_in_fresh_browser(actors)
