"""Attack: withdraw two published comments, one with a reply that waits for a moderator.

A line that stays for one and not for the other would show that somebody has replied.
"""

import json
import re
from collections.abc import Iterator
from typing import Any, Final, Literal

from yobal.doctor.finding import Finding
from yobal.self_test.scratch import CannotPlay, ScratchNewsroom
from yobal.self_test.wording import learned, learned_nothing

CHECK: Final = "watching what withdrawn comments leave"
_CHOICES: Final[tuple[Literal["now", "next"], ...]] = ("now", "next")
_BATCH_MAX: Final = 20  # of other comments that are released together with these
_ID: Final = "COMMENT-ID"
_DAY: Final = re.compile(r'<time.*?</time>|<meta itemprop="datePublished"[^>]*>')


def play(newsroom: ScratchNewsroom) -> Finding:
    observations = [text for when in _CHOICES for text in _withdraw_two(newsroom, when)]
    if observations:
        return learned(CHECK, observations)
    return learned_nothing(
        CHECK,
        'after "At once" and after "At the next release", the public files of two withdrawn comments were '
        "the same, although one of them had a reply that was waiting for a moderator",
    )


def _withdraw_two(newsroom: ScratchNewsroom, when: Literal["now", "next"]) -> Iterator[str]:
    """How the files of the two differ. Both have the same words."""
    words = f"Withdrawn, {when}."
    codes = [newsroom.send(words) for _ in range(2)]
    alone, with_reply = _publish(newsroom, words)
    newsroom.send("A reply that waits.", parent_id=with_reply)
    newsroom.pass_round()
    if not any(row.envelope.parent_id == with_reply for row in newsroom.queue()):
        raise CannotPlay("the reply did not come to the desk")
    for code in codes:
        newsroom.withdraw(code, when=when)
    newsroom.run_scheduler()
    for moment in ("before", "after"):
        first, second = _traces(newsroom, alone), _traces(newsroom, with_reply)
        for file in sorted(first.keys() | second.keys()):
            if first.get(file) != second.get(file):
                yield f"somebody had replied to one of two comments, from {file} {moment} the release"
        newsroom.pass_slot()


def _publish(newsroom: ScratchNewsroom, words: str) -> list[str]:
    """The ids of the two. Others are released with them, because a small batch would wait for a day."""
    batch_size = min(newsroom.schedule.min_batch_size, _BATCH_MAX)
    newsroom.send_many([f"Others, {number}." for number in range(batch_size)])
    newsroom.pass_round()
    queued = [row for row in newsroom.queue() if row.envelope.parent_id is None]
    for row in queued:
        newsroom.publish(row)
    ids = [row.id for row in queued if row.envelope.text == words]
    if len(ids) != 2:
        raise CannotPlay("the comments did not come to the desk")
    newsroom.pass_releases(ids)
    return ids


def _traces(newsroom: ScratchNewsroom, comment_id: str) -> dict[str, object]:
    """What each public file shows of a comment, without its id and its day."""
    traces: dict[str, object] = {}
    for path, (_, content) in newsroom.public_files().items():
        if path.endswith(".gz"):
            continue
        text = content.decode(errors="replace").replace(comment_id, _ID)
        name = path.replace(comment_id, _ID)
        if _ID in text or name != path:
            traces[name] = (text.count(_ID), _shown(path, text))
    return traces


def _shown(path: str, text: str) -> Any:
    if path.endswith(".json"):
        return list(_objects(json.loads(text)))
    element = re.search(rf'id="c-{_ID}".*?</article>', text, re.DOTALL)
    return _DAY.sub("", element[0]) if element else None


def _objects(value: Any) -> Iterator[dict[str, object]]:
    """Wherever JSON has the comment."""
    if isinstance(value, dict):
        if value.get("id") == _ID:
            yield {key: item for key, item in value.items() if key != "day"}
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _objects(item)
