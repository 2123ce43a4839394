"""Renders templates in one language. The only place for Jinja; everything is escaped by default."""

from functools import cache
from typing import Any

from jinja2 import Environment, MemcachedBytecodeCache, PackageLoader, StrictUndefined

from yobal.adapters.rendering.catalogue_file import catalogue_languages
from yobal.adapters.rendering.i18n import Translator, own_name, translator_for
from yobal.adapters.rendering.line_breaks import with_line_breaks


@cache
def renderer_for(edition: str) -> "TemplateRenderer":
    """The renderer for an edition's language; all editions served in English share one."""
    return _renderer(translator_for(edition).lang)


def load_templates() -> None:
    """Compile every template. Otherwise the first reader after a start would wait, and would know it."""
    for language in sorted(catalogue_languages()):
        renderer_for(language).load_all()


class _CompiledTemplates:
    """In memory, for all languages: they differ in their translations only."""

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def get(self, key: str) -> bytes:
        return self._code.get(key, b"")  # empty: not compiled yet

    def set(self, key: str, value: bytes, timeout: int | None = None) -> None:
        """`timeout` belongs to Jinja's interface; templates do not change."""
        del timeout
        self._code[key] = value


_compiled_templates = MemcachedBytecodeCache(_CompiledTemplates())


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
            bytecode_cache=_compiled_templates,
            extensions=["jinja2.ext.i18n"],
        )
        self._env.globals |= {"translator": translator, "own_name": own_name}
        self._env.filters["line_breaks"] = with_line_breaks
        self._env.install_gettext_translations(translator.translations, newstyle=True)  # type: ignore[attr-defined]  # the extension adds it

    def load_all(self) -> None:
        for name in self._env.list_templates():
            self._env.get_template(name)

    def render(self, template: str, **context: Any) -> bytes:
        return self._env.get_template(template).render(context).encode()


@cache
def _renderer(lang: str) -> TemplateRenderer:
    return TemplateRenderer(translator_for(lang))
