"""P5: what disappears from a page shows nothing of what only moderators know.

Attack e: withdraw two published comments at once, one with a reply that waits for a moderator. Its line
stayed and the other's vanished, so everybody saw that somebody had replied.
Control: a line that goes at once where nothing keeps it shows the difference.
"""

import re

import pytest

from tests import pending_replies
from tests.harness import NewsroomHarness

LINE = "Withdrawn by its author"


def _withdraw_both(newsroom: NewsroomHarness) -> dict[str, int]:
    """Two comments, one with a pending reply; how many lines stay for each of them."""
    without_reply, with_reply = newsroom.send("Nobody replies."), newsroom.send("Somebody replies.")
    for sent in (without_reply, with_reply):
        newsroom.publish(sent.id)
    newsroom.pass_slots(newsroom.rules.schedule.max_hold_slots)
    newsroom.send("A reply that waits.", parent_id=with_reply.id)
    for sent in (without_reply, with_reply):
        newsroom.request_withdrawal(sent.code, "now")
    newsroom.run_scheduler()
    return {
        "without a reply": _lines(newsroom, without_reply.id),
        "with a reply": _lines(newsroom, with_reply.id),
    }


def _lines(newsroom: NewsroomHarness, comment_id: str) -> int:
    page = newsroom.read_file("en/page/1.html")
    element = re.search(rf'id="c-{comment_id}".*?</article>', page, re.DOTALL)
    return int(element is not None and LINE in element[0])


def test_an_unread_reply_keeps_no_line(newsroom: NewsroomHarness) -> None:
    assert _withdraw_both(newsroom) == {"without a reply": 1, "with a reply": 1}
    newsroom.pass_slots()
    assert LINE not in newsroom.read_file("en/index.html")


def test_control_a_line_that_pending_replies_keep_is_noticed(
    newsroom: NewsroomHarness, monkeypatch: pytest.MonkeyPatch
) -> None:
    pending_replies.show_in_tombstones(monkeypatch)
    assert _withdraw_both(newsroom) == {"without a reply": 0, "with a reply": 1}
