"""What holds for an import of any format: order, interruption, repetition, refusal, and what is left of a file."""

import csv
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import run
from tests.harness import SITE_ID, NewsroomHarness
from tests.imports.importing import bring_in, published, refuse, sign, the_import
from tests.web.conftest import signed_in
from tests.web.epochs import begin_next_epoch
from yobal.actions import declare_story, import_comments, publish_import, store_import
from yobal.core.errors import ImportChanged, InvalidSettings
from yobal.core.import_rows import PlacedComment
from yobal.core.thread import Edition
from yobal.store import imports

URL = "https://news.example/en/ferry"


def write_csv(folder: Path, rows: Iterable[dict[str, Any]], *, state: str = "public") -> Path:
    file = folder / "comments.csv"
    with file.open("w", newline="", encoding="utf-8") as opened:
        names = ("id", "parent", "url", "time", "name", "text", "state")
        writer = csv.DictWriter(opened, names, restval="")
        writer.writeheader()
        for row in rows:
            defaults = {"url": URL, "time": "2022-05-01T12:00Z", "state": state}
            writer.writerow(defaults | {"text": f"Comment {row['id']}"} | row)
    return file


def tree(newsroom: NewsroomHarness) -> dict[str, str | None]:
    """Which published comment replies to which, by their texts."""
    rows = newsroom.read_table("published_comments")
    texts = {row["id"]: row["text"] for row in rows}
    return {row["text"]: texts.get(row["parent_id"]) for row in rows}


def a_deep_thread(count: int) -> list[dict[str, Any]]:
    """Each of them replies to an earlier one."""
    generator = random.Random(7)
    parents = [None] + [generator.randrange(number) for number in range(1, count)]
    return [
        {"id": f"n{number}", "parent": "" if parent is None else f"n{parent}"}
        for number, parent in enumerate(parents)
    ]


@pytest.mark.parametrize("waiting_max", [20_000, 3])
def test_trees_survive_whatever_the_order_of_the_file(
    newsroom: NewsroomHarness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, waiting_max: int
) -> None:
    """Also if more replies wait for their parents than fit in memory: then the file is read again."""
    monkeypatch.setattr(import_comments, "WAITING_COMMENTS_MAX", waiting_max)
    monkeypatch.setattr(import_comments, "BATCH_COMMENTS", 7)
    rows = a_deep_thread(60)
    output = bring_in(newsroom, write_csv(tmp_path, reversed(rows)), "csv")
    assert output.summary.startswith("60 comments read: 60 public")
    sign(newsroom)
    newsroom.pass_slots()
    expected = {
        f"Comment {row['id']}": f"Comment {row['parent']}" if row["parent"] else None
        for row in rows
    }
    assert tree(newsroom) == expected


def test_two_comments_that_reply_to_each_other_end_nothing(
    newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    rows = [{"id": "a", "parent": "b"}, {"id": "b", "parent": "a"}, {"id": "c", "parent": "c"}]
    output = bring_in(newsroom, write_csv(tmp_path, rows), "csv")
    assert output.summary.startswith("3 comments read: 3 public")
    assert any("2 replies without their parents" in line for line in output.printed)


def test_one_reply_without_its_parent_is_reported_in_the_singular(
    newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    output = bring_in(newsroom, write_csv(tmp_path, [{"id": "a", "parent": "gone"}]), "csv")
    assert "1 reply without its parent becomes a top-level comment" in output.printed


def test_the_thread_is_in_order_of_days_and_a_reply_never_before_its_parent(
    newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    rows = [
        {"id": "late", "time": "2022-05-03T12:00Z"},
        {"id": "early", "time": "2022-05-01T12:00Z"},
        {"id": "reply", "parent": "late", "time": "2021-01-01T12:00Z"},  # a wrong clock
    ]
    bring_in(newsroom, write_csv(tmp_path, rows), "csv")
    sign(newsroom)
    newsroom.pass_slots()
    shown = published(newsroom)
    assert shown["Comment early"]["position"] < shown["Comment late"]["position"]
    assert shown["Comment reply"]["slot"] == shown["Comment late"]["slot"]


def test_a_date_in_the_future_becomes_the_last_slot(
    newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    file = write_csv(tmp_path, [{"id": "a", "time": "2031-01-01T00:00Z"}])
    bring_in(newsroom, file, "csv")
    (row,) = newsroom.read_table("staged_comments")
    assert row["slot"] <= newsroom.now


def test_many_comments_are_published_in_turns(
    newsroom: NewsroomHarness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a crash between two turns: each pass goes on where the last one stopped."""
    monkeypatch.setattr(publish_import, "COMMENTS_PER_TURN", 7)
    monkeypatch.setattr("yobal.server.scheduler.maintenance.IMPORT_TURNS_MAX", 2)
    rows = a_deep_thread(60)
    bring_in(newsroom, write_csv(tmp_path, rows), "csv")
    sign(newsroom)
    newsroom.pass_slots()
    assert len(published(newsroom)) == 14
    for _ in range(5):
        newsroom.run_scheduler()
    assert len(published(newsroom)) == 60
    by_root: dict[str, list[int]] = {}
    for row in newsroom.read_table("published_comments"):
        by_root.setdefault(row["root_id"], []).append(row["position"])
    assert all(sorted(positions) == list(range(len(positions))) for positions in by_root.values())
    (story,) = newsroom.read_table("stories")
    assert (story["comments_total"], story["next_position"]) == (60, 1)
    assert the_import(newsroom).state == "published"
    before = newsroom.read_all_files()
    from yobal.server.rebuild import rebuild_all

    assert rebuild_all(newsroom.components).withheld == 0
    assert newsroom.read_all_files() == before  # nothing was left unwritten


def test_a_newer_export_brings_only_what_is_new(newsroom: NewsroomHarness, tmp_path: Path) -> None:
    rows = a_deep_thread(20)
    bring_in(newsroom, write_csv(tmp_path, rows[:10]), "csv")
    sign(newsroom)
    newsroom.pass_slots()
    output = bring_in(newsroom, write_csv(tmp_path, rows), "csv")
    assert output.summary.startswith("20 comments read: 10 public, 0 for moderators, 10 imported")
    sign(newsroom)
    newsroom.pass_slots()
    assert len(published(newsroom)) == 20
    assert tree(newsroom)["Comment n12"] is not None


@pytest.mark.parametrize("is_written", [False, True])
def test_a_story_that_cannot_be_declared_is_named_with_what_this_command_needs(
    newsroom: NewsroomHarness, tmp_path: Path, *, is_written: bool
) -> None:
    urls = ("https://news.example/?p=12", "https://news.example/2020/ferry")
    ferry = Edition(tag="en", title="Ferry", url="https://news.example/2019/ferry")
    declare_story.add(newsroom.database, newsroom.rules, "ferry", ferry)
    rows = [{"id": number, "url": url} for number, url in enumerate(urls)]
    file = write_csv(tmp_path, rows)
    output = bring_in(newsroom, file, "csv", edition="en", is_written=is_written)
    assert f"{urls[0]} has no part that can be the id of a story" in output.warned[0]
    assert "has the address https://news.example/2019/ferry" in output.warned[1]
    for line in output.warned:
        assert "`yobal story add`" in line
        assert "import again" in line
        assert "--id" not in line, "this command has no such option"
    assert output.printed[-1].startswith(
        "Nothing was imported" if is_written else "Nothing was written"
    )
    assert "every comment was skipped" in output.printed[-1]
    assert newsroom.read_table("staged_comments") == []


def test_the_same_number_of_another_source_is_another_comment(
    newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    file = write_csv(tmp_path, [{"id": "1"}])
    bring_in(newsroom, file, "csv", source="blog")
    assert ": 1 public" in bring_in(newsroom, file, "csv", source="magazine").summary


def test_an_interrupted_import_goes_on_and_cannot_be_signed_before(
    newsroom: NewsroomHarness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_comments, "BATCH_COMMENTS", 7)
    file = write_csv(tmp_path, a_deep_thread(60))
    store, calls = store_import.DatabaseTarget.store, 0

    def interrupted(*arguments: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise KeyboardInterrupt
        return store(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(store_import.DatabaseTarget, "store", interrupted)
        with pytest.raises(KeyboardInterrupt):
            bring_in(newsroom, file, "csv")
    assert len(newsroom.read_table("staged_comments")) == 21
    assert the_import(newsroom).state == "reading"
    output = bring_in(newsroom, file, "csv")
    assert output.summary.startswith("60 comments read: 39 public, 0 for moderators, 21 imported")
    assert (the_import(newsroom).state, the_import(newsroom).comments_total) == ("waiting", 60)
    sign(newsroom)
    newsroom.pass_slots()
    assert len(published(newsroom)) == 60


def test_a_refused_import_leaves_nothing(newsroom: NewsroomHarness, tmp_path: Path) -> None:
    rows = [{"id": "a", "text": "Publicly said"}, {"id": "b", "text": "Unseen", "state": ""}]
    bring_in(newsroom, write_csv(tmp_path, rows), "csv")
    (sealed,) = newsroom.read_table("comments")
    (cell,) = newsroom.needed_cells()
    key = newsroom.cells()[cell]
    refuse(newsroom)
    tables = ("imports", "imported_comments", "staged_comments", "comments", "envelopes")
    assert [newsroom.read_table(table) for table in tables] == [[], [], [], [], []]
    assert key not in newsroom.cells()
    assert newsroom.state(sealed["id"]) is None
    database = Path(str(newsroom.database.url.database))
    if newsroom.database.is_sqlite:
        files = [path for path in database.parent.glob(f"{database.name}*") if path.is_file()]
        assert not any(b"Publicly said" in path.read_bytes() for path in files)


def test_what_is_sealed_after_an_epoch_has_ended_is_sealed_to_the_next(
    newsroom: NewsroomHarness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A large file takes hours: meanwhile the epoch may be destroyed, and no key would open the rest."""
    desk = signed_in(newsroom)
    store = store_import.DatabaseTarget.store

    def store_and_begin_epoch(
        target: store_import.DatabaseTarget, comments: Sequence[PlacedComment]
    ) -> dict[str, str]:
        refused = store(target, comments)
        if len(newsroom.read_table("epochs")) == 1:
            begin_next_epoch(newsroom, desk)
        return refused

    monkeypatch.setattr(import_comments, "BATCH_COMMENTS", 1)
    monkeypatch.setattr(store_import.DatabaseTarget, "store", store_and_begin_epoch)
    bring_in(newsroom, write_csv(tmp_path, [{"id": "1"}, {"id": "2"}], state="unknown"), "csv")
    numbers = {row["id"]: row["number"] for row in newsroom.read_table("epochs")}
    sealed = newsroom.read_table("comments")
    assert sorted(numbers[row["epoch_id"]] for row in sealed) == [1, 2]


def test_what_a_moderator_has_decided_on_survives_a_refusal(
    newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    rows = [{"id": "a"}, {"id": "b", "text": "Unseen", "state": ""}]
    bring_in(newsroom, write_csv(tmp_path, rows), "csv")
    (sealed,) = newsroom.read_table("comments")
    newsroom.publish(sealed["id"])
    refuse(newsroom)
    newsroom.pass_slots()
    assert list(published(newsroom)) == ["Unseen"]


def test_reading_stops_if_a_lead_refuses_meanwhile(
    newsroom: NewsroomHarness, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_comments, "BATCH_COMMENTS", 7)
    begin = store_import.begin

    def refused_at_once(*arguments: Any, **options: Any) -> Any:
        import_ = begin(*arguments, **options)
        with newsroom.database.writing() as conn:
            imports.delete(conn, import_.id)
        return import_

    monkeypatch.setattr(store_import, "begin", refused_at_once)
    with pytest.raises(ImportChanged):
        bring_in(newsroom, write_csv(tmp_path, a_deep_thread(20)), "csv")
    assert newsroom.read_table("staged_comments") == []


def test_without_a_lead_public_comments_wait_and_others_are_skipped(tmp_path: Path) -> None:
    from tests.cli.test_story_sync import make_site
    from yobal.server.settings import load
    from yobal.server.wiring import build_components

    config = make_site(tmp_path, f"sqlite:///{tmp_path / 'yobal.sqlite'}")
    components = build_components(load(config, {}))
    newsroom = NewsroomHarness(components, "Heron", "")
    file = write_csv(tmp_path, [{"id": "a"}, {"id": "b", "state": ""}])
    for is_written in (False, True):
        output = bring_in(newsroom, file, "csv", edition="en", is_written=is_written)
        assert output.summary.startswith("2 comments read: 1 public, 0 for moderators"), is_written
        assert any("there is no lead yet" in line for line in output.printed), is_written
    newsroom.close()


def test_ctrl_c_ends_the_command_with_a_sentence_and_no_traceback(
    sqlite_newsroom: NewsroomHarness, tmp_path: Path
) -> None:
    settings = tmp_path / "yobal.toml"
    settings.write_text(
        f'site_id = "{SITE_ID}"\nsite_name = "n"\ndata_dir = "{tmp_path / "data"}"\n'
        f'database = "{sqlite_newsroom.database.url.render_as_string()}"\n'
    )
    file = write_csv(tmp_path, ({"id": f"n{number}"} for number in range(60_000)))
    command = [sys.executable, "-m", "yobal", "import", "csv", str(file), "--names", "drop"]
    with subprocess.Popen(
        [*command, "--write", "--config", str(settings)],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    ) as process:
        deadline = time.monotonic() + 30
        while not sqlite_newsroom.read_table("staged_comments") and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=120)
    assert process.returncode == 130
    assert errors.splitlines()[-1].startswith("stopped: what was read is stored")
    assert "Traceback" not in errors
    assert the_import(sqlite_newsroom).state == "reading"


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"columns": ("text",)}, "--column text: it takes NAME=TITLE"),
        ({"time_zone": "Moon/Base"}, "--time-zone Moon/Base: there is no such zone"),
    ],
)
def test_wrong_options_are_refused_with_a_sentence(
    sqlite_newsroom: NewsroomHarness, tmp_path: Path, options: dict[str, Any], problem: str
) -> None:
    with pytest.raises(InvalidSettings, match=problem):
        bring_in(sqlite_newsroom, write_csv(tmp_path, []), "csv", **options)


def test_the_command_names_its_formats_and_shows_an_example(tmp_path: Path) -> None:
    shown = run(tmp_path, "import", "--help", COLUMNS="200")
    assert "yobal import disqus" in shown.stdout
    refused = run(tmp_path, "import", "livefyre", "x.json", "--names", "keep")
    assert refused.returncode == 1
    assert "use one of disqus, wordpress, isso, remark42, csv, jsonl" in refused.stderr
