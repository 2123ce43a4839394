"""Every sentence that the readers' pages can say: read from the templates and from the terms."""

from collections.abc import Iterator
from importlib.resources import files

from jinja2.ext import babel_extract

from yobal.core.terms import CLAUSES

_OPTIONS = {"newstyle_gettext": "true", "trimmed": "true"}
Sentence = str | tuple[str, str]  # the pair where it depends on a number


def sentences() -> dict[Sentence, str]:
    """Each sentence, and the file it stands in first; in a fixed order."""
    found: dict[Sentence, str] = {}
    for sentence, where in (*_in_templates(), *_in_terms()):
        found.setdefault(sentence, where)
    return found


def _in_templates() -> Iterator[tuple[Sentence, str]]:
    folder = files("yobal") / "templates" / "reader"
    for template in sorted(folder.iterdir(), key=lambda one: one.name):
        with template.open("rb") as source:
            rows = list(babel_extract(source, ["_", "gettext", "ngettext"], [], _OPTIONS))
        for _line, function, message, _comments in rows:
            parts = message if isinstance(message, tuple) else (message,)
            strings = [part for part in parts if part is not None]
            if function == "ngettext":
                yield (strings[0], strings[1]), template.name
            elif strings:  # none where the sentence is a clause's, which `_in_terms` yields
                yield strings[0], template.name


def _in_terms() -> Iterator[tuple[Sentence, str]]:
    for clause in CLAUSES:
        yield clause.title, "core/terms.py"
        yield clause.sentence, "core/terms.py"
