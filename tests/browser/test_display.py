"""What a moderator sees: of a parent, of a removal, of what cannot be opened, on a narrow screen."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Route, expect

from tests.browser.actors import PHONE, Actors, wait_for
from tests.browser.bulk import BulkHarness, open_bulk_harness
from tests.browser.fixtures import NewsroomWithLead
from tests.browser.sending import send, send_all

NARROW = {"viewport": {"width": 360, "height": 640}}
TOP = "document.querySelector('.panes').getBoundingClientRect().top"


@pytest.fixture(scope="module")
def bulk(quick: NewsroomWithLead) -> Iterator[BulkHarness]:
    yield from open_bulk_harness(quick)


def test_a_comment_is_removed_by_its_link_a_digit_and_a_button(
    quick: NewsroomWithLead, bulk: BulkHarness, actors: Actors
) -> None:
    story = quick.newsroom.story()
    send_all(story, ["To be taken down.", "To stay."])
    bulk.publish_all(story)
    wait_for(lambda: len(story.texts()) == 2)
    ids = {comment["text"]: comment["id"] for comment in story.json()["comments"]}
    desk = quick.lead(actors)
    desk.go("History")
    field = desk.page.get_by_label("Find a comment by its link")
    field.fill("https://news.example/en/")
    desk.press("Enter")
    expect(desk.page.locator("#history-error")).to_contain_text("This is not the link of a comment")
    field.fill(f"{story.url}comment/{ids['To be taken down.']}.html?from=chat")
    desk.press("Enter")
    expect(desk.page.locator("li.decision")).to_have_count(1)
    expect(desk.page.get_by_role("button", name="Remove…")).to_be_focused()
    desk.press("Enter 4")
    expect(desk.page.locator("input[value='threats']")).to_be_checked()
    desk.page.get_by_role("button", name="Remove now").click()
    expect(desk.history_entry("Published by Heron")).to_contain_text("now removed")
    expect(desk.history_entry("Removed by Heron")).to_contain_text("Threats and incitement")
    wait_for(lambda: story.texts() == ["To stay."])
    desk.page.get_by_role("button", name="Show all decisions").click()
    expect(desk.history_entry("To stay.")).to_be_visible()


def test_older_decisions_are_listed_once_however_often_they_are_loaded(
    quick: NewsroomWithLead, bulk: BulkHarness, actors: Actors
) -> None:
    story = quick.newsroom.story()
    send_all(story, [f"Decided long ago {number}." for number in range(60)])
    bulk.publish_all(story)
    desk = quick.lead(actors)
    desk.go("History")
    expect(desk.page.locator("li.decision")).to_have_count(50)
    desk.page.get_by_role("button", name="Show older decisions").dblclick()
    expect(desk.page.locator("li.decision").nth(59)).to_be_visible()
    seen = desk.page.locator("li.decision").evaluate_all(
        "all => all.map((element) => element.dataset.decision)"
    )
    assert len(seen) == len(set(seen))


def test_a_long_parent_is_folded_and_a_missing_one_is_named(
    quick: NewsroomWithLead, bulk: BulkHarness, actors: Actors
) -> None:
    story = quick.newsroom.story()
    words = "A long comment. " + "It goes on and on. " * 30 + "Its end."
    send_all(story, [words, "Soon gone."])
    bulk.publish_all(story)
    wait_for(lambda: len(story.texts()) == 2)
    for comment in story.json()["comments"]:
        bulk.send(
            f"Answer to {comment['text'][:10]}",
            parent_id=comment["id"],
            story_id=story.key,
            edition="en",
        )
        if comment["text"] == "Soon gone.":
            bulk.remove(comment["id"])
    desk = quick.lead(actors)
    desk.open("Answer to A long com")
    parent = desk.page.locator("blockquote.parent")
    expect(parent.get_by_text("A long comment.").first).to_be_visible()
    expect(parent.get_by_text("Its end.")).to_be_hidden()
    parent.locator("summary").click()
    expect(parent.get_by_text("Its end.")).to_be_visible()
    desk.open("Answer to Soon gone.")
    expect(parent).to_have_text("reply to a comment that is no longer there")


def test_an_unreadable_comment_is_not_counted_as_pending_and_its_id_is_shown(
    quick: NewsroomWithLead, bulk: BulkHarness, actors: Actors
) -> None:
    story = quick.newsroom.story()
    moved = bulk.send("Moved away.", story_id=story.key, edition="en").id
    with bulk.database.writing() as conn:
        conn.exec_driver_sql(f"update comments set parent_id = '{'b' * 26}' where id = '{moved}'")
    desk = quick.lead(actors)
    title = desk.page.locator("#queue-title")
    rows = desk.page.locator("li[data-id]").count()
    assert title.inner_text() == (
        "No comments waiting" if rows == 0 else f"{rows} comments waiting"
    )
    to_response = desk.page.locator(".queue-footer details")
    expect(to_response).to_contain_text(moved)
    with bulk.database.writing() as conn:
        conn.exec_driver_sql(f"update comments set parent_id = null where id = '{moved}'")


def test_an_unsent_decision_is_shown_without_moving_the_panes(
    still: NewsroomWithLead, actors: Actors
) -> None:
    send_all(still.newsroom.story(), ["Nothing moves.", "Nor does this."])
    desk = still.lead_in_fresh_browser(actors)
    desk.open("Nothing moves.")
    before = desk.page.evaluate(TOP)
    desk.page.context.set_offline(True)
    desk.press("a")
    expect(desk.page.locator(".not-sent")).to_be_visible()
    assert desk.page.evaluate(TOP) == before
    expect(desk.row("Nothing moves.").locator("button")).to_be_enabled()
    desk.page.context.set_offline(False)
    desk.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(desk.toast).to_contain_text("Published")


def test_on_a_narrow_screen_the_list_works_by_keys_and_errors_are_visible(
    still: NewsroomWithLead, actors: Actors
) -> None:
    send_all(still.newsroom.story(), ["Narrow one.", "Narrow two."])
    desk = still.lead_in_fresh_browser(actors, **NARROW)
    desk.page.locator("li[data-id] button[aria-current='true']").focus()
    desk.press("ArrowDown")
    expect(desk.page.locator("li[data-id] button[aria-current='true']")).to_be_focused()
    expect(desk.page.get_by_role("button", name="Keyboard shortcuts")).to_be_visible()
    rows = desk.page.locator("li[data-id]").count()
    desk.page.get_by_role("button", name="Reject all").click()
    desk.press("5")
    desk.page.get_by_role("dialog").get_by_role("button", name=f"Reject {rows}").click()
    expect(desk.toast).to_contain_text("Rejected (Spam)")
    desk.page.context.set_offline(True)
    desk.press("j")
    expect(desk.focus.locator(".error")).to_contain_text("could not be reached")


def test_a_row_shows_the_start_of_a_long_comment_and_a_started_edit(
    still: NewsroomWithLead, actors: Actors
) -> None:
    send(still.newsroom.story(), "Begun and long. " + "ខ្ញុំ" * 300)
    desk = still.lead(actors)
    desk.open("Begun and long.")
    row = desk.row("Begun and long.")
    assert len(row.locator(".line").inner_text()) < 800
    assert row.locator(".line").inner_text().endswith("ខ្ញុំ…")
    expect(row).not_to_contain_text("edit started")
    desk.press("e")
    desk.page.locator("#edit-text").fill("Begun and short.")
    expect(row).to_contain_text("edit started")


def test_a_decided_row_stays_readable_and_is_not_struck_through(
    still: NewsroomWithLead, actors: Actors
) -> None:
    send(still.newsroom.story(), "Decided and still legible.")
    desk = still.lead(actors)
    desk.open("Decided and still legible.")
    desk.press("a")
    row = desk.page.locator("li[data-state='done']")
    expect(row).to_contain_text("Published, appears at")
    expect(row).to_have_css("opacity", "1")
    expect(row.locator(".line")).to_have_css("text-decoration-line", "none")


def test_story_link_and_language_menu_are_large_enough_for_touch(
    still: NewsroomWithLead, actors: Actors
) -> None:
    send(still.newsroom.story(), "Under a finger.")
    desk = still.lead_in_fresh_browser(actors, **PHONE)
    desk.open("Under a finger.")
    for part in (".story a", ".story select"):
        box = desk.page.locator(part).bounding_box()
        assert box is not None
        assert box["height"] >= 44, part


def test_the_desk_says_that_nothing_is_released_while_the_clock_is_not_trusted(
    quick: NewsroomWithLead, actors: Actors
) -> None:
    desk = quick.lead(actors)
    expect(desk.page.get_by_label("Notices")).not_to_contain_text("does not trust its clock")

    def clock_problem(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json={**answer.json(), "is_clock_trusted": False})

    desk.page.route("**/api/desk/session", clock_problem)
    desk.page.reload()
    expect(desk.page.get_by_label("Notices")).to_contain_text("does not trust its clock")
    expect(desk.page.locator(".account")).to_contain_text("nothing is released")
