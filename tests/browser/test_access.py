"""axe-core finds nothing serious or critical on any page: light and dark, phone and desktop, two languages."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, Literal

import pytest
from playwright.sync_api import Page

from tests.browser.actors import DESKTOP, PHONE, Actors
from tests.browser.bulk import BulkHarness, open_bulk_harness
from tests.browser.fixtures import NewsroomWithLead
from tests.browser.gallery import Demo, Gallery, served_demo

AXE: Final = Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js"
SERIOUS: Final = ("serious", "critical")
# By default each page is seen in one of them, in turn; in the slow run in all, and in Khmer.
LOOKS: Final[tuple[tuple[Literal["light", "dark"], dict[str, Any]], ...]] = (
    ("light", PHONE),
    ("dark", DESKTOP),
    ("dark", PHONE),
    ("light", DESKTOP),
)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demo]:
    yield from served_demo(tmp_path_factory.mktemp("demo"))


@pytest.fixture(scope="module")
def bulk(quick: NewsroomWithLead) -> Iterator[BulkHarness]:
    yield from open_bulk_harness(quick)


@pytest.mark.parametrize(
    "looks_each", [1, pytest.param(len(LOOKS), marks=pytest.mark.slow)], ids=["in turn", "all"]
)
def test_axe_finds_nothing_serious_on_any_page(
    quick: NewsroomWithLead, bulk: BulkHarness, demo: Demo, actors: Actors, looks_each: int
) -> None:
    found: list[str] = []
    looks = itertools.cycle(LOOKS)

    def check(name: str, page: Page) -> None:
        for scheme, shape in itertools.islice(looks, looks_each):
            page.emulate_media(color_scheme=scheme)
            page.set_viewport_size(shape["viewport"])
            found.extend(f"{name} ({scheme}): {problem}" for problem in problems(page))
        page.set_viewport_size(
            DESKTOP["viewport"]
        )  # what is clicked next may be elsewhere on a phone

    gallery = Gallery(quick, bulk, demo, actors, check)
    gallery.readers("en")
    if looks_each == len(LOOKS):
        gallery.readers("km")
    gallery.moderators()
    assert found == []


def test_control_axe_finds_a_picture_without_alternative_text(actors: Actors) -> None:
    page = actors.context().new_page()
    page.set_content(
        "<main><h1>x</h1><img src='data:image/gif;base64,R0lGODlhAQABAAAAACw='></main>"
    )
    assert any("image-alt" in problem for problem in problems(page))


def problems(page: Page) -> list[str]:
    """Serious and critical ones: the rule, and the first place that breaks it."""
    page.evaluate(_axe())
    result = page.evaluate("axe.run({ resultTypes: ['violations'] })")
    return [
        f"{violation['id']} ({violation['impact']}): {violation['nodes'][0]['html'][:200]}"
        f" {violation['nodes'][0]['failureSummary'][:300]}"
        for violation in result["violations"]
        if violation["impact"] in SERIOUS
    ]


def _axe() -> str:
    assert AXE.exists(), "axe-core is not installed: npm ci --ignore-scripts in frontend/"
    return AXE.read_text(encoding="utf-8")
