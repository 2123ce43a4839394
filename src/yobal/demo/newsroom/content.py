"""What The River Post has: its one story in two editions, and where its own files are served."""

from typing import Final

from yobal.demo.newsroom import english, khmer
from yobal.demo.newsroom.edition import STORY, Edition

__all__ = ["EDITIONS", "PICTURE_PATH", "SITE", "SITE_NAME", "STORY", "STYLE_PATH", "TIME_ZONE"]

SITE: Final = "river-post"
SITE_NAME: Final = "The River Post"
TIME_ZONE: Final = "Asia/Phnom_Penh"

# A site's key holds no dot, so the newsroom's own files cannot lie where comments do.
STYLE_PATH: Final = "/the.river.post/newsroom.css"
PICTURE_PATH: Final = "/the.river.post/picture.svg"

EDITIONS: Final[tuple[Edition, ...]] = (khmer.EDITION, english.EDITION)
