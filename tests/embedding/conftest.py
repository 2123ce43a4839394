"""Fixtures for the tries in other systems."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page


@pytest.fixture
def page(browser_here: Browser) -> Iterator[Page]:
    context = browser_here.new_context(viewport={"width": 360, "height": 740}, locale="en-GB")
    context.set_default_timeout(15_000)
    yield context.new_page()
    context.close()
