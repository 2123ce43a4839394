"""Renders the desk's only page. Only the build calls it, so it needs nothing but Babel and Jinja.

The page names no newsroom: it has the same bytes at every desk, so that its hash can be compared.
"""

from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from yobal.adapters.rendering.catalogue_file import DESK_LANGUAGE, read_catalogue
from yobal.adapters.rendering.desk_catalogue import catalogue_json, languages_json

_TEMPLATES: Final = Path(__file__).parent.parent.parent / "templates"


def desk_page() -> bytes:
    catalogue = read_catalogue(DESK_LANGUAGE)

    def gettext(sentence: str) -> str:
        message = catalogue.get(sentence)
        return str(message.string) if message is not None and message.string else sentence

    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined
    )
    return (
        environment.get_template("desk.html")
        .render(
            lang=DESK_LANGUAGE,
            gettext=gettext,
            languages=languages_json(DESK_LANGUAGE),
            messages=catalogue_json(catalogue),
        )
        .encode()
    )
