"""Problem pages are in the language of the edition and link back to the thread."""

import re
from urllib.parse import urlencode

import pytest

from tests.harness import SITE_ID, NewsroomHarness
from tests.in_process_client import FORM, THREAD, Intake, Response, ask
from yobal.adapters.rendering.templates import renderer_for
from yobal.store import sql_views
from yobal.web.http import PUBLIC_CACHE

KHMER = THREAD.replace("/en/", "/km/")
NOWHERE = f"/{SITE_ID}/nowhere/km/"
STORY_URL = "https://news.example/en/ferry"
BACK = f'<a href="{KHMER}">ត្រឡប់'
JSON = ("content-type", "application/json")


def speaks_khmer(response: Response) -> bool:
    assert "Back to the comments" not in response.text
    return '<html class="yobal" lang="km"' in response.text


def problem_response(intake: Intake, status: int, path: str) -> Response:
    """A response of this address with the given status."""
    match status:
        case 400:
            return intake.post(b"step=send&text=%ff", path=path)
        case 404:
            return intake.get(path.rstrip("/") + "/page/99.html")
        case 405:
            return ask(intake.app, "DELETE", path)
        case 413:
            return intake.post(b"a" * 270_000, path=path)
    return ask(intake.app, "POST", path, headers=[JSON])


@pytest.mark.parametrize("status", [400, 404, 405, 413, 415])
def test_every_problem_page_is_in_the_editions_language_and_links_to_the_thread(
    sqlite_intake: Intake, status: int
) -> None:
    response = problem_response(sqlite_intake, status, KHMER)
    assert response.status == status
    assert speaks_khmer(response)
    assert BACK in response.text
    assert "កម្មករសាឡាង" in response.text  # a GET has it from a file, not from the database


@pytest.mark.parametrize("status", [400, 404, 405, 413, 415])
def test_a_problem_page_without_a_thread_links_onward(sqlite_intake: Intake, status: int) -> None:
    response = problem_response(sqlite_intake, status, NOWHERE)
    assert response.status == status
    assert speaks_khmer(response)
    links = re.findall(r'<a href="([^"]+)"', response.text)
    assert [link.split("/")[3] for link in links] == ["terms", "what-we-keep"]
    assert [sqlite_intake.get(link).status for link in links] == [200, 200]
    assert NOWHERE not in response.text
    assert '<html class="yobal" lang="en"' in problem_response(sqlite_intake, status, "/x/y/").text


def test_an_unknown_story_gives_the_text_back_in_the_editions_language(
    sqlite_intake: Intake,
) -> None:
    response = sqlite_intake.post(step="send", text="Kept for you.", path=NOWHERE)
    assert (response.status, speaks_khmer(response)) == (404, True)
    assert "Kept for you." in response.text


def test_without_the_database_the_page_is_still_in_the_editions_language(
    intake: Intake, newsroom: NewsroomHarness
) -> None:
    with newsroom.database.writing() as conn:
        conn.exec_driver_sql("drop view intake_editions")
    try:
        body = urlencode({"step": "send", "text": "Kept for you."}).encode()
        responses = [
            ask(intake.app, "POST", KHMER, headers=[FORM], chunks=[body]),
            ask(intake.app, "POST", KHMER, headers=[JSON]),
        ]
    finally:
        with newsroom.database.writing() as conn:
            sql_views.recreate(conn)
    assert [response.status for response in responses] == [503, 415]
    assert all(speaks_khmer(response) and BACK in response.text for response in responses)
    assert "Kept for you." in responses[0].text


def test_addresses_in_unknown_languages_do_not_fill_a_cache(sqlite_intake: Intake) -> None:
    sqlite_intake.get(f"/{SITE_ID}/ferry/km/none")
    cached_before = renderer_for.cache_info().currsize
    for initial in "abcdefgh":
        sqlite_intake.get(f"/{SITE_ID}/ferry/{initial}x-{initial}{initial}/")
    assert renderer_for.cache_info().currsize <= cached_before + 1  # English


def test_an_address_is_never_markup_in_a_page(sqlite_intake: Intake) -> None:
    for path in (
        f'/{SITE_ID}/"><script>/km/',
        f"/{SITE_ID}/ferry/km/<script>",
        f"//{SITE_ID}/ferry/km/",
    ):
        response = sqlite_intake.get(path)
        assert response.status == 404
        assert "<script" not in response.body.decode()


def test_a_page_that_does_not_exist_leads_back_to_the_story(
    intake: Intake, newsroom: NewsroomHarness
) -> None:
    newsroom.database.close()
    for name in ("page/9.html", "replies/none/1.html", "comment/none.html", "nothing.txt"):
        response = intake.get(THREAD + name)
        assert response.status == 404
        assert f'<a href="{STORY_URL}" target="_top">Back to the story</a>' in response.text
        assert f'<a href="{THREAD}">Back to the comments</a>' in response.text
    assert "Back to" not in intake.get(THREAD.replace("/en/", "/fr/") + "page/9.html").text


@pytest.mark.parametrize("edition", ["fr", "xx-zz", "th", "en", "km"])
def test_what_we_keep_exists_where_the_terms_exist(sqlite_intake: Intake, edition: str) -> None:
    statuses = [
        sqlite_intake.get(f"/{SITE_ID}/@/{name}/{edition}.html").status
        for name in ("terms", "what-we-keep")
    ]
    assert statuses == ([200, 200] if edition in ("en", "km") else [404, 404])


@pytest.mark.parametrize("edition", ["en", "km"])
def test_what_we_keep_is_rendered_without_the_database(
    intake: Intake, newsroom: NewsroomHarness, edition: str
) -> None:
    path = f"/{SITE_ID}/@/what-we-keep/{edition}.html"
    newsroom.database.close()
    response = intake.get(path)
    assert (response.status, response.header("cache-control")) == (200, PUBLIC_CACHE)
    assert response.header("content-security-policy")
    is_khmer = edition == "km"
    assert ("អ្វី" in response.text) is is_khmer
    is_sqlite = newsroom.database.is_sqlite
    assert is_khmer or ("overwritten in our database" in response.text) is is_sqlite
    assert intake.get(path, method="HEAD").status == 200


@pytest.mark.parametrize(
    "path",
    [
        "/other/@/what-we-keep/en.html",
        f"/{SITE_ID}/@/what-we-keep/en",
        f"/{SITE_ID}/@/what-we-keep/<b>.html",
        f"/{SITE_ID}/@/what-we-keep/en.html/",
        f"/{SITE_ID}/@/what-we-keep/en.html.html",
    ],
)
def test_no_other_path_is_what_we_keep(sqlite_intake: Intake, path: str) -> None:
    assert sqlite_intake.get(path).status == 404


def test_the_redirect_to_the_last_slash_has_the_security_headers(
    sqlite_intake: Intake,
) -> None:
    response = sqlite_intake.get(THREAD[:-1])
    assert (response.status, response.header("location")) == (308, THREAD)
    assert response.header("x-content-type-options") == "nosniff"
    assert response.header("referrer-policy") == "no-referrer"
    assert response.header("cache-control") == "no-store"
