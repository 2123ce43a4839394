"""Run by a test: a command with workers, which begin their work only once the command was killed."""

import os
import pickle
import sys
import time
from pathlib import Path

from yobal.server import file_workers
from yobal.server.wiring import build_components

FOLDER = Path(sys.argv[-1])
WORKERS = 2


def main() -> None:
    os.cpu_count = lambda: WORKERS
    settings, stale_rows = pickle.loads((FOLDER / "given").read_bytes())
    (FOLDER / "command").write_text(str(os.getpid()))
    with file_workers.file_workers(build_components(settings), stale_count=10_000) as write:
        assert write is not None
        write(stale_rows, 0)


if __name__ == "__main__":
    main()
elif __name__ == "__mp_main__":  # a worker, before its first line of ours
    (FOLDER / f"worker-{os.getpid()}").touch()
    while os.getppid() == int((FOLDER / "command").read_text()):
        time.sleep(0.01)
