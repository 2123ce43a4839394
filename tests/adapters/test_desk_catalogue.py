"""The desk's page gets the catalogue of its language as JSON, and the catalogues hold its messages."""

import json
from io import BytesIO
from typing import Any

import pytest
from babel.messages.pofile import read_po

from tests.desk_messages import messages_in
from yobal.adapters.rendering.desk_catalogue import catalogue_json, languages_json


def catalogue(lang: str, entries: str, plural_forms: str = "nplurals=2; plural=(n != 1)") -> Any:
    header = f'msgid ""\nmsgstr ""\n"Language: {lang}\\n"\n"Plural-Forms: {plural_forms};\\n"\n\n'
    catalog = read_po(BytesIO((header + entries).encode()), locale=lang)
    return json.loads(catalogue_json(catalog))


def test_a_message_without_a_translation_is_left_out() -> None:
    assert catalogue("en", 'msgid "Queue"\nmsgstr ""\n') == {}


def test_a_translation_cannot_end_the_script_element() -> None:
    header = 'msgid ""\nmsgstr ""\n"Language: km\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
    entry = 'msgid "Queue"\nmsgstr "</script><b>"\n'
    text = catalogue_json(read_po(BytesIO((header + entry).encode()), locale="km"))
    assert "<" not in text
    assert json.loads(text) == {"Queue": "</script><b>"}


def test_plural_forms_are_named_by_their_category() -> None:
    entry = 'msgid "%(count)s row"\nmsgid_plural "%(count)s rows"\n'
    russian = "nplurals=3; plural=(n%10==1 && n%100!=11 ? 0 : n%10>=2 && n%10<=4 && (n%100<12 || n%100>14) ? 1 : 2)"
    three = entry + 'msgstr[0] "A"\nmsgstr[1] "B"\nmsgstr[2] "C"\n'
    assert catalogue("ru", three, russian) == {
        "%(count)s row": {"one": "A", "few": "B", "many": "C"}
    }
    khmer = entry + 'msgstr[0] "A"\n'
    assert catalogue("km", khmer, "nplurals=1; plural=0") == {"%(count)s row": {"other": "A"}}


@pytest.mark.parametrize(
    "call", ["gettext(x)", "gettext(`a`)", 'ngettext("a", b, 1)', 'gettext("a" + b)']
)
def test_a_message_must_be_a_plain_string(call: str) -> None:
    with pytest.raises(ValueError, match="not a plain string"):
        list(messages_in(call))


def test_messages_are_found_in_nested_templates() -> None:
    source = 'html`<p>${a ? html`<b>${ngettext("%(count)s row", "%(count)s rows", n)}</b>` : gettext("None")}</p>`'
    assert list(messages_in(source)) == [("%(count)s row", "%(count)s rows"), "None"]


def test_every_language_of_cldr_has_its_name_and_nothing_else_has_one() -> None:
    names = json.loads(languages_json("en"))
    assert len(names) > 600
    expected = {"km": "Khmer", "rhg": "Rohingya", "fil": "Filipino", "haw": "Hawaiian"}
    assert expected.items() <= names.items()
    assert (names["zh-Hans"], names["zh-Hant"]) == ("Simplified Chinese", "Traditional Chinese")
    assert not {"und", "mul", "zxx", "en-GB", "es-419"} & set(names)
    assert json.loads(languages_json("km"))["km"] == "ខ្មែរ"
