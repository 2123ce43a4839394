"""A release that a crash interrupts is finished by the next start, with the same files as without it."""

import gzip
import random
import re
import time
from pathlib import Path
from typing import Final

import pytest
import sqlalchemy as sa

from tests.harness import NewsroomHarness
from tests.serving import Served, make_served, wait_for
from yobal.adapters.public_files import TEMPORARY_PREFIX
from yobal.server.rebuild import rebuild_all
from yobal.store.tables import stale_files

MORE_KILLS_MAX: Final = 6
COMMENTS: Final = 60  # released together in each round: enough pages to be hit between two


def _hold_some(newsroom: NewsroomHarness, roots: list[str]) -> None:
    """Held comments for the next slot, a third of them replies."""
    newsroom.now = time.time()
    for number in range(COMMENTS):
        to = random.choice(roots) if roots and number % 3 == 0 else None
        sent = newsroom.send(f"Number {number}. " + "Words. " * 40, parent_id=to)
        newsroom.publish(sent.id)


def _roots(newsroom: NewsroomHarness) -> list[str]:
    with newsroom.database.reading() as conn:
        found = conn.execute(
            sa.text("select id from published_comments where root_id is null limit 200")
        )
        return list(found.scalars())


def _is_unfinished(newsroom: NewsroomHarness) -> bool:
    """Whether the crash left a temporary or a stale file."""
    with newsroom.database.reading() as conn:
        noted = conn.execute(sa.select(sa.func.count()).select_from(stale_files)).scalar_one()
    return bool(noted) or any(newsroom.files_dir.rglob(f"{TEMPORARY_PREFIX}*"))


def _kill_while_releasing(served: Served, draw: random.Random) -> bool:
    """Start, kill at some moment of the release, and return whether the release was unfinished."""
    newsroom = served.newsroom
    before = _newest(newsroom)
    served.begin()
    kind = draw.randrange(3)
    if kind == 0:  # while temporary files are written
        wait_for(
            lambda: any(newsroom.files_dir.rglob(f"{TEMPORARY_PREFIX}*")) or served.is_ready(),
            "it releases",
        )
    elif kind == 1:  # while they are renamed
        wait_for(lambda: _newest(newsroom) != before or served.is_ready(), "it releases")
    else:  # anywhere
        time.sleep(draw.uniform(0.3, 1.5))
    time.sleep(draw.uniform(0, 0.02))
    served.kill()
    return _is_unfinished(newsroom)


def _newest(newsroom: NewsroomHarness) -> int:
    page = newsroom.files_dir / newsroom.rules.site_id / "ferry" / "en" / "index.html"
    return int(page.stat().st_ino)


def _crash(folder: Path, times: int) -> None:
    """Kill so many times, and until a kill has interrupted a release."""
    draw, kills, unfinished = random.Random(), 0, 0
    served = make_served(folder, release_interval_seconds=1)
    newsroom = served.newsroom
    try:
        while kills < times or not unfinished:
            assert kills < times + MORE_KILLS_MAX, "no kill interrupted a release"
            _hold_some(newsroom, _roots(newsroom))
            unfinished += _kill_while_releasing(served, draw)
            kills += 1
        served.start()
        wait_for(
            lambda: not _is_unfinished(newsroom) and _held(newsroom) == 0,
            "the release is finished",
        )
        served.stop()
        left = newsroom.read_all_files()
        _are_whole(left)
        rebuild_all(newsroom.components)
        assert newsroom.read_all_files() == left
        assert len(_ids_on_pages(left)) == kills * COMMENTS
    finally:
        served.close()


def _held(newsroom: NewsroomHarness) -> int:
    with newsroom.database.reading() as conn:
        return int(conn.execute(sa.text("select count(*) from held_texts")).scalar_one())


def _are_whole(files: dict[str, bytes]) -> None:
    for key, content in files.items():
        assert TEMPORARY_PREFIX not in key
        if not key.endswith(".gz"):
            assert gzip.decompress(files[f"{key}.gz"]) == content, key


def _ids_on_pages(files: dict[str, bytes]) -> set[str]:
    found: set[str] = set()
    for key, content in files.items():
        if "/en/" in key and key.endswith(".html") and ("page/" in key or "replies/" in key):
            found |= set(re.findall(r'id="c-([a-z2-7]{26})"', content.decode()))
    return found


def test_after_2_kills_during_releases_the_files_equal_a_rebuild(tmp_path: Path) -> None:
    _crash(tmp_path, 2)


@pytest.mark.slow
def test_after_150_kills_during_releases_the_files_equal_a_rebuild(tmp_path: Path) -> None:
    _crash(tmp_path, 150)
