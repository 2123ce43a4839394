"""Names that look alike have one skeleton, and names that do not have different ones."""

import unicodedata

import pytest

from yobal.adapters.confusables import prototypes
from yobal.core.skeleton import skeleton


def _skeleton(name: str) -> str:
    return skeleton(name, prototypes())


@pytest.mark.parametrize(
    "look_alike",
    [
        "Le\u200bad",  # zero-width space
        "L\u0435ad",  # Cyrillic
        "\uff2cead",  # full width
        "Le\u00adad",  # soft hyphen
        "Lead\ufe0f",
        "Lead\u2800",  # the empty Braille cell
        "Lead\U0001d159",  # the null notehead
        "Lea\u0501",
        "lead",
        "LEAD",
        "Iead",
        "1ead",
        "\u2160ead",
    ],
)
def test_look_alikes_have_the_same_skeleton(look_alike: str) -> None:
    assert _skeleton(look_alike) == _skeleton("Lead")


@pytest.mark.parametrize(
    ("name", "look_alike"), [("modern", "modem"), ("cl0ud", "cloud"), ("é", "e\u0301")]
)
def test_sequences_that_look_alike_have_the_same_skeleton(name: str, look_alike: str) -> None:
    assert _skeleton(name) == _skeleton(look_alike)


@pytest.mark.parametrize(
    "name", ["Leaf", "Lead 2", "Le ad", "Heron", "ខ្មែរ", "សុខា", "مريم", "李娜", "Елена"]
)
def test_different_names_have_different_skeletons(name: str) -> None:
    assert _skeleton(name) != _skeleton("Lead")


def test_a_skeleton_is_its_own_skeleton() -> None:
    for code in prototypes():
        reduced = _skeleton(chr(code))
        assert _skeleton(reduced) == reduced == unicodedata.normalize("NFD", reduced)


def test_the_data_is_unicodes_list_of_the_stated_version() -> None:
    assert len(prototypes()) == 6_565
    assert prototypes()[ord("m")] == "rn"
    assert prototypes()[0x0435] == "e"
