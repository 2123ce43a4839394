"""The River Post: its one story in two editions, and the paths of its own files."""

from typing import Final

from yobal.demo.newsroom import english, khmer
from yobal.demo.newsroom.edition import STORY_ID, Edition

__all__ = [
    "EDITIONS",
    "PICTURE_PATH",
    "SITE_ID",
    "SITE_NAME",
    "SITE_NAMES",
    "STORY_ID",
    "STYLE_PATH",
    "TIME_ZONE",
]

SITE_ID: Final = "river-post"
SITE_NAME: Final = "The River Post"
TIME_ZONE: Final = "Asia/Phnom_Penh"

# A site id contains no dot, so these paths cannot collide with those of comments.
STYLE_PATH: Final = "/the.river.post/newsroom.css"
PICTURE_PATH: Final = "/the.river.post/picture.svg"

EDITIONS: Final[tuple[Edition, ...]] = (khmer.EDITION, english.EDITION)
SITE_NAMES: Final = {edition.tag: edition.masthead for edition in EDITIONS}
