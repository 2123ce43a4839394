"""Runs commands as a technician types them: each in its own process, without this process's settings."""

import os
import subprocess
import sys
from pathlib import Path


def run(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`python -m yobal WORDS` in a folder."""
    return run_module(folder, "yobal", *words, **environment)


def run_module(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("YOBAL_")}
    return subprocess.run(
        [sys.executable, "-m", *words],
        cwd=folder,
        env=inherited | environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
