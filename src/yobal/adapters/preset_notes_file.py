"""The newsroom's own sentences for notes, from `preset_notes_file`.

The file is TOML: a table for each clause, in it a list of sentences for each language.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from yobal.core import text as texts
from yobal.core.errors import InvalidSettings
from yobal.core.preset_notes import PresetNotes, problems

_FileContent = dict[str, dict[str, tuple[str, ...]]]


def read(path: str) -> list[PresetNotes]:
    """None without a path. Raises InvalidSettings with everything that is wrong in the file."""
    own = list(_from_file(Path(path))) if path else []
    wrong = [problem for notes in own for problem in problems(notes)]
    if wrong:
        raise InvalidSettings(f"{path}: {'; '.join(wrong)}")
    return own


def _from_file(path: Path) -> Iterator[PresetNotes]:
    try:
        content = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _FileContent)
    except OSError as error:
        raise InvalidSettings(
            f"preset_notes_file: {path} cannot be read: {error.strerror}"
        ) from None
    except UnicodeDecodeError:
        raise InvalidSettings(f"{path} is not a text file in UTF-8: save it as one") from None
    except tomllib.TOMLDecodeError as error:
        raise InvalidSettings(f"{path} is not a TOML file: {error}") from None
    except msgspec.ValidationError:
        raise InvalidSettings(
            f'{path}: a clause has a list of sentences for each language, for example: en = ["…"]'
        ) from None
    for clause, languages in content.items():
        for lang, sentences in languages.items():
            yield PresetNotes(clause, lang, tuple(map(texts.clean, sentences)))
