"""Templates and languages put together: the only place for Jinja. Everything is escaped by default."""

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from yobal.adapters.rendering.i18n import Words, own_name, words_for


@cache
def ink_for(edition: str) -> "Ink":
    """The ink of an edition's language; one for all editions that are served in English."""
    return _ink(words_for(edition).lang)


class Ink:
    """Draws templates of `templates/reader/` in one language."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self._env = Environment(
            loader=PackageLoader("yobal", "templates/reader"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            extensions=["jinja2.ext.i18n"],
        )
        self._env.globals |= {"words": words, "own_name": own_name}
        self._env.install_gettext_translations(words.translations, newstyle=True)  # type: ignore[attr-defined]  # the extension adds it

    def draw(self, template: str, **given: Any) -> bytes:
        return self._env.get_template(template).render(given).encode()


@cache
def _ink(lang: str) -> Ink:
    return Ink(words_for(lang))
