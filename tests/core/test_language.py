"""The language of a text is guessed from its script only."""

import pytest

from yobal.core import language


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


def test_the_cache_of_characters_has_a_limit() -> None:
    for number in range(0x3400, 0x3400 + 5_000):
        language.detect_language(chr(number), edition="zh")
    assert len(language._symbols) == language._CACHED_CHARACTERS_MAX
    assert language.detect_language("ខ្ញុំធ្វើការ", edition="en") == "km"
