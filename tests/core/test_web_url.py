"""Which URLs are linked; the desk's tests read the same vectors."""

import json
from pathlib import Path

import pytest

from yobal.core.web_url import is_web_url

VECTORS = json.loads(
    (Path(__file__).parent.parent / "vectors" / "urls.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("url", VECTORS["linked"], ids=ascii)
def test_a_full_address_of_the_web_is_linked(url: str) -> None:
    assert is_web_url(url)


@pytest.mark.parametrize("url", VECTORS["refused"], ids=ascii)
def test_anything_else_is_refused(url: str) -> None:
    assert not is_web_url(url)
