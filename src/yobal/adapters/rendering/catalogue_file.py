"""Finds and opens the catalogues of messages. The only place that does; needs nothing but Babel.

The build uses it as well, where no other package of Yobal is installed.
"""

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

DESK_LANGUAGE: Final = "en"  # the only catalogue that has the desk's messages
_DOMAIN: Final = "yobal"


@cache
def catalogue_languages() -> frozenset[str]:
    """Every language that pages can be in."""
    return frozenset(folder.name for folder in (files("yobal") / "locales").iterdir())


def read_catalogue(lang: str) -> Catalog:
    """The catalogue of a language that has one."""
    with _catalogue(lang).open("rb") as source:
        return read_po(source, locale=lang)


def _catalogue(lang: str) -> Traversable:
    return files("yobal") / "locales" / lang / "LC_MESSAGES" / f"{_DOMAIN}.po"
