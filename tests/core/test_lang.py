"""The language of a text is guessed from its script, and never more than that."""

import pytest

from yobal.core import lang


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
    ],
)
def test_a_script_names_its_language_or_the_editions_or_none(
    words: str, edition: str, expected: str
) -> None:
    assert lang.lang_of(words, edition=edition) == expected


@pytest.mark.parametrize(
    ("tag", "expected"),
    [("en", "ltr"), ("km", "ltr"), ("ar", "rtl"), ("fa-IR", "rtl"), ("he", "rtl"), ("dv", "rtl"),
     ("uz-Arab", "rtl"), ("uz", "ltr"), ("ar-Latn", "ltr"), ("und", "auto"), ("other", "auto")],
)  # fmt: skip
def test_a_language_is_written_in_one_direction(tag: str, expected: str) -> None:
    assert lang.direction(tag) == expected


def test_only_the_beginning_of_a_text_is_looked_at() -> None:
    assert lang.lang_of("a" * 300 + "ក" * 2_000, edition="en") == "en"
