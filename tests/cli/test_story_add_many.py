"""`yobal story add --from`: many stories in one process, all or none of the file, safe to repeat."""

import json
import resource
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.harness import SITE_ID, START
from yobal.actions import setup_site, write_public_files
from yobal.cli import story_commands
from yobal.core.errors import InvalidInput, PublicFilesUnavailable
from yobal.server.settings import load
from yobal.server.wiring import build_components, prepare_storage
from yobal.store import stale_files

LIMIT_CPU_SECONDS = 60
LARGE = 10_000


@pytest.fixture
def config(tmp_path: Path, database_url: str) -> Path:
    return _make_site(tmp_path, database_url)


def _make_site(folder: Path, database_url: str) -> Path:
    path = folder / "yobal.toml"
    path.write_text(f'site_id = "{SITE_ID}"\nsite_name = "n"\ndatabase = "{database_url}"\n')
    settings = load(path, {})
    prepare_storage(settings)
    components = build_components(settings)
    setup_site.create_site(components.database, components.rules, name="n", now=START)
    components.close()
    return path


def line(number: int, **changed: Any) -> dict[str, Any]:
    values = {
        "story_id": f"story-{number // 2}",
        "edition": "km" if number % 2 else "en",
        "title": f"Title {number}",
        "url": f"https://news.example/{number}",
    }
    return values | changed


def write(config: Path, *lines: Any) -> Path:
    file = config.with_name("stories.jsonl")
    texts = (item if isinstance(item, str) else json.dumps(item) for item in lines)
    file.write_text("\n".join([*texts, ""]), encoding="utf-8")
    return file


def add(config: Path, file: Path) -> tuple[str, list[str]]:
    progress: list[str] = []
    return story_commands.add_many(config, file, show=progress.append), progress


def pages(config: Path) -> dict[str, bytes]:
    public = config.parent / "data" / "public" / SITE_ID
    return {
        path.relative_to(public).as_posix(): path.read_bytes()
        for path in public.rglob("index.html")
    }


def test_every_line_is_declared_and_has_its_page(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(story_commands, "DECLARED_TOGETHER_MAX", 4)
    file = write(config, *map(line, range(10)), "")
    result, progress = add(config, file)
    assert result == "10 declared or changed, 0 unchanged"
    assert [text.partition(" declared")[0] for text in progress] == [
        "4 of 10",
        "8 of 10",
        "10 of 10",
    ]
    assert len(story_commands.list_all(config)) == 5
    assert story_commands.list_all(config)[0] == "story-0  open  0 comments  en km"
    written = pages(config)
    assert len(written) == 10
    assert b"Title 3" in written["story-1/km/index.html"]
    assert b"/story-1/en/" in written["story-1/km/index.html"], "a page names the other edition"


def test_the_same_file_again_changes_nothing_and_a_new_title_only_its_story(config: Path) -> None:
    file = write(config, *map(line, range(6)))
    add(config, file)
    public = config.parent / "data" / "public" / SITE_ID
    inodes = {path: path.stat().st_ino for path in public.rglob("index.html")}
    assert add(config, file)[0] == "0 declared or changed, 6 unchanged"
    assert {path: path.stat().st_ino for path in inodes} == inodes
    write(config, *map(line, range(5)), line(5, title="Another"))
    assert add(config, file)[0] == "1 declared or changed, 5 unchanged"
    changed = {path.parts[-3] for path in inodes if path.stat().st_ino != inodes[path]}
    assert changed == {"story-2"}
    assert b"Another" in pages(config)["story-2/km/index.html"]


def test_it_gives_the_same_pages_as_one_command_for_each(tmp_path: Path) -> None:
    written = []
    for name in ("one", "many"):
        (tmp_path / name).mkdir()
        url = f"sqlite:///{tmp_path / name / 'yobal.sqlite'}"
        config = _make_site(tmp_path / name, url)
        if name == "many":
            add(config, write(config, *map(line, range(4))))
        else:
            for values in map(line, range(4)):
                story_id = values.pop("story_id")
                story_commands.add(config, story_id, **values)
        written.append(pages(config))
    assert written[0] == written[1]


WRONG = {
    "{": "line 2: Input data was truncated",
    "[]": "line 2: Expected `object`",
    '{"story_id": "a"}': "line 2: Object missing required field",
    json.dumps(line(1, colour="red")): "line 2: Object contains unknown field `colour`",
    json.dumps(line(1, title=7)): "line 2: Expected `str`, got `int`",
    json.dumps(line(1, story_id="a/b")): "line 2: a story id has",
    json.dumps(line(1, edition="xx-zz-not")): "line 2: “xx-zz-not” is not a language tag",
    json.dumps(line(1, url="javascript:alert(1)")): "line 2: a story's URL",
    json.dumps(line(0, title="Other")): "line 2: an earlier line gives story-0 en another title",
}


@pytest.mark.parametrize("text", WRONG)
def test_a_line_that_is_wrong_is_named_by_its_number_and_nothing_is_declared(
    tmp_path: Path, text: str
) -> None:
    config = _make_site(tmp_path, f"sqlite:///{tmp_path / 'yobal.sqlite'}")
    file = write(config, line(0), text, line(2))
    with pytest.raises(InvalidInput) as raised:
        add(config, file)
    assert str(raised.value).startswith(f"nothing was declared; {WRONG[text]}")
    assert story_commands.list_all(config) == []


def test_a_line_in_another_encoding_is_named_by_its_number(tmp_path: Path) -> None:
    config = _make_site(tmp_path, f"sqlite:///{tmp_path / 'yobal.sqlite'}")
    file = write(config, line(0))
    file.write_bytes(file.read_bytes().replace(b"Title", b"T\xeftle"))
    with pytest.raises(InvalidInput, match="line 1: not in UTF-8"):
        add(config, file)


def test_every_wrong_line_is_named_up_to_ten(tmp_path: Path) -> None:
    config = _make_site(tmp_path, f"sqlite:///{tmp_path / 'yobal.sqlite'}")
    with pytest.raises(InvalidInput) as raised:
        add(config, write(config, *["{"] * 12))
    message = str(raised.value)
    assert ("line 10:" in message, "line 11:" in message) == (True, False)
    assert message.endswith("and 2 more lines")


def test_after_an_interruption_the_same_command_finishes(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any, **__: Any) -> int:
        raise PublicFilesUnavailable("No space left on device")

    file = write(config, *map(line, range(6)))
    with monkeypatch.context() as patch:
        patch.setattr(write_public_files, "write_stale", fail)
        with pytest.raises(PublicFilesUnavailable):
            add(config, file)
    assert pages(config) == {}
    assert add(config, file)[0] == "0 declared or changed, 6 unchanged"
    assert len(pages(config)) == 6


def test_a_batch_that_fails_is_not_stored_at_all(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(stale_files, "add", fail)
        with pytest.raises(KeyboardInterrupt):
            add(config, write(config, *map(line, range(6))))
    assert story_commands.list_all(config) == []


def test_it_reads_standard_input_and_shows_its_progress_beside_the_result(tmp_path: Path) -> None:
    config = _make_site(tmp_path, f"sqlite:///{tmp_path / 'yobal.sqlite'}")
    file = write(config, *map(line, range(3)))
    done = subprocess.run(
        [sys.executable, "-m", "yobal", "story", "add", "--from", "-"],
        cwd=tmp_path,
        input=file.read_text(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "3 declared or changed, 0 unchanged\n"
    assert done.stderr == "3 of 3 declared, and their pages written\n"


@pytest.mark.slow
def test_ten_thousand_stories_take_at_most_a_minute(tmp_path: Path) -> None:
    """Of processor time, so that other work on this machine does not count."""
    config = _make_site(tmp_path, f"sqlite:///{tmp_path / 'yobal.sqlite'}")
    write(config, *(line(2 * number) for number in range(LARGE)))
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, "-m", "yobal", "story", "add", "--from", "stories.jsonl"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu_seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert len(pages(config)) == LARGE
    assert cpu_seconds <= LIMIT_CPU_SECONDS
