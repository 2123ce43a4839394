"""From the form to the page, without HTTP: the main job on both databases."""

from tests.room import Room


def test_a_comment_is_public_only_after_a_moderator_published_it_and_its_slot_came(
    room: Room,
) -> None:
    sent = room.send("The agreement hung in the ticket house.")
    room.pass_slots(4)
    assert "ticket house" not in room.file("en/index.html")

    room.publish(sent.id)
    room.tend()
    assert "ticket house" not in room.file("en/index.html")

    room.pass_slots()
    assert "ticket house" in room.file("en/index.html")
    assert "ticket house" in room.file("km/index.html")
    assert "ticket house" in room.file("en/page/1.html")
    assert room.state(sent.id) == "published"
