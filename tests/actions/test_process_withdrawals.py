"""An author takes a comment back, and what it was is gone from everywhere."""

import pytest
import sqlalchemy as sa

from tests.harness import SITE, NewsroomHarness, Sent
from yobal.actions import receipts
from yobal.store import withdrawal_requests

LEFT = {"id", "site", "story", "state", "arrival_slot", "once"}


def _withdrawn(room: NewsroomHarness, sent: Sent, when: str = "now") -> None:
    room.wish(sent.code, when)  # type: ignore[arg-type]  # a receipt was taken; `when` is a parameter
    room.tend()


@pytest.mark.parametrize("state", ["pending", "held", "rejected", "published"])
def test_of_a_withdrawn_comment_nothing_is_left_but_id_root_and_day(
    room: NewsroomHarness, state: str
) -> None:
    sent = room.send("Words to be forgotten.", name="Somebody")
    if state == "rejected":
        room.reject(sent.id, note="A note to forget.")
    elif state != "pending":
        room.publish_edited(sent.id, "Edited words.")
    if state == "published":
        room.pass_slots()
    assert room.state(sent.id) == state
    _withdrawn(room, sent)
    row = room.row(sent.id)
    assert {name for name, value in row.items() if value not in (None, "", 0)} == LEFT
    assert row["arrival_slot"] % 86_400 == 0
    for table in ("envelopes", "held_texts", "letters", "receipts", "wishes"):
        assert room.rows(table) == [], table
    assert all(row["note"] is None for row in room.rows("decisions"))
    assert room.receipt(sent.code) is None


@pytest.mark.parametrize("state", ["pending", "held", "published"])
def test_withdrawn_words_are_nowhere_on_the_disk(
    sqlite_newsroom: NewsroomHarness, state: str
) -> None:
    room = sqlite_newsroom
    sent = room.send("Unrepeatable words, withdrawn.")
    with room.database.reading() as db:
        sealed = bytes(db.execute(sa.text("select sealed from envelopes")).scalar_one())
    if state != "pending":
        room.publish(sent.id)
    if state == "published":
        room.pass_slots()
    _withdrawn(room, sent)
    on_disk = [one.read_bytes() for one in room.files.parent.parent.rglob("*") if one.is_file()]
    assert len(on_disk) > 5
    for trace in (b"Unrepeatable words", sealed[-200:], sealed[:200]):
        assert not any(trace in content for content in on_disk)


def test_what_is_held_goes_at_once_even_if_the_next_release_was_wished(
    room: NewsroomHarness,
) -> None:
    sent = room.send()
    room.publish(sent.id)
    _withdrawn(room, sent, "next")
    assert room.state(sent.id) == "withdrawn"
    room.pass_slots()
    assert room.rows("letters") == []


def test_what_is_published_goes_now_or_with_the_next_release_as_wished(
    room: NewsroomHarness,
) -> None:
    now, later = room.published("Goes now."), room.published("Goes later.")
    room.wish(later.code, "next")
    room.wish(now.code, "now")
    room.tend()
    page = room.file("en/index.html")
    assert "Goes now." not in page
    assert "Goes later." in page
    room.tend()
    assert "Goes later." in room.file("en/index.html")
    room.pass_slots()
    assert "Goes later." not in room.file("en/index.html")
    assert (room.state(now.id), room.state(later.id)) == ("withdrawn", "withdrawn")


def test_a_rejection_not_yet_told_does_not_keep_what_its_author_takes_back(
    room: NewsroomHarness,
) -> None:
    sent = room.send("I take it back.")
    decided = room.reject(sent.id)
    assert room.to_response(sent.code) == "waiting"
    room.wish(sent.code)
    room.undo(decided)
    room.tend()
    assert room.state(sent.id) == "withdrawn"


def test_a_wish_that_comes_when_a_rejection_is_final_changes_nothing(room: NewsroomHarness) -> None:
    sent = room.send()
    found = room.receipt(sent.code)
    room.reject(sent.id)
    room.pass_slots()
    assert found is not None
    receipts.wish(room.database, room.rules, found, when="now", random=room.random)
    room.tend()
    assert room.state(sent.id) == "rejected"
    assert room.rows("wishes") == []


def test_of_an_answered_comment_a_line_without_a_name_stays(room: NewsroomHarness) -> None:
    sent = room.published("The first words.", name="Rachana")
    room.published("An answer.", to=sent.id)
    _withdrawn(room, sent)
    gone = next(row for row in room.rows("letters") if row["id"] == sent.id)
    assert (gone["text"], gone["name"], gone["gone"], gone["lang"]) == ("", "", "withdrawn", "und")
    page = room.file("en/index.html")
    assert "Withdrawn by its author" in page
    assert "An answer." in page
    everything = b"".join(room.all_files().values())
    assert b"The first words." not in everything
    assert b"Rachana" not in everything


def test_lines_go_with_the_last_answer_beneath_them_however_deep(room: NewsroomHarness) -> None:
    chain = [room.published("Root.", name="Rachana")]
    for depth in range(3):
        chain.append(room.published(f"Answer {depth}.", to=chain[-1].id, name="Somebody"))
    for one in chain[:-1]:
        _withdrawn(room, one)
    assert len(room.rows("letters")) == 4
    _withdrawn(room, chain[-1])
    assert room.rows("letters") == []
    assert "Withdrawn by its author" not in room.file("en/index.html")
    assert "Withdrawn by its author" not in room.file("en/page/1.html")
    (story,) = room.rows("stories")
    assert story["comments_total"] == 0


@pytest.mark.parametrize("end", ["rejected", "withdrawn"])
def test_a_line_kept_for_an_answer_that_never_appears_goes_with_it(
    room: NewsroomHarness, end: str
) -> None:
    root = room.published("Root.")
    answer = room.send("Not for the page.", to=root.id)
    _withdrawn(room, root)
    assert "Withdrawn by its author" in room.file("en/index.html")
    if end == "rejected":
        room.reject(answer.id)
        room.pass_slots()
    else:
        _withdrawn(room, answer)
    assert room.rows("letters") == []
    assert "Withdrawn by its author" not in room.file("en/index.html")


def test_an_answer_whose_parent_left_before_it_came_stands_on_its_own(
    room: NewsroomHarness,
) -> None:
    root = room.published("Root.")
    middle = room.published("Middle.", to=root.id)
    answer = room.send("Whom do I answer?", to=middle.id)
    decided = room.reject(answer.id)
    _withdrawn(room, middle)
    room.undo(decided)
    room.publish(answer.id)
    room.pass_slots()
    shown = next(row for row in room.rows("letters") if row["id"] == answer.id)
    assert (shown["root"], shown["to_id"]) == (root.id, root.id)
    assert middle.id.encode() not in b"".join(room.all_files().values())


def test_five_codes_are_five_wishes_and_one_withdrawal(room: NewsroomHarness) -> None:
    sent = room.send()
    codes = [sent.code, *(room.send(form=sent.form).code for _ in range(2))]
    for code in codes:
        room.wish(code)
    room.tend()
    assert room.rows("wishes") == []
    assert room.state(sent.id) == "withdrawn"


def test_the_button_pressed_again_and_again_is_one_wish_of_each_kind(room: NewsroomHarness) -> None:
    sent = room.published()
    for _ in range(3):
        room.wish(sent.code, "next")
        room.wish(sent.code, "now")
    assert sorted(row["kind"] for row in room.rows("wishes")) == ["withdraw_next", "withdraw_now"]
    room.tend()
    room.tend()  # the other one now opens nothing
    assert room.rows("wishes") == []


def test_what_waits_for_the_release_is_not_looked_at_before_it(room: NewsroomHarness) -> None:
    waits, held = room.published("Goes later."), room.send("Goes at once.")
    for sent in (waits, held):
        room.wish(sent.code, "next")
    with room.database.reading() as db:
        (at_once,) = withdrawal_requests.ready(db, SITE, with_release=False)
        assert len(withdrawal_requests.ready(db, SITE, with_release=True)) == 2
    assert at_once.receipt_hash == next(
        row["hash"] for row in room.rows("receipts") if row["once"] == room.row(held.id)["once"]
    )
    room.tend()
    assert (room.state(waits.id), room.state(held.id)) == ("published", "withdrawn")


def test_a_wish_with_a_hash_that_opens_nothing_is_forgotten(room: NewsroomHarness) -> None:
    with room.database.writing() as db:
        db.execute(
            sa.text("insert into wishes values ('w', :site, :hash, 'withdraw_now')"),
            {"site": SITE, "hash": b"nobody's"},
        )
    room.send()
    room.tend()
    assert room.rows("wishes") == []
    assert {row["state"] for row in room.rows("comments")} == {"pending"}
