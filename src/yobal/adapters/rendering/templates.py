"""Renders templates in one language. The only place for Jinja; everything is escaped by default."""

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from yobal.adapters.rendering.i18n import Translator, own_name, translator_for
from yobal.adapters.rendering.line_breaks import with_line_breaks


@cache
def renderer_for(edition: str) -> "TemplateRenderer":
    """The renderer for an edition's language; all editions served in English share one."""
    return _renderer(translator_for(edition).lang)


class TemplateRenderer:
    """Renders the templates of `templates/reader/` in one language."""

    def __init__(self, translator: Translator) -> None:
        self.translator = translator
        self._env = Environment(
            loader=PackageLoader("yobal", "templates/reader"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
            extensions=["jinja2.ext.i18n"],
        )
        self._env.globals |= {"translator": translator, "own_name": own_name}
        self._env.filters["line_breaks"] = with_line_breaks
        self._env.install_gettext_translations(translator.translations, newstyle=True)  # type: ignore[attr-defined]  # the extension adds it

    def render(self, template: str, **context: Any) -> bytes:
        return self._env.get_template(template).render(context).encode()


@cache
def _renderer(lang: str) -> TemplateRenderer:
    return TemplateRenderer(translator_for(lang))
