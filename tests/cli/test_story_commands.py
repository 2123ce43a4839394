"""`yobal story …` as a technician types it: what it prints, what it asks, and what it changes."""

import json
import os
import pty
import subprocess
import sys
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import run
from tests.harness import SITE_ID, START
from yobal.actions import setup_site
from yobal.cli import closing_time, story_commands
from yobal.core.errors import InvalidInput
from yobal.core.schedule import Schedule
from yobal.server.settings import load
from yobal.server.wiring import build_components, prepare_storage

PHNOM_PENH = Schedule(time_zone="Asia/Phnom_Penh")
NOW = datetime(2026, 11, 27, 8, 0, tzinfo=UTC).timestamp()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "yobal.toml"
    path.write_text(
        f'site_id = "{SITE_ID}"\nsite_name = "n"\ntime_zone = "Asia/Phnom_Penh"\n', encoding="utf-8"
    )
    settings = load(path, {})
    prepare_storage(settings)
    components = build_components(settings)
    setup_site.create_site(components.database, components.rules, name="n", now=START)
    components.close()
    for tag in ("en", "km"):
        story_commands.add(path, "ferry", edition=tag, title="T", url=f"https://news.example/{tag}")
    return tmp_path


def options(**values: str) -> story_commands.SetOptions:
    return story_commands.SetOptions(**values)


def listed(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in story_commands.list_as_json(folder / "yobal.toml")]


def test_a_closing_time_is_rounded_up_to_a_slot_of_the_site_and_said(folder: Path) -> None:
    config = folder / "yobal.toml"
    said = story_commands.change(config, "ferry", options(closes="2030-12-01T17:10"))
    assert said == "ferry is open until 2030-12-01T18:00"
    assert story_commands.list_all(config) == [
        "ferry  open until 2030-12-01T18:00  0 comments  en km"
    ]
    assert listed(folder)[0]["closes_at"] == "2030-12-01T18:00:00+07:00"
    assert story_commands.change(config, "ferry", options(closes="never")) == "ferry is open"
    assert story_commands.set_open(config, "ferry", is_open=False) == "ferry is closed"


@pytest.mark.parametrize(
    ("text", "slot"),
    [
        ("2026-12-01T18:00", "2026-12-01T18:00"),
        ("2026-12-01T18:00:01", "2026-12-02T00:00"),
        ("2026-12-01 12:00", "2026-12-01T12:00"),
        ("2026-12-01T12:00+00:00", "2026-12-02T00:00"),  # 19:00 in Phnom Penh
    ],
)
def test_a_closing_time_is_the_first_slot_from_it_on(text: str, slot: str) -> None:
    parsed = closing_time.parse(text, PHNOM_PENH, now=NOW)
    assert parsed != "never"
    assert closing_time.show(parsed, PHNOM_PENH) == slot


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("tomorrow", "a date and a time"),
        ("2026-12-01", "has no time"),
        ("2026-11-27T14:59", "is past: `yobal story close`"),
        ("9999-12-31T23:59", "more than 10 years away"),
        ("0001-01-01T00:00", "is past"),
        ("2026-13-01T00:00", "a date and a time"),
        ("", "a date and a time"),
    ],
)
def test_another_closing_time_is_refused_with_what_to_write(text: str, says: str) -> None:
    with pytest.raises(InvalidInput, match=says):
        closing_time.parse(text, PHNOM_PENH, now=NOW)


def test_a_change_of_editors_texts_says_what_was_set_and_what_was_removed(folder: Path) -> None:
    change = partial(story_commands.change, folder / "yobal.toml", "ferry")
    assert (
        change(options(edition="en", question="Did you ride?"))
        == "ferry is open; its question is set"
    )
    assert change(options(edition="en", question="", note="Be kind.")) == (
        "ferry is open; its question is removed; its note is set"
    )


def test_the_list_for_programs_has_one_story_on_each_line(folder: Path) -> None:
    config = folder / "yobal.toml"
    story_commands.change(config, "ferry", options(edition="km", question="ជិះទេ?", note="N"))
    done = run(folder, "story", "list", "--json")
    assert [json.loads(line) for line in done.stdout.splitlines()] == [
        {
            "story_id": "ferry",
            "is_open": True,
            "closes_at": None,
            "comments": 0,
            "editions": [
                {
                    "edition": "en",
                    "title": "T",
                    "url": "https://news.example/en",
                    "question": "",
                    "pinned_note": "",
                },
                {
                    "edition": "km",
                    "title": "T",
                    "url": "https://news.example/km",
                    "question": "ជិះទេ?",
                    "pinned_note": "N",
                },
            ],
        }
    ]


def test_a_removal_says_what_it_deletes_and_changes_nothing_without_a_terminal(
    folder: Path,
) -> None:
    done = run(folder, "story", "remove", "ferry")
    assert done.returncode == 1
    assert "ferry goes in en, km, for good" in done.stderr
    assert done.stderr.endswith(
        "yobal: nothing was changed: this is not a terminal, so add --yes\n"
    )
    assert len(listed(folder)) == 1
    done = run(folder, "story", "remove", "ferry", "--yes")
    assert (done.returncode, done.stdout) == (0, "ferry is removed\n")
    assert listed(folder) == []


@pytest.mark.parametrize(
    ("answer", "is_removed"), [(b"n\n", False), (b"\n", False), (b"y\n", True)]
)
def test_a_removal_asks_on_a_terminal(folder: Path, answer: bytes, is_removed: bool) -> None:  # noqa: FBT001  # a parameter of pytest
    master, terminal = pty.openpty()
    os.write(master, answer)
    done = subprocess.run(
        [sys.executable, "-m", "yobal", "story", "remove", "ferry"],
        cwd=folder,
        stdin=terminal,
        capture_output=True,
        text=True,
        check=False,
    )
    os.close(terminal)
    os.close(master)
    assert "Go on? [y/N]" in done.stderr
    assert done.returncode == (0 if is_removed else 1)
    assert (listed(folder) == []) == is_removed


def test_an_edition_is_removed_and_a_story_renamed_once_they_are_closed(folder: Path) -> None:
    words = ("story", "remove", "ferry", "--edition", "km", "--yes")
    assert "close it with `yobal story close ferry`" in run(folder, *words).stderr
    run(folder, "story", "close", "ferry")
    assert run(folder, *words).stdout == "ferry (km) is removed\n"
    done = run(folder, "story", "rename", "ferry", "ferry-2026", "--yes")
    assert done.stdout == (
        "ferry is now ferry-2026, and closed: `yobal story open ferry-2026` opens it\n"
    )
    assert [row["story_id"] for row in listed(folder)] == ["ferry-2026"]


def test_set_without_anything_to_set_is_an_error_of_usage(folder: Path) -> None:
    done = run(folder, "story", "set", "ferry")
    assert done.returncode == 2
    assert "missing: --closes, --question or --note" in done.stderr.replace("\n", " ")
