"""Extracts the messages of the desk, in the browser and on the server, for the tests of the catalogues.

`python -m tests.desk_messages` prints the entries that the English catalogue lacks, in its own format.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from babel.messages.catalog import Catalog
from babel.messages.jslexer import unquote_string
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from yobal.actions import decide
from yobal.web import errors

ROOT: Final = Path(__file__).parents[1]
DESK: Final = ROOT / "frontend" / "desk"
SOURCES: Final = ROOT / "src" / "yobal"
ENGLISH: Final = ROOT / "src" / "yobal" / "locales" / "en" / "LC_MESSAGES" / "yobal.po"

Message = str | tuple[str, str]  # a pair if it depends on a number

# Babel's JavaScript extractor misses calls in templates that are nested in templates, so the calls
# are found by their names, and a message must be a plain string in double quotes.
_CALL: Final = re.compile(r"\b(n?)gettext(?:Template)?\(")
_STRING: Final = r'\s*("(?:[^"\\\n]|\\.)*")\s*'
_ONE: Final = re.compile(rf"{_STRING}[,)]")
_TWO: Final = re.compile(rf"{_STRING},{_STRING},")


def desk_messages() -> dict[Message, str]:
    """Every message of the desk, with the first file that uses it."""
    messages: dict[Message, str] = {}
    for path in sorted(DESK.rglob("*.ts")):
        for message in messages_in(path.read_text("utf-8")):
            messages.setdefault(message, path.relative_to(DESK.parent).as_posix())
    for text, source in _server_messages():
        messages.setdefault(text, source)
    return messages


def _server_messages() -> Iterator[tuple[str, str]]:
    """What the server says to moderators: errors, the reasons of invalid input, the page itself."""
    for _status, _code, message in [*errors.TABLE.values(), errors.UNEXPECTED]:
        yield message, "web/errors.py"
    for _code, message in [*errors.FRAMEWORK_ERRORS.values(), errors.OTHER_FRAMEWORK_ERROR]:
        yield message, "web/errors.py"
    for message in decide.MESSAGES.values():
        yield message, "actions/decide.py"
    for path in sorted(set(SOURCES.rglob("*.py")) - set((SOURCES / "cli").rglob("*.py"))):
        for message in reasons_in(path.read_text("utf-8")):
            yield message, path.relative_to(SOURCES).as_posix()
    with (SOURCES / "templates" / "desk.html").open("rb") as page:
        for _line, _function, text, _comments in babel_extract(page, ["gettext"], [], {}):
            yield str(text), "templates/desk.html"


def reasons_in(source: str) -> Iterator[str]:
    """The constant messages that `Reason` and `InvalidInput` get in Python code."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            message = node.args[0]
            is_reason = node.func.id in ("Reason", "InvalidInput")
            if is_reason and isinstance(message, ast.Constant) and isinstance(message.value, str):
                yield message.value


def messages_in(source: str) -> Iterator[Message]:
    """The messages of one file; `ValueError` for a message that is not a plain string."""
    for call in _CALL.finditer(source):
        strings = (_TWO if call[1] else _ONE).match(source, call.end())
        if strings is None:
            raise ValueError(f"not a plain string: {source[call.start() : call.start() + 80]!r}")
        if call[1]:
            yield unquote_string(strings[1]), unquote_string(strings[2])
        else:
            yield unquote_string(strings[1])


def po_entry(message: Message, source: str) -> str:
    """One entry without a translation, as in the English catalogue."""
    singular, plural = message if isinstance(message, tuple) else (message, None)
    lines = [f"#. {source}"]
    if "%(" in singular or (plural is not None and "%(" in plural):
        lines.append("#, python-format")
    lines.append(f"msgid {_quoted(singular)}")
    if plural is None:
        lines.append('msgstr ""')
    else:
        lines += [f"msgid_plural {_quoted(plural)}", 'msgstr[0] ""', 'msgstr[1] ""']
    return "\n".join(lines) + "\n"


def missing_entries(catalog: Catalog) -> str:
    present = {message.id for message in catalog if message.id}
    return "\n".join(
        po_entry(message, source)
        for message, source in desk_messages().items()
        if message not in present
    )


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


if __name__ == "__main__":
    with ENGLISH.open("rb") as file:
        print(missing_entries(read_po(file, locale="en")), end="")
