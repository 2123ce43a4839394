"""Destroying 5,000 held texts at once: their cells are overwritten with one sync, and taken off the list."""

import secrets
import time
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final

from bench import newsroom
from bench.interleave import Pace
from bench.newsroom import SeededNewsroom
from bench.result import Row
from yobal.actions import purge_deleted
from yobal.core import ids
from yobal.store import cells, held_texts
from yobal.store.held_texts import HeldRow

COUNT: Final = 5_000
SECONDS_MAX: Final = 0.5


def measure(pace: Pace, folder: Path) -> list[Row]:
    """The median of the rounds; the note has the slowest."""
    seeded = newsroom.seed(folder)
    seconds = [_destroy(seeded) for _ in range(pace.rounds)]
    note = f"slowest of {len(seconds)}: {max(seconds):.3f} s"
    name = f"destroying {COUNT:,} cells"
    figure = median(seconds)
    return [Row(name=name, figure=figure, sense="at most", limit=SECONDS_MAX, unit="s", note=note)]


def _destroy(seeded: SeededNewsroom) -> float:
    """The rows are deleted before; the purge of the database's files is not measured."""
    components = seeded.components
    _insert_rows(seeded)
    with components.database.writing() as conn:
        for row in held_texts.page(conn, after="", limit=COUNT):
            held_texts.delete(conn, row.comment_id)
    started = time.perf_counter()
    purge_deleted.overwrite_expired(components.database, components.cell_file)
    took = time.perf_counter() - started
    with components.database.reading() as conn:
        if cells.expired(conn):
            raise ValueError("not every cell was overwritten")
    return took


def _insert_rows(seeded: SeededNewsroom) -> None:
    database, cell_file = seeded.components.database, seeded.components.cell_file
    find_used = partial(cells.find_used, database)
    with (
        cell_file.allocate(COUNT, find_used=find_used) as new_cells,
        database.writing() as conn,
    ):
        for cell in new_cells:
            comment_id = ids.new_id(secrets.token_bytes)
            ciphertext = cell.encrypt(bytes(1_024), purpose="held text", row_id=comment_id)
            row = HeldRow(comment_id=comment_id, cell=cell.number, ciphertext=ciphertext)
            held_texts.insert(conn, row)
