"""P7: no text, edit, name or note makes the answer to a receipt longer than any other answer."""

from typing import Any, Final

import pytest

from tests.harness import SITE_ID, STORY_ID, NewsroomHarness
from tests.in_process_client import DeskClient, Intake
from tests.web.conftest import desk as desk  # noqa: PLC0414  # a fixture
from tests.web.conftest import intake as intake  # noqa: PLC0414  # a fixture
from yobal.actions import declare_story
from yobal.core import submission
from yobal.core import text as texts
from yobal.core.answer_size import (
    ADDED_GRAPHEMES_MAX,
    CHANGES_MAX,
    MASKS_MAX,
    TITLE_GRAPHEMES_MAX,
    URL_BYTES_MAX,
    receipt_bytes,
)
from yobal.core.terms import CLAUSES, NOTE_GRAPHEMES_MAX
from yobal.core.thread import Edition
from yobal.demo.decision_signer import cleaned

# A character that HTML escapes to five bytes, with marks: 12 bytes, the most that a limit allows.
LARGEST: Final = "&" + "\u0301" * 4 + "\u20d0"
MASK: Final = "▮" * 8
MARKED_NOTE: Final = ("a" + "\u0301" * 65) * 300  # 300 letters with 19,500 marks
MASKED_900_TIMES: Final = "▮a" * 900
LARGEST_URL: Final = "https://news.example/?".ljust(URL_BYTES_MAX, "&")
HEADLINE: Final = LARGEST * TITLE_GRAPHEMES_MAX


def _reject(desk: DeskClient, comment_id: str, note: str) -> int:
    body = {"verdict": "reject", "comment_id": comment_id, "clause": "spam", "note": note}
    return int(desk.post("decide", body).status)


def _edit(desk: DeskClient, comment_id: str, words: str, **fields: Any) -> int:
    body: dict[str, Any] = {
        "verdict": "publish_edited",
        "comment_id": comment_id,
        "text": words,
        "name": "",
        "edit_kind": "masked",
        "clause": "personal-data",
        "lang": "en",
    } | fields
    body["text"], body["name"] = cleaned(body["text"], body["name"])
    return int(desk.post("decide", body).status)


def _size(intake: Intake, code: str | None, *, edition: str = "en") -> int:
    path = f"/{SITE_ID}/{STORY_ID}/{edition}/"
    return len(intake.post(step="receipt", code=code or "", path=path).body)


def _largest_edit(newsroom: NewsroomHarness) -> dict[str, Any]:
    limits = newsroom.rules.limits
    pairs = CHANGES_MAX // 2
    each = ADDED_GRAPHEMES_MAX // pairs
    changes = [("same", LARGEST * (limits.text_graphemes_max - ADDED_GRAPHEMES_MAX))]
    changes += [("deleted", LARGEST * each), ("inserted", MASK + LARGEST * (each - 1))] * pairs
    words = "".join(part for kind, part in changes if kind != "deleted")
    return {
        "words": words,
        "changes": [{"kind": kind, "text": part} for kind, part in changes],
        "name": LARGEST * limits.name_graphemes_max,
        "note": LARGEST * NOTE_GRAPHEMES_MAX,
        "edit_kind": "shortened",
    }


@pytest.mark.parametrize("edition", ["en", "km", "ar"])
def test_the_largest_edit_name_note_and_title_fit_the_one_size(
    desk: DeskClient, intake: Intake, newsroom: NewsroomHarness, edition: str
) -> None:
    largest = _largest_edit(newsroom)
    title = Edition(tag=edition, title=HEADLINE, url=LARGEST_URL)
    declare_story.add(newsroom.database, newsroom.rules, STORY_ID, title)
    sent = [newsroom.send("Short.", edition=edition) for _ in CLAUSES]
    for comment, clause in zip(sent, CLAUSES, strict=True):
        assert _edit(desk, comment.id, clause=clause.key, **largest) == 200
    newsroom.pass_slots()
    for comment in sent:
        match = newsroom.find_receipt(comment.code)
        assert match is not None
        assert match.feedback is not None
        assert match.feedback.note == largest["note"]
        assert match.are_changes_shown
        assert match.feedback.changes
        assert _size(intake, comment.code, edition=edition) == receipt_bytes(newsroom.rules.limits)
    unknown = _size(intake, "0" * 20, edition=edition)
    assert unknown == receipt_bytes(newsroom.rules.limits)


def test_a_note_with_19500_marks_is_not_shown(
    desk: DeskClient, intake: Intake, newsroom: NewsroomHarness
) -> None:
    """The desk refuses it, but a moderator's own program could seal it."""
    sent = newsroom.send()
    assert _reject(desk, sent.id, MARKED_NOTE) == 200
    newsroom.pass_slots()
    match = newsroom.find_receipt(sent.code)
    assert match is not None
    assert match.status.feedback is not None
    assert match.feedback is None
    assert _size(intake, sent.code) == receipt_bytes(newsroom.rules.limits)


def test_control_a_note_that_is_limited_in_characters_only_changes_the_size(
    desk: DeskClient, intake: Intake, newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(submission, "has_too_many_marks", lambda *_: False)
    title = Edition(tag="en", title=HEADLINE, url=LARGEST_URL)
    declare_story.add(newsroom.database, newsroom.rules, STORY_ID, title)
    sent = newsroom.send()
    # Below the 32 KiB of a held text, and the 40 KiB of what is sealed to an author.
    marked = "&" + "\u0301" * 7
    words = (MASK + marked) * MASKS_MAX
    words += marked * (newsroom.rules.limits.text_graphemes_max - 2 * MASKS_MAX)
    edit = _largest_edit(newsroom) | {"words": words, "note": MARKED_NOTE, "changes": []}
    assert _edit(desk, sent.id, **edit) == 200
    newsroom.pass_slots()
    assert _size(intake, sent.code) > receipt_bytes(newsroom.rules.limits)


def test_900_masks_are_refused(desk: DeskClient, newsroom: NewsroomHarness) -> None:
    sent = newsroom.send()
    assert _edit(desk, sent.id, MASKED_900_TIMES) == 422
    assert _edit(desk, sent.id, "▮a" * (MASKS_MAX + 1)) == 422
    assert newsroom.state(sent.id) == "pending"
    assert _edit(desk, sent.id, "▮▮▮a" * MASKS_MAX) == 200


def test_control_900_masks_change_the_size(
    desk: DeskClient, intake: Intake, newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "count_masks", lambda _: 0)
    sent = newsroom.send()
    assert _edit(desk, sent.id, MASKED_900_TIMES) == 200
    newsroom.pass_slots()
    assert _size(intake, sent.code) > receipt_bytes(newsroom.rules.limits)


def test_a_code_that_is_typed_with_many_spaces_does_not_change_the_size(
    intake: Intake, newsroom: NewsroomHarness
) -> None:
    sent = newsroom.send()
    spaced = (" " * 4_000).join(sent.code or "")
    assert "is waiting" in intake.post(step="receipt", code=spaced).text
    assert _size(intake, spaced) == receipt_bytes(newsroom.rules.limits)
