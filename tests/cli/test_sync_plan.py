"""What a page of a feed means: which story, which edition, and when it is better to ask."""

import re
from typing import Any

import pytest

from yobal.adapters.feed_reader import Alternate, FeedPage
from yobal.cli.sync_plan import PageProblem, PlannedEdition, Planner, PlanOptions
from yobal.core.thread import Edition

SITE = "https://news.example"


def page(url: str, **fields: Any) -> FeedPage:
    return FeedPage(number=1, url=url, **fields)


def planner(*declared: tuple[str, str, str], **options: Any) -> Planner:
    editions = {
        (story_id, tag): Edition(tag=tag, title="T", url=url) for story_id, tag, url in declared
    }
    return Planner(editions, PlanOptions(**{"edition": "en"} | options))


def keys(planned: list[PlannedEdition | PageProblem]) -> list[tuple[str, str, str]]:
    assert all(isinstance(item, PlannedEdition) for item in planned), planned
    return [
        (item.declaration.story_id, item.declaration.edition.tag, item.declaration.edition.title)
        for item in planned
        if isinstance(item, PlannedEdition)
    ]


def problem(planned: list[PlannedEdition | PageProblem]) -> str:
    (item,) = planned
    assert isinstance(item, PageProblem), item
    return item.reason


@pytest.mark.parametrize(
    ("url", "story_id"),
    [
        (f"{SITE}/2026/11/ferry-strike/", "ferry-strike"),
        (f"{SITE}/en/ferry.html", "ferry"),
        (f"{SITE}/en/ferry.php?x=1#y", "ferry"),
        (f"{SITE}/12345", "12345"),
    ],
)
def test_an_id_is_the_last_part_of_the_address(url: str, story_id: str) -> None:
    assert keys(list(planner().plan(page(url, title="T")))) == [(story_id, "en", "T")]


@pytest.mark.parametrize(
    ("options", "story_id"),
    [
        ({"id_pattern": re.compile(r"/(\d+)-")}, "77"),
        ({"id_pattern": re.compile(r"\d+-ferry")}, "77-ferry"),
        ({"id_from": "guid", "id_pattern": re.compile(r"p=(\d+)")}, "12"),
    ],
)
def test_an_id_can_be_another_part(options: dict[str, Any], story_id: str) -> None:
    item = page(f"{SITE}/77-ferry", title="T", guid=f"{SITE}/?p=12")
    assert keys(list(planner(**options).plan(item))) == [(story_id, "en", "T")]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"id_pattern": re.compile("zz")}, "--id-pattern does not match"),
        ({"id_from": "guid"}, "an empty guid has no part that can be the id of a story"),
        ({"id_pattern": re.compile("(zz)?")}, "no part that can be the id of a story"),
    ],
)
def test_an_id_that_cannot_be_made_is_a_problem(options: dict[str, Any], says: str) -> None:
    assert says in problem(list(planner(**options).plan(page(f"{SITE}/ferry", title="T"))))


@pytest.mark.parametrize("path", ["km/%E1%9E%9F%E1%9E%B6", "?p=12"])
def test_an_address_in_khmer_or_with_a_number_only_needs_another_part(path: str) -> None:
    says = problem(list(planner().plan(page(f"{SITE}/{path}", title="T"))))
    assert "the id of a story" in says
    assert "--id-pattern" in says


def test_alternates_are_editions_of_one_story_whichever_page_comes_first() -> None:
    urls = {"en": f"{SITE}/en/ferry", "km": f"{SITE}/km/salang"}
    alternates = tuple(Alternate(lang, url) for lang, url in urls.items())
    for first, second in (("en", "km"), ("km", "en")):
        plan = planner()
        planned = list(plan.plan(page(urls[first], title="T", alternates=alternates)))
        assert {item[:2] for item in keys(planned)} == {("ferry", "en"), ("ferry", "km")}
        planned = list(plan.plan(page(urls[second], title="U", alternates=alternates)))
        assert keys(planned) == [("ferry", second, "U")], "its own page has its headline"
        assert list(plan.plan(page(urls[first], title="T", alternates=alternates))) == []


def test_x_default_names_the_story_and_is_no_edition() -> None:
    alternates = (Alternate("x-default", f"{SITE}/ferry"), Alternate("km", f"{SITE}/km/salang"))
    planned = list(planner().plan(page(f"{SITE}/km/salang", title="T", alternates=alternates)))
    assert keys(planned) == [("ferry", "km", "T")]


@pytest.mark.parametrize(
    ("lang", "tag"), [("en-us", "en-US"), ("EN", "en"), ("zh_hant", "zh-Hant"), ("tlh-xx-?", "km")]
)
def test_a_language_is_written_as_an_edition_is(lang: str, tag: str) -> None:
    planned = list(planner(edition="km").plan(page(f"{SITE}/ferry", title="T", lang=lang)))
    assert keys(planned) == [("ferry", tag, "T")]


def test_without_any_language_it_is_a_problem() -> None:
    assert "--edition" in problem(list(planner(edition="").plan(page(f"{SITE}/ferry", title="T"))))


def test_what_was_declared_by_hand_keeps_its_id_and_edition() -> None:
    plan = planner(("story-1", "en", "http://NEWS.example/en/ferry/"))
    planned = list(plan.plan(page(f"{SITE}/en/ferry", title="New", lang="en-us")))
    assert keys(planned) == [("story-1", "en", "New")], "and moves from http to https"


def test_another_story_with_the_same_id_is_a_problem_and_never_moves_a_discussion() -> None:
    plan = planner(("interview", "en", f"{SITE}/2025/interview"))
    says = problem(list(plan.plan(page(f"{SITE}/2026/interview", title="T"))))
    assert f"has the address {SITE}/2025/interview" in says


def test_alternates_of_two_declared_stories_are_a_problem() -> None:
    plan = planner(("a", "en", f"{SITE}/en/a"), ("b", "km", f"{SITE}/km/b"))
    alternates = (Alternate("km", f"{SITE}/km/b"),)
    says = problem(list(plan.plan(page(f"{SITE}/en/a", title="T", alternates=alternates))))
    assert "different stories: a, b" in says


def test_without_a_headline_the_address_is_used_and_never_replaces_a_headline() -> None:
    plan = planner()
    assert keys(list(plan.plan(page(f"{SITE}/ferry-workers_strike.html")))) == [
        ("ferry-workers_strike", "en", "Ferry workers strike")
    ]
    assert keys(list(plan.plan(page(f"{SITE}/ferry-workers_strike.html", title="Real")))) == [
        ("ferry-workers_strike", "en", "Real")
    ]
    assert list(plan.plan(page(f"{SITE}/ferry-workers_strike.html"))) == []


@pytest.mark.parametrize(
    ("url", "title", "says"),
    [
        ("", "T", "no address"),
        ("javascript:alert(1)", "T", "cannot be the id|full address"),
        ("/en/ferry", "T", "full address"),
        (f"{SITE}/ferry", "x" * 201, "at most 200 characters"),
    ],
)
def test_what_cannot_be_declared_is_a_problem(url: str, title: str, says: str) -> None:
    assert re.search(says, problem(list(planner().plan(page(url, title=title)))))


def test_a_headline_is_one_line_of_plain_text() -> None:
    title = " Ferry\n\u202eworkers\t<b> "
    assert keys(list(planner().plan(page(f"{SITE}/ferry", title=title)))) == [
        ("ferry", "en", "Ferry workers <b>")
    ]
