"""An edition's tag is one that Unicode's CLDR knows, in all its parts."""

import pytest

from yobal.core import language_tag

TAGS = "km en zh-Hant zh-Hant-HK yue rhg cja ff-Adlm es-419 de-1996 ca-valencia sr-Latn-RS km-KH"
OTHER = (
    "xx xx-zz-not en-zz en-XX qaa und mul zxx en-u-ca x-y english en-Zzzz en-ZZ km-Nope EN km_KH"
)


@pytest.mark.parametrize("tag", TAGS.split())
def test_a_tag_that_cldr_knows_names_an_edition(tag: str) -> None:
    assert language_tag.is_known(tag)


@pytest.mark.parametrize("tag", [*OTHER.split(), "", "en ", "en-"])
def test_any_other_tag_does_not(tag: str) -> None:
    assert not language_tag.is_known(tag)
