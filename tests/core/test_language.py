"""The language of a text is guessed from its script only."""

import json
import pickle
from pathlib import Path

import pytest
import regex

from yobal.core import language

VECTORS = json.loads(
    (Path(__file__).parent.parent / "vectors" / "text.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(
    ("words", "edition", "expected"),
    [
        ("ខ្ញុំធ្វើការនៅសាឡាង", "en", "km"),
        ("ฉันทำงานบนเรือ", "en", "th"),
        ("ຂ້ອຍ", "en", "lo"),
        ("ကျွန်တော်", "en", "my"),
        ("བོད་ཡིག", "zh", "bo"),
        ("나는 일한다", "en", "ko"),
        ("私は船で働く", "en", "ja"),
        ("船で", "zh-Hant", "ja"),
        ("我在船上工作", "zh-Hant", "zh-Hant"),
        ("我在船上工作", "ja", "ja"),
        ("我在船上工作", "en", "und"),
        ("Я работаю", "uk", "uk"),
        ("Я работаю", "en", "und"),
        ("I work", "km", "und"),
        ("I work", "en", "en"),
        ("Je travaille", "en", "en"),  # by script, no further
        ("سلام", "fa", "fa"),
        ("سلام", "uz-Arab", "uz-Arab"),
        ("сәлем", "uz-Arab", "und"),
        ("12 345 !?", "km", "km"),
        ("", "km", "km"),
        ("🙂", "en", "en"),
        ("ok ខ្ញុំធ្វើការនៅសាឡាង", "en", "km"),
        ("བོད་ཡིག", "dz", "dz"),  # before the script's own language
        ("漢字", "ko", "ko"),
        ("שלום", "en", "und"),  # Hebrew or Yiddish
        ("⠃⠗⠇", "en", "und"),  # every language is written in Braille
    ],
)
def test_the_language_follows_from_script_and_edition(
    words: str, edition: str, expected: str
) -> None:
    assert language.detect_language(words, edition=edition) == expected


@pytest.mark.parametrize(
    ("tag", "expected"),
    [
        ("en", "ltr"),
        ("km", "ltr"),
        ("ar", "rtl"),
        ("fa-IR", "rtl"),
        ("he", "rtl"),
        ("dv", "rtl"),
        ("uz-Arab", "rtl"),
        ("uz", "ltr"),
        ("ar-Latn", "ltr"),
        ("uz-AF", "rtl"),
        ("ff-Adlm", "rtl"),
        ("zh-TW", "ltr"),
        ("und", "auto"),
        ("other", "auto"),
    ],
)
def test_a_language_has_a_direction(tag: str, expected: str) -> None:
    assert language.direction(tag) == expected


@pytest.mark.parametrize("length", [3, 63, 64, 65, 130, 1_000, 20_000])
def test_the_sample_is_taken_from_the_whole_text(length: int) -> None:
    """A quotation at the beginning does not decide the language of the whole text."""
    assert (
        language.detect_language("a" * (length // 3) + "ក" * (length - length // 3), edition="en")
        == "km"
    )


def test_characters_that_are_far_apart_are_found() -> None:
    """The sample takes every second character of this text, and these are spaces."""
    assert language.detect_language(f".{'ក.' * 20}"[:40], edition="en") == "km"


def test_the_characters_of_a_text_are_not_cached() -> None:
    """A cache in order of appearance would keep words in memory after their comment is sealed."""
    language.detect_language("ខ្ញុំ", edition="en")
    before = pickle.dumps(language._scripts())
    language.detect_language("我在船上工作", edition="zh")
    language.detect_language("𐴀𐴝𐴇𐴣", edition="zh")
    assert pickle.dumps(language._scripts()) == before
    mutable = {
        name
        for name, value in vars(language).items()
        if isinstance(value, dict | list | set) and not name.startswith("__")
    }
    assert mutable == {"_PARTS"}


@pytest.mark.parametrize("case", VECTORS["languages"], ids=str)
def test_a_script_without_a_table_names_its_language(case: dict[str, str]) -> None:
    lang = language.detect_language(case["text"], edition=case["edition"])
    assert (lang, language.direction(lang)) == (case["lang"], case["direction"])


def test_no_script_of_unicode_is_taken_for_none() -> None:
    in_a_script = regex.compile(r"[^\p{Script=Common}\p{Script=Inherited}\p{Script=Unknown}\p{Cs}]")
    unknown = {
        character
        for character in in_a_script.findall("".join(map(chr, range(0x110000))))
        if language.script_of(character) is None
    }
    assert unknown == set()
