"""A moderator's stolen device, or a copy of its disk, has no key and no typed text in the browser's files.

Each test uses a real profile of Chromium and reads every byte of it, while the browser runs and after it was closed.
"""

import base64
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import Final

import pyrage
import pytest
from playwright.sync_api import Playwright, expect

from tests.browser.actors import DESKTOP, WAIT_MS, Moderator
from tests.browser.fixtures import NewsroomWithLead, chromium_arguments, chromium_path
from tests.browser.newsroom import SITE_ID
from tests.browser.sending import send
from tests.promises.leak_search import spellings
from yobal.actions import member_keys
from yobal.adapters.cell_file import CellFile
from yobal.core.age_keys import ALPHABET
from yobal.demo import signing
from yobal.demo.keys import from_passphrase
from yobal.server import settings
from yobal.store import people
from yobal.store.database import Database

COMMENT: Final = "Waits for a decision on a stolen laptop."
DRAFT: Final = "Half of an edit that nobody has sent."
PIN: Final = "a PIN of a stolen laptop"
# The guard taken away: what is "encrypted" is stored as it is.
NO_ENCRYPTION: Final = """
  SubtleCrypto.prototype.encrypt = async (_parameters, _key, data) => data.slice().buffer;
  SubtleCrypto.prototype.decrypt = async (_parameters, _key, data) => data.slice().buffer;
"""
# What an older version did: keys that cannot be exported, stored as they are.
STORED_AS_KEYS: Final = """
  const importKey = SubtleCrypto.prototype.importKey;
  SubtleCrypto.prototype.importKey = async function (...given) {
    const key = await importKey.apply(this, given);
    if (given[0] === "pkcs8") {
      const opening = indexedDB.open("older", 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore("keys", { autoIncrement: true });
      opening.onsuccess = () =>
        opening.result.transaction("keys", "readwrite").objectStore("keys").put(key);
    }
    return key;
  };
"""


class Secrets:
    """What must not be in a file, by name, in every spelling."""

    def __init__(self, served: NewsroomWithLead) -> None:
        seed, unlocking = from_passphrase(SITE_ID, served.pseudonym, served.passphrase)
        identity = _identity(served, unlocking)
        scalar = _scalar(identity)
        self._spellings: dict[str, list[bytes]] = {
            "the identity": [*_of_bytes(scalar), *spellings(identity[-40:])],
            "the signing key": _of_bytes(signing.signing_seed(scalar)),
            "the sign-in key": _of_bytes(seed),
            "the key of the words": _of_bytes(_scalar(str(unlocking))),
            "the words": [
                spelling
                for pair in pairwise(served.passphrase.split())
                for spelling in spellings(" ".join(pair))
            ],
            "a comment": spellings(COMMENT[:24]),
            "a draft": spellings(DRAFT[:24]),
            "the PIN": spellings(PIN),
        }
        for number, epoch in enumerate(_epoch_identities(served, identity)):
            self._spellings[f"epoch key {number}"] = [
                *_of_bytes(_scalar(epoch)),
                *spellings(epoch[-40:]),
            ]

    def found_in(self, folder: Path) -> set[str]:
        names: set[str] = set()
        for path in (path for path in folder.rglob("*") if path.is_file()):
            try:
                content = path.read_bytes()
            except OSError:  # a lock file, or one that Chromium has just removed
                continue
            for name, candidates in self._spellings.items():
                if any(spelling in content for spelling in candidates):
                    names.add(name)
        return names


def _identity(served: NewsroomWithLead, unlocking: pyrage.x25519.Identity) -> str:
    """The personal identity, as the words open it."""
    database = _database(served)
    with database.reading() as conn:
        moderator = people.get(conn, SITE_ID, served.pseudonym)
        assert moderator is not None
        sealed = member_keys.read_identity(
            conn, _cell_file(served), moderator.signing_key, opened_by="words"
        )
    database.close()
    assert sealed is not None
    lines = pyrage.decrypt(sealed, [unlocking]).decode().split()
    return str(next(line for line in lines if line.startswith("AGE-SECRET-KEY-")))


def _epoch_identities(served: NewsroomWithLead, identity: str) -> list[str]:
    personal = pyrage.x25519.Identity.from_str(identity)
    database = _database(served)
    with database.reading() as conn:
        keys = member_keys.read_wraps(conn, _cell_file(served), SITE_ID, served.pseudonym)
        wraps = [key.wrap for key in keys]
    database.close()
    return [pyrage.decrypt(wrap, [personal]).decode().strip() for wrap in wraps if wrap]


def _database(served: NewsroomWithLead) -> Database:
    return Database(settings.load(served.newsroom.config).database_url)


def _cell_file(served: NewsroomWithLead) -> CellFile:
    loaded = settings.load(served.newsroom.config)
    return CellFile(loaded.cells_file, cells_min=loaded.cells_min)


def _scalar(identity: str) -> bytes:
    """The 32 bytes of an age identity: Bech32 with a checksum of six characters."""
    values = [ALPHABET.index(char) for char in identity.lower().rpartition("1")[2][:-6]]
    bits = int("".join(f"{value:05b}" for value in values)[:256], 2)
    return bits.to_bytes(32, "big")


def _of_bytes(secret: bytes) -> list[bytes]:
    """Either half, because a compressed file may have a break in between; and the whole as text."""
    packed = base64.b64encode(secret).rstrip(b"=")
    return [secret[:16], secret[16:], secret.hex().encode(), secret.hex().upper().encode(), packed]


@pytest.fixture(scope="module")
def secrets(still: NewsroomWithLead) -> Secrets:
    send(still.newsroom.story(), COMMENT)
    return Secrets(still)


@contextmanager
def _profile(
    playwright: Playwright, served: NewsroomWithLead, folder: Path, script: str = ""
) -> Iterator[Moderator]:
    """The lead, signed in, in a browser with a profile on the disk; closed at the end."""
    context = playwright.chromium.launch_persistent_context(
        folder,
        executable_path=chromium_path(),
        args=chromium_arguments(),
        locale="en-GB",
        reduced_motion="reduce",
        **DESKTOP,
    )
    context.set_default_timeout(WAIT_MS)
    if script:
        context.add_init_script(script)
    moderator = Moderator(context.new_page(), served.newsroom)
    moderator.sign_in(served.pseudonym, served.passphrase)
    yield moderator
    context.close()


def _set_pin(desk: Moderator) -> None:
    desk.go("People")
    desk.page.get_by_label("A PIN for this session").fill(PIN)
    desk.page.get_by_role("button", name="Set the PIN").click()
    expect(desk.page.locator("#sessions-result")).to_contain_text("The PIN is set")
    desk.go("Queue")


def _begin_draft(desk: Moderator) -> None:
    desk.open(COMMENT)
    desk.press("e")
    desk.page.locator("#edit-text").fill(DRAFT)


def _while_running(secrets: Secrets, folder: Path, copy: Path) -> set[str]:
    """As a copy of the disk would show it."""
    shutil.copytree(folder, copy, ignore=shutil.ignore_patterns("Singleton*"), symlinks=True)
    return secrets.found_in(copy)


def test_after_a_lock_with_a_pin_no_key_and_no_draft_is_in_the_browsers_files(
    still: NewsroomWithLead, secrets: Secrets, playwright_here: Playwright, tmp_path: Path
) -> None:
    folder = tmp_path / "profile"
    with _profile(playwright_here, still, folder) as desk:
        _set_pin(desk)
        _begin_draft(desk)
        desk.page.keyboard.press("Control+Shift+L")
        expect(desk.page.get_by_role("heading", name="Locked")).to_be_visible()
        expect(desk.page.locator("body")).to_contain_text("is kept in this tab")
        for words in (COMMENT, DRAFT):
            expect(desk.page.locator("body")).not_to_contain_text(words)
        assert _while_running(secrets, folder, tmp_path / "copy") == set()
        desk.page.get_by_label("PIN of this session").fill(PIN)
        desk.page.get_by_role("button", name="Unlock").click()
        desk.settled()
        expect(desk.page.locator("#edit-text")).to_have_value(DRAFT)
        desk.page.keyboard.press("Control+Shift+L")
        expect(desk.page.get_by_role("heading", name="Locked")).to_be_visible()
    assert secrets.found_in(folder) == set()


@pytest.mark.parametrize("end", ["lock", "sign out", "close"])
def test_however_the_desk_is_left_no_key_is_in_the_browsers_files(
    still: NewsroomWithLead,
    secrets: Secrets,
    playwright_here: Playwright,
    tmp_path: Path,
    end: str,
) -> None:
    with _profile(playwright_here, still, tmp_path / "profile") as desk:
        _begin_draft(desk)
        if end == "lock":
            desk.page.get_by_role("button", name="Lock", exact=True).click()
            expect(desk.page.get_by_role("heading", name="Locked")).to_be_visible()
        if end == "sign out":
            desk.page.on("dialog", lambda dialog: dialog.accept())
            desk.go("People")
            desk.page.get_by_role("button", name="Sign out").click()
            expect(desk.page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert secrets.found_in(tmp_path / "profile") == set()


def test_words_that_are_shown_while_they_are_typed_are_in_no_file(
    still: NewsroomWithLead, secrets: Secrets, playwright_here: Playwright, tmp_path: Path
) -> None:
    """Chromium stores the content of fields to restore it when the page is opened again."""
    with _profile(playwright_here, still, tmp_path / "profile") as desk:
        desk.page.get_by_role("button", name="Lock", exact=True).click()
        desk.page.get_by_label("Show the words as I type").check()
        desk.page.locator("#passphrase").fill(still.passphrase)
        desk.page.reload()
        expect(desk.page.locator("#passphrase")).to_have_value("")
    assert secrets.found_in(tmp_path / "profile") == set()


def test_control_without_encryption_the_identity_is_in_the_files_even_after_a_lock(
    still: NewsroomWithLead, secrets: Secrets, playwright_here: Playwright, tmp_path: Path
) -> None:
    with _profile(playwright_here, still, tmp_path / "profile", NO_ENCRYPTION) as desk:
        desk.page.get_by_role("button", name="Lock", exact=True).click()
        expect(desk.page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert "the identity" in secrets.found_in(tmp_path / "profile")


def test_control_keys_that_cannot_be_exported_are_in_the_files_as_they_are(
    still: NewsroomWithLead, secrets: Secrets, playwright_here: Playwright, tmp_path: Path
) -> None:
    with _profile(playwright_here, still, tmp_path / "profile", STORED_AS_KEYS) as desk:
        desk.page.get_by_role("button", name="Lock", exact=True).click()
        expect(desk.page.get_by_role("heading", name="Sign in")).to_be_visible()
    names = secrets.found_in(tmp_path / "profile")
    assert {"the identity", "the signing key", "epoch key 0"} <= names


def test_control_typed_text_that_is_stored_is_found(
    still: NewsroomWithLead, secrets: Secrets, playwright_here: Playwright, tmp_path: Path
) -> None:
    with _profile(playwright_here, still, tmp_path / "profile") as desk:
        _begin_draft(desk)
        desk.page.evaluate(
            "localStorage.setItem('draft', document.querySelector('#edit-text').value)"
        )
        desk.page.reload()
    assert "a draft" in secrets.found_in(tmp_path / "profile")
