"""The wheel carries the built front end and works in an empty environment."""

import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_the_wheel_gives_a_working_yobal_in_an_empty_environment(tmp_path: Path) -> None:
    wheels = tmp_path / "wheels"
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
    subprocess.run([*pip, "wheel", ROOT, "--no-deps", "-w", wheels], check=True)
    (wheel,) = wheels.glob("yobal-*.whl")

    empty = tmp_path / "empty"
    venv.create(empty, with_pip=True)
    lock: list[str | Path] = ["--require-hashes", "-r", ROOT / "requirements" / "run.lock"]
    new_pip: list[str | Path] = [
        empty / "bin" / "python",
        "-m",
        "pip",
        "--disable-pip-version-check",
        "-q",
    ]
    subprocess.run([*new_pip, "install", *lock], check=True)
    subprocess.run([*new_pip, "install", "--no-deps", wheel], check=True)

    said = subprocess.run(
        [empty / "bin" / "yobal", "init", "--site", "post", "--name", "The Post"],
        cwd=tmp_path, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "/join#" in said.stdout
    static = next(empty.glob("lib/python*/site-packages/yobal/static"))
    assert {"desk.js", "desk.css", "letters.css", "words.json"} <= {
        path.name for path in static.iterdir()
    }
    assert list((tmp_path / "data" / "public" / "post" / "@").iterdir())
