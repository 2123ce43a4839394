"""Fill a store quickly: published comments and waiting ones, by bulk, as releases leave them."""

import random
import secrets
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final

from bench import texts
from bench.newsroom import SITE_ID, STORY_ID, SeededNewsroom
from yobal.actions import mark_all_stale, submit, write_public_files
from yobal.core import idempotency, ids
from yobal.core.schedule import last_slot
from yobal.core.submission import Submission
from yobal.store import arrivals, comments, stories
from yobal.store.tables import comments as comment_rows
from yobal.store.tables import published_comments as letter_rows
from yobal.web.thread_status import ThreadStatusCache

TEXTS: Final = 500  # different ones; the rest repeat
GROUP: Final = 200


def publish(furnished: SeededNewsroom, count: int, *, lang: str = "en") -> None:
    """A thread of so many top-level comments; its files are not written."""
    database, rules = furnished.components.database, furnished.components.rules
    slot, chance = last_slot(rules.schedule, time.time()), random.Random(7)
    words = [texts.comment(lang, chance) for _ in range(min(count, TEXTS))]
    rows = _letters(count, words, lang=lang, slot=slot, chance=chance)
    with database.writing() as conn:
        while some := list(islice(rows, 5_000)):
            conn.execute(letter_rows.insert(), some)
        stories.add_to_counters(conn, SITE_ID, STORY_ID, next_position=count, comments=count)


def write_files_of(furnished: SeededNewsroom) -> None:
    file_writer = furnished.components.file_writer
    mark_all_stale.mark_story_stale(file_writer.database, file_writer.rules, STORY_ID)
    write_public_files.write_stale(file_writer)


def _letters(
    count: int, words: list[str], *, lang: str, slot: int, chance: random.Random
) -> Iterator[dict[str, Any]]:
    for place in range(count):
        yield {
            "id": ids.new_id(chance.randbytes),
            "site_id": SITE_ID,
            "story": STORY_ID,
            "edition": lang,
            "root": None,
            "to_id": None,
            "place": place,
            "text": words[place % len(words)],
            "name": texts.prose(lang, chance, 12) if place % 2 else "",
            "lang": lang,
            "slot": slot,
            "edited_clause": None,
            "gone": None,
            "gone_clause": None,
            "replies": 0,
        }


def wait(furnished: SeededNewsroom, count: int) -> None:
    """So many sealed comments in the queue, through the same steps as a submission takes."""
    parts, now, chance = furnished.components, time.time(), random.Random(5)
    site = ThreadStatusCache(parts.database, parts.rules).load(STORY_ID).site
    assert site.sealing_key is not None
    target = submit.SubmissionTarget(
        epoch_id=site.sealing_key.epoch_id,
        sealer=site.sealing_key.sealer,
        root_id=None,
        languages=site.languages,
    )
    today = datetime.fromtimestamp(now, UTC).date()
    words = [texts.comment("mix", chance) for _ in range(min(count, TEXTS))]
    made = [
        submit.seal(
            Submission(
                site_id=SITE_ID, story_id=STORY_ID, edition="en", parent_id=None, text=one, name=""
            ),
            target,
            parts.keyring,
            parts.rules,
            idempotency_key=idempotency.new_idempotency_key(secrets.token_bytes, today=today),
            wants_receipt=number % 2 == 0,
            now=now,
            random=secrets.token_bytes,
        ).arrival
        for number, one in enumerate(words[at % len(words)] for at in range(count))
    ]
    for start in range(0, count, GROUP):
        arrivals.add(parts.database, made[start : start + GROUP])


def hold(furnished: SeededNewsroom, *, due: int) -> None:
    """One accepted comment that leaves with the slot `due`."""
    comment = ids.new_id(secrets.token_bytes)
    with furnished.components.database.writing() as conn:
        conn.execute(
            comment_rows.insert().values(
                id=comment,
                site_id=SITE_ID,
                story_id=STORY_ID,
                edition="en",
                root_id=None,
                to_id=None,
                state="held",
                arrival_slot=due,
                epoch_id="",
                size_kib=1,
                lane="look",
                lang="en",
                due_slot=due,
                decided_slot=due,
            )
        )
        comments.insert_held_text(
            conn, comment, text=texts.comment("en", random.Random(comment)), name="", lang="en"
        )
