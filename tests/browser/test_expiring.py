"""The desk says which comments are destroyed unread within a week, and Keys says which keys are destroyed."""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Page, ViewportSize, expect

from tests.browser.actors import Actors
from tests.browser.fixtures import NewsroomWithLead, serve_newsroom
from tests.browser.newsroom import STILL_SECONDS
from tests.browser.sending import send_all
from tests.conftest import KINDS, new_postgresql
from yobal.server import settings
from yobal.store.database import Database

DAY = 86_400
NARROW: ViewportSize = {"width": 360, "height": 740}
PICTURES = os.environ.get("PICTURES_DIR", "")  # a folder for pictures of the screens


@pytest.fixture(params=KINDS)
def own(
    browser_here: Any,
    tmp_path_factory: pytest.TempPathFactory,
    request: pytest.FixtureRequest,
) -> Iterator[NewsroomWithLead]:
    is_sqlite = request.param == "sqlite"
    database = "" if is_sqlite else new_postgresql(request.getfixturevalue("postgresql"))
    yield from serve_newsroom(
        browser_here,
        tmp_path_factory.mktemp("own"),
        release_interval_seconds=STILL_SECONDS,
        database=database,
    )


def _change(own: NewsroomWithLead, statement: str, **values: Any) -> None:
    database = Database(settings.load(own.newsroom.config).database_url)
    try:
        with database.writing() as conn:
            conn.execute(sa.text(statement), values)
    finally:
        database.close()


def _picture(page: Page, name: str) -> None:
    if PICTURES:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            page.screenshot(path=f"{PICTURES}/{name}-{scheme}.png")


def test_a_quiet_line_counts_what_is_destroyed_unread_and_each_row_says_when(
    own: NewsroomWithLead, actors: Actors
) -> None:
    story = own.newsroom.story()
    send_all(story, ["Waits for a month.", "Waits as long."])
    own.newsroom.wait_for_round()
    _change(own, "update comments set arrival_round = arrival_round - :age", age=25 * DAY)
    send_all(story, ["Came today."])
    own.newsroom.wait_for_round()
    desk = own.lead(actors).look()
    line = desk.page.locator(".expiring")
    expect(line).to_contain_text("2 comments will be destroyed unread within a week")
    expect(desk.row("Waits for a month.")).to_contain_text("until 20")
    expect(desk.row("Came today.")).to_contain_text("today")
    desk.open("Waits for a month.")
    expect(desk.page.locator(".info-panel")).to_contain_text("destroyed unread at 20")
    _picture(desk.page, "expiring-1280")
    desk.press("a")
    expect(desk.toast).to_contain_text("Published")
    expect(line).to_contain_text("1 comment will be destroyed unread")
    desk.open("Waits as long.")
    desk.press("a")
    expect(line).to_have_count(0)
    desk.page.set_viewport_size(NARROW)
    assert desk.page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]


def test_the_page_of_keys_says_since_when_a_key_is_destroyed(
    own: NewsroomWithLead, actors: Actors
) -> None:
    desk = own.lead(actors)
    _change(own, "update epochs set destroyed_slot = :slot", slot=1_795_021_200)
    desk.go("Keys")
    cell = desk.page.locator("table.overview td").last
    expect(cell).to_contain_text("none: destroyed 2026-11-1")
    _picture(desk.page, "keys-1280")
    desk.page.set_viewport_size(NARROW)
    _picture(desk.page, "keys-360")
    assert desk.page.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
