"""P3: a text that was accepted and then withdrawn does not stay in memory.

A moderator's acceptance brings a text back to the server, in clear. Before the release it is in the
database and in what reads and writes it: statements with their parameters, pages, buffers of a
connection.
"""

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final

import pytest

from tests.conftest import new_postgresql
from tests.desk_client import DeskClient
from tests.promises.leak_search import Marks, memory
from tests.serving import Served, ask, form, post, serving, wait_for

PAUSE_SECONDS: Final = 5
SENDERS: Final = 16
COUNT: Final = 40
LENGTHS: Final = (12, 40, 200, 700)  # short texts have other places in SQLite's memory
RELEASE_SECONDS: Final = 2
# As it was: the pool keeps connections, and SQLAlchemy keeps the values of each statement's first use.
KEEPING: Final = {
    "connections": """
from yobal.store.database import Database
Database.close_idle = lambda self: None
""",
    "statements": """
import yobal.store.database as database
cache = {}
database._compiling_for_itself = lambda conn: conn.execution_options(compiled_cache=cache)
""",
}


def _accept_and_withdraw(served: Served) -> Marks:
    marks = Marks()
    texts = [marks.text("withdrawn", LENGTHS[number % len(LENGTHS)]) for number in range(COUNT)]
    with ThreadPoolExecutor(SENDERS) as pool:  # each response takes 100 ms
        codes = [sent.code for sent in pool.map(lambda t: post(served.intake, form(t)), texts)]
    desk = DeskClient(served)
    wait_for(lambda: len(list(desk.queue())) == COUNT, "all have come with a round")
    for comment_id in list(desk.queue()):
        desk.publish(comment_id)
    wait_for(lambda: _states(served) <= {"published"}, "all are published")
    desk.act("sign-out")
    desk.close()
    with ThreadPoolExecutor(SENDERS) as pool:
        assert all(pool.map(lambda code: _withdraw(served, code or ""), codes))
    wait_for(lambda: _states(served) <= {"withdrawn"}, "all are withdrawn")
    time.sleep(PAUSE_SECONDS)
    for _ in range(6):
        post(served.intake, {"step": "receipt", "code": "none"})
        ask(served.intake)
    return marks


def _withdraw(served: Served, code: str) -> bool:
    """Looks at the receipt first; whether both were answered."""
    forms = ({"step": "receipt", "code": code}, {"step": "withdraw", "code": code, "when": "now"})
    return all(post(served.intake, fields).status == 200 for fields in forms)


def _states(served: Served) -> set[str]:
    return {row["state"] for row in served.newsroom.read_table("comments")}


def _texts_found(served: Served, marks: Marks) -> int:
    return sum(marks.count_in(region) for pid in served.workers for region in memory(pid))


def _url(kind: str, request: pytest.FixtureRequest) -> str:
    return new_postgresql(request.getfixturevalue("postgresql")) if kind == "postgresql" else ""


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_no_accepted_and_withdrawn_text_is_in_memory_five_seconds_later(
    tmp_path: Path, request: pytest.FixtureRequest, kind: str
) -> None:
    url = _url(kind, request)
    with serving(tmp_path, url, release_interval_seconds=RELEASE_SECONDS) as served:
        marks = _accept_and_withdraw(served)
        assert _texts_found(served, marks) == 0


@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        ("sqlite", "connections"),
        ("sqlite", "statements"),
        pytest.param("postgresql", "connections", marks=pytest.mark.slow),
    ],
)
def test_control_connections_and_statements_that_are_kept_have_texts(
    tmp_path: Path, request: pytest.FixtureRequest, kind: str, kept: str
) -> None:
    url, script = _url(kind, request), KEEPING[kept]
    with serving(tmp_path, url, script=script, release_interval_seconds=RELEASE_SECONDS) as served:
        marks = _accept_and_withdraw(served)
        assert _texts_found(served, marks) > 0
