"""P1: we do not store a reader's address or browser. P2: nor a readable text before approval.

One run tests both: hundreds of submissions, half of them directly and half through nginx as
shipped; then every file written since is searched. Controls: each guard is removed once, and the
same search finds what it must.
"""

import secrets
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from tests.desk_client import DeskClient
from tests.harness import SITE_ID, NewsroomHarness, make_newsroom
from tests.nginx import EXAMPLE, Nginx, nginx_before
from tests.promises.conftest import ADVISED, Cluster, bypass_cells
from tests.promises.crowd import Crowd, statuses
from tests.promises.leak_search import Fate, Marks, Readers, open_files, spellings, written
from tests.serving import THREAD, Served, post, serving, wait_for
from yobal.actions import declare_story, undo
from yobal.core.roster import SIGNATURE_BYTES, SignedStatement
from yobal.core.thread import Edition
from yobal.store import statements
from yobal.store.database import Database

ASIDE: Final = "market"  # a second story, for what is decided
STAYS: Final = "harbour"  # a third, for what is accepted and stays: it shares pages with what goes
WITHDRAWN_COUNT: Final = 12
BROKEN_NUMBER: Final = 999  # of a statement that is none


class Run:
    """A served newsroom behind nginx, a crowd of readers, and a search of every file written."""

    def __init__(self, folder: Path, served: Served, nginx: Nginx, *more: Path) -> None:
        self.served, self.nginx = served, nginx
        self.marks, self.readers = Marks(), Readers()
        time.sleep(0.05)  # file times are a few milliseconds coarse
        self.since = time.time() - 0.01  # files that the test itself wrote before do not count
        self.folders = [folder, *more]
        self.crowd = self.crowd_at(THREAD)

    def crowd_at(self, path: str) -> Crowd:
        return Crowd((self.served.intake, self.nginx.port), self.marks, self.readers, path)

    @property
    def pids(self) -> list[int]:
        return [*self.served.workers, *self.nginx.workers]

    def search(self) -> tuple[dict[str, set[str]], dict[str, set[Fate]]]:
        """By file: addresses and browsers, and the fates of texts that must not be readable there."""
        people: dict[str, set[str]] = {}
        texts: dict[str, set[Fate]] = {}
        for path, content in written(self.folders, since=self.since, pids=self.pids):
            found = self.readers.found_in(content)
            fates = self.marks.found_in(content) - {"public"}
            people |= {path: found} if found else {}
            texts |= {path: fates} if fates else {}
        return people, texts

    def check_searched_folders(self) -> None:
        """Assert that these processes write no file outside the searched folders."""
        for pid in self.pids:
            for path in open_files(pid).values():
                inside = any(path.startswith(str(folder)) for folder in self.folders)
                assert inside or path.startswith("/dev/"), path


@contextmanager
def running(folder: Path, cluster: Cluster | None = None, **nginx: str) -> Iterator[Run]:
    url = cluster.new_database() if cluster else ""
    with serving(folder, url) as served:
        for story_id in (ASIDE, STAYS):
            edition = Edition(tag="en", title=story_id, url=f"https://news.example/{story_id}")
            declare_story.add(served.newsroom.database, served.newsroom.rules, story_id, edition)
        with nginx_before(folder / "nginx", served, **nginx) as before:
            yield Run(folder, served, before, *([cluster.folder] if cluster else []))


def _check_whole_run(run: Run, count: int) -> None:
    """Submissions and failures, then decisions that are undone or withdrawn; a search after each."""
    newsroom = run.served.newsroom
    with _fail_some(newsroom):
        answers = run.crowd.send(count)
    seen = statuses(answers)
    assert all(seen[status] for status in (400, 413, 422, 503)), seen
    assert seen[200] > 0.9 * count, seen
    for kind in (_break_keys, _break_views):
        with kind(newsroom):  # the intake's cache of the site may be a second old
            wait_for(lambda: _six(run, "failed") == {503}, f"all requests meet the failure: {kind}")
        wait_for(lambda: 200 in _six(run, "waiting"), "the intake is as before")
    nul = run.crowd.body(run.marks.text("failed", 300), parent_id="\0")
    assert post(run.served.intake, nul).status != 200

    run.check_searched_folders()
    assert run.search() == ({}, {})
    with _in_flight(run) as held:
        assert run.search() == ({}, {})
        held()

    _publish_and_withdraw(run)
    # Nothing else shows that the purge after the last withdrawal has ended.
    wait_for(lambda: not _search_all(run)[1], "what was taken back is in no file")
    assert _search_all(run) == ({}, {})
    log = run.served.log()
    assert "Traceback" not in log


def test_no_file_contains_an_address_browser_or_text_of_400_submissions_on_sqlite(
    tmp_path: Path,
) -> None:
    with running(tmp_path) as run:
        _check_whole_run(run, 400)


def test_no_file_contains_an_address_browser_or_text_of_400_submissions_on_postgresql(
    tmp_path: Path, cluster: Callable[..., Cluster]
) -> None:
    with running(tmp_path, cluster()) as run:
        _check_whole_run(run, 400)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_no_file_contains_an_address_browser_or_text_of_10000_submissions(
    tmp_path: Path, cluster: Callable[..., Cluster], kind: str
) -> None:
    with running(tmp_path, cluster() if kind == "postgresql" else None) as run:
        _check_whole_run(run, 10_000)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_a_withdrawn_published_comment_is_in_no_file(
    tmp_path: Path, cluster: Callable[..., Cluster], kind: str
) -> None:
    made = cluster() if kind == "postgresql" else None
    newsroom = make_newsroom(tmp_path, made.new_database() if made else _sqlite(tmp_path))
    marks, since, folders = Marks(), time.time() - 1, [tmp_path, *([made.folder] if made else [])]
    stays = [newsroom.send(marks.text("public", 300)) for _ in range(4)]
    sent = [newsroom.send(marks.text("withdrawn", 300)) for _ in range(6)]
    edited = newsroom.send("Only the desk's words are withdrawn here.")
    for form in (*stays[:2], *sent, *stays[2:]):
        newsroom.publish(form.id)
    newsroom.publish_edited(edited.id, marks.text("withdrawn", 300))
    newsroom.pass_slots()
    assert _fates(marks, folders, since) == {"withdrawn", "public"}, "published, it is in files"
    for form in (*sent, edited):
        newsroom.request_withdrawal(form.code)
    newsroom.run_scheduler()
    _checkpoint(newsroom)
    assert _fates(marks, folders, since, without="/pg_wal/") == {"public"}
    newsroom.close()


# Controls: with a guard removed, the same search finds what it must


def test_control_with_an_access_log_addresses_and_browsers_are_found(tmp_path: Path) -> None:
    folder = tmp_path / "nginx"
    log = f"access_log {folder}/access.log combined;"
    conf = EXAMPLE.read_text(encoding="utf-8").replace("access_log off;", log)
    with running(tmp_path, text=conf) as run:
        run.crowd.send(200)
        found = run.search()[0][str(folder / "access.log")]
        assert run.readers.addresses[0][:-1] in found
        assert run.readers.agent in found
        assert "::1" in found or not socket.has_dualstack_ipv6()


def test_control_with_an_error_log_the_addresses_of_long_comments_are_found(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "nginx"
    conf = EXAMPLE.read_text(encoding="utf-8")
    guard = "error_log /dev/null crit;"
    assert guard in conf
    with running(tmp_path, text=conf.replace(guard, f"error_log {folder}/error.log;")) as run:
        run.crowd.send(600)  # among them the one in two hundred that is far too long
        assert run.search()[0].keys() == {str(folder / "error.log")}


def test_control_with_request_buffering_a_long_comment_is_found_on_disk(tmp_path: Path) -> None:
    conf = EXAMPLE.read_text(encoding="utf-8")
    for guard in ("client_body_buffer_size 272k;", "proxy_request_buffering off;"):
        assert guard in conf
        conf = conf.replace(guard, "")
    with running(tmp_path, text=conf) as run, _in_flight(run) as held:
        texts = run.search()[1]
        assert set().union(*texts.values()) == {"in flight"}
        assert all("client_body_temp" in path for path in texts)
        held()


def test_control_with_cells_bypassed_a_held_and_an_undone_text_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom, marks, since = make_newsroom(tmp_path, _sqlite(tmp_path)), Marks(), time.time() - 1
    _publish_and_undo(newsroom, marks)
    newsroom.publish(newsroom.send(marks.text("waiting", 300)).id)
    assert _fates(marks, [tmp_path], since) == set()
    bypass_cells(monkeypatch)
    _publish_and_undo(newsroom, marks)
    newsroom.publish(newsroom.send(marks.text("waiting", 300)).id)
    assert _fates(marks, [tmp_path], since) == {"undone", "waiting"}
    newsroom.close()


def test_control_without_the_purge_a_withdrawn_published_text_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    newsroom, marks, since = make_newsroom(tmp_path, _sqlite(tmp_path)), Marks(), time.time() - 1
    monkeypatch.setattr(Database, "purge", lambda *_, **__: None)
    _release_and_withdraw(newsroom, marks)
    assert _fates(marks, [tmp_path], since) == {"withdrawn"}, "in the write-ahead log"
    monkeypatch.undo()
    newsroom.database.purge()
    assert _fates(marks, [tmp_path], since) == set()
    newsroom.close()


def test_control_without_secure_delete_a_withdrawn_published_text_is_found(tmp_path: Path) -> None:
    newsroom, marks, since = make_newsroom(tmp_path, _sqlite(tmp_path)), Marks(), time.time() - 1
    newsroom.database.engine.dispose()

    @event.listens_for(newsroom.database.engine, "connect")
    def without(raw: Any, _record: object) -> None:
        raw.execute("PRAGMA secure_delete=OFF").fetchall()

    _release_and_withdraw(newsroom, marks)
    assert _fates(marks, [tmp_path], since) == {"withdrawn"}, "in a free page"
    newsroom.close()


@pytest.mark.parametrize("settings", [ADVISED, {}], ids=["as advised", "control: by default"])
def test_a_row_that_postgresql_refuses_is_not_written_to_its_log(
    tmp_path: Path, cluster: Callable[..., Cluster], settings: dict[str, str]
) -> None:
    made = cluster(settings)
    newsroom, marks, since = make_newsroom(tmp_path, made.new_database()), Marks(), time.time() - 1
    with newsroom.database.writing() as conn:
        conn.execute(sa.text("alter table published_comments add check (position < 0)"))
    newsroom.publish(newsroom.send(marks.text("failed", 40)).id)
    with pytest.raises(sa.exc.IntegrityError) as raised:
        newsroom.pass_slots()
    assert not marks.found_in(str(raised.value.statement).encode())
    logs = [
        path
        for path, content in written([made.folder], since=since)
        if marks.found_in(content) and "/collected/" in path
    ]
    assert bool(logs) == (settings == {})
    newsroom.close()


def test_control_every_spelling_of_a_text_is_found() -> None:
    marks = Marks()
    for script in ("Khmer", "Cyrillic"):
        text = marks.text("waiting", 500, script)
        for spelled in spellings(text):
            assert marks.found_in(b"before" + spelled + b"after") == {"waiting"}
            assert marks.found_in(spelled[len(spelled) // 3 : len(spelled) // 2]) == {"waiting"}
    assert marks.found_in(Marks().text("waiting", 500).encode()) == set()


def test_control_every_spelling_of_an_address_is_found() -> None:
    readers = Readers()
    address = readers.addresses[7]
    packed = socket.inet_aton(address)
    for spelled in (
        f"client: {address}, server",
        address.encode("utf-16-le").decode("latin-1"),
        f" {int.from_bytes(packed, 'big')} ",
        f"Mozilla ({readers.agent}7)",
    ):
        assert readers.found_in(spelled.encode("latin-1")), spelled
    failed = b"\0".join(socket.inet_aton(address) for address in readers.addresses[::10])
    for among in (b"", secrets.token_bytes(8_000_000)):  # in a log, and among what is sealed
        assert readers.found_in(among + failed) == {"packed addresses"}
    page = b"\0" * 2_000 + failed[:3] + b"\0" * 2_000  # met by chance, and written with each group
    assert readers.found_in(page * 50) == set()
    assert readers.found_in(b"198.51.100.7 1234567890 fe80::1 11::12") == set()


# How


def _sqlite(folder: Path) -> str:
    return f"sqlite:///{folder / 'data' / 'yobal.sqlite'}"


def _fates(marks: Marks, folders: list[Path], since: float, *, without: str = "\0") -> set[Fate]:
    return set().union(
        *(
            marks.found_in(content)
            for path, content in written(folders, since=since)
            if without not in path
        )
    )


@contextmanager
def _fail_some(newsroom: NewsroomHarness) -> Iterator[None]:
    """Make the inbox refuse one comment in 32, by the first byte of its key."""
    if newsroom.database.is_sqlite:
        refuse = (
            "create trigger fails before insert on inbox"
            " when new.kind = 'comment' and new.key < x'08'"
            " begin select raise(abort, 'refused from outside'); end"
        )
        allow = "drop trigger fails"
        inbox = newsroom.inbox._open(newsroom.inbox._current_path())
    else:
        refuse = (
            "alter table inbox add constraint fails"
            " check (kind <> 'comment' or get_byte(key, 0) >= 8) not valid"
        )
        allow = "alter table inbox drop constraint fails"
        inbox = newsroom.database
    with inbox.writing() as conn:
        conn.execute(sa.text(refuse))
    yield
    with inbox.writing() as conn:  # else what must arrive is refused now and then
        conn.execute(sa.text(allow))


@contextmanager
def _break_keys(newsroom: NewsroomHarness) -> Iterator[None]:
    """Break the roster: reading the newest epoch then raises while the handler holds the text."""
    broken = SignedStatement("broken", bytes(SIGNATURE_BYTES))
    with newsroom.database.writing() as conn:
        statements.append(conn, SITE_ID, broken, number=BROKEN_NUMBER)
    yield
    with newsroom.database.writing() as conn:
        conn.execute(sa.text(f"delete from statements where number = {BROKEN_NUMBER}"))


@contextmanager
def _break_views(newsroom: NewsroomHarness) -> Iterator[None]:
    """Drop a view: reading the story then raises while the handler holds the text."""
    with newsroom.database.writing() as conn:
        conn.execute(sa.text("drop view intake_editions"))
    yield
    with newsroom.database.writing() as conn:
        conn.execute(
            sa.text(
                "create view intake_editions as select site_id, story_id, tag, title, url from editions"
            )
        )


@contextmanager
def _in_flight(run: Run) -> Iterator[Callable[[], None]]:
    """Send nginx a long comment except for its last byte; the yielded function sends that byte."""
    body = run.crowd.body(run.marks.text("in flight", 2_000))
    head = (
        f"POST {THREAD} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n"
        f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with socket.create_connection(("127.0.0.1", run.nginx.port), timeout=30) as connection:
        connection.sendall(head.encode() + body[:-1])
        time.sleep(0.5)  # nothing shows when nginx has read it

        def finish() -> None:
            connection.sendall(body[-1:])
            assert b"Your comment reached us" in b"".join(
                iter(lambda: connection.recv(65_536), b"")
            )

        yield finish


def _six(run: Run, fate: Fate) -> set[int]:
    return set(statuses(run.crowd.send(6, fate)))


def _search_all(run: Run) -> tuple[dict[str, set[str]], dict[str, set[Fate]]]:
    """Every file, `pg_wal` included."""
    _checkpoint(run.served.newsroom)
    return run.search()


def _publish_and_withdraw(run: Run) -> None:
    """At the real desk: publish and undo, publish and withdraw, and withdraw pending comments."""
    crowd, desk = run.crowd_at(f"/{SITE_ID}/{ASIDE}/en/"), DeskClient(run.served)
    undone = crowd.send(WITHDRAWN_COUNT, "undone")
    withdrawn = crowd.send(WITHDRAWN_COUNT, "withdrawn")
    stays = run.crowd_at(f"/{SITE_ID}/{STAYS}/en/").send(WITHDRAWN_COUNT, "public")
    assert any(form.is_received for form in stays)
    assert sum(form.is_received for form in (*undone, *withdrawn)) > WITHDRAWN_COUNT
    run.served.newsroom.move_inbox()
    decisions: dict[str, str] = {}
    for row in desk.queue_rows():
        if row["story_id"] in (ASIDE, STAYS):
            decision_id = desk.publish(row["comment_id"])["decision_id"]
            decisions |= {row["comment_id"]: decision_id} if row["story_id"] == ASIDE else {}
    assert _search_all(run) == ({}, {}), "held, it is under a cell"
    for answer in withdrawn:
        if answer.code:
            _withdraw(run, answer.code)
    run.served.newsroom.move_inbox()
    database = run.served.newsroom.database
    wait_for(lambda: _count(database, "withdrawal_requests") == 0, "the withdrawals are processed")
    desk.close()  # the searches took longer than the server keeps an idle connection
    desk = DeskClient(run.served)
    for comment, decision_id in decisions.items():
        if run.served.newsroom.state(comment) == "held":
            desk.act("undo", decision_id=decision_id)
    received_count = sum(form.is_received for form in stays)
    wait_for(
        lambda: _count(database, "held_texts") == received_count, "no other text is held any more"
    )
    desk.act("sign-out")
    desk.close()


def _withdraw(run: Run, code: str) -> None:
    fields = {"step": "withdraw", "code": code, "when": "now"}
    answer = post(run.nginx.port, fields, path=f"/{SITE_ID}/{ASIDE}/en/")
    assert answer.status == 200, answer.status


def _count(database: Any, table: str) -> int:
    with database.reading() as conn:
        return int(conn.execute(sa.text(f"select count(*) from {table}")).scalar_one())


def _publish_and_undo(newsroom: NewsroomHarness, marks: Marks) -> None:
    """As the desk does it, without the purge."""
    for _ in range(8):
        done = newsroom.publish(newsroom.send(marks.text("undone", 300)).id)
        undo.undo(
            newsroom.database,
            newsroom.decision_context(),
            done.decision_id,
            signature=newsroom.signer().undo(done.decision_id),
        )


def _release_and_withdraw(newsroom: NewsroomHarness, marks: Marks) -> None:
    for _ in range(8):
        sent = newsroom.publish_new(marks.text("withdrawn", 300))
        newsroom.request_withdrawal(sent.code)
        newsroom.run_scheduler()


def _checkpoint(newsroom: NewsroomHarness) -> None:
    """On PostgreSQL, write everything that is only in memory to the files."""
    if not newsroom.database.is_sqlite:
        autocommit = newsroom.database.engine.execution_options(isolation_level="AUTOCOMMIT")
        with autocommit.connect() as conn:
            conn.exec_driver_sql("checkpoint")
