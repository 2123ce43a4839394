"""Random ids, and keys that are safe in paths."""

import secrets

import pytest

from yobal.core import ids


def test_an_id_is_128_bits_in_26_characters() -> None:
    assert ids.new_id(lambda size: b"\xff" * size) == "7" * 25 + "4"
    assert ids.new_id(bytes) == "a" * 26
    made = {ids.new_id(secrets.token_bytes) for _ in range(200)}
    assert len(made) == 200
    assert all(ids.is_id(comment_id) for comment_id in made)


@pytest.mark.parametrize(
    "wrong", ["", "a" * 25, "a" * 27, "A" * 26, "a" * 25 + "1", "a" * 26 + "\n", "ａ" * 26]
)
def test_other_text_is_not_an_id(wrong: str) -> None:
    assert not ids.is_id(wrong)


@pytest.mark.parametrize("key", ["a", "A-Z.0_9~", "...", "~", "-", "k" * 128, ".hidden"])
def test_valid_story_keys(key: str) -> None:
    assert ids.is_story_id(key)


@pytest.mark.parametrize(
    "key", ["", ".", "..", "a/b", "a b", "é", "@", "k" * 129, "a\n", "a\0", "%2e", "a\\b", "١"]
)
def test_text_that_is_unsafe_in_a_path_is_not_a_story_key(key: str) -> None:
    assert not ids.is_story_id(key)


@pytest.mark.parametrize(
    ("site_id", "is_one"),
    [
        ("river-post", True),
        ("7", True),
        ("a" * 63, True),
        ("a" * 64, False),
        ("-a", False),
        ("A", False),
        ("", False),
        ("a.b", False),
        ("a\n", False),
        ("@", False),
    ],
)
def test_a_site_id_is_a_short_plain_word(site_id: str, *, is_one: bool) -> None:
    assert ids.is_site_id(site_id) is is_one


@pytest.mark.parametrize(
    ("tag", "is_one"),
    [
        ("km", True),
        ("zh-Hant", True),
        ("yue", True),
        ("sr-Latn-RS", True),
        ("KM", False),
        ("k", False),
        ("km-", False),
        ("../en", False),
        ("km\n", False),
        ("en/x", False),
        ("", False),
    ],
)
def test_an_edition_is_a_language_tag(tag: str, *, is_one: bool) -> None:
    assert ids.is_language_tag(tag) is is_one
