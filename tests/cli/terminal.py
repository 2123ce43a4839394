"""A command on a real terminal: a pseudo-terminal of its own, on which Ctrl-C is a key."""

import contextlib
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

SECONDS_MAX: Final = 60
KEY_SECONDS: Final = 5
CTRL_C: Final = b"\x03"
CTRL_D: Final = b"\x04"


class Terminal:
    def __init__(self, ours: int, process: "subprocess.Popen[bytes]") -> None:
        self._ours = ours
        self._process = process
        self._read_up_to = 0
        self._deadline = time.monotonic() + SECONDS_MAX
        self.shown = ""

    def wait_for(self, text: str) -> None:
        """Until it stands on the terminal, after what was waited for before."""
        until = time.monotonic() + SECONDS_MAX
        while text not in self.shown[self._read_up_to :]:
            assert time.monotonic() < until, f"no {text!r} in {self.shown!r}"
            assert self._read(), f"it ended without {text!r}: {self.shown!r}"
        self._read_up_to = self.shown.index(text, self._read_up_to) + len(text)

    def type(self, text: str | bytes) -> None:
        os.write(self._ours, text if isinstance(text, bytes) else f"{text}\n".encode())

    def answer(self, question: str, text: str) -> None:
        self.wait_for(question)
        self.type(text)

    def stop_with(self, key: bytes) -> int:
        """Again after a while: Python loses a Ctrl-C that comes just before it begins to read a line."""
        while self._process.poll() is None:
            assert time.monotonic() < self._deadline, self.shown
            self.type(key)
            again_at = time.monotonic() + KEY_SECONDS
            while self._process.poll() is None and time.monotonic() < again_at:
                self._read()
        return self.exit_code()

    def exit_code(self) -> int:
        while self._read():
            assert time.monotonic() < self._deadline, f"it goes on: {self.shown!r}"
        return self._process.wait(timeout=SECONDS_MAX)

    def _read(self) -> bool:
        """False at the end, which a terminal reports as an error."""
        ready, _, _ = select.select([self._ours], [], [], 1)
        if not ready:
            return True
        try:
            part = os.read(self._ours, 4_096)
        except OSError:
            return False
        self.shown += part.decode("utf-8").replace("\r\n", "\n")
        return bool(part)


@contextlib.contextmanager
def on_terminal(folder: Path, *words: str, **environment: str) -> Iterator[Terminal]:
    """`python -m yobal WORDS` in a folder. It must have ended before the block does."""
    ours, theirs = pty.openpty()
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("YOBAL_")}
    process = subprocess.Popen(
        [
            # The tests may run as a background job of a shell, which ignores Ctrl-C.
            *("env", "--default-signal=INT"),
            *("setsid", "--ctty", "--wait", sys.executable, "-m", "yobal", *words),
        ],
        cwd=folder,
        env=inherited | {"TERM": "xterm", "LANG": "C.UTF-8"} | environment,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    try:
        yield Terminal(ours, process)
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(timeout=SECONDS_MAX)
        os.close(ours)
