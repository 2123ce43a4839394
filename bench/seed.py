"""Fill a database in bulk with published, pending and held comments, as the application leaves them."""

import random
import secrets
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import cycle, islice
from typing import Any, Final

from bench import texts
from bench.newsroom import SITE_ID, STORY_ID, SeededNewsroom
from yobal.actions import decide, move_inbox, submit, write_public_files
from yobal.actions.decision_context import DecisionContext
from yobal.core import idempotency, ids
from yobal.core.envelope import NONCE_BYTES, commitment
from yobal.core.schedule import last_round, last_slot
from yobal.core.submission import Submission
from yobal.store import stale_files, stories
from yobal.store.arrivals import Arrival
from yobal.store.tables import comments as comments_table
from yobal.store.tables import published_comments
from yobal.web.thread_status import ThreadStatusCache

TEXTS: Final = 500  # distinct texts; the rest repeat
GROUP: Final = 200


def add_published(seeded: SeededNewsroom, count: int, *, lang: str = "en") -> None:
    """Insert this many published top-level comments; the public files are not written."""
    database, rules = seeded.components.database, seeded.components.rules
    slot, rng = last_slot(rules.schedule, time.time()), random.Random(7)
    comment_texts = [texts.comment(lang, rng) for _ in range(min(count, TEXTS))]
    rows = _published_rows(count, comment_texts, lang=lang, slot=slot, rng=rng)
    with database.writing() as conn:
        while batch := list(islice(rows, 5_000)):
            conn.execute(published_comments.insert(), batch)
        stories.add_to_counters(conn, SITE_ID, STORY_ID, next_position=count, comments=count)


def write_files(seeded: SeededNewsroom) -> None:
    file_writer = seeded.components.file_writer
    with file_writer.database.writing() as conn:
        stale_files.add_all_of_thread(conn, SITE_ID, STORY_ID)
    write_public_files.write_stale(file_writer)


def _published_rows(
    count: int, comment_texts: list[str], *, lang: str, slot: int, rng: random.Random
) -> Iterator[dict[str, Any]]:
    for position in range(count):
        yield {
            "id": ids.new_id(rng.randbytes),
            "site_id": SITE_ID,
            "story_id": STORY_ID,
            "edition": lang,
            "root_id": None,
            "parent_id": None,
            "position": position,
            "text": comment_texts[position % len(comment_texts)],
            "name": texts.prose(lang, rng, 12) if position % 2 else "",
            "lang": lang,
            "slot": slot,
            "edit_kind": None,
            "edited_clause": None,
            "removal": None,
            "removal_clause": None,
            "next_reply_position": 0,
        }


def add_pending(seeded: SeededNewsroom, count: int) -> None:
    """Add this many sealed comments to the queue, through the same steps as a submission."""
    add_to_inbox(seeded, count)
    move_inbox_now(seeded)


def add_to_inbox(seeded: SeededNewsroom, count: int) -> None:
    arrivals = sealed_comments(seeded, count)
    for start in range(0, count, GROUP):
        seeded.components.inbox.add(arrivals[start : start + GROUP])


def sealed_comments(seeded: SeededNewsroom, count: int) -> list[Arrival]:
    components, now, rng = seeded.components, time.time(), random.Random(5)
    site = (
        ThreadStatusCache(
            components.database,
            components.inbox,
            components.rules,
            components.intake_roster_reader,
        )
        .load(STORY_ID)
        .site
    )
    assert site.sealing_key is not None
    target = submit.SubmissionTarget(
        epoch_id=site.sealing_key.epoch_id,
        sealer=site.sealing_key.sealer,
        root_id=None,
        languages=site.languages,
    )
    today = datetime.fromtimestamp(now, UTC).date()
    comment_texts = [texts.comment("mix", rng) for _ in range(min(count, TEXTS))]
    return [
        submit.seal(
            Submission(
                site_id=SITE_ID, story_id=STORY_ID, edition="en", parent_id=None, text=text, name=""
            ),
            target,
            components.keyring,
            components.rules,
            idempotency_key=idempotency.new_idempotency_key(secrets.token_bytes, today=today),
            wants_receipt=number % 2 == 0,
            now=now,
            random=secrets.token_bytes,
        ).arrival
        for number, text in enumerate(islice(cycle(comment_texts), count))
    ]


def move_inbox_now(seeded: SeededNewsroom) -> None:
    """What the next round does."""
    components = seeded.components
    database, inbox, rules = components.database, components.inbox, components.rules
    arrival_round = last_round(rules.schedule, time.time())
    cell_file, random = components.cell_file, secrets.token_bytes
    move_inbox.move(database, inbox, cell_file, rules, arrival_round=arrival_round, random=random)
    move_inbox.destroy_moved(database, inbox, cell_file, rules, random=random)


def add_held(seeded: SeededNewsroom, *, due: int) -> None:
    """Insert one comment, and accept it for the slot `due`."""
    components, comment_id = seeded.components, ids.new_id(secrets.token_bytes)
    text, nonce = texts.comment("en", random.Random(comment_id)), secrets.token_bytes(NONCE_BYTES)
    with components.database.writing() as conn:
        conn.execute(
            comments_table.insert().values(
                id=comment_id,
                site_id=SITE_ID,
                story_id=STORY_ID,
                edition="en",
                root_id=None,
                parent_id=None,
                state="pending",
                arrival_round=due,
                epoch_id="",
                size_kib=1,
                lang="en",
                commitment=commitment(nonce=nonce, name="", text=text),
            )
        )
    context = DecisionContext(
        rules=components.rules,
        pseudonym="Heron",
        roster_reader=components.roster_reader,
        now=due - 1,
        random=secrets.token_bytes,
        randbelow=lambda _: 0,
    )
    decide.publish(
        components.database,
        components.cell_file,
        context,
        comment_id,
        text=text,
        name="",
        nonce=nonce,
        lang="en",
        signature=seeded.signer.accept(comment_id, text=text, name="", lang="en"),
    )
