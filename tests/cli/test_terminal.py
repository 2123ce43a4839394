"""What a file, a feed or a pseudonym says controls no terminal."""

import json
from pathlib import Path

from tests.cli.command import run
from yobal.cli import terminal


def test_escape_sequences_directions_and_halves_of_characters_are_named() -> None:
    line = "a\x1b[2J\x9b31m\r\u202eb\u2066\udcff"
    assert terminal.visible(line) == "a\\u001b[2J\\u009b31m\\u000d\\u202eb\\u2066\\udcff"


def test_text_of_any_script_and_line_breaks_stay() -> None:
    line = "ភាសា\u200bខ្មែរ\tfa: می\u200cخواهم\u200f\nx"
    assert terminal.visible(line) == line


def test_json_stays_json() -> None:
    text = json.dumps({"title": "a\u202eb"}, ensure_ascii=False)
    assert json.loads(terminal.visible(text)) == {"title": "a\u202eb"}


def test_escape_sequences_in_a_quoted_argument_are_not_printed(tmp_path: Path) -> None:
    asked = run(tmp_path, "import", "disqus\x1b[2J", "missing.xml", "--names", "keep")
    assert asked.returncode != 0
    assert "\x1b" not in asked.stdout + asked.stderr
