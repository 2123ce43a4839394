"""Prints lines on the terminal. What files, feeds and the database say is never sent to it as a command.

A title in a feed can hold an escape sequence that clears the screen, or a sign that turns the line around.
"""

from typing import Final

import typer

_LINE_CHARACTERS: Final = "\t\n"
_CONTROLS: Final = frozenset([*range(0x20), *range(0x7F, 0xA0)]) - set(map(ord, _LINE_CHARACTERS))
_LINE_ENDS: Final = frozenset([0x2028, 0x2029])
# Not the marks of direction that Arabic and Hebrew texts need: these turn no line around.
_DIRECTIONS: Final = frozenset([*range(0x202A, 0x202F), *range(0x2066, 0x206A)])
_SURROGATES: Final = range(0xD800, 0xE000)  # of a file name that is not UTF-8
_SHOWN: Final = {
    code: f"\\u{code:04x}" for code in (*_CONTROLS, *_LINE_ENDS, *_DIRECTIONS, *_SURROGATES)
}


def show(line: str, *, err: bool = False) -> None:
    typer.echo(visible(line), err=err)


def visible(line: str) -> str:
    """Replaces each character that would control the terminal or reorder the line with its name; also valid in JSON."""
    return line.translate(_SHOWN)


def counted(number: int, singular: str, plural: str = "") -> str:
    """Such as "1 comment" or "1,200 comments"."""
    return f"{number:,} {singular if number == 1 else plural or singular + 's'}"
