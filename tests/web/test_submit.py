"""Writing comments and replies in unusual situations; `test_dispatch.py` has the usual ones."""

import re

import pytest

from tests.harness import SITE_ID, NewsroomHarness
from tests.in_process_client import THREAD, Intake, intake_of
from yobal.actions import declare_story
from yobal.adapters import error_reporting
from yobal.adapters.roster_pin import Pin
from yobal.core.thread import Edition
from yobal.store import statements
from yobal.store.database import Database

WORDS = "ខ្ញុំធ្វើការ\u200bនៅសាឡាង។ <b>&amp;\"' plain"


@pytest.mark.parametrize("step", ["send", "confirm"])
def test_an_invalid_idempotency_key_counts_as_missing(sqlite_intake: Intake, step: str) -> None:
    for wrong in ("", "x", "739577." + "a" * 21, "739577." + "a" * 22 + "\n"):
        confirm_page = sqlite_intake.post(step=step, text="Words.", idempotency_key=wrong)
        assert "Read it once more" in confirm_page.text


def test_a_repeated_form_gets_a_new_receipt_for_the_same_comment(
    intake: Intake, newsroom: NewsroomHarness
) -> None:
    idempotency_key = intake.post(step="send", text="Twice.", receipt="yes").field(
        "idempotency_key"
    )
    sent = [
        intake.post(step="confirm", text="Twice.", idempotency_key=idempotency_key, receipt="yes")
        for _ in range(6)
    ]
    codes = [response.code for response in sent]
    assert all(response.status == 200 and "reached us" in response.text for response in sent)
    assert len(newsroom.read_table("comments")) == 1
    assert len(set(codes[:5])) == 5
    assert codes[5] is None  # at most five
    assert "has as many receipts as possible" in sent[5].text
    without_receipt = intake.post(step="confirm", text="Twice.", idempotency_key=idempotency_key)
    for response in (sent[4], without_receipt):
        assert "has as many receipts" not in response.text
    assert "You did not ask for a receipt" in without_receipt.text
    assert "You did not ask for a receipt" not in sent[5].text
    assert {newsroom.receipt_state(code) for code in codes[:5]} == {"pending"}


def test_the_form_for_a_reply_shows_how_the_quoted_comment_was_edited(
    intake: Intake, newsroom: NewsroomHarness
) -> None:
    root = newsroom.send("Call me on 012 345 678.")
    newsroom.publish_edited(root.id, "Call me on ▮▮▮▮▮▮▮▮.")
    newsroom.pass_slots()
    form = intake.post(step="reply", parent_id=root.id)
    assert form.text.count('class="yobal-mask"') == 1
    assert "by a moderator (Personal data)" in form.text


def test_a_reply_shows_its_parent_and_is_sealed_with_it(
    intake: Intake, newsroom: NewsroomHarness
) -> None:
    root = newsroom.publish_new("The root's words.", name="Dara")
    form = intake.post(step="reply", parent_id=root.id)
    assert form.status == 200
    assert "The root's words." in form.text
    assert "Dara" in form.text
    assert form.field("parent_id") == root.id
    sent = intake.post(
        step="send",
        text="An answer.",
        parent_id=root.id,
        idempotency_key=form.field("idempotency_key"),
    )
    assert "reached us" in sent.text
    row = next(row for row in newsroom.read_table("comments") if row["state"] == "pending")
    envelope = newsroom.decrypt(row["id"])
    assert (envelope.parent_id, envelope.root_id, row["parent_id"], row["root_id"]) == (
        root.id,
    ) * 4


def test_the_form_is_given_back_filled_to_change_what_was_written(
    intake: Intake, newsroom: NewsroomHarness
) -> None:
    words, root = "  Two spaces.\n\n\tA tab & <b>.", newsroom.publish_new("The root's words.")
    fields = {"text": words, "name": "Dara", "receipt": "yes", "parent_id": root.id}
    confirm_page = intake.post({"step": "send"} | fields)
    form = intake.post(
        {name: confirm_page.field(name) for name in ("step", "idempotency_key", *fields)},
        change="yes",
    )
    assert form.status == 200
    assert f">\n{words}</textarea>" in form.text
    assert (form.field("parent_id"), form.field("name")) == (root.id, "Dara")
    assert " checked>" in form.text
    assert form.field("idempotency_key") == confirm_page.field("idempotency_key")
    assert len(newsroom.read_table("comments")) == 1  # the root
    sent = intake.post(
        fields | {"step": form.field("step"), "text": "Changed."},
        idempotency_key=form.field("idempotency_key"),
    )
    assert "reached us" in sent.text
    row = next(row for row in newsroom.read_table("comments") if row["state"] == "pending")
    assert newsroom.decrypt(row["id"]).text == "Changed."


@pytest.mark.parametrize(
    ("fields", "heading"),
    [
        ({"text": "", "step": "send"}, "Add your comment"),
        ({"text": "\u200b", "step": "send", "name": "n" * 99}, "Add your comment"),
        ({"text": "Mine.", "step": "confirm", "change": "yes"}, "Change your comment"),
        ({"text": "Mine.", "step": "send", "name": "n" * 99}, "Your comment has not been sent"),
    ],
)
def test_the_heading_does_not_repeat_the_label_of_the_field(
    sqlite_intake: Intake, fields: dict[str, str], heading: str
) -> None:
    page = sqlite_intake.post(fields).text
    assert re.findall(r"<h1>(.*?)</h1>", page) == [heading]
    assert page.count(">Your comment<") == 1
    assert ("Nothing was lost" in page) is (heading == "Your comment has not been sent")


@pytest.mark.parametrize("state", ["pending", "held", "removed", "elsewhere", "none", "no id"])
def test_only_a_published_comment_of_this_story_can_be_replied_to(
    intake: Intake, newsroom: NewsroomHarness, state: str
) -> None:
    parent_id = {"none": "a" * 26, "no id": "'; drop table comments; --"}.get(state, "")
    if state == "removed":
        parent_id = newsroom.publish_new().id
        newsroom.remove(parent_id)
    elif state == "elsewhere":
        declare_story.add(
            newsroom.database,
            newsroom.rules,
            "other",
            Edition(tag="en", title="O", url="https://news.example/o"),
        )
        parent_id = newsroom.publish_new(story_id="other").id
    elif not parent_id:
        parent_id = newsroom.send().id
    if state == "held":
        newsroom.publish(parent_id)
    before = len(newsroom.read_table("comments"))
    for step in ("reply", "send"):
        response = intake.post(step=step, parent_id=parent_id, text="Nobody hears this.")
        assert response.status == 410
        assert "no longer here" in response.text
        assert ("Nobody hears this." in response.text) is (step == "send")
    assert len(newsroom.read_table("comments")) == before


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"text": " \u200b\n"}, "Nothing was sent: the comment is empty."),
        ({}, "Nothing was sent: the comment is empty."),
        (
            {"text": "a" + "\u0323" * 13_000},
            "Some characters in your comment have too many accents or other marks.",
        ),
        ({"text": "a", "name": "a" + "\u0323" * 400}, "Some characters in the name have too many"),
    ],
)
def test_each_field_error_says_what_to_do(
    sqlite_intake: Intake, sqlite_newsroom: NewsroomHarness, fields: dict[str, str], sentence: str
) -> None:
    response = sqlite_intake.post({"step": "send"} | fields)
    assert response.status == 422
    assert sentence in response.text
    assert sqlite_newsroom.read_table("comments") == []


@pytest.mark.parametrize("length", [12_000, 29_000])
def test_a_comment_that_is_far_too_long_is_given_back_whole(
    sqlite_intake: Intake, length: int
) -> None:
    """29,000 Khmer letters are a body of 255 KiB."""
    text = "ក" * length
    response = sqlite_intake.post(step="send", text=text)
    assert response.status == 422
    assert f"Your comment has {length:,} characters; the limit is 2,000." in response.text
    assert f"\n{text}</textarea>" in response.text


def test_only_a_chosen_name_is_bold_in_the_preview(sqlite_intake: Intake) -> None:
    anonymous = sqlite_intake.post(step="send", text="Words.")
    assert '<p class="yobal-byline">Anonymous</p>' in anonymous.text
    named = sqlite_intake.post(step="send", text="Words.", name="Dara")
    assert '<p class="yobal-byline"><b><bdi>Dara</bdi></b></p>' in named.text


def test_the_page_is_in_the_language_of_the_edition(sqlite_intake: Intake) -> None:
    khmer = sqlite_intake.post(step="send", text="Words.", path=THREAD.replace("/en/", "/km/"))
    assert '<html class="yobal" lang="km"' in khmer.text
    assert "Read it once more" not in khmer.text
    assert "កម្មករសាឡាង" in khmer.text


def test_without_keys_nothing_is_accepted(intake: Intake, newsroom: NewsroomHarness) -> None:
    with newsroom.database.writing() as conn:
        statements.delete_all(conn, SITE_ID)
    newsroom.components.roster_pin.update(lambda _: Pin())
    response = intake.post(step="send", text=WORDS)
    assert response.status == 503
    assert "Comments are not open yet" in response.text
    assert WORDS in response.text
    assert intake.post(step="reply", parent_id="a" * 26).status == 503


@pytest.mark.parametrize(
    ("limit", "heading"),
    [
        ("max_pending_per_story", "We cannot take more comments on this story right now"),
        ("max_pending_per_site", "We cannot take more comments right now"),
    ],
)
def test_a_full_queue_names_the_next_slot_and_gives_the_text_back(
    newsroom: NewsroomHarness, limit: str, heading: str
) -> None:
    with intake_of(newsroom, **{limit: 1}) as intake:
        idempotency_key = intake.post(step="send", text="x").field("idempotency_key")
        # Between slots, two to four times the limit are accepted; the exact number is secret.
        accepted = 0
        while (
            "reached us"
            in intake.post(
                step="send", text=f"Fills it {accepted}.", idempotency_key=idempotency_key
            ).text
        ):
            accepted += 1
        assert 2 <= accepted <= 4
        for step in ("send", "confirm"):
            response = intake.post(step=step, text=WORDS, idempotency_key=idempotency_key)
            assert response.status == 503
            assert f">{heading}<" in response.text
            assert "18:00" in response.text
            assert WORDS in response.text
        assert intake.post(step="reply", parent_id="a" * 26).status == 503
    assert len(newsroom.read_table("comments")) == accepted


def test_if_the_database_fails_the_page_says_so_and_gives_the_text_back(
    intake: Intake, newsroom: NewsroomHarness, capfd: pytest.CaptureFixture[str]
) -> None:
    idempotency_key = intake.post(step="send", text="x").field("idempotency_key")
    other_database = Database(newsroom.database.url.render_as_string(hide_password=False))
    with other_database.writing() as conn:
        conn.exec_driver_sql("alter table receipts rename to receipts_away")
    try:
        response = intake.post(
            step="confirm", text=WORDS, idempotency_key=idempotency_key, receipt="yes"
        )
    finally:
        with other_database.writing() as conn:
            conn.exec_driver_sql("alter table receipts_away rename to receipts")
        other_database.close()
    assert response.status == 503
    assert "We cannot do this right now" in response.text
    assert WORDS in response.text
    assert response.code is None
    assert newsroom.read_table("comments") == []
    assert newsroom.read_table("receipts") == []
    assert capfd.readouterr().err == "", "a line in a log would tell the second"
    error_reporting.flush()
    output = capfd.readouterr()
    assert output.err.endswith(", fewer than 10 times since the last slot\n")
    assert "plain" not in output.err + output.out


def test_a_name_without_visible_characters_is_sealed_as_empty(
    intake: Intake, newsroom: NewsroomHarness
) -> None:
    idempotency_key = intake.post(step="send", text="x", name="\u200b\u200e").field(
        "idempotency_key"
    )
    intake.post(step="send", text="Words.", name="\u200b\u200e", idempotency_key=idempotency_key)
    (row,) = newsroom.read_table("comments")
    assert newsroom.decrypt(row["id"]).name == ""
