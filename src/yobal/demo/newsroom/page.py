"""Renders a page of The River Post, with the comments taken in on the server's side."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from yobal.core import paths
from yobal.demo.newsroom import content
from yobal.demo.newsroom.edition import Edition


def render(edition: Edition, *, thread: str, form: str, style_url: str, story_url: str) -> str:
    """The whole page.

    `thread` and `form` are Yobal's bare fragments, `style_url` its stylesheet, `story_url` the
    page's own address in full, which is what the share links pass on.
    """
    return _template().render(
        edition=edition,
        editions=content.EDITIONS,
        thread=Markup(thread),  # noqa: S704  # Yobal's own fragment, escaped when it was drawn
        form=Markup(form),  # noqa: S704  # likewise
        style_url=style_url,
        icon_url="/" + paths.icon(content.SITE),
        story_url=story_url,
        newsroom_url=content.STYLE_PATH,
        picture_url=content.PICTURE_PATH,
    )


@cache
def _template() -> Template:
    environment = Environment(
        loader=PackageLoader("yobal.demo", "newsroom"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("story.html")
