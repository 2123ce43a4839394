"""Cleaning makes text in any script plain, loses nothing visible, and is idempotent."""

import json
import time
import unicodedata
from pathlib import Path

import pytest
import regex
from babel import Locale
from babel.localedata import locale_identifiers
from hypothesis import example, given, settings
from hypothesis import strategies as st

from yobal.core import text
from yobal.core.submission import Limits, validate

VECTORS = json.loads(
    (Path(__file__).parent.parent / "vectors" / "text.json").read_text(encoding="utf-8")
)
MASKS = json.loads(
    (Path(__file__).parent.parent / "vectors" / "masks.json").read_text(encoding="utf-8")
)
KHMER = "ខ្ញុំ\u200bធ្វើការ\u200bនៅ\u200bសាឡាង"
FAMILY = "👨\u200d👩\u200d👧"
# Everything that has broken a cleaner somewhere: line ends, spaces, controls, marks that move,
# Hangul that composes, formats, tags, noncharacters, private use.
HOSTILE = st.text(
    st.sampled_from(
        "\r\n\t\x0b\x0c\x1c\x1d\x85\u2028\u2029\xa0\u3000 \u200b\u200c\u200d\u200e\u061c\u202e\u2066\u2069"
        "\x00\x07\x1b\x7f\x9f\ufeff\u00ad\u2060\ufff9\ufffe\U0001fffe\ue000\U000e0041\ud800\udfff"
        "e\u0301\u0327\u0345ᄀ\u1161\u11a8가\u0344\u212b\ufb1d\u0958ក\u17d2ខ\u17b6\u0600\u06ddשaA"
        "\U0001f468\ufe0f\U0001f3fd\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e007f\U000e0100\u180b\u180e\u034f"
    ),
    max_size=40,
)


@settings(max_examples=400, deadline=None)
@given(st.one_of(HOSTILE, st.text(max_size=40), st.text(st.characters(), max_size=20)))
@example("a\u0301\x00\u0301")
@example("\r\x00\n")
@example("a \u202e\n\n\u2069\n\nb")
@example("\u200b\n\n\n")
def test_cleaning_twice_changes_nothing(raw: str) -> None:
    cleaned = text.clean(raw)
    assert text.clean(cleaned) == cleaned
    name = text.clean_line(raw)
    assert text.clean_line(name) == name
    assert "\n" not in name
    assert "\n\n\n\n" not in cleaned
    assert not any(unicodedata.category(character) in ("Cs", "Co") for character in cleaned)
    assert not any(
        unicodedata.category(character) == "Cc" for character in cleaned if character not in "\t\n"
    )
    cleaned.encode()  # a surrogate would not go into a database


@settings(max_examples=200, deadline=None)
@given(HOSTILE)
def test_cleaning_keeps_every_visible_character(raw: str) -> None:
    def visible(words: str) -> list[str]:
        return [
            character
            for character in words
            if unicodedata.category(character)[0] in "LMNPS" and not text.is_empty(character)
        ]

    assert visible(text.clean(raw)) == visible(raw)


KEPT = {
    "flag of Scotland": "\U0001f3f4\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f",
    "flag in a sentence": "x \U0001f3f4\U000e0075\U000e0073\U000e0063\U000e0061\U000e007f!",
    "family": FAMILY,
    "heart on fire": "❤\ufe0f\u200d🔥",
    "keycap": "1\ufe0f\u20e3",
    "heart as text": "❤\ufe0e",
    "slashed zero": "0\ufe00",
    "ideographic variant": "葛\U000e0100",
    "Mongolian variant": "ᠠ\u180b",
    "decomposed": "e\u0301 \u1100\u1161 \u212b \ufb1d",
    "Hebrew with a grapheme joiner": "\u05d9\u05b0\u034f\u05bc",
    "old Hangul": "\u115f\u1161 \u1100\u1160",
    "isolate": "a \u2067שלום!\u2069 b",
    "nested isolates": "\u2068a \u2066b\u2069 c\u2069",
    "indents": "  verse\n\tsecond\n\u3000third",
    "spaces between words": "a  b\tc\xa0d",
}


@pytest.mark.parametrize("kept", [*VECTORS["kept"], *KEPT.values()], ids=ascii)
def test_text_is_stored_as_it_was_written(kept: str) -> None:
    assert text.clean(kept) == kept


@pytest.mark.parametrize("code", range(0x202A, 0x202F))
def test_characters_that_change_the_direction_of_later_text_are_removed(code: int) -> None:
    assert text.clean(f"a{chr(code)}b") == "ab"


@pytest.mark.parametrize("removed", [*VECTORS["removed"], "\ud800"], ids=ascii)
def test_invisible_and_private_characters_are_removed(removed: str) -> None:
    assert text.clean(f"a{removed}b") == "ab"


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("a\u2067b", "ab"),
        ("a\u2069b", "ab"),
        ("a\u2067b\nc\u2069", "ab\nc"),  # a line ends every isolate
        ("\u2067a\u2069\u2069b", "\u2067a\u2069b"),
        ("\u2067\u2066a\u2069b", "\u2066a\u2069b"),
    ],
    ids=ascii,
)
def test_isolates_that_are_not_balanced_on_their_line_are_removed(raw: str, cleaned: str) -> None:
    assert text.clean(raw) == cleaned


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("a\U000e0067\U000e0062\U000e007f", "a"),  # no flag
        ("\U0001f3f4\U000e0067\U000e0062\U000e0073", "\U0001f3f4"),  # no end
        ("\U0001f3f4" + "\U000e0061" * 7 + "\U000e007f", "\U0001f3f4"),  # too long
        ("🙂\U000e0068\U000e0069\U000e0069\U000e007f", "🙂"),  # no flag either
        ("🙂\ufe0f\ufe0e\U000e0101\U000e0142", "🙂\ufe0f"),  # a run of selectors
        ("a\U000e0101", "a"),  # for ideographs only
        (" \ufe0f\n\ufe0fa", "a"),  # nothing before it
    ],
    ids=ascii,
)
def test_tags_and_variation_selectors_without_meaning_are_removed(raw: str, cleaned: str) -> None:
    """They are invisible, and a run of them can carry a text of its own."""
    assert text.clean(raw) == cleaned


def test_nothing_that_languages_are_written_with_is_removed() -> None:
    """CLDR's names of languages, places, months and days, in every language that it has them for."""
    for identifier in locale_identifiers():
        if "_" in identifier:
            continue
        locale = Locale.parse(identifier)
        names = [*locale.languages.values(), *locale.territories.values()]
        for calendar in (locale.months, locale.days):
            names += calendar["format"]["wide"].values()
        sample = "\n".join(name.strip() for name in names)
        assert text.clean(sample) == sample, identifier


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"])
def test_every_kind_of_line_end_becomes_a_newline(end: str) -> None:
    assert text.clean(f"one{end}two") == "one\ntwo"


def test_blank_lines_and_spaces_at_line_ends_are_reduced() -> None:
    assert text.clean("\n\n one  \t\n \n\u3000\n\n two \n\n") == " one\n\n\n two"


@pytest.mark.parametrize(("blank_lines", "stored"), [(0, 0), (1, 1), (2, 2), (3, 2), (40, 2)])
def test_at_most_two_blank_lines_follow_each_other(blank_lines: int, stored: int) -> None:
    raw = "one\n" + " \n" * blank_lines + "two"
    assert text.clean(raw) == "one\n" + "\n" * stored + "two"


def test_a_name_is_one_line_with_single_spaces() -> None:
    assert text.clean_line("  Sok\n\tDara\u2028 ស្រី  ") == "Sok Dara ស្រី"


@pytest.mark.parametrize(("raw", "name"), [("\u200b", ""), ("\u200e \u200d", ""), (" Sok ", "Sok")])
def test_an_invisible_name_is_empty(raw: str, name: str) -> None:
    assert text.clean_name(raw) == name


@pytest.mark.parametrize("nothing", VECTORS["empty"], ids=ascii)
def test_text_without_visible_characters_is_empty(nothing: str) -> None:
    assert text.is_empty(nothing)
    assert text.clean_name(nothing) == ""
    assert [field_error.code for field_error in validate(nothing, "", Limits())] == ["text_empty"]


@pytest.mark.parametrize("something", VECTORS["not_empty"], ids=ascii)
def test_text_with_a_visible_character_is_not_empty(something: str) -> None:
    assert not text.is_empty(something)


@pytest.mark.parametrize(
    ("title", "problem"),
    [
        ("\u200b", "is empty"),
        (" ", "is empty"),
        ("\u202eFerries", "has the character U+202E, which is not plain text"),
        ("Ferries\u2066", "has the character U+2066, which is not plain text"),
        ("Fer\u00adries", "has the character U+00AD, which is not plain text"),
        ("Fer\x07ries", "has the character U+0007, which is not plain text"),
        ("Fer\ue000ries", "has the character U+E000, which is not plain text"),
        ("Ferries\nand boats", "has more than one line"),
        ("Ferries\u2028and boats", "has more than one line"),
        ("Ferries\n", "has more than one line"),
        ("Q&amp;A <b>", ""),  # plain text, shown as it is
        (f" {KHMER} ", ""),
        ("Ferries and boats ", ""),
        ("\u2067שלום!\u2069", ""),
        ("e\u0301t\xa0!", ""),
    ],
    ids=ascii,
)
def test_a_name_on_a_page_is_one_line_of_plain_text(title: str, problem: str) -> None:
    assert text.line_problem(title) == problem


def test_every_character_that_unicode_says_to_ignore_is_empty() -> None:
    ignored = regex.findall(r"\p{Default_Ignorable_Code_Point}", "".join(map(chr, range(0x110000))))
    assert len(ignored) > 4_000
    assert all(text.is_empty(character) for character in ignored)


@pytest.mark.parametrize(
    ("words", "count"), [(FAMILY, 1), ("e\u0301", 1), ("\u200b", 0), ("កា\u200bខ្ញុំ", 2), ("🇰🇭🇰🇭", 2)]
)
def test_graphemes_are_counted_without_zero_width_spaces(words: str, count: int) -> None:
    assert text.count_graphemes(words) == count


@pytest.mark.parametrize("grapheme", ["a", "ក", "កា", "e\u0323\u0301", FAMILY[:3], "\u200ba"])
def test_a_text_at_the_limit_is_accepted_and_a_longer_one_is_not(grapheme: str) -> None:
    limits = Limits(text_graphemes_max=50, name_graphemes_max=50)
    assert validate(grapheme * 50, grapheme * 50, limits) == []
    over = validate(grapheme * 51, grapheme * 51, limits)
    assert [
        (field_error.field, field_error.code, field_error.limit, field_error.length)
        for field_error in over
    ] == [
        ("text", "text_long", 50, 51),
        ("name", "name_long", 50, 51),
    ]


STACKED = "b" + "\u0301" * 31
FILL = 256 * 1_024  # bytes of a body


@pytest.mark.parametrize("words", [STACKED, f"{STACKED} and more", "\u0327\u0301" * 40], ids=len)
def test_more_marks_than_any_language_uses_are_an_error(words: str) -> None:
    cleaned = text.clean(words)
    field_errors = validate(cleaned, cleaned, Limits())
    assert [(field_error.field, field_error.code) for field_error in field_errors] == [
        ("text", "text_marks"),
        ("name", "name_marks"),
    ]


def test_as_many_marks_as_a_language_may_use_are_accepted() -> None:
    assert validate(text.clean("b" + "\u0301" * 30), "", Limits()) == []


@pytest.mark.parametrize("before", range(4))
@pytest.mark.parametrize("marks", [29, 30, 31, 32, 33, 62])
def test_stacked_marks_are_found_at_any_offset(before: int, marks: int) -> None:
    words = "b" * before + "\u0301" * marks + "b"
    assert text.has_stacked_marks(words) == (marks > text.MARKS_IN_A_ROW_MAX)


def test_marks_on_every_third_character_are_not_stacked() -> None:
    assert not text.has_stacked_marks("\u0301bb" * 40)


@pytest.mark.parametrize("flags", ["🇰🇭", "🇰🇭🇰", "🇰🇭🇰🇭🇹🇭", "a🇰🇭b🇰", "\u0600🇰🇭"])
def test_flags_are_counted_as_unicode_counts_them(flags: str) -> None:
    assert text.count_graphemes(flags) == len(regex.findall(r"\X", flags))


@pytest.mark.parametrize(
    "hostile",
    [
        " " * FILL + "x",
        "a " * (FILL // 2),
        " \n" * (FILL // 2),
        "a" + "\u0301\u0327" * (FILL // 12),
        "🇰" * (FILL // 12),
        ("a" + "\u0301\u0327" * 15) * (FILL // 186),
        "👨\u200d" * (FILL // 21),
        "\u1100\u1161" * (FILL // 18),
        "\u0600" * (FILL // 6),
        "\n" * FILL + "x",
    ],
    ids=lambda hostile: repr(hostile[:4]),
)
def test_hostile_text_is_cleaned_and_measured_quickly(hostile: str) -> None:
    """Some of these took minutes and blocked the server. One second allows for a slow machine."""
    started = time.thread_time()
    cleaned = text.clean(hostile)
    assert text.clean(cleaned) == cleaned
    validate(cleaned, text.clean_line(hostile), Limits())
    assert time.thread_time() - started < 1


@pytest.mark.parametrize(("raw", "normalized"), VECTORS["masks"])
def test_every_mask_has_the_same_length(raw: str, normalized: str) -> None:
    assert text.normalize_masks(raw) == normalized
    assert text.normalize_masks(normalized) == normalized


@pytest.mark.parametrize(
    ("whole", "first"),
    [
        ("It cost 3.5 dollars! Really?", "It cost 3.5 dollars!"),
        ("What?! No.", "What?!"),
        ("He said “No.” Then he left.", "He said “No.”"),
        ("ខ្ញុំបើកឡានដឹកទំនិញ។ ខ្ញុំមិនខឹង", "ខ្ញុំបើកឡានដឹកទំនិញ។"),
        ("一句話。第二句。", "一句話。"),
        ("عمل والدي. ثم عاد", "عمل والدي."),
        ("one line\nanother", "one line"),
        ("no end", "no end"),
    ],
)
def test_the_first_sentence_ends_where_a_script_ends_sentences(whole: str, first: str) -> None:
    assert text.first_sentence(whole, 120) == first


def test_a_text_is_truncated_at_a_word_and_never_inside_a_character() -> None:
    assert text.truncate("a  b\nc", 5) == "a b c"
    assert text.truncate("one two three", 9) == "one two…"
    assert text.truncate("x" * 200, 120) == "x" * 120 + "…"
    assert text.truncate(FAMILY * 3, 2) == FAMILY * 2 + "…"
    assert text.first_sentence("word " * 100, 120) == ("word " * 24).strip() + "…"


@pytest.mark.parametrize(
    ("words", "direction"), [("(1) نعم OK", "rtl"), ("OK نعم", "ltr"), ("123 …", "ltr")]
)
def test_a_text_has_the_direction_of_its_first_strong_character(words: str, direction: str) -> None:
    assert text.direction(words) == direction


def test_a_mask_counts_as_one_character() -> None:
    for words, length in MASKS["lengths"]:
        assert text.count_graphemes(text.shorten_masks(words)) == length, words
