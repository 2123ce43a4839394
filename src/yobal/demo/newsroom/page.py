"""Renders a page of The River Post with the comments included on the server."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from yobal.core import paths
from yobal.demo.newsroom import content
from yobal.demo.newsroom.edition import Edition


def render(edition: Edition, *, thread: str, form: str, style_url: str, story_url: str) -> str:
    """`thread` and `form` are Yobal's fragments, `style_url` is its stylesheet.

    `story_url` is the page's full URL, for the share links.
    """
    return _template().render(
        edition=edition,
        editions=content.EDITIONS,
        thread=Markup(thread),  # noqa: S704  # Yobal's own fragment, escaped when it was rendered
        form=Markup(form),  # noqa: S704  # likewise
        style_url=style_url,
        icon_url="/" + paths.icon(content.SITE_ID),
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
