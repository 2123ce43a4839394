"""Durable, sealed submissions per second, compared with sealing alone on one core and with Isso."""

import contextlib
import random
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pyrage
import sqlalchemy as sa

from bench import isso, newsroom, sending, serving, texts
from bench.interleave import Pace, interleave, medians, ratio
from bench.newsroom import SeededNewsroom
from bench.result import Row
from yobal.core import ids
from yobal.core.envelope import Envelope, pad

RATE_MOST: Final = 4_000  # forms prepared for each second; no server answers more
ISSO_RATE_MOST: Final = 1_000
DISTINCT: Final = 50  # envelopes that are sealed repeatedly
SEALING_NAME: Final = "submissions : sealing alone"
ISSO_NAME: Final = "submissions : Isso"


def measure(pace: Pace, folder: Path) -> list[Row]:
    """Sealing is the cost of encryption; Isso is what a newsroom might use instead."""
    seeded = newsroom.seed(folder / "submissions")
    with serving.yobal(seeded), _isso(folder) as send_to_isso:
        figures = interleave(
            pace.rounds,
            lambda: send(seeded, seconds=pace.seconds, folder=folder),
            lambda: sealing_rate(seeded, seconds=pace.seconds / 2),
            lambda: send_to_isso(pace.seconds),
        )
    ours, sealing, peer = figures
    note = medians({"yobal": ours, "sealing alone": sealing}, "/s")
    rows = [
        Row(name=SEALING_NAME, figure=ratio(ours, sealing), sense="at least", limit=0.2, note=note)
    ]
    isso_ratio = ratio(ours, peer) if all(peer) else None
    isso_note = medians({"Isso": peer}, "/s") if all(peer) else isso.INSTALL_HINT
    return [
        *rows,
        Row(name=ISSO_NAME, figure=isso_ratio, sense="at least", limit=7, note=isso_note),
    ]


def send(seeded: SeededNewsroom, *, seconds: float, folder: Path) -> float:
    """Accepted submissions per second; each must be in the inbox or in the database afterwards."""
    listen = seeded.settings.intake_listen
    forms = sending.form_requests(int(RATE_MOST * seconds), seeded.thread, listen, random.Random())
    return sending.send(
        forms,
        port=serving.port_of(listen),
        seconds=seconds,
        folder=folder,
        stored=lambda: count_stored(seeded),
    ).rate


def count_stored(seeded: SeededNewsroom) -> int:
    in_inbox = sum(seeded.components.inbox.count_comments().values())
    with seeded.components.database.reading() as conn:
        query = sa.text("select count(*) from comments c join envelopes e on e.comment_id = c.id")
        return in_inbox + int(conn.execute(query).scalar_one())


def sealing_rate(seeded: SeededNewsroom, *, seconds: float) -> float:
    """How many padded envelopes one core encrypts per second with `pyrage.encrypt`."""
    recipient = pyrage.x25519.Identity.from_str(seeded.epoch_identity()).to_public()
    rng = random.Random(1)
    padded = [pad(_envelope(rng))[0] for _ in range(DISTINCT)]
    done, started = 0, time.perf_counter()
    while time.perf_counter() < started + seconds:
        for plain in padded:
            pyrage.encrypt(plain, [recipient])
        done += len(padded)
    return done / (time.perf_counter() - started)


def _envelope(rng: random.Random) -> Envelope:
    return Envelope(
        comment_id=ids.new_id(rng.randbytes),
        site_id=newsroom.SITE_ID,
        story_id=newsroom.STORY_ID,
        edition="en",
        root_id=None,
        parent_id=None,
        text=texts.comment("mix", rng),
        name="Reader",
        lang="km",
        nonce=rng.randbytes(32).hex(),
        feedback_key=rng.randbytes(32).hex(),
    )


@contextlib.contextmanager
def _isso(folder: Path) -> Iterator[Callable[[float], float]]:
    """A function that measures Isso; it returns 0 where Isso is not installed."""
    try:
        with isso.running(folder / "isso") as peer:
            yield lambda seconds: _send_to_isso(peer, seconds, folder)
    except serving.NotAvailable:
        yield lambda _seconds: 0.0


def _send_to_isso(peer: isso.Isso, seconds: float, folder: Path) -> float:
    requests = sending.isso_requests(int(ISSO_RATE_MOST * seconds), peer.host, random.Random())
    return sending.send(
        requests,
        port=peer.port,
        seconds=seconds,
        folder=folder,
        stored=peer.stored,
        connections=sending.PEER_CONNECTIONS,
    ).rate
