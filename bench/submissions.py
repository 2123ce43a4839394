"""Durable, sealed submissions a second, beside bare sealing on one core, and beside Isso."""

import contextlib
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pyrage
import sqlalchemy as sa

from bench import isso, newsroom, sending, serving, texts
from bench.interleave import Pace, in_turns, ratio, spread
from bench.newsroom import SeededNewsroom
from bench.result import Row
from yobal.core import ids
from yobal.core.envelope import Envelope, pad

RATE_MOST: Final = 4_000  # forms prepared for each second; more than this nobody answers
ISSO_RATE_MOST: Final = 1_000
DIFFERENT: Final = 50  # envelopes that are sealed over and over
SEALING_NAME: Final = "submissions : sealing alone"
ISSO_NAME: Final = "submissions : Isso"


def measure(pace: Pace, folder: Path) -> list[Row]:
    """Sealing is the price of the promise; Isso is what a newsroom would take instead."""
    seeded = newsroom.seed(folder / "submissions")
    with serving.yobal(seeded), _isso(folder) as send_to_isso:
        figures = in_turns(
            pace.rounds,
            lambda: send(seeded, seconds=pace.seconds, folder=folder),
            lambda: sealing_rate(seeded, seconds=pace.seconds / 2),
            lambda: send_to_isso(pace.seconds),
        )
    ours, sealing, peer = figures
    note = spread({"yobal": ours, "sealing alone": sealing}, "/s")
    rows = [
        Row(name=SEALING_NAME, figure=ratio(ours, sealing), sense="at least", bar=0.2, note=note)
    ]
    found = ratio(ours, peer) if all(peer) else None
    said = spread({"Isso": peer}, "/s") if all(peer) else isso.HOW
    return [*rows, Row(name=ISSO_NAME, figure=found, sense="at least", bar=7, note=said)]


def send(seeded: SeededNewsroom, *, seconds: float, folder: Path) -> float:
    """Submissions a second, each of them found in the store afterwards."""
    listen = seeded.settings.intake_listen
    forms = sending.forms(int(RATE_MOST * seconds), seeded.thread, listen, random.Random())
    return sending.send(
        forms,
        port=serving.port_of(listen),
        seconds=seconds,
        folder=folder,
        stored=lambda: waiting(seeded),
    ).rate


def waiting(seeded: SeededNewsroom) -> int:
    with seeded.components.database.reading() as conn:
        counted = sa.text("select count(*) from comments c join envelopes e on e.comment_id = c.id")
        return int(conn.execute(counted).scalar_one())


def sealing_rate(seeded: SeededNewsroom, *, seconds: float) -> float:
    """One core doing nothing but `pyrage.encrypt` of such envelopes, padded beforehand."""
    recipient = pyrage.x25519.Identity.from_str(seeded.epoch_identity()).to_public()
    chance = random.Random(1)
    padded = [pad(_envelope(chance))[0] for _ in range(DIFFERENT)]
    done, started = 0, time.perf_counter()
    while time.perf_counter() < started + seconds:
        for plain in padded:
            pyrage.encrypt(plain, [recipient])
        done += len(padded)
    return done / (time.perf_counter() - started)


def _envelope(chance: random.Random) -> Envelope:
    return Envelope(
        comment_id=ids.new_id(chance.randbytes),
        site_id=newsroom.SITE_ID,
        story_id=newsroom.STORY_ID,
        edition="en",
        root_id=None,
        parent_id=None,
        text=texts.comment("mix", chance),
        name="Reader",
        lang="km",
        nonce=chance.randbytes(32).hex(),
    )


@contextlib.contextmanager
def _isso(folder: Path) -> Iterator[Callable[[float], float]]:
    """How to measure it; a figure of 0 where it is not there."""
    try:
        with isso.running(folder / "isso") as peer:
            yield lambda seconds: _send_to_isso(peer, seconds, folder)
    except serving.NotThere:
        yield lambda _seconds: 0.0


def _send_to_isso(peer: isso.Isso, seconds: float, folder: Path) -> float:
    requests = sending.issos(int(ISSO_RATE_MOST * seconds), peer.host, random.Random())
    return sending.send(
        requests, port=peer.port, seconds=seconds, folder=folder, stored=peer.stored
    ).rate
