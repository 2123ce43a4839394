"""What the signatures of moderators cost: each decision at the server, and a release of 1,000 comments.

Decisions with and without the check take turns, so that other work on the machine slows both.
"""

import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final
from unittest import mock

import msgspec
import pyrage

from bench import newsroom, seed
from bench.interleave import Pace
from bench.newsroom import PSEUDONYM, SITE_ID, SeededNewsroom
from bench.result import Row
from yobal.actions import decide, release
from yobal.actions.decision_context import DecisionContext
from yobal.core.decision_signature import DecisionSignature, Signers
from yobal.core.envelope import Envelope
from yobal.core.schedule import next_slot
from yobal.store import queue, sites

DECIDED: Final = 200
RELEASED: Final = 1_000
RELEASE_SECONDS: Final = 0.3
SHARE_KEPT: Final = 0.9  # of the decisions in a second


class _Signed(msgspec.Struct, frozen=True):
    """What a moderator's browser sends."""

    envelope: Envelope
    signature: DecisionSignature


def measure(pace: Pace, folder: Path) -> list[Row]:
    decided = _decisions(newsroom.seed(folder / "decisions"), DECIDED)
    seeded = newsroom.seed(folder / "releases")
    releases = [_release_seconds(seeded) for _ in range(min(pace.rounds, 3))]
    return [
        decided,
        Row(
            name=f"verifying adds to a release of {RELEASED:,} comments",
            figure=median(releases),
            sense="at most",
            limit=RELEASE_SECONDS,
            unit="s of CPU",
        ),
    ]


def _decisions(seeded: SeededNewsroom, count: int) -> Row:
    """One with and one without, in turns. Signing itself is the browser's work."""
    seed.add_pending(seeded, 2 * count)
    seconds = {True: 0.0, False: 0.0}
    for number, signed in enumerate(_sign_all(seeded, 2 * count)):
        is_verified = number % 2 == 0
        with _checking(is_on=is_verified):
            started = time.perf_counter()
            _publish(seeded, signed)
            seconds[is_verified] += time.perf_counter() - started
    per_second = count / seconds[True]
    return Row(
        name="decisions in a second with signatures, to without",
        figure=seconds[False] / seconds[True],
        sense="at least",
        limit=SHARE_KEPT,
        note=f"{per_second:.0f} decisions in a second",
    )


def _sign_all(seeded: SeededNewsroom, count: int) -> list[_Signed]:
    epoch = pyrage.x25519.Identity.from_str(seeded.epoch_identity())
    with seeded.components.database.reading() as conn:
        rows = queue.page(conn, SITE_ID, pseudonym=PSEUDONYM, after=None, limit=count)
    signed = []
    for row in rows:
        sealed = seeded.components.cell_file.decrypt(
            row.cell, row.ciphertext, purpose="envelope", row_id=row.comment_id
        )
        assert sealed is not None
        envelope = msgspec.json.decode(pyrage.decrypt(sealed, [epoch]), type=Envelope)
        signature = seeded.signer.accept(
            envelope.comment_id, text=envelope.text, name=envelope.name, lang=envelope.lang
        )
        signed.append(_Signed(envelope, signature))
    return signed


def _publish(seeded: SeededNewsroom, signed: _Signed) -> None:
    components, envelope = seeded.components, signed.envelope
    context = DecisionContext(
        rules=components.rules,
        pseudonym=PSEUDONYM,
        roster_reader=components.roster_reader,
        now=time.time(),
        random=secrets.token_bytes,
        randbelow=secrets.randbelow,
    )
    decide.publish(
        components.database,
        components.cell_file,
        context,
        envelope.comment_id,
        text=envelope.text,
        name=envelope.name,
        nonce=bytes.fromhex(envelope.nonce),
        lang=envelope.lang,
        signature=signed.signature,
    )


def _release_seconds(seeded: SeededNewsroom) -> float:
    """How much of a release is spent on verifying.

    In CPU time of its thread: verifying waits for nothing, and the disk's noise is larger than this.
    """
    with seeded.components.database.reading() as conn:
        last = sites.released_slot(conn, SITE_ID)
    now = next_slot(seeded.components.rules.schedule, max(time.time(), last))
    for _ in range(RELEASED):
        seed.add_held(seeded, due=int(now))
    spent: list[float] = []
    verify = release._is_authentic  # noqa: SLF001  # timed, not changed

    def timed(*arguments: Any) -> bool:
        started = time.thread_time()
        is_authentic = verify(*arguments)
        spent.append(time.thread_time() - started)
        return is_authentic

    with mock.patch.object(release, "_is_authentic", timed):
        released = release.release(
            seeded.components.database,
            seeded.components.cell_file,
            seeded.components.rules,
            now=now,
            random=secrets.token_bytes,
            roster_reader=seeded.components.roster_reader,
        )
    assert released is not None
    assert (released.comments, released.refused, len(spent)) == (RELEASED, 0, RELEASED)
    return sum(spent)


@contextmanager
def _checking(*, is_on: bool) -> Iterator[None]:
    if is_on:
        yield
        return
    with (
        mock.patch.object(Signers, "is_genuine", return_value=True),
        mock.patch.object(decide, "_envelope_hash", return_value=None),
    ):
        yield
