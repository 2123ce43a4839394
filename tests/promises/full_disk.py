"""Run by `test_p11_received_survives.py` where it may mount a small disk; not collected otherwise."""

import errno
import sqlite3
import subprocess
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from tests.promises.senders import sealed_texts
from tests.promises.test_p11_received_survives import _sent, _until_refused
from tests.serving import form, post, serving

SIZE: Final = "6m"
BALLAST_BYTES: Final = 2 * 1_024 * 1_024  # occupies space, and is deleted later
SWALLOWING: Final = """
from yobal.core.errors import DatabaseUnavailable
from yobal.store import sqlite_inbox
strict = sqlite_inbox._insert
def insert(inbox, entries, on_conflict=""):
    try:
        strict(inbox, entries, on_conflict)
    except DatabaseUnavailable:
        pass
sqlite_inbox._insert = insert
"""


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of six megabytes for all of the newsroom's data."""
    folder = tmp_path / "data"
    folder.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "yobal-test", str(folder)], check=True
    )
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_on_a_full_disk_the_text_is_returned_and_nothing_received_is_lost(
    tmp_path: Path, disk: Path
) -> None:
    with serving(tmp_path, disk_reserve_mib=0) as served:
        ballast = disk / "ballast"
        ballast.write_bytes(bytes(BALLAST_BYTES))
        received = [_sent(served, f"Before {number}.") for number in range(10)]
        refused = {_until_refused(served, received)}
        with pytest.raises(OSError, match="No space left") as raised:
            (disk / "more").write_bytes(bytes(64 * 1_024))
        assert raised.value.errno == errno.ENOSPC
        (disk / "more").write_bytes(b"")
        for number in range(20):  # some may still find a free page in the log
            text = f"Late {number}. {'និង' * 300}"
            answer = post(served.intake, form(text))
            if answer.is_received:
                received.append(answer)
                continue
            assert (answer.status, text in answer.text) == (503, True)
            refused.add(text)
        assert len(refused) > 10
        ballast.unlink()
        received += [_sent(served, f"After {number}.") for number in range(30)]
        served.newsroom.move_inbox()
        assert all(served.newsroom.receipt_state(answer.code) == "pending" for answer in received)
        stored = Counter(sealed_texts(served.newsroom))
        assert set(stored.values()) == {1}
        assert len(stored) == len(received)
        assert refused.isdisjoint(stored)
        assert served.process
        assert served.process.poll() is None, "the server went on"
    with closing(sqlite3.connect(disk / "yobal.sqlite")) as conn:
        assert conn.execute("pragma integrity_check").fetchall() == [("ok",)]


def test_control_a_commit_whose_failure_is_ignored_loses_received_comments(
    tmp_path: Path, disk: Path
) -> None:
    with serving(tmp_path, script=SWALLOWING, disk_reserve_mib=0) as served:
        (disk / "ballast").write_bytes(bytes(BALLAST_BYTES))
        received = [_sent(served, f"Filling {number} " + "និង" * 300) for number in range(700)]
        (disk / "ballast").unlink()
        assert sum(served.newsroom.receipt_state(answer.code) is None for answer in received) > 100
