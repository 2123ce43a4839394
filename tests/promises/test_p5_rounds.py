"""P5: within a round, neither the desk nor the database's files show when a comment came.

Attack b: a moderator polls every route of the desk while comments arrive. Control: without the
inbox, the same polls show each comment at once.
Attack c: an attacker with the raw file, or PostgreSQL's hidden columns, orders the comments by every trace
that inserting leaves. Control: written one by one as they arrive, the order is found.
"""

import random
import struct
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy as sa

from tests.conftest import KINDS, copied_newsroom
from tests.harness import NewsroomHarness
from tests.in_process_client import DeskClient, intake_of
from tests.store.factories import arrival, receipt_arrival
from yobal.core import ids
from yobal.store import arrivals
from yobal.store.arrivals import Arrival, EncryptedArrival
from yobal.store.database import PAGE_BYTES

COMMENTS: Final = 300
TAU_MAX: Final = 0.1  # chance alone gives a mean of 0.07 for the best of these estimators
SEEDS: Final = range(5)
Order = dict[str, Any]  # a comment's id, and a value by which an attacker orders it
Store = Callable[[NewsroomHarness, list[Arrival]], None]


# Attack b: at the desk


def _polls(desk: DeskClient) -> list[Any]:
    """Everything that the desk's page asks for regularly, or lists."""
    return [
        desk.post("queue", cursor=None).json,
        desk.post("session").json,
        desk.post("history", cursor=None, comment_id=None).json,
    ]


@pytest.fixture
def desk(newsroom: NewsroomHarness) -> DeskClient:
    client = DeskClient(newsroom)
    client.sign_in()
    return client


def test_between_rounds_the_desk_shows_nothing_of_what_readers_do(
    newsroom: NewsroomHarness, desk: DeskClient
) -> None:
    listed = newsroom.send("Listed with the last round.")
    before = _polls(desk)
    with intake_of(newsroom) as intake:
        confirm = intake.post(step="send", text="New.", waits_for_round=True)
        key = confirm.field("idempotency_key")
        for receipt in ("", "yes"):  # the second one is a repeat
            sent = intake.post(
                step="confirm",
                text="New.",
                idempotency_key=key,
                receipt=receipt,
                waits_for_round=True,
            )
            assert "reached us" in sent.text
            assert _polls(desk) == before
        for code in (listed.code, sent.code):
            intake.post(step="withdraw", code=code or "", when="now", waits_for_round=True)
            newsroom.run_scheduler()
            assert _polls(desk) == before
    newsroom.move_inbox()
    newsroom.run_scheduler()
    assert _polls(desk) != before, "the round brings both"
    assert newsroom.state(listed.id) == "withdrawn"


def test_control_without_the_inbox_the_desk_shows_each_comment_at_once(
    newsroom: NewsroomHarness, desk: DeskClient
) -> None:
    before, sent = _polls(desk), _real_arrival(newsroom)
    with newsroom.components.cell_file.allocate(1, find_used=lambda _: set()) as (cell,):
        ciphertext = cell.encrypt(sent.sealed, purpose="envelope", row_id=sent.id)
    encrypted = EncryptedArrival(sent, cell.number, ciphertext)
    with newsroom.database.writing() as conn:
        arrivals.insert_comments(conn, [encrypted], arrival_round=0)
    assert _polls(desk) != before


def _real_arrival(newsroom: NewsroomHarness) -> Arrival:
    (epoch,) = newsroom.read_table("epochs")
    return arrival(epoch_id=epoch["id"])


def test_the_desk_says_when_the_next_comments_come(
    newsroom: NewsroomHarness, desk: DeskClient
) -> None:
    assert desk.post("session").json["next_round"]["label"] == "17:00"
    newsroom.now += 4 * 3_600
    assert desk.post("queue", cursor=None).json["next_round"]["label"] == "23:00"


def test_a_waiting_comment_is_listed_with_its_round_and_in_no_earlier_pass(
    newsroom: NewsroomHarness,
) -> None:
    sent = newsroom.send(waits_for_round=True)
    for minutes in (1, 60, 178):
        newsroom.now += minutes * 60 - (newsroom.now % 60)
        newsroom.run_scheduler()
        assert newsroom.state(sent.id) is None
    newsroom.now = newsroom.now // 3_600 * 3_600 + 3_600  # 17:00
    newsroom.run_scheduler()
    assert newsroom.state(sent.id) == "pending"
    assert newsroom.comment_row(sent.id)["arrival_round"] == newsroom.now


# Attack c: in the files


def _through_the_inbox(newsroom: NewsroomHarness, sent: list[Arrival]) -> None:
    for start in range(0, len(sent), 7):
        newsroom.inbox.add(sent[start : start + 7])
    newsroom.move_inbox()


def _directly(newsroom: NewsroomHarness, sent: list[Arrival]) -> None:
    for number, comment in enumerate(sent):
        encrypted = EncryptedArrival(comment, number, comment.sealed)
        with newsroom.database.writing() as conn:
            arrivals.insert_comments(conn, [encrypted], arrival_round=0)


def _tau_of_the_best_estimator(
    newsroom: NewsroomHarness, seed: int, store: Store, *, has_freed_pages: bool
) -> float:
    rng = random.Random(seed)
    if has_freed_pages:
        _leave_free_pages(newsroom, rng)
    free_pages = _free_pages(newsroom)
    sent = [_arrival(rng) for _ in range(COMMENTS)]
    store(newsroom, sent)
    estimators = (
        _sqlite_estimators(newsroom, sent, free_pages)
        if newsroom.database.is_sqlite
        else _postgresql_estimators(newsroom)
    )
    return max(
        abs(_tau([order[comment.id] for comment in sent if comment.id in order]))
        for order in estimators
    )


def _mean_tau(
    kind: str,
    folder: Path,
    request: pytest.FixtureRequest,
    store: Store,
    *,
    has_freed_pages: bool,
    seeds: range = SEEDS,
) -> float:
    server_url = None if kind == "sqlite" else request.getfixturevalue("postgresql")
    taus = []
    for seed in seeds:
        (folder / str(seed)).mkdir()
        newsroom = copied_newsroom(folder / str(seed), server_url)
        taus.append(
            _tau_of_the_best_estimator(newsroom, seed, store, has_freed_pages=has_freed_pages)
        )
        newsroom.close()
    return sum(taus) / len(taus)


@pytest.mark.parametrize("has_freed_pages", [False, True], ids=["new file", "freed pages"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_files_do_not_show_the_order_of_arrival_within_a_round(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest, *, has_freed_pages: bool
) -> None:
    tau = _mean_tau(kind, tmp_path, request, _through_the_inbox, has_freed_pages=has_freed_pages)
    assert tau <= TAU_MAX


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_the_files_do_not_show_the_order_of_arrival_over_many_rounds(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    for has_freed_pages in (False, True):
        folder = tmp_path / str(has_freed_pages)
        folder.mkdir()
        tau = _mean_tau(
            kind,
            folder,
            request,
            _through_the_inbox,
            has_freed_pages=has_freed_pages,
            seeds=range(100, 140),
        )
        assert tau <= TAU_MAX


@pytest.mark.parametrize("kind", KINDS)
def test_control_comments_that_are_written_as_they_arrive_show_their_order(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    tau = _mean_tau(kind, tmp_path, request, _directly, has_freed_pages=False, seeds=range(1))
    assert tau > 0.9


def test_after_a_round_the_inbox_holds_nothing(newsroom: NewsroomHarness) -> None:
    newsroom.inbox.add([arrival() for _ in range(50)])
    newsroom.move_inbox()
    if newsroom.database.is_sqlite:
        folder = Path(newsroom.database.url.database).parent
        assert [path for path in folder.glob("*-inbox-*-wal") if path.stat().st_size] == []
        return
    with newsroom.database.reading() as conn:  # dead rows would need pages
        for table in ("inbox_a", "inbox_b"):
            size = sa.text(f"select pg_relation_size('{table}')")
            assert conn.execute(size).scalar_one() == 0


def _arrival(rng: random.Random) -> Arrival:
    """Sealed to 1, 2, 4, 8, 16 or 32 KiB, with what age adds."""
    size_kib = rng.choice((1, 2, 4, 8, 16, 32))
    return arrival(
        id=ids.new_id(rng.randbytes),
        sealed=rng.randbytes(size_kib * 1_024 + 200),
        idempotency_hash=rng.randbytes(32),
        receipt=receipt_arrival(hash=rng.randbytes(32)),
    )


def _leave_free_pages(newsroom: NewsroomHarness, rng: random.Random) -> None:
    """As after weeks: comments came and went."""
    _through_the_inbox(newsroom, [_arrival(rng) for _ in range(COMMENTS)])
    with newsroom.database.writing() as conn:
        for table, column in (("envelopes", "comment_id"), ("comments", "id")):
            conn.execute(sa.text(f"delete from {table} where {column} < 'p'"))
    newsroom.database.purge()


def _tau(values: list[Any]) -> float:
    """Kendall's, of the order of arrival and these values; 0 for too few to say anything."""
    if len(values) < COMMENTS // 3:
        return 0
    signs = [(early < late) - (early > late) for early, late in combinations(values, 2)]
    return float(sum(signs)) / len(signs)


# SQLite's file


def _free_pages(newsroom: NewsroomHarness) -> list[int]:
    """The free list before the comments came, in the order in which SQLite reuses it."""
    if not newsroom.database.is_sqlite:
        return []
    content = _file_of(newsroom)
    trunk, pages = struct.unpack(">I", content[32:36])[0], []
    while trunk:
        page = _page(content, trunk)
        following, count = struct.unpack(">II", page[:8])
        pages += [*struct.unpack(f">{count}I", page[8 : 8 + 4 * count]), trunk]
        trunk = following
    return pages


def _sqlite_estimators(
    newsroom: NewsroomHarness, sent: list[Arrival], free_pages: list[int]
) -> Iterator[Order]:
    content = _file_of(newsroom)
    with newsroom.database.reading() as conn:
        root = conn.exec_driver_sql(
            "select rootpage from sqlite_schema where name = 'envelopes'"
        ).scalar_one()
    ids_by_key = {ids.id_prefix(comment.id): comment.id for comment in sent}
    cells = {
        ids_by_key[key]: (page, offset, overflow)
        for key, page, offset, overflow in _leaf_cells(content, root)
        if key in ids_by_key
    }
    assert len(cells) == len(sent)
    reused = {page: position for position, page in enumerate(free_pages)}
    yield {id_: (page, offset) for id_, (page, offset, _) in cells.items()}  # leaf
    yield {id_: page for id_, (_, _, page) in cells.items() if page}  # overflow
    yield {id_: reused[page] for id_, (_, _, page) in cells.items() if page in reused}  # free list
    # Offset: in every table and index that names a comment, first and last in the file.
    yield {comment.id: content.find(comment.id.encode()) for comment in sent}
    yield {comment.id: content.rfind(comment.id.encode()) for comment in sent}
    yield {
        comment.id: content.find(comment.receipt.hash if comment.receipt else b"")
        for comment in sent
    }


def _file_of(newsroom: NewsroomHarness) -> bytes:
    """After a clean stop: everything is in one file."""
    newsroom.database.purge()
    return Path(newsroom.database.url.database).read_bytes()


def _page(content: bytes, number: int) -> bytes:
    return content[(number - 1) * PAGE_BYTES : number * PAGE_BYTES]


def _leaf_cells(content: bytes, number: int) -> Iterator[tuple[int, int, int, int]]:
    """Key, page, offset and first overflow page of each row (https://sqlite.org/fileformat2.html)."""
    page = _page(content, number)
    kind, count = page[0], struct.unpack(">H", page[3:5])[0]
    header = 12 if kind == 5 else 8
    pointers = struct.unpack(f">{count}H", page[header : header + 2 * count])
    if kind == 5:
        for pointer in pointers:
            yield from _leaf_cells(content, struct.unpack(">I", page[pointer : pointer + 4])[0])
        yield from _leaf_cells(content, struct.unpack(">I", page[8:12])[0])
        return
    for pointer in pointers:
        size, at = _varint(page, pointer)
        key, at = _varint(page, at)
        local = _local_bytes(size)
        overflow = struct.unpack(">I", page[at + local : at + local + 4])[0] if local < size else 0
        yield key, number, pointer, overflow


def _varint(page: bytes, at: int) -> tuple[int, int]:
    value = 0
    for length in range(9):
        byte = page[at + length]
        if length == 8:
            return value << 8 | byte, at + 9
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + length + 1
    raise AssertionError


def _local_bytes(size: int) -> int:
    """How much of a row is in its leaf."""
    most, least = PAGE_BYTES - 35, (PAGE_BYTES - 12) * 32 // 255 - 23
    if size <= most:
        return size
    local = least + (size - least) % (PAGE_BYTES - 4)
    return local if local <= most else least


# PostgreSQL's hidden columns


def _postgresql_estimators(newsroom: NewsroomHarness) -> Iterator[Order]:
    columns = {
        "comments": "id",
        "envelopes": "comment_id",
        "receipts r join comments c using (idempotency_hash)": "c.id",
    }
    with newsroom.database.reading() as conn:
        for table, column in columns.items():
            name = "r" if " " in table else table
            rows = conn.execute(
                sa.text(f"select {column}, {name}.ctid::text, {name}.xmin::text from {table}")
            ).all()
            yield {row[0]: tuple(map(int, row[1].strip("()").split(","))) for row in rows}
            yield {row[0]: int(row[2]) for row in rows}
        chunks = conn.execute(
            sa.text("select comment_id, pg_column_toast_chunk_id(ciphertext)::text from envelopes")
        )
        yield {row[0]: int(row[1]) for row in chunks if row[1] is not None}
