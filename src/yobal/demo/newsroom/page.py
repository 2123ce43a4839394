"""Renders a page of The River Post, with the comments included on the server or drawn by `embed.js`."""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup

from yobal.core import paths
from yobal.demo.newsroom import content
from yobal.demo.newsroom.edition import STORY_ID, Edition


def render(edition: Edition, *, thread: str, form: str, story_url: str) -> str:
    """With Yobal's fragments. `story_url` is the page's full URL, for the share links."""
    return _render(
        edition,
        story_url,
        embed_url="",
        thread=Markup(thread),  # noqa: S704  # Yobal's own fragment, escaped when it was rendered
        form=Markup(form),  # noqa: S704  # also escaped when it was rendered
        style_url="/" + paths.style(content.SITE_ID),
    )


def render_with_one_line(edition: Edition, *, story_url: str) -> str:
    """The same story, with the element that `embed.js` draws."""
    return _render(
        edition,
        story_url,
        embed_url="/" + paths.embed_script(content.SITE_ID),
        thread_url=f"/{paths.thread_folder(content.SITE_ID, STORY_ID, edition.tag)}/",
        story_id=STORY_ID,
    )


def _render(edition: Edition, story_url: str, **context: str) -> str:
    return _template().render(
        edition=edition,
        editions=content.EDITIONS,
        icon_url="/" + paths.icon(content.SITE_ID),
        story_url=story_url,
        newsroom_url=content.STYLE_PATH,
        picture_url=content.PICTURE_PATH,
        **context,
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
