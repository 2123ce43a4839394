"""From which places a comment can have come to where it is."""

from yobal.core.moves import Move, origins

RENAMED = Move(story_id="old", to_story_id="new")
WITHOUT_KHMER = Move(story_id="old", edition="km", to_story_id="old", to_edition="en")


def test_moves_are_followed_backwards_in_their_order() -> None:
    moves = [WITHOUT_KHMER, RENAMED]
    assert set(origins(moves, "new", "en")) == {("new", "en"), ("old", "en"), ("old", "km")}
    assert set(origins(moves, "new", "fr")) == {("new", "fr"), ("old", "fr")}


def test_a_comment_cannot_have_come_from_where_nothing_was_moved() -> None:
    assert list(origins([WITHOUT_KHMER, RENAMED], "other", "en")) == [("other", "en")]
    assert list(origins([], "new", "en")) == [("new", "en")]


def test_a_move_that_came_before_the_place_existed_is_not_followed() -> None:
    assert set(origins([RENAMED, WITHOUT_KHMER], "new", "en")) == {("new", "en"), ("old", "en")}


def test_a_story_that_moved_there_and_back_ends() -> None:
    back = Move(story_id="new", to_story_id="old")
    assert set(origins([RENAMED, back], "old", "en")) == {("old", "en"), ("new", "en")}
