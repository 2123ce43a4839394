"""Cleaning and script detection, over sample texts of more than 700 languages."""

import json
import re
from pathlib import Path
from typing import Final

from tests import samples
from yobal.core import language, text

VECTORS: Final = Path(__file__).parent.parent / "vectors"
# Unicode gives each character one script; ISO 15924 has codes for mixtures and variants, too.
_UNICODE_SCRIPTS: Final = {
    "Jpan": {"Kana", "Hani"},
    "Kore": {"Hang", "Hani"},
    "Hans": {"Hani"},
    "Hant": {"Hani"},
    "Hira": {"Kana"},
    "Geok": {"Geor"},
}
_UNKNOWN_TO_CLDR: Final = {"Berf", "Dsrt"}  # still a script, but of no language


def _without_needless_space(raw: str) -> str:
    lines = [line.rstrip() for line in raw.split("\n")]
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(lines)).strip("\n")


def test_there_are_8000_samples_of_700_languages() -> None:
    assert len(samples.texts()) >= 8_000
    assert len({(sample.language, sample.script) for sample in samples.texts()}) >= 700
    assert len(samples.characters()) >= 100_000
    assert len(samples.names()) >= 500


def test_cleaning_changes_only_spaces_at_line_ends_and_blank_lines() -> None:
    changed = [
        sample
        for sample in samples.texts()
        if text.clean(sample.text) != _without_needless_space(sample.text)
    ]
    assert changed == []


def test_no_character_that_a_language_is_written_with_is_removed() -> None:
    """Joiners and marks stand alone here, which is where a rule about their neighbours fails."""
    changed = [sample for sample in samples.characters() if text.clean(sample.text) != sample.text]
    assert changed == []


def test_the_vectors_have_the_name_of_every_language() -> None:
    """The desk's tests read them: they have no such library."""
    vectors = json.loads((VECTORS / "names.json").read_text(encoding="utf-8"))
    assert vectors == [{"script": sample.script, "name": sample.text} for sample in samples.names()]


def test_the_name_of_every_language_can_be_a_readers_name() -> None:
    changed = [sample for sample in samples.names() if text.clean_name(sample.text) != sample.text]
    assert changed == []


def test_no_sample_is_empty_or_has_stacked_marks() -> None:
    refused = [
        sample
        for sample in samples.texts()
        if text.is_empty(sample.text) or text.has_stacked_marks(sample.text)
    ]
    assert refused == []


def test_the_script_of_every_sample_is_found() -> None:
    wrong = [
        sample
        for sample in samples.texts()
        if sample.script not in _UNKNOWN_TO_CLDR
        and language.script_of(sample.text)
        not in _UNICODE_SCRIPTS.get(sample.script, {sample.script})
    ]
    assert wrong == []


def test_a_text_in_the_script_of_its_edition_has_the_language_of_the_edition() -> None:
    for sample in samples.texts():
        if sample.script not in _UNKNOWN_TO_CLDR | {"Geok"}:
            edition = f"{sample.language}-{sample.script}"
            assert language.detect_language(sample.text, edition=edition) == edition


def test_a_text_in_another_script_never_has_the_language_of_the_edition() -> None:
    for sample in samples.texts():
        if sample.script != "Latn":
            assert language.detect_language(sample.text, edition="en") != "en", sample
