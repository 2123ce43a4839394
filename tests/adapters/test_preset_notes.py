"""Prepared sentences come from Yobal's catalogues and from the newsroom's file."""

import re
from pathlib import Path
from typing import cast

import pytest

from yobal.adapters import preset_notes_file
from yobal.adapters.rendering.preset_notes import built_in
from yobal.core.errors import InvalidSettings
from yobal.core.preset_notes import BUILT_IN, PresetNotes, problems
from yobal.core.terms import CLAUSE_KEYS

DOCS = Path(__file__).parent.parent.parent / "docs"


def test_yobal_has_sentences_for_each_clause_in_english_and_khmer() -> None:
    notes = list(built_in())
    assert {(item.clause, item.lang) for item in notes} == {
        (clause, lang) for clause in CLAUSE_KEYS for lang in ("en", "km")
    }
    assert [problem for item in notes for problem in problems(item)] == []


def test_a_clause_with_a_sentence_that_is_not_translated_has_none_in_that_language(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its author would read English under another language's name."""
    sentences = (*BUILT_IN["spam"], "A sentence that is in no catalogue.")
    monkeypatch.setitem(cast("dict[str, tuple[str, ...]]", BUILT_IN), "spam", sentences)
    offered = {(item.clause, item.lang) for item in built_in()}
    assert ("spam", "en") in offered
    assert ("facts", "km") in offered
    assert ("spam", "km") not in offered


def test_a_file_has_a_list_for_each_clause_and_language(tmp_path: Path) -> None:
    path = tmp_path / "notes.toml"
    path.write_text('[spam]\nen = ["No."]\nkm = []\n', encoding="utf-8")
    assert preset_notes_file.read(str(path)) == [
        PresetNotes("spam", "en", ("No.",)),
        PresetNotes("spam", "km", ()),
    ]
    assert preset_notes_file.read("") == []


def test_the_example_in_the_documentation_is_valid(tmp_path: Path) -> None:
    (example,) = re.findall(
        r"^```toml\n(\[facts\].*?)^```",
        (DOCS / "settings.md").read_text(encoding="utf-8"),
        re.DOTALL | re.MULTILINE,
    )
    path = tmp_path / "notes.toml"
    path.write_text(example, encoding="utf-8")
    assert len(preset_notes_file.read(str(path))) == 3


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b'[rude]\nen = ["No."]', r"\[rude\] is not a clause"),
        (b'[spam]\nen = "No."', "has a list of sentences for each language"),
        (b"spam", "is not a TOML file"),
        (b'[spam]\nen = ["\xff"]', "in UTF-8"),
    ],
)
def test_an_error_in_the_file_says_what_it_is(tmp_path: Path, content: bytes, message: str) -> None:
    path = tmp_path / "notes.toml"
    path.write_bytes(content)
    with pytest.raises(InvalidSettings, match=message):
        preset_notes_file.read(str(path))


def test_invisible_characters_are_removed_as_from_a_note(tmp_path: Path) -> None:
    path = tmp_path / "notes.toml"
    path.write_text('[spam]\nen = ["No.\\u202e"]\n', encoding="utf-8")
    assert preset_notes_file.read(str(path)) == [PresetNotes("spam", "en", ("No.",))]


def test_a_missing_file_is_named_with_its_setting(tmp_path: Path) -> None:
    with pytest.raises(InvalidSettings, match=r"preset_notes_file: .*notes.toml cannot be read"):
        preset_notes_file.read(str(tmp_path / "notes.toml"))
