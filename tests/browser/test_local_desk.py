"""`yobal desk` in Chromium: a moderator works at the desk of this computer, and others on it cannot."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser.actors import Actors, Moderator
from tests.browser.fixtures import NewsroomWithLead
from tests.browser.sending import send
from tests.local_desk.running import Answer, LocalDesk, fake_server, local_desk
from tests.ports import free_ports


@pytest.fixture(scope="module")
def local(still: NewsroomWithLead) -> Iterator[LocalDesk]:
    with local_desk(still.newsroom.desk_url) as running:
        yield running


def open_desk(page: Page, local: LocalDesk) -> None:
    page.goto(local.url)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def signed_in(still: NewsroomWithLead, actors: Actors, local: LocalDesk) -> Moderator:
    moderator = actors.moderator(still.newsroom)
    open_desk(moderator.page, local)
    moderator.passphrase = still.passphrase
    moderator.type_passphrase(still.pseudonym)
    return moderator.settled()


def test_a_moderator_signs_in_with_words_decides_reloads_and_locks(
    still: NewsroomWithLead, actors: Actors, local: LocalDesk
) -> None:
    send(still.newsroom.story(), "Read on my own desk.")
    moderator = signed_in(still, actors, local)
    page = moderator.page
    expect(page).to_have_title("The River Post · desk")
    moderator.open("Read on my own desk.")
    moderator.press("a")
    expect(moderator.toast).to_contain_text("Published, appears at")
    assert page.context.cookies() == [], "the session is in the browser"
    assert local.token not in page.url
    page.reload()
    moderator.settled()
    page.get_by_role("button", name="Lock").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.reload()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_the_page_says_what_is_different_here(
    still: NewsroomWithLead, actors: Actors, local: LocalDesk
) -> None:
    page = actors.moderator(still.newsroom).page
    open_desk(page, local)
    main = page.locator("main")
    expect(main).to_contain_text("This desk comes from your own computer")
    expect(main).to_contain_text(still.newsroom.desk_url)
    expect(main).to_contain_text("A passkey works only at the address where it was made")
    expect(page.get_by_role("button", name="Use a passkey")).to_have_count(0)
    other = actors.moderator(still.newsroom).page
    other.goto(still.newsroom.desk_url)
    expect(other.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(other.locator("main")).not_to_contain_text("your own computer")
    expect(other.get_by_role("button", name="Use a passkey")).to_be_visible()


def test_an_invitation_leads_to_the_newsrooms_address(
    still: NewsroomWithLead, actors: Actors, local: LocalDesk
) -> None:
    """And works at another local desk, with the local address in its place."""
    lead = signed_in(still, actors, local)
    link = lead.invite("moderator")
    assert link.startswith(f"{still.newsroom.desk_url}/join#")
    invited = actors.moderator(still.newsroom)
    open_desk(invited.page, local)
    invited.page.goto(link.replace(still.newsroom.desk_url, f"http://{local.address}"))
    expect(invited.page.get_by_role("heading", name="Join this desk")).to_be_visible()


def test_without_the_token_the_page_says_what_to_open(
    still: NewsroomWithLead, actors: Actors, local: LocalDesk
) -> None:
    page = actors.moderator(still.newsroom).page
    page.goto(f"http://{local.address}/")
    expect(page.get_by_role("alert")).to_contain_text("Open the whole address")
    expect(page.locator("#passphrase")).to_have_count(0)
    page.goto(local.url)  # only the fragment is new
    page.reload()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


ATTACK = """async ([address, token]) => {
  const seen = [];
  const url = `http://${address}/api/desk/session`;
  for (const options of [
    { method: "POST", body: "{}" },
    { method: "POST", body: "{}", mode: "no-cors", credentials: "include" },
    { method: "POST", body: "{}", headers: { "Content-Type": "application/json" } },
    { method: "POST", body: "{}", headers: { "Content-Type": "application/json", "Yobal-Token": token } },
  ]) {
    try { const response = await fetch(url, options); seen.push(`${response.type} ${response.status}`); }
    catch { seen.push("refused"); }
  }
  try { seen.push(`page ${(await fetch(`http://${address}/`)).status}`); } catch { seen.push("no page"); }
  return seen;
}"""


def test_a_page_of_another_port_reads_nothing_and_does_nothing(
    still: NewsroomWithLead, actors: Actors, local: LocalDesk
) -> None:
    """Even with the token: the browser asks first, and is not allowed."""
    moderator = signed_in(still, actors, local)
    with fake_server() as evil:
        evil.answers["/"] = Answer(b"<title>Evil</title>", 200, {"Content-Type": "text/html"})
        page = moderator.page.context.new_page()
        page.goto(evil.url)
        seen = page.evaluate(ATTACK, [local.address, local.token])
        assert seen == ["refused"] * 4 + ["no page"]
        assert all("cookie" not in request.headers for request in evil.requests)
        page.set_content(f'<iframe src="http://{local.address}/"></iframe>')
        expect(page.frame_locator("iframe").locator("#desk")).to_have_count(0)
        page.close()
    moderator.page.reload()
    moderator.settled()  # the session is still there
    actors.watch.seen = [entry for entry in actors.watch.seen if "frame-ancestors" not in entry]


def test_a_server_that_is_gone_is_named_and_nothing_is_lost(
    still: NewsroomWithLead, actors: Actors
) -> None:
    (port,) = free_ports(1)
    with fake_server() as server:
        desk_context = local_desk(server.url, port=port)
        running = desk_context.__enter__()
    try:
        page = actors.moderator(still.newsroom).page
        page.goto(running.url)
        expect(page.get_by_role("alert")).to_contain_text(
            "server could not be reached from this computer"
        )
        expect(page.get_by_role("button", name="Try again")).to_be_visible()
    finally:
        desk_context.__exit__(None, None, None)
