"""Sample texts of hundreds of languages, from the data of Google Fonts."""

from functools import cache
from typing import Any, Final, NamedTuple

from gflanguages import LoadLanguages

_REMARK: Final = "note"  # in English


class Sample(NamedTuple):
    """`language` is an ISO 639 code, `script` an ISO 15924 code."""

    language: str
    script: str
    text: str


@cache
def _languages() -> list[Any]:
    return list(LoadLanguages().values())


def texts() -> list[Sample]:
    """Paragraphs, sentences and headlines."""
    return [
        Sample(entry.language, entry.script, text)
        for entry in _languages()
        for field, text in entry.sample_text.ListFields()
        if field.name != _REMARK
    ]


def names() -> list[Sample]:
    """The name of each language in the language itself."""
    return [
        Sample(entry.language, entry.script, entry.autonym)
        for entry in _languages()
        if entry.autonym
    ]


def characters() -> list[Sample]:
    """Characters and clusters that a language is written with, punctuation and joiners included."""
    return [
        Sample(entry.language, entry.script, characters)
        for entry in _languages()
        for _, listed in entry.exemplar_chars.ListFields()
        for characters in listed.replace("{", " ").replace("}", " ").split(" ")
        if characters
    ]
