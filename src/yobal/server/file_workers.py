"""Processes that render and write public files, so that a command uses every core.

Only for commands: the servers have readers' words in memory, and start no processes. A worker has a connection of its
own and writes what it is told; which files are stale is for the command's own process to say.
"""

import ctypes
import os
import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from typing import Final

from yobal.actions import write_public_files
from yobal.actions.write_public_files import FileWriter, WriteThreads
from yobal.core.errors import PublicFilesUnavailable
from yobal.core.schedule import Slot
from yobal.server.settings import Settings
from yobal.server.wiring import Components, build_components
from yobal.store.stale_files import StaleFileRow

WORTH_WORKERS: Final = 200  # stale files: for fewer, processes take longer to start than they save
WORKERS_MAX: Final = 8
_PARTS_PER_WORKER: Final = 2  # so that no worker waits long for another
_PR_SET_PDEATHSIG: Final = 1  # prctl(2)
_file_writer: FileWriter | None = None  # of a worker


@contextmanager
def file_workers(components: Components, *, stale_count: int) -> Iterator[WriteThreads | None]:
    """None if one process is enough."""
    workers = min(os.cpu_count() or 1, WORKERS_MAX)
    if workers < 2 or stale_count < WORTH_WORKERS:
        yield None
        return
    try:
        executor = ProcessPoolExecutor(
            workers,
            mp_context=get_context("spawn"),
            initializer=_begin,
            initargs=(components.settings, os.getpid()),
        )
    except OSError:  # no shared memory, in a sandbox
        yield None
        return

    def write(rows: Sequence[StaleFileRow], slot: Slot) -> bool:
        size = max(1, -(-len(rows) // (workers * _PARTS_PER_WORKER)))
        parts = [rows[start : start + size] for start in range(0, len(rows), size)]
        futures: list[Future[bool]] = []
        try:
            for part in parts:
                futures.append(executor.submit(_write, part, slot))  # noqa: PERF401  # it may fail midway
            return all(future.result() for future in futures)
        except BrokenProcessPool:  # killed, perhaps for want of memory
            executor.shutdown()  # which waits for those that are being ended
            return False
        finally:
            _wait_for_all(futures)

    try:
        yield write
    finally:
        executor.shutdown(cancel_futures=True)


def _wait_for_all(futures: Sequence[Future[bool]]) -> None:
    """Even if one has failed, and after Ctrl-C: the caller holds the release lock, and gives it up next.

    What a worker writes after that would replace a newer page, perhaps with a comment that was removed meanwhile.
    """
    for future in futures:
        future.cancel()
    while any(not future.done() for future in futures):
        with suppress(KeyboardInterrupt):  # again; a part takes a second or two
            wait(futures)


def _begin(settings: Settings, command_pid: int) -> None:
    """Ctrl-C is for the command, which ends its workers; and if it is killed, they end, too."""
    global _file_writer  # noqa: PLW0603  # a process has one, and no other way to keep it
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != command_pid:  # killed before the line above, which then comes too late
        os._exit(1)
    # The command has checked that the database may be used; `yobal restore` uses an unfinished one.
    _file_writer = build_components(settings, may_be_restoring=True).file_writer


def _write(rows: Sequence[StaleFileRow], slot: Slot) -> bool:
    """Whether all of them were written."""
    if _file_writer is None:
        return False
    try:
        write_public_files.write_threads(_file_writer, rows, slot)
    except PublicFilesUnavailable:
        return False  # the command tries again, story by story, and says why
    return True
