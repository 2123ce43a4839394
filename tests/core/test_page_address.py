"""Which addresses are the same page."""

import pytest

from yobal.core.page_address import canonical, comparable, without_query

SAME = (
    "https://news.example/en/ferry",
    "http://news.example/en/ferry",
    "https://news.example/en/ferry/",
    "https://News.Example:443/en/ferry#comments",
    "https://news.example/en/ferry?utm_source=mail&fbclid=x",
    "http://news.example:80/en/ferry/?replytocom=12#respond",
)
OTHERS = (
    "https://news.example/en/bridge",
    "https://other.example/en/ferry",
    "https://news.example/en/ferry?page=2",
    "https://news.example:8443/en/ferry",
    "https://news.example/EN/ferry",
)


@pytest.mark.parametrize("url", SAME)
def test_variants_of_an_address_are_the_same_page(url: str) -> None:
    assert comparable(url) == "news.example/en/ferry"


@pytest.mark.parametrize("url", OTHERS)
def test_other_pages_are_not(url: str) -> None:
    assert comparable(url) != "news.example/en/ferry"


def test_parameters_that_mean_something_stay() -> None:
    assert comparable("https://news.example/?p=12&utm_source=x") == "news.example?p=12"
    assert without_query("news.example?p=12") == "news.example"
    assert canonical("http://news.example/a/?b=1&utm_source=x#c") == "http://news.example/a/?b=1"


@pytest.mark.parametrize("url", ["", "http://[", "https://news.example:port/a", "/en/ferry"])
def test_what_is_no_address_raises_nothing(url: str) -> None:
    assert isinstance(comparable(url), str)
