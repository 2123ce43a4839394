"""The hash over the desk's files: the vector, and the steps that the documentation gives for stock programs."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from yobal.core.desk_hash import desk_hash, hash_list
from yobal.local_desk.desk_files import DESK_FILES, own_hash, own_list
from yobal.server.wiring import STATIC

ROOT = Path(__file__).parent.parent.parent
VECTOR = json.loads((ROOT / "tests/vectors/desk-hash.json").read_text("utf-8"))
FILES = {name: text.encode() for name, text in VECTOR["files"].items()}


def documented(folder: Path) -> str:
    """What the documented command for the server prints, run in this folder."""
    text = (ROOT / "docs/desk-code.md").read_text("utf-8")
    command = re.search(r"static && (sha256sum .* \| sha256sum)$", text, re.MULTILINE)
    assert command is not None
    return subprocess.run(
        ["sh", "-c", command[1]], cwd=folder, capture_output=True, text=True, check=True
    ).stdout.split()[0]


def test_the_vector_and_the_documented_command_give_the_same_hash(tmp_path: Path) -> None:
    for name, content in FILES.items():
        (tmp_path / name).write_bytes(content)
    assert hash_list(FILES) == VECTOR["list"]
    assert desk_hash(FILES) == VECTOR["hash"] == documented(tmp_path)


def test_the_vector_has_the_files_that_a_browser_loads() -> None:
    assert set(FILES) == set(DESK_FILES)


def test_the_documented_command_gives_the_hash_of_the_built_files() -> None:
    assert documented(STATIC) == own_hash()
    assert [line.split("  ")[1] for line in own_list().splitlines()] == sorted(DESK_FILES)


@pytest.mark.parametrize("name", DESK_FILES)
def test_every_file_and_every_name_changes_the_hash(name: str) -> None:
    changed = FILES | {name: FILES[name] + b" "}
    renamed = {("x" + key if key == name else key): value for key, value in FILES.items()}
    assert len({desk_hash(FILES), desk_hash(changed), desk_hash(renamed)}) == 3
