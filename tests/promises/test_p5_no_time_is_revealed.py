"""P5: nothing published shows when a comment was written.

Order, file times, texts, ids and compressed bytes do not depend on when a comment arrived, except
for the slot in which it was released. Controls: sorting by arrival is noticed, and times are found.
"""

import hashlib
import itertools
import json
import random
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any, Final
from zoneinfo import available_timezones

import sqlalchemy as sa

from tests.harness import SITE_ID, SLOT, START, STORY_ID, NewsroomHarness, make_newsroom
from tests.serving import THREAD, ask, serving
from yobal.actions import release
from yobal.core import ids
from yobal.core.schedule import Schedule, is_due, last_round, last_slot, next_slot, pick_slot
from yobal.store.tables import metadata

SCHEDULES: Final = 1_000
COMMENTS_EACH: Final = 12
KHMER_DIGITS: Final = {0x17E0 + digit: str(digit) for digit in range(10)}
TAU_MAX: Final = 0.05
ZONES: Final = sorted(zone for zone in available_timezones() if "/" in zone)
Order = Callable[[int, str], Any]


def test_the_order_in_a_release_is_independent_of_arrival_over_1000_schedules() -> None:
    assert abs(_tau(_releases(release._order))) < TAU_MAX


def test_control_sorting_by_arrival_is_noticed() -> None:
    """An order by something that grows with arrival, such as a row's number."""
    counter = itertools.count()
    arrived: dict[str, int] = defaultdict(lambda: next(counter))
    assert _tau(_releases(lambda _slot, comment: arrived[comment])) > 0.9


def test_ids_do_not_increase_with_arrival() -> None:
    new_ids = [ids.new_id(random.Random(number).randbytes) for number in range(3_000)]
    assert (
        abs(_tau([[(number, comment_id) for number, comment_id in enumerate(new_ids)]])) < TAU_MAX
    )
    assert _tau([[(number, f"{number:026d}") for number in range(100)]]) == 1  # control


def test_the_order_on_the_pages_is_independent_of_arrival(sqlite_newsroom: NewsroomHarness) -> None:
    releases = []
    for batch in range(4):
        sent = [sqlite_newsroom.send(f"Number {number}.").id for number in range(60)]
        for comment in sent:
            sqlite_newsroom.publish(comment)
        sqlite_newsroom.pass_slots()
        shown = [comment_id for comment_id in _shown(sqlite_newsroom) if comment_id in sent]
        assert len(shown) == 60, batch
        releases.append(
            [(sent.index(comment_id), position) for position, comment_id in enumerate(shown)]
        )
    assert abs(_tau(releases)) < 0.2  # 240 comments: chance alone gives 0.04


def test_the_same_comments_give_the_same_files_whenever_they_arrived(tmp_path: Path) -> None:
    """Two newsrooms: what one gets in the first minute, the other gets in reverse over six hours."""
    made = []
    for name, order, apart in (("one", range(40), 1.0), ("two", reversed(range(40)), 400.0)):
        (tmp_path / name).mkdir()
        newsroom = make_newsroom(tmp_path / name, f"sqlite:///{tmp_path / name}/yobal.sqlite")
        for number in order:
            newsroom.random = _random_bytes(number)
            sent = newsroom.send(f"Number {number}.", receipt=number % 2 == 0)
            newsroom.now += apart
            newsroom.publish(sent.id)
        newsroom.now = START
        newsroom.pass_slots()
        times = {
            path: path.stat().st_mtime for path in newsroom.files_dir.rglob("*") if path.is_file()
        }
        made.append((newsroom.read_all_files(), sorted(times.values())))
        newsroom.close()
    assert made[0] == made[1]


def test_no_public_file_contains_a_time_finer_than_the_day(
    sqlite_newsroom: NewsroomHarness,
) -> None:
    newsroom = sqlite_newsroom
    for number in range(8):
        newsroom.now += 61.7
        newsroom.publish(newsroom.send(f"Number {'x' * number}.", name="Dara").id)
    newsroom.pass_slots()
    slots = {"00:00", "06:00", "12:00", "18:00"}  # when the form says that comments appear
    for key, content in newsroom.read_all_files().items():
        if key.endswith(".gz"):
            assert content[4:8] == b"\0\0\0\0", f"{key}: gzip carries a time"
            continue
        # A feed must give times (RFC 4287): midnight represents the day.
        text = (
            content.decode().replace("T00:00:00Z", "")
            if key.endswith(".atom")
            else content.decode()
        )
        to_response = _times_in(text) - slots
        assert not to_response, (key, to_response)
    assert _times_in('<time datetime="2026-11-22T13:05:01Z">13:05</time> 1764000000') == {
        "13:05",
        "13:05:01",
        "2026-11-22T13",
        "1764000000",
    }  # control


def test_the_time_of_every_file_is_a_slot(sqlite_newsroom: NewsroomHarness) -> None:
    newsroom = sqlite_newsroom
    for _ in range(3):
        newsroom.now += 1_234
        newsroom.publish_new("At some minute.")
        newsroom.now += 77
        newsroom.run_scheduler()
    for path in newsroom.files_dir.rglob("*"):
        if path.is_file():
            modified = path.stat().st_mtime
            assert last_slot(newsroom.rules.schedule, modified) == modified, path


def test_no_table_contains_a_time_that_is_neither_a_slot_nor_a_round(
    newsroom: NewsroomHarness,
) -> None:
    for number in range(6):
        newsroom.now += 61
        sent = newsroom.send(f"Number {number}.")
        if number % 2:
            newsroom.publish(sent.id)
    newsroom.pass_slots()
    near, schedule = range(int(START) - 20 * SLOT, int(START) + 20 * SLOT), newsroom.rules.schedule
    times = 0
    for table in metadata.sorted_tables:
        with newsroom.database.reading() as conn:
            for row in conn.execute(sa.select(table)):
                for value in row:
                    if isinstance(value, int) and value in near:
                        known = (last_slot(schedule, value), last_round(schedule, value))
                        assert value in known, (table.name, row)
                        times += 1
    assert times > 6


def test_last_modified_is_a_slot_and_only_date_shows_the_time(tmp_path: Path) -> None:
    with serving(tmp_path) as served:
        schedule = served.newsroom.rules.schedule
        for path in (THREAD, f"{THREAD}index.json", f"/{SITE_ID}/@/comments.css"):
            answer = ask(served.intake, path=path)
            modified = parsedate_to_datetime(answer.header("last-modified") or "").timestamp()
            assert last_slot(schedule, modified) == modified
            others = [
                value
                for name, value in answer.headers
                if name.lower() not in ("date", "last-modified")
            ]
            assert not _times_in("\n".join(others))
        missing = ask(served.intake, path="/nothing/")
        assert missing.header("last-modified") is None


# How


def _releases(order: Order) -> list[list[tuple[int, int]]]:
    """Random schedules with random arrivals and decisions; (arrival, place) inside each release."""
    draw = random.Random(5)
    found: list[list[tuple[int, int]]] = []
    for number in range(SCHEDULES):
        schedule = Schedule(
            time_zone=draw.choice(ZONES),
            release_times=tuple(
                sorted(
                    {
                        f"{draw.randrange(24):02d}:{draw.choice((0, 30)):02d}"
                        for _ in range(draw.randint(1, 4))
                    }
                )
            ),
            max_hold_slots=draw.randint(1, 4),
            min_batch_size=draw.randint(1, 4),
        )
        found += _released(schedule, order, draw, number)
    assert sum(len(release) for release in found) >= 10_000
    return found


def _released(
    schedule: Schedule, order: Order, draw: random.Random, number: int
) -> Iterable[list[tuple[int, int]]]:
    start = START + draw.randrange(86_400 * 300)
    arrivals = sorted(start + draw.randrange(4 * 3_600) for _ in range(COMMENTS_EACH))
    comments = {
        hashlib.sha256(f"{number} {at}".encode()).hexdigest()[:26]: at
        for at in range(len(arrivals))
    }
    for comment in comments:
        order(0, comment)  # an order by arrival learns them as they come
    due = {
        comment_id: pick_slot(
            schedule, now=arrivals[at] + draw.randrange(3_600), randbelow=draw.randrange
        )
        for comment_id, at in comments.items()
    }
    slot: float = start
    while due:
        latest = next_slot(schedule, slot)
        batch = [comment_id for comment_id, due_slot in due.items() if due_slot <= latest]
        leaving = [
            comment_id
            for comment_id in batch
            if is_due(
                due[comment_id],
                batch_size=len(batch),
                min_batch_size=schedule.min_batch_size,
                latest=latest,
            )
        ]
        shown = sorted(leaving, key=lambda comment_id: order(latest, comment_id))
        yield [(comments[comment_id], position) for position, comment_id in enumerate(shown)]
        for comment_id in leaving:
            del due[comment_id]
        slot = latest


def _tau(releases: Sequence[Sequence[tuple[int, Any]]]) -> float:
    """Kendall's: +1 where place follows arrival, -1 where it is the reverse, 0 where neither."""
    agreeing = pairs = 0
    for places in releases:
        for (early, first), (late, second) in itertools.combinations(sorted(places), 2):
            assert early < late
            agreeing += 1 if first < second else -1
            pairs += 1
    return agreeing / pairs


def _shown(newsroom: NewsroomHarness) -> list[str]:
    """Every id on the pages, oldest page first, each page from its end."""
    pages = sorted(
        (newsroom.files_dir / SITE_ID / STORY_ID / "en" / "page").glob("*.json"),
        key=lambda path: int(path.stem),
    )
    return [
        comment["id"]
        for page in pages
        for comment in reversed(json.loads(page.read_text())["comments"])
    ]


def _random_bytes(number: int) -> Callable[[int], bytes]:
    """Chance that belongs to a comment, not to a moment."""
    return lambda count: hashlib.sha256(f"{number} {count}".encode()).digest()[:count]


def _times_in(text: str) -> set[str]:
    """Wall clocks, days with an hour, and seconds since 1970 of this century."""
    text = text.translate(KHMER_DIGITS)
    shapes = r"\b\d{1,2}:\d{2}(?::\d{2})?\b|\d{4}-\d{2}-\d{2}T\d{2}|\b1[6-9]\d{8,11}\b"
    found = set(re.findall(shapes, text))
    return found | set(re.findall(r"(?<=T)\d{2}:\d{2}:\d{2}", text))


def test_control_times_are_found() -> None:
    now = datetime.now(UTC)
    for to_response in (now.isoformat(), f"{now:%H:%M}", str(int(now.timestamp()))):
        assert _times_in(f"x {to_response} y")
