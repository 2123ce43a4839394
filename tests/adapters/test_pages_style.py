"""The stylesheet is small, scoped, legible and complete in old browsers; a page is light."""

import gzip
import random
import re
from functools import cache
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from yobal.adapters.public_files import GZIP_STEP_BYTES
from yobal.adapters.rendering.pages import PageRenderer, SiteContext
from yobal.core import padded_gzip
from yobal.core.text import count_graphemes
from yobal.core.thread import CommentLocation, Edition, NewestView, PublishedComment, ThreadRef

ROOT = Path(__file__).parents[2]
FRONTEND = ROOT / "frontend"
LOCALES = ROOT / "src" / "yobal" / "locales"
TOKENS = (FRONTEND / "tokens.css").read_text()
STYLESHEET = (FRONTEND / "comments.css").read_text()
NEW_COLOURS = re.compile(r"@supports \(color: light-dark.*?\n}\n", re.DOTALL)


def contrast(first: str, second: str) -> float:
    """The ratio of WCAG 2 between two hexadecimal colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (
            part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    darker, lighter = sorted((luminance(first), luminance(second)))
    return (lighter + 0.05) / (darker + 0.05)


def test_text_has_a_contrast_of_seven_and_lines_that_matter_of_three() -> None:
    colour = dict(re.findall(r"--([\w-]+): (#\w{6});", TOKENS))
    for background in ("paper", "sheet", "wash"):
        for text in ("ink", "quiet", "accent", "care"):
            assert contrast(colour[text], colour[background]) >= 7, (text, background)
        assert contrast(colour["edge"], colour[background]) >= 3
    assert contrast(colour["on-accent"], colour["accent"]) >= 7


def test_an_old_browser_has_every_colour_and_buttons_have_a_border() -> None:
    old = NEW_COLOURS.sub("", TOKENS) + STYLESHEET
    assert "oklch" not in old
    assert "light-dark" not in old
    used = set(re.findall(r"var\(--([\w-]+)\)", old))
    assert used <= set(re.findall(r"--([\w-]+):", old))
    button = re.search(r"\.yobal button \{(.*?)\}", STYLESHEET, re.DOTALL)
    assert button is not None
    assert "border: 1px solid" in button[1]


def test_every_rule_applies_only_to_yobals_elements() -> None:
    bare = re.sub(r"/\*.*?\*/|@import[^;]*;", "", STYLESHEET + TOKENS, flags=re.DOTALL)
    for selectors in re.findall(r"([^{};]+)\{", bare):
        for selector in selectors.split(","):
            stripped = selector.strip()
            assert stripped.startswith(
                ("@", ".yobal", "body.yobal-page", ":root.yobal")
            ) or stripped.endswith(")"), stripped


@pytest.mark.parametrize(("lang", "most_bytes"), [("en", 16_000), ("km", 24_000)])
def test_a_page_of_fifty_comments_is_light(
    site_context: SiteContext, lang: str, most_bytes: int
) -> None:
    random_source = random.Random(7)
    edition = Edition(
        tag=lang, title=_random_text(lang, random_source, 60), url="https://river.example/f"
    )
    thread = ThreadRef(site_id="river", story_id="ferry", edition=edition)
    fifty = tuple(_random_comment(lang, random_source) for _ in range(50))
    view = NewestView(
        thread=thread,
        comments=fifty,
        comments_total=500,
        older=CommentLocation(comment_id="b" * 26, number=9),
    )
    page = PageRenderer(site_context).newest(view)["index.html"]
    compressed = padded_gzip.compress(page, step_bytes=GZIP_STEP_BYTES, level=9)
    assert len(compressed) <= most_bytes


def test_the_stylesheet_is_small() -> None:
    assert len(gzip.compress((TOKENS + STYLESHEET).encode(), 9)) <= 4_100


def _random_comment(lang: str, random_source: random.Random) -> PublishedComment:
    name = _random_text(lang, random_source, 12) if random_source.random() < 0.5 else ""
    comment_id = "".join(random_source.choices("abcdefghijklmnopqrstuvwxyz234567", k=26))
    text = _random_text(lang, random_source, 300)
    return PublishedComment(
        id=comment_id, name=name, text=text, lang=lang, edition=lang, day="2026-11-21"
    )


def _random_text(lang: str, random_source: random.Random, graphemes_min: int) -> str:
    """Words in random order, which compress worse than real texts."""
    words, text = _vocabulary(lang), ""
    while count_graphemes(text) < graphemes_min:
        text += random_source.choice(words) + (
            " " if lang == "en" or random_source.random() < 0.2 else "\u200b"
        )
    return text.strip()


@cache
def _vocabulary(lang: str) -> list[str]:
    """The words of the catalogue in that language."""
    with (LOCALES / lang / "LC_MESSAGES" / "yobal.po").open("rb") as source:
        catalogue = read_po(source)
    sentences = [
        str(message.id if lang == "en" else message.string) for message in catalogue if message.id
    ]
    return sorted(
        {word for text in sentences for word in re.split("[\u200b ]", text) if "%" not in word}
    )
