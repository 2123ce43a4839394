"""Line breaks as markup, so that a text keeps its lines and paragraphs where there is no stylesheet."""

from typing import Final

from markupsafe import Markup, escape

_LINE_BREAK: Final = Markup("<br>")


def with_line_breaks(text: str) -> Markup:
    """The text escaped, with `<br>` in place of each line feed."""
    return _LINE_BREAK.join(escape(line) for line in text.split("\n"))
