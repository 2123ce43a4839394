"""Yobal's own sentences for notes fit, and what a newsroom writes is checked."""

import pytest

from yobal.core import text as texts
from yobal.core.preset_notes import BUILT_IN, SENTENCES_MAX, PresetNotes, problems, replaced
from yobal.core.terms import CLAUSE_KEYS


def test_every_clause_has_sentences() -> None:
    assert BUILT_IN.keys() == CLAUSE_KEYS


def test_a_newsrooms_list_replaces_only_the_list_of_its_clause_and_language() -> None:
    built_in = [PresetNotes(clause, lang, ("a",)) for clause in ("spam", "facts") for lang in "xy"]
    own = [PresetNotes("spam", "x", ("b",)), PresetNotes("facts", "y", ())]
    assert replaced(built_in, own) == [own[0], built_in[1], built_in[2]]


@pytest.mark.parametrize(
    ("notes", "expected"),
    [
        (PresetNotes("spam", "en", ("Fine.",)), ""),
        (PresetNotes("spam", "en", ()), ""),
        (PresetNotes("rude", "en", ("Fine.",)), "[rude] is not a clause"),
        (PresetNotes("spam", "english", ("Fine.",)), "is a tag"),
        (PresetNotes("spam", "en", ("a",) * (SENTENCES_MAX + 1)), "at most 6 sentences"),
        (PresetNotes("spam", "en", ("a" * 301,)), "at most 300 characters"),
        (PresetNotes("spam", "en", ("two\nlines",)), "one line of plain text"),
        (PresetNotes("spam", "en", ("",)), "one line of plain text"),
    ],
)
def test_a_problem_says_where_it_is(notes: PresetNotes, expected: str) -> None:
    message = "; ".join(problems(notes))
    assert expected in message
    assert bool(message) == bool(expected)


def test_the_longest_allowed_sentence_is_counted_as_people_count() -> None:
    khmer = "\u1780\u17d2\u1781" * 300
    assert texts.count_graphemes(khmer) == 300
    assert list(problems(PresetNotes("spam", "km", (khmer,)))) == []
