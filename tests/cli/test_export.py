"""`yobal export` as a technician types it: into a file, into a pipe, and stopped in the middle."""

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.command import run
from tests.harness import NewsroomHarness
from yobal.cli import export_commands
from yobal.core.errors import InvalidSettings


@pytest.fixture
def folder(sqlite_newsroom: NewsroomHarness, tmp_path: Path) -> Path:
    """With a settings file beside the newsroom's data."""
    sqlite_newsroom.publish_new("On the ferry.")
    settings = {
        "site_id": "river-post",
        "site_name": "The River Post",
        "database": f"sqlite:///{tmp_path / 'yobal.sqlite'}",
        "data_dir": str(tmp_path / "data"),
        "time_zone": "UTC",
    }
    lines = [f"{name} = {json.dumps(value)}\n" for name, value in settings.items()]
    (tmp_path / "yobal.toml").write_text("".join(lines), encoding="utf-8")
    return tmp_path


def test_only_its_owner_may_read_an_export(folder: Path) -> None:
    result = run(folder, "export", "jsonl", "site.jsonl")
    assert result.returncode == 0, result.stderr
    assert "Exported. Comments: 1; stories: 1." in result.stderr
    assert result.stdout == ""
    assert "On the ferry." in (folder / "site.jsonl").read_text(encoding="utf-8")
    assert stat.S_IMODE((folder / "site.jsonl").stat().st_mode) == 0o600


def test_an_export_without_a_name_goes_to_standard_output(folder: Path) -> None:
    result = run(folder, "export", "csv")
    assert result.stdout.splitlines()[0].startswith('"id","parent"')
    assert "On the ferry." in result.stdout


@pytest.mark.parametrize(
    ("words", "sentence"),
    [(["docx"], "docx is not a format"), (["archive"], "an archive needs a name")],
)
def test_an_export_that_cannot_be_made_is_refused_with_a_sentence(
    folder: Path, words: list[str], sentence: str
) -> None:
    result = run(folder, "export", *words)
    assert result.returncode == 1
    assert sentence in result.stderr


def test_an_export_is_not_printed_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    with pytest.raises(InvalidSettings, match="name a file"):
        export_commands.check_request("jsonl", None)


def test_ctrl_c_leaves_the_old_file_and_no_half_written_file(
    sqlite_newsroom: NewsroomHarness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "site.jsonl"
    file.write_text("the old one", encoding="utf-8")
    sqlite_newsroom.publish_new()

    def stopped(*_: object) -> Iterator[bytes]:
        yield b"half a line"
        raise KeyboardInterrupt

    monkeypatch.setattr(export_commands, "FORMATS", {"jsonl": stopped})
    before = set(tmp_path.iterdir())
    with pytest.raises(KeyboardInterrupt):
        export_commands.export(sqlite_newsroom.components, "jsonl", file)
    assert file.read_text(encoding="utf-8") == "the old one"
    assert set(tmp_path.iterdir()) == before
