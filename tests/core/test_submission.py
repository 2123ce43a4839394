"""All errors of a submission are returned at once, as codes with their fields."""

import msgspec
import pytest

from yobal.core.envelope import Envelope, pad
from yobal.core.submission import Limits, validate
from yobal.core.text import count_graphemes

ENV_FLAG = "\u0323"


def test_all_errors_are_returned_at_once() -> None:
    assert [error.code for error in validate("", "n" * 61, Limits())] == ["text_empty", "name_long"]
    assert [error.code for error in validate("t" * 2_001, "n" * 61, Limits())] == [
        "text_long",
        "name_long",
    ]


def test_a_thousand_marks_on_one_character_are_an_error() -> None:
    limits = Limits(text_graphemes_max=100, name_graphemes_max=10)
    errors = validate("a" + ENV_FLAG * 1_000, "a" + ENV_FLAG * 1_000, limits)
    assert [(error.field, error.code, error.limit) for error in errors] == [
        ("text", "text_marks", 100),
        ("name", "name_marks", 10),
    ]


@pytest.mark.parametrize(("spare", "codes"), [(0, []), (1, ["text_marks"])])
def test_twelve_bytes_for_each_grapheme_are_the_limit(spare: int, codes: list[str]) -> None:
    limits = Limits(text_graphemes_max=100)
    words = ("𐍈" + ENV_FLAG * 6) * 75 + "a" * spare  # sixteen bytes each: more characters would fit
    assert len(words.encode()) == 1_200 + spare
    assert [error.code for error in validate(words, "", limits)] == codes


def test_ordinary_text_in_complex_scripts_is_accepted() -> None:
    khmer = "ខ្ញុំធ្វើការនៅសាឡាងនេះសាមសិបឆ្នាំហើយ។ "
    many = khmer * (2_000 // count_graphemes(khmer))
    assert len(many.encode()) > 10_000
    assert validate(many, "ខ្ញុំ", Limits()) == []


@pytest.mark.parametrize("character", ['"', "\\", "\x7f", "កុំ", "e" + ENV_FLAG * 5])
def test_the_longest_comment_fits_an_envelope(character: str) -> None:
    limits = Limits()
    assert limits.fit_an_envelope()
    text = character * limits.text_graphemes_max
    assert validate(text, "", limits) == []
    name = character[0] * limits.name_graphemes_max
    envelope = Envelope(
        comment_id="a" * 26,
        site_id="s" * 63,
        story_id="k" * 128,
        edition="zh-Hant-TW",
        root_id="b" * 26,
        parent_id="c" * 26,
        text=text,
        name=name,
        lang="km",
        nonce="0" * 64,
        feedback_key="0" * 64,
    )
    plain, kib = pad(envelope)
    assert len(plain) == kib * 1_024
    assert msgspec.json.decode(plain, type=Envelope) == envelope


def test_limits_that_exceed_the_largest_envelope_are_detected() -> None:
    assert not Limits(text_graphemes_max=2_400).fit_an_envelope()
