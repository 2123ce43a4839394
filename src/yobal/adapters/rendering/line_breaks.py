"""Line breaks as markup, so that a text keeps its lines and paragraphs where there is no stylesheet."""

from typing import Final

from markupsafe import Markup, escape

# The stylesheet hides <br> and shows the line feed, so a text that is copied has each once.
_LINE_BREAK: Final = "<br>\n"


def with_line_breaks(text: str) -> Markup:
    """The text escaped, with `<br>` before each line feed."""
    escaped = escape(text)
    return Markup(str(escaped).replace("\n", _LINE_BREAK)) if "\n" in text else escaped
