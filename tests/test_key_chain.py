"""The steps of `docs/file-formats.md` open a comment without Yobal: with Python and the stock `age` tool."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.harness import SITE_ID, NewsroomHarness, lead_of

PAGE = Path(__file__).parent.parent / "docs/file-formats.md"
TEXT = "Read long after Yobal is gone. ភាសាខ្មែរ"


def _export(folder: Path, newsroom: NewsroomHarness, table: str, **key: str) -> str:
    """Write a row's ciphertext as the page asks for; returns the number of its cell."""
    name = {
        "member_identities": "identity.bin",
        "wrapped_epoch_keys": "wrap.bin",
        "envelopes": "sealed.bin",
    }
    (row,) = [row for row in newsroom.read_table(table) if key.items() <= row.items()]
    (folder / name[table]).write_bytes(bytes(row["ciphertext"]))
    return str(row["cell"])


def _steps() -> tuple[str, str]:
    """The Python file of the page, and the commands that use it."""
    page = PAGE.read_text(encoding="utf-8")
    code = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    commands = re.search(r"```\n(python3 words\.py.*?)```", page, re.DOTALL)
    assert code is not None
    assert commands is not None
    return code[1], commands[1]


def test_the_documented_steps_open_an_exported_envelope(
    sqlite_newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    newsroom, folder = sqlite_newsroom, tmp_path / "away"
    folder.mkdir()
    sent, heron = newsroom.send(TEXT), lead_of(newsroom)
    epoch_id = newsroom.comment_row(sent.id)["epoch_id"]
    cells = [
        _export(folder, newsroom, "member_identities", opened_by="words"),
        _export(folder, newsroom, "wrapped_epoch_keys", epoch_id=epoch_id),
        _export(folder, newsroom, "envelopes", comment_id=sent.id),
    ]
    (folder / "cells").write_bytes(newsroom.components.cell_file.path.read_bytes())
    code, commands = _steps()
    (folder / "words.py").write_text(code, encoding="utf-8")
    values: dict[str, Any] = {
        " 4711 ": f" {cells[0]} ",
        " 1234 ": f" {cells[1]} ",
        " 815 ": f" {cells[2]} ",
        "SIGNING_KEY": heron.signing_key,
        "EPOCH_ID": epoch_id,
        "COMMENT_ID": sent.id,
        "river-post": SITE_ID,
        "python3": sys.executable,
    }
    for placeholder, value in values.items():
        assert placeholder in commands, placeholder
        commands = commands.replace(placeholder, value)
    done = subprocess.run(
        ["/bin/sh", "-ec", commands],
        cwd=folder,
        input=heron.passphrase.encode() + b"\n",
        capture_output=True,
        check=True,
    )
    assert TEXT in done.stdout.decode()
