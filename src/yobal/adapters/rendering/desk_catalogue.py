"""The catalogue of one language and the names of all languages as JSON, for the desk's page.

A message without a translation is left out: the desk then shows the message itself, which is English.
"""

import gettext
import json
from typing import Final

from babel import Locale
from babel.messages.catalog import Catalog
from markupsafe import Markup

# Every plural category of a language that a whole number can have occurs below this number.
_EXAMPLES: Final = range(200)
_NO_LANGUAGES: Final = frozenset({"mul", "und", "zxx"})  # several, undetermined, none
_SCRIPT_LENGTH: Final = 4


def catalogue_json(catalog: Catalog) -> Markup:
    """From the English message to its translation, or to one translation for each plural category.

    Safe inside a <script> element: without "<" nothing in it can end the element.
    """
    examples = _plural_examples(catalog.locale)
    plural_index = gettext.c2py(catalog.plural_expr)
    messages: dict[str, str | dict[str, str]] = {}
    for message in catalog:
        if not message.id or message.fuzzy:
            continue
        translation = message.string
        if isinstance(message.id, str):
            if translation:
                messages[message.id] = str(translation)
        elif isinstance(translation, (list, tuple)) and all(translation):
            messages[message.id[0]] = {
                category: translation[plural_index(number)] for category, number in examples.items()
            }
    return _json(messages)


def languages_json(lang: str) -> Markup:
    """The name of every language that CLDR has one for, without regional forms, by its tag."""
    names: dict[str, str] = {}
    for identifier, name in Locale(lang).languages.items():
        language, *others = str(identifier).split("_")
        if language not in _NO_LANGUAGES and all(len(part) == _SCRIPT_LENGTH for part in others):
            names["-".join([language, *others])] = str(name)
    return _json(names)


def _json(value: object) -> Markup:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c"))  # noqa: S704  # texts of ours and of CLDR, and "<" is escaped


def _plural_examples(locale: Locale | None) -> dict[str, int]:
    """For each plural category of the language, a number that has it."""
    examples: dict[str, int] = {}
    if locale is not None:
        for number in _EXAMPLES:
            examples.setdefault(locale.plural_form(number), number)
    return examples
