"""`yobal story sync` from a real server and from files, into both databases: safe to repeat, and to interrupt."""

import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from tests.adapters.test_feed_reader import ATOM, RSS, SITEMAP
from tests.cli.command import run
from tests.harness import SITE_ID
from tests.imports.importing import SAMPLES
from tests.web_server import Answer, WebServer, web_server
from yobal.actions import setup_site, write_public_files
from yobal.cli import story_commands, story_sync
from yobal.cli.story_app import app
from yobal.cli.story_sync import SyncOptions
from yobal.cli.sync_plan import PlanOptions
from yobal.core.errors import CannotFetch, CannotReadFeed, PublicFilesUnavailable
from yobal.server.settings import load
from yobal.server.wiring import build_components, prepare_storage

ENGLISH = PlanOptions(edition="en")


@pytest.fixture(scope="module")
def server() -> Iterator[WebServer]:
    with web_server() as served:
        yield served


@pytest.fixture
def config(tmp_path: Path, database_url: str) -> Path:
    return make_site(tmp_path, database_url)


@pytest.fixture
def sqlite_config(tmp_path: Path) -> Path:
    return make_site(tmp_path, f"sqlite:///{tmp_path / 'yobal.sqlite'}")


def make_site(folder: Path, database_url: str) -> Path:
    path = folder / "yobal.toml"
    path.write_text(f'site_id = "{SITE_ID}"\nsite_name = "n"\ndatabase = "{database_url}"\n')
    settings = load(path, {})
    prepare_storage(settings)
    components = build_components(settings)
    setup_site.create_site(components.database, components.rules, name="n", now=time.time())
    components.close()
    return path


def sync(
    config: Path, source: str | Path, plan: PlanOptions = ENGLISH, **options: Any
) -> tuple[str, list[str], list[str]]:
    """The summary, what a dry run says, progress and problems."""
    said: list[str] = []
    warned: list[str] = []
    summary = story_sync.sync(
        config, str(source), SyncOptions(plan=plan, **options), say=said.append, warn=warned.append
    )
    return summary, said, warned


def write(config: Path, text: str) -> Path:
    file = config.with_name("feed.xml")
    file.write_text(text, encoding="utf-8")
    return file


def listed(config: Path) -> dict[str, dict[str, Any]]:
    rows = map(json.loads, story_commands.list_as_json(config))
    return {row["story_id"]: row for row in rows}


def pages(config: Path) -> dict[str, int]:
    public = config.parent / "data" / "public" / SITE_ID
    return {
        path.relative_to(public).as_posix(): path.stat().st_ino
        for path in public.rglob("index.html")
    }


def sitemap(*entries: str) -> str:
    return f"<urlset>{''.join(f'<url>{entry}</url>' for entry in entries)}</urlset>"


@pytest.mark.parametrize("text", [RSS, ATOM, SITEMAP], ids=["rss", "atom", "sitemap"])
def test_a_feed_declares_its_stories_and_the_same_feed_again_changes_nothing(
    config: Path, server: WebServer, text: str
) -> None:
    server.answers["/feed"] = Answer(text.encode())
    summary, _, warned = sync(config, f"{server.url}/feed")
    assert summary.endswith("0 skipped"), warned
    stories = listed(config)
    assert {item["edition"] for item in stories["ferry"]["editions"]} >= {"km"}
    assert len(pages(config)) == sum(len(row["editions"]) for row in stories.values())
    before = pages(config)
    summary, _, _ = sync(config, f"{server.url}/feed")
    assert ": 0 new stories, 0 editions declared or changed, 0 skipped" in summary
    assert (pages(config), listed(config)) == (before, stories)


def test_posts_are_declared_from_an_export_of_wordpress_by_their_numbers(config: Path) -> None:
    """docs/embed.md: a feed has only the newest ones."""
    plan = PlanOptions(id_from="guid", id_pattern=re.compile("p=([0-9]+)"))
    summary, said, _ = sync(config, SAMPLES / "wordpress.xml", plan, is_dry_run=True)
    assert said == ["new  12  en  https://news.example/en/ferry  Ferry workers"]
    assert summary.startswith("2 pages read: 1 new story, 1 edition would be declared")


def test_a_dry_run_says_what_would_be_declared_and_changes_nothing(config: Path) -> None:
    file = write(config, SITEMAP)
    summary, said, _ = sync(config, file, is_dry_run=True)
    assert said == [
        "new  ferry  en  https://news.example/en/ferry  Ferry workers",
        "new  ferry  km  https://news.example/km/ferry  Ferry",
        "new  bridge  en  https://news.example/en/bridge  Bridge",
    ]
    assert summary == (
        "2 pages read: 2 new stories, 3 editions would be declared or changed, 0 skipped"
    )
    assert (listed(config), pages(config)) == ({}, {})


def test_new_stories_close_after_days_and_old_ones_never_open(config: Path) -> None:
    now = datetime.now(UTC)
    dates = {"new": now - timedelta(days=2), "old": now - timedelta(days=40)}
    file = write(
        config,
        sitemap(
            *(
                f"<loc>https://news.example/{name}</loc><lastmod>{at.isoformat()}</lastmod>"
                for name, at in dates.items()
            ),
            "<loc>https://news.example/undated</loc>",
        ),
    )
    story_commands.add(config, "kept", edition="en", title="T", url="https://news.example/kept")
    sync(config, file, close_after_days=14)
    stories = listed(config)
    assert {name: row["is_open"] for name, row in stories.items()} == {
        "kept": True,
        "new": True,
        "old": False,
        "undated": True,
    }
    for name, days in (("new", 12), ("undated", 14)):
        closes = datetime.fromisoformat(stories[name]["closes_at"])
        assert (
            timedelta(0) <= closes - (now + timedelta(days=days)) <= timedelta(hours=6, minutes=1)
        )
    story_commands.set_open(config, "old", is_open=True)
    sync(config, file, close_after_days=14)
    assert listed(config)["old"]["is_open"], "a sync does not undo what the newsroom did"


def test_a_broken_entry_stops_nothing_and_is_named(config: Path) -> None:
    entries = [f"<loc>https://news.example/s{number}</loc>" for number in range(3)]
    broken = ["<loc>not an address</loc>", "<lastmod>2026-01-01</lastmod>", *entries]
    summary, _, warned = sync(config, write(config, sitemap(*broken)))
    assert summary.startswith("5 pages read: 3 new stories, 3 editions")
    assert [line.partition(":")[0] for line in warned] == [
        "entry 1 (not an address)",
        "entry 2 (without an address)",
    ]
    assert set(listed(config)) == {"s0", "s1", "s2"}


def test_only_the_first_problems_are_shown(sqlite_config: Path) -> None:
    summary, _, warned = sync(sqlite_config, write(sqlite_config, sitemap(*["<loc/>"] * 30)))
    assert summary.endswith("30 skipped")
    assert len(warned) == 21


def test_what_came_before_a_mistake_in_the_file_is_declared(sqlite_config: Path) -> None:
    file = write(sqlite_config, SITEMAP.replace("</url></urlset>", "</uxl>"))
    with pytest.raises(CannotReadFeed, match=r"feed\.xml is not whole XML: line"):
        sync(sqlite_config, file)
    assert set(listed(sqlite_config)) == {"ferry"}
    assert len(pages(sqlite_config)) == 2


def test_an_index_of_sitemaps_is_followed_on_its_own_host_only(
    sqlite_config: Path, server: WebServer
) -> None:
    child = "<sitemap><loc>/child.xml</loc></sitemap>"
    server.answers["/child.xml"] = Answer(SITEMAP.encode())
    server.answers["/index.xml"] = Answer(f"<sitemapindex>{child}</sitemapindex>".encode())
    summary, _, warned = sync(sqlite_config, f"{server.url}/index.xml")
    assert summary.startswith("2 pages read: 2 new stories")
    assert warned == [f"reading {server.url}/child.xml"]
    foreign = "<sitemapindex><sitemap><loc>http://localhost:1/</loc></sitemap></sitemapindex>"
    server.answers["/index.xml"] = Answer(foreign.encode())
    with pytest.raises(CannotReadFeed, match="on another host"):
        sync(sqlite_config, f"{server.url}/index.xml")
    for other in ("http://127.0.0.1:1/", "http://["):  # another port is another program
        index = f"<sitemapindex><sitemap><loc>{other}</loc></sitemap></sitemapindex>"
        server.answers["/index.xml"] = Answer(index.encode())
        with pytest.raises(CannotReadFeed, match="on another host"):
            sync(sqlite_config, f"{server.url}/index.xml")
    server.answers["/child.xml"] = Answer(f"<sitemapindex>{child}</sitemapindex>".encode())
    server.answers["/index.xml"] = server.answers["/child.xml"]
    with pytest.raises(CannotReadFeed, match="index inside an index"):
        sync(sqlite_config, f"{server.url}/index.xml")
    with pytest.raises(CannotReadFeed, match="give its address"):
        sync(sqlite_config, write(sqlite_config, foreign))


@pytest.mark.parametrize("error", [PublicFilesUnavailable("No space left"), KeyboardInterrupt()])
def test_after_a_full_disk_or_ctrl_c_the_same_command_finishes(
    sqlite_config: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    def fail(*_: Any, **__: Any) -> int:
        raise error

    file = write(sqlite_config, SITEMAP)
    with monkeypatch.context() as patch:
        patch.setattr(write_public_files, "write_stale", fail)
        with pytest.raises(type(error)):
            sync(sqlite_config, file)
    assert pages(sqlite_config) == {}
    sync(sqlite_config, file)
    assert len(pages(sqlite_config)) == 3


def test_progress_is_shown_for_each_batch(
    sqlite_config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(story_sync, "DECLARED_TOGETHER_MAX", 2)
    entries = [f"<loc>https://news.example/s{number}</loc>" for number in range(5)]
    _, _, warned = sync(sqlite_config, write(sqlite_config, sitemap(*entries)))
    assert warned == ["2 pages read, 2 editions declared", "4 pages read, 4 editions declared"]
    assert len(pages(sqlite_config)) == 5


def test_a_server_that_fails_changes_nothing(sqlite_config: Path, server: WebServer) -> None:
    with pytest.raises(CannotFetch, match="answered with 404"):
        sync(sqlite_config, f"{server.url}/nowhere")
    assert listed(sqlite_config) == {}


def test_the_command_reads_a_file_and_says_what_it_did(sqlite_config: Path) -> None:
    write(sqlite_config, SITEMAP)
    words = ("story", "sync", "feed.xml", "--edition", "en", "--id-pattern", "([^/]+)$")
    done = run(sqlite_config.parent, *words)
    assert done.stdout == "2 pages read: 2 new stories, 3 editions declared or changed, 0 skipped\n"
    assert done.stderr == ""
    done = run(sqlite_config.parent, "story", "sync", "nosuch.xml")
    assert (done.returncode, done.stderr) == (1, "yobal: nosuch.xml: No such file or directory\n")


@pytest.mark.parametrize(
    "words", [("--edition", "xx-yy-zz-?"), ("--id-pattern", "("), ("--id-from", "title")]
)
def test_an_option_that_cannot_be_is_an_error_of_usage(words: tuple[str, str]) -> None:
    done = CliRunner().invoke(app, ["sync", "feed.xml", *words])
    assert done.exit_code == 2
    assert words[0] in done.output
