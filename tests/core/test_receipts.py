"""A receipt code has a hundred bits and is read however it is typed."""

import secrets
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yobal.core import receipts

SPACE = st.sampled_from(["", "-", " ", "\u200b", "--", " - "])


def test_a_code_has_four_groups_of_five_and_a_hundred_bits() -> None:
    asked: list[int] = []

    def chance(size: int) -> bytes:
        asked.append(size)
        return b"\xff" * size

    assert receipts.new_code(chance) == "-".join(["ZZZZZ"] * 4)
    assert receipts.new_code(bytes) == "-".join(["00000"] * 4)
    assert asked == [13]
    assert len({receipts.new_code(secrets.token_bytes) for _ in range(500)}) == 500


def test_every_character_can_be_at_every_place_of_a_code() -> None:
    codes = [receipts.new_code(secrets.token_bytes).replace("-", "") for _ in range(1_000)]
    assert all(set(column) == set(receipts.ALPHABET) for column in zip(*codes, strict=True))


@given(
    number=st.binary(min_size=13, max_size=13),
    spaces=st.lists(SPACE, min_size=20, max_size=20),
    is_small=st.booleans(),
)
def test_a_code_is_read_however_it_is_typed(
    number: bytes, spaces: list[str], *, is_small: bool
) -> None:
    plain = receipts.new_code(lambda _: number).replace("-", "")
    similar = plain.replace("0", "O").replace("1", "l")
    for typed in (plain, similar):
        spaced = "".join(character + space for character, space in zip(typed, spaces, strict=True))
        assert receipts.read_code(spaced.lower() if is_small else spaced) == plain


@pytest.mark.parametrize("wrong", ["", "0" * 19, "0" * 21, "U" * 20, "É" * 20, "０" * 20, "ß" * 20])
def test_other_text_is_not_a_code(wrong: str) -> None:
    assert receipts.read_code(wrong) is None


@given(st.text(max_size=60))
def test_any_text_is_a_code_or_none(typed: str) -> None:
    read = receipts.read_code(typed)
    assert read is None or (len(read) == 20 and set(read) <= set(receipts.ALPHABET))


def test_a_hash_depends_on_the_pepper() -> None:
    newer, older = receipts.receipt_hashes([b"p" * 32, b"q" * 32], "0" * 20)
    assert newer != older
    assert newer == receipts.receipt_hash(b"p" * 32, "0" * 20)


def test_receipts_of_a_week_expire_together_counted_from_its_sunday() -> None:
    monday = date(2026, 11, 16)
    assert {receipts.week_of(date(2026, 11, day)) for day in range(16, 23)} == {monday}
    assert receipts.week_of(date(2026, 11, 23)) == date(2026, 11, 23)
    assert receipts.last_day(monday, receipt_days=30) == date(2026, 12, 22)
