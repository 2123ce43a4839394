"""The doctor names what is wrong with the newsroom's own sentences."""

from pathlib import Path

from tests.doctor.test_notices import settings_of
from tests.harness import NewsroomHarness
from yobal.doctor import preset_notes


def test_an_error_in_the_file_is_a_failure(
    sqlite_newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    assert preset_notes.examine(settings_of(sqlite_newsroom)) == []
    path = tmp_path / "notes.toml"
    settings = settings_of(sqlite_newsroom, preset_notes_file=str(path))
    (missing,) = preset_notes.examine(settings)
    assert missing.is_failure
    path.write_text('[spam]\nen = ["No."]\n', encoding="utf-8")
    (valid,) = preset_notes.examine(settings)
    assert not valid.is_failure
