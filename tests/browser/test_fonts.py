"""Which of the system's fonts a text is shown in, by the script and region of its language."""

from importlib.resources import files

import pytest
from playwright.sync_api import Browser, Page

from tests import samples

HAN = "直骨今"  # one code point each, drawn differently in each region
KHMER, BURMESE = "សុខ ដារ៉ា", "မောင်မောင်"


@pytest.fixture(scope="module")
def page(browser_here: Browser) -> Page:
    return browser_here.new_page()


def show(page: Page, fragment: str) -> None:
    style = files("yobal").joinpath("static", "comments.css").read_text(encoding="utf-8")
    page.set_content(
        f'<html class="yobal" lang="en"><style>{style}</style>'
        f'<body class="yobal-page">{fragment}</body></html>'
    )


def fonts_of(page: Page, selector: str, name: str = "familyName") -> set[str]:
    """The fonts that Chromium draws an element's text with."""
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    node = session.send("DOM.querySelector", {"nodeId": root, "selector": selector})["nodeId"]
    used = session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    session.detach()
    return {font[name] for font in used}


@pytest.mark.parametrize(
    ("lang", "region"),
    [
        ("zh", "SC"),
        ("zh-CN", "SC"),
        ("zh-Hans", "SC"),
        ("zh-Hans-HK", "SC"),
        ("yue-Hans", "SC"),
        ("zh-Hant", "TC"),
        ("zh-TW", "TC"),
        ("zh-Hant-TW", "TC"),
        ("zh-HK", "HK"),
        ("zh-MO", "HK"),
        ("zh-Hant-HK", "HK"),
        ("yue", "HK"),
        ("yue-Hant-HK", "HK"),
        ("ja", "JP"),
        ("ko", "KR"),
        ("ko-KP", "KR"),
    ],
)
def test_han_characters_have_the_font_of_their_region(page: Page, lang: str, region: str) -> None:
    show(
        page,
        f'<p class="yobal-text" lang="{lang}">{HAN}</p><p class="yobal-byline"><bdi lang="{lang}">{HAN}</bdi></p>',
    )
    assert fonts_of(page, ".yobal-text") == {f"Noto Serif CJK {region}"}
    assert fonts_of(page, "bdi") == {f"Noto Sans CJK {region}"}


@pytest.mark.parametrize("lang", ["sr-Latn", "sr-Cyrl", "sr", "uz-Latn", "vi"])
def test_latin_and_cyrillic_have_the_same_fonts(page: Page, lang: str) -> None:
    words = {sample.script: sample.text for sample in samples.texts() if sample.language == "sr"}
    show(
        page, f'<p lang="{lang}" id="s">{words["Cyrl"]} {words["Latn"]}</p><p id="en">The end.</p>'
    )
    assert len(fonts_of(page, "#s")) == 1
    assert fonts_of(page, "#s") == fonts_of(page, "#en")


@pytest.mark.parametrize("lang", ["ar", "fa", "ur", "ps", "ckb", "sd", "ug", "und"])
def test_arabic_script_has_an_arabic_font_in_every_language(page: Page, lang: str) -> None:
    show(page, f'<p class="yobal-text" lang="{lang}">سلام</p>')
    assert fonts_of(page, ".yobal-text") == {"Noto Naskh Arabic"}


def test_a_khmer_name_on_a_latin_page_has_a_khmer_font(page: Page) -> None:
    show(page, f'<p class="yobal-byline"><b><bdi lang="km">{KHMER}</bdi></b></p>')
    assert fonts_of(page, "bdi") == {"Noto Sans Khmer"}


@pytest.mark.parametrize(
    "fragment",
    [
        f'<p class="yobal-byline"><b><bdi lang="my">{BURMESE}</bdi></b></p>',
        f'<h1 lang="my"><bdi>{BURMESE}</bdi></h1>',
        f'<div lang="my"><button><bdi>{BURMESE}</bdi></button></div>',
        f'<div lang="my"><p class="yobal-error"><bdi>{BURMESE}</bdi></p></div>',
    ],
)
def test_burmese_is_never_bold(page: Page, fragment: str) -> None:
    show(page, fragment)
    weight = page.locator("bdi").evaluate("element => getComputedStyle(element).fontWeight")
    assert weight == "400"


def test_no_language_has_a_bold_font_for_its_texts(page: Page) -> None:
    """The bold Noto Serif Myanmar of Debian says that it is regular, so that name must not be used."""
    for lang, text in (("my", BURMESE), ("km", KHMER), ("th", "ภาษาไทย"), ("bo", "བོད་ཡིག")):
        show(page, f'<p class="yobal-text" lang="{lang}">{text}</p>')
        assert all("Bold" not in name for name in fonts_of(page, ".yobal-text", "postScriptName"))


@pytest.mark.parametrize("lang", ["en", "km", "my", "bo", "ar", "ja"])
def test_a_short_quotation_shows_five_whole_lines(page: Page, lang: str) -> None:
    """The top of a sixth line would look like a mistake."""
    lines = "\n".join("123456789")
    show(
        page,
        f'<blockquote><p class="yobal-text yobal-quotation" lang="{lang}">{lines}</p></blockquote>',
    )
    lines_shown = page.locator(".yobal-quotation").evaluate(
        """quotation => {
          const { lineHeight, paddingTop } = getComputedStyle(quotation);
          const { height } = quotation.getBoundingClientRect();
          return (height - parseFloat(paddingTop)) / parseFloat(lineHeight);
        }"""
    )
    assert lines_shown == pytest.approx(5, abs=0.02)
