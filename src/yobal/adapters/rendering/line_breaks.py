"""Line breaks as markup, so that a text keeps its lines and paragraphs where there is no stylesheet."""

from typing import Final

from markupsafe import Markup, escape

# The stylesheet hides <br> and shows the line feed, so a text that is copied has each once.
_LINE_BREAK: Final = Markup("<br>\n")


def with_line_breaks(text: str) -> Markup:
    """The text escaped, with `<br>` before each line feed."""
    return _LINE_BREAK.join(escape(line) for line in text.split("\n"))
