"""P11: a comment that was confirmed as received survives a power cut.

The real server is killed under twenty senders, and so is PostgreSQL. Afterwards every receipt that
was shown works, and no comment exists twice although every sender tries again with the same form.
Control: with `synchronous=NORMAL` the response is sent before the write-ahead log is synced.
That one bad row of a group fails alone is in `tests/store/test_group_commit.py`.
"""

import contextlib
import os
import random
import re
import resource
import signal
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from tests.namespaces import run_in_namespace
from tests.promises.conftest import Cluster
from tests.promises.senders import Senders, check_nothing_lost_or_stored_twice, sealed_texts
from tests.serving import (
    Response,
    Served,
    children,
    form,
    is_alive,
    make_served,
    needed,
    post,
    serving,
    wait_for,
)

LOOSE: Final = """
from yobal.store import database
strict = database._set_pragmas
def loose(raw, record):
    strict(raw, record)
    raw.execute("PRAGMA synchronous=NORMAL").fetchall()
database._set_pragmas = loose
"""


# The server is killed


def _kill_the_server(folder: Path, times: int) -> None:
    draw = random.Random()
    served = make_served(folder)
    senders = Senders(served)
    try:
        for _ in range(times):
            served.start()
            senders.start()
            senders.wait_for_some(draw.randrange(5, 60))
            served.kill()
            senders.stop()
        served.start()
        senders.send_again()
        assert senders.answers[0] > times, "senders were cut off in the middle"
        check_nothing_lost_or_stored_twice(served, senders)
    finally:
        senders.stop()
        served.close()


def test_every_receipt_works_after_the_server_was_killed_3_times(tmp_path: Path) -> None:
    _kill_the_server(tmp_path, 3)


@pytest.mark.slow
def test_every_receipt_works_after_the_server_was_killed_300_times(tmp_path: Path) -> None:
    _kill_the_server(tmp_path, 300)


# PostgreSQL is killed


def _kill_postgresql(folder: Path, made: Cluster, times: int) -> None:
    draw = random.Random()
    with serving(folder, made.new_database()) as served:
        senders = Senders(served)
        for _ in range(times):
            senders.start()
            senders.wait_for_some(draw.randrange(5, 40))
            _kill_all(made.pid)
            _wait_for_a_refusal(senders)
            made.restart()
            senders.wait_for_some(5)  # without help
            senders.stop()
        senders.send_again()
        served.newsroom.database.engine.dispose()
        check_nothing_lost_or_stored_twice(served, senders)


def _wait_for_a_refusal(senders: Senders) -> None:
    refused = senders.answers[503]
    wait_for(lambda: senders.answers[503] > refused, "a request is refused")


def _kill_all(postmaster: int) -> None:
    """Kill our own cluster's processes by id; the postmaster is stopped first, so that it starts no more."""
    os.kill(postmaster, signal.SIGSTOP)
    family = [postmaster, *children(postmaster)]
    for pid in family:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    wait_for(lambda: not any(is_alive(pid) for pid in family), "PostgreSQL is dead")


def test_every_receipt_works_after_postgresql_was_killed_twice(
    tmp_path: Path, cluster: Callable[..., Cluster]
) -> None:
    _kill_postgresql(tmp_path, cluster(), 2)


@pytest.mark.slow
def test_every_receipt_works_after_postgresql_was_killed_50_times(
    tmp_path: Path, cluster: Callable[..., Cluster]
) -> None:
    _kill_postgresql(tmp_path, cluster(), 50)


# The disk is full


def test_on_a_full_disk_the_text_is_returned_and_nothing_received_is_lost(
    tmp_path: Path,
) -> None:
    """Files may not grow (RLIMIT_FSIZE, which needs no root), and later they may again."""
    with serving(tmp_path) as served:
        received = [_sent(served, f"Before {number}.") for number in range(30)]
        with _full_disk(served):
            refused = [_until_refused(served, received)]
            for number in range(20):
                text = f"Sent to a full disk {number}."
                answer = post(served.intake, form(text))
                if answer.is_received:  # SQLite has moved its log into the database: there is room
                    received.append(answer)
                else:
                    assert answer.status == 503, number
                    assert text in answer.text
                    refused.append(text)
        received += [_sent(served, f"After {number}.") for number in range(30)]
        served.newsroom.move_inbox()
        assert all(served.newsroom.receipt_state(answer.code) == "pending" for answer in received)
        kept = Counter(sealed_texts(served.newsroom))
        assert set(kept.values()) == {1}
        assert len(kept) == len(received)
        assert not kept.keys() & set(refused)
        assert served.process
        assert served.process.poll() is None, "the server went on"
    with sqlite3.connect(tmp_path / "data" / "yobal.sqlite") as conn:
        assert conn.execute("pragma integrity_check").fetchall() == [("ok",)]
    conn.close()


@pytest.mark.slow  # two minutes; the limit of a file's size above is the short version
def test_on_a_small_full_disk_nothing_received_is_lost() -> None:
    """A small real disk, with its control; there SQLite itself runs out of space."""
    done = run_in_namespace("mount", "tests/promises/full_disk.py")
    assert done.returncode == 0, done.stdout[-3_000:] + done.stderr[-3_000:]
    assert "2 passed" in done.stdout


@contextmanager
def _full_disk(served: Served) -> Iterator[None]:
    """None of the server's files may become larger than its largest file is now."""
    largest = max(path.stat().st_size for path in served.folder.rglob("*") if path.is_file())
    _, hard = resource.prlimit(served.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(served.pid, resource.RLIMIT_FSIZE, (largest + 64 * 1_024, hard))
    yield
    resource.prlimit(served.pid, resource.RLIMIT_FSIZE, (hard, hard))


def _until_refused(served: Served, received: list[Response]) -> str:
    for number in range(2_000):
        text = f"Filling {number} " + "និង" * 300
        answer = post(served.intake, form(text))
        if not answer.is_received:
            assert answer.status == 503
            assert text in answer.text
            return text
        received.append(answer)
    raise AssertionError("the disk never became full")


def _sent(served: Served, text: str) -> Response:
    answer = post(served.intake, form(text))
    assert answer.is_received, answer.status
    return answer


# The order of sync and answer


def test_the_log_is_synced_before_the_response_is_written(tmp_path: Path) -> None:
    trace = _traced(tmp_path)
    assert _responses_before_a_sync(trace) == []


def test_control_with_synchronous_normal_a_response_comes_before_the_sync(tmp_path: Path) -> None:
    """A power cut after that response would lose a received comment."""
    trace = _traced(tmp_path, script=LOOSE)
    assert len(_responses_before_a_sync(trace)) > 10


def _traced(folder: Path, *, script: str = "") -> list[str]:
    """The system calls of a server that receives twenty comments."""
    strace = needed("strace", "strace")
    served, trace = make_served(folder), folder / "trace"
    served.before = (
        strace,
        "-D",
        "-f",
        "-y",
        "-s",
        "40",
        "-o",
        str(trace),
        "-e",
        "trace=fsync,fdatasync,pwrite64,write,writev,sendto,sendmsg",
    )
    served.script = script
    try:
        served.start()
        for number in range(20):
            _sent(served, f"Number {number}.")
    finally:
        served.close()
    lines = wait_for(
        lambda: (read := trace.read_text(errors="replace")) and "exited" in read and read,
        "strace has written its trace",
    ).splitlines()
    assert sum("HTTP/1.1 200" in line for line in lines) >= 20, "the trace shows the answers"
    return list(lines)


def _responses_before_a_sync(trace: list[str]) -> list[str]:
    """Responses that were written while parts of the write-ahead log were not synced."""
    found, is_synced, syncing = [], True, set()
    for line in trace:
        pid = line.split()[0]
        if "-wal>" in line and re.search(r" (pwrite64|write)\(", line):
            is_synced = False
        elif "-wal>" in line and re.search(r" f(data)?sync\(", line):
            if "unfinished" in line:
                syncing.add(pid)
            else:
                is_synced = True
        elif re.search(r"f(data)?sync resumed", line) and pid in syncing:
            syncing.discard(pid)
            is_synced = True
        elif "HTTP/1.1 200" in line and not is_synced:
            found.append(line)
    return found
