"""Catalogues are complete; days, times, numbers and names are formatted for each language."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from importlib.resources import files
from io import BytesIO
from zoneinfo import available_timezones

import pytest
from babel.core import get_global
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from jinja2.ext import babel_extract

from tests.desk_messages import desk_messages
from yobal.adapters import notice_text
from yobal.adapters.rendering import comment_markup, words
from yobal.adapters.rendering.comment_presenter import QUOTED
from yobal.adapters.rendering.i18n import own_name, translator_for
from yobal.core.language import detect_language
from yobal.core.preset_notes import BUILT_IN
from yobal.core.schedule import Schedule
from yobal.core.terms import CLAUSES

PHNOM_PENH = Schedule(time_zone="Asia/Phnom_Penh")
SLOT = 1_794_980_800
Sentence = str | tuple[str, str]  # the pair where it depends on a number


def sentences() -> set[Sentence]:
    """Every sentence of readers' pages (templates, terms and preset notes) and of notices."""
    terms = {text for clause in CLAUSES for text in (clause.title, clause.sentence)}
    notes = {sentence for sentences in BUILT_IN.values() for sentence in sentences}
    in_json: set[Sentence] = {*words.SENTENCES.values(), words.NO_COMMENTS, words.TOTAL}
    in_markup = {*comment_markup.SENTENCES.values(), QUOTED}
    in_notices: set[Sentence] = {
        *notice_text.SENTENCES.values(),
        notice_text.QUEUE,
        notice_text.TEST,
    }
    return {*_in_templates(), *terms, *notes, *in_json, *in_markup, *in_notices}


def _in_templates() -> Iterator[Sentence]:
    options = {"newstyle_gettext": "true"}
    for template in (files("yobal") / "templates" / "reader").iterdir():
        source = BytesIO(template.read_bytes())
        rows = list(babel_extract(source, ["_", "gettext", "ngettext"], [], options))
        for _line, function, message, _comments in rows:
            parts = message if isinstance(message, tuple) else (message,)
            strings = [part for part in parts if part is not None]
            if function == "ngettext":
                yield strings[0], strings[1]
            elif strings:  # empty for a variable, such as a clause
                yield strings[0]


def catalogue(lang: str) -> Catalog:
    with (files("yobal") / "locales" / lang / "LC_MESSAGES" / "yobal.po").open("rb") as source:
        return read_po(source, locale=lang)


def khmer_of(message: Message) -> list[str]:
    """Its translations: one, or one for each plural form."""
    return [message.string] if isinstance(message.string, str) else list(message.string or ())


def placeholders(text: str) -> list[str]:
    return sorted(re.findall(r"%\(\w+\)s", text))


def test_the_english_catalogue_holds_every_message_and_no_other() -> None:
    ids = {message.id for message in catalogue("en") if message.id}
    assert ids == sentences() | set(desk_messages())


@pytest.mark.parametrize("lang", ["en", "km"])
def test_a_catalogue_lists_each_message_once(lang: str) -> None:
    """Reading it would hide a second entry, which a merge of two branches can leave."""
    path = files("yobal") / "locales" / lang / "LC_MESSAGES" / "yobal.po"
    entries = re.findall(r'(?m)^msgid .*(?:\n".*")*', path.read_text("utf-8"))
    assert [entry for entry, count in Counter(entries).items() if count > 1] == []


def test_the_khmer_catalogue_holds_every_message_of_the_readers_pages() -> None:
    ids = {message.id for message in catalogue("km") if message.id}
    assert sentences() <= ids  # the desk is not translated into Khmer yet
    assert ids <= sentences() | set(desk_messages())


def test_every_sentence_is_translated_into_khmer_with_its_placeholders() -> None:
    for message in catalogue("km"):
        if message.id:
            english = message.id if isinstance(message.id, str) else message.id[-1]
            assert not message.fuzzy
            for khmer in khmer_of(message):
                has_words = re.search("[A-Za-z]", re.sub(r"%\(\w+\)s", "", english))
                assert re.search(r"[\u1780-\u17ff]", khmer) or not has_words, english
                assert placeholders(khmer) == placeholders(english), english


def test_khmer_translations_contain_no_latin_characters() -> None:
    for message in catalogue("km"):
        for khmer in khmer_of(message) if message.id else ():
            assert not re.search("[A-Za-z|]", re.sub(r"%\(\w+\)s", "", khmer)), khmer


def test_khmer_sentences_name_the_comment_and_break_no_word() -> None:
    """Not where nothing was read, so that it is not known to be a comment."""
    for message in catalogue("km"):
        for khmer in khmer_of(message) if message.id else ():
            assert "ផ្ទាល់\u200bខ្លួន" not in khmer, khmer
            assert "ទី%(day)s" not in khmer, khmer  # the day brings these words itself
            if "comment" in str(message.id).lower() and "not read" not in str(message.id):
                assert "វា" not in re.split("[\u200b ]", khmer), khmer


def test_a_day_has_no_time_and_a_time_is_that_of_the_city() -> None:
    english, khmer = translator_for("en"), translator_for("km")
    assert english.day("2026-11-21") == "21 November 2026"
    assert khmer.day("2026-11-21") == "ថ្ងៃ\u200bទី២១ ខែវិច្ឆិកា ឆ្នាំ២០២៦"
    assert english.time(SLOT, PHNOM_PENH) == "12:46"
    assert khmer.time(SLOT, PHNOM_PENH) == "១២:៤៦"
    assert english.day_of(1_795_021_200, PHNOM_PENH) == "19 November 2026"  # the 18th in UTC
    assert english.city(PHNOM_PENH) == "Phnom Penh"
    assert khmer.city(PHNOM_PENH) == "ភ្នំពេញ"


@pytest.mark.parametrize(
    ("time_zone", "english", "khmer"),
    [
        ("Asia/Yangon", "Yangon", "រ៉ង់ហ្គូន"),  # CLDR has the cities under older ids
        ("Asia/Rangoon", "Yangon", "រ៉ង់ហ្គូន"),
        ("Asia/Kathmandu", "Kathmandu", "កាត់ម៉ាន់ឌូ"),
        ("Europe/Kyiv", "Kyiv", "កៀវ"),
        ("Asia/Ho_Chi_Minh", "Ho Chi Minh City", "ហូជីមីញ"),
        ("America/Argentina/Buenos_Aires", "Buenos Aires", "ប៊ុយណូស៊ែ"),
        ("US/Eastern", "New York", "ញូវយ៉ក"),
        ("Pacific/Kanton", "Kanton", "កាន់តុន"),  # CLDR still has the island of its older id
        ("Pacific/Enderbury", "Kanton", "កាន់តុន"),
        ("Etc/GMT+7", "", ""),
        ("UTC", "", ""),
    ],
)
def test_a_time_zone_is_named_after_its_city(time_zone: str, english: str, khmer: str) -> None:
    schedule = Schedule(time_zone=time_zone)
    assert translator_for("en").city(schedule) == english
    assert translator_for("km").city(schedule) == khmer


@pytest.mark.parametrize(
    ("time_zone", "english", "khmer"),
    [
        ("Etc/GMT+7", "UTC−07:00", "ម៉ោង\u200bសកល −០៧:០០"),  # west of Greenwich
        ("Etc/GMT-5", "UTC+05:00", "ម៉ោង\u200bសកល +០៥:០០"),
        ("UTC", "UTC", "ម៉ោង\u200bសកល"),
        ("EST", "UTC−05:00", "ម៉ោង\u200bសកល −០៥:០០"),
        ("Greenwich", "UTC", "ម៉ោង\u200bសកល"),
    ],
)
def test_a_time_zone_without_a_city_says_its_offset(
    time_zone: str, english: str, khmer: str
) -> None:
    schedule = Schedule(time_zone=time_zone)
    assert translator_for("en").utc_offset(schedule) == english
    assert translator_for("km").utc_offset(schedule) == khmer


def test_no_time_zone_is_shown_in_latin_script_in_khmer() -> None:
    khmer = translator_for("km")
    unknown_to_cldr = set()
    for time_zone in available_timezones() - {"localtime", "Factory"}:
        schedule = Schedule(time_zone=time_zone)
        if re.search("[A-Za-z_/]", khmer.city(schedule) or khmer.utc_offset(schedule)):
            unknown_to_cldr.add(time_zone)
    assert unknown_to_cldr <= {"America/Coyhaique"}  # of 2025


def test_a_present_time_zone_is_named_like_its_id_or_like_a_newer_spelling_of_it() -> None:
    """Over all of zoneinfo: no other id lends its city to a zone that is in use."""
    english = translator_for("en")
    aliases = get_global("zone_aliases")
    others = {}
    for time_zone in available_timezones() - set(aliases) - {"localtime", "Factory"}:
        city = english.city(Schedule(time_zone=time_zone))
        in_id = time_zone.rsplit("/", 1)[-1].replace("_", " ")
        if city and _alphabetic(in_id)[:4] not in _alphabetic(city):
            others[time_zone] = city
    assert others == {  # one place each, with two spellings
        "America/Scoresbysund": "Ittoqqortoormiit",
        "Asia/Aqtau": "Aktau",
        "Asia/Qostanay": "Kostanay",
    }


def _alphabetic(city: str) -> str:
    return "".join(filter(str.isalpha, unicodedata.normalize("NFD", city))).lower()


def test_a_time_has_seconds_only_if_the_schedule_needs_them() -> None:
    assert translator_for("en").time(SLOT, Schedule(release_interval_seconds=20)) == "05:46:40"
    assert translator_for("en").time(SLOT, Schedule(release_interval_seconds=60)) == "05:46"


def test_numbers_and_lists_are_formatted_for_the_language() -> None:
    assert translator_for("en").number(2000) == "2,000"
    assert translator_for("km").number(7) == "៧"
    assert translator_for("en").release_times(PHNOM_PENH) == "00:00, 06:00, 12:00 and 18:00"


def test_languages_are_named_in_the_language_of_the_page_and_in_their_own() -> None:
    assert translator_for("en").language("km") == "Khmer"
    assert translator_for("km").language("ko") == "កូរ៉េ"
    assert translator_for("en").language("und") == ""
    assert (own_name("km"), own_name("en")) == ("ខ្មែរ", "English")


@pytest.mark.parametrize("lang", ["en", "km"])
def test_a_language_without_a_name_is_not_shown_by_its_tag(lang: str) -> None:
    """U+1107F is of a script whose only language CLDR does not name."""
    translator = translator_for(lang)
    guessed = detect_language("\U0001107f", edition="en")
    assert (guessed, translator.language(guessed)) == ("pka", "")
    assert translator.language("qqq-nonsense") == ""
    characters = (chr(code) for code in range(0x11, 0x32000, 7))
    for tag in {detect_language(character, edition="en") for character in characters}:
        assert translator.language(tag) != tag
        assert translator.language(tag)[:1] != " "


def test_a_language_that_has_a_name_but_no_data_is_named() -> None:
    assert translator_for("en").language("rhg") == "Rohingya"
    assert translator_for("km").language("rhg") == "រ៉ូហ៊ីងយ៉ា"
    assert translator_for("en").language("gon-Gonm") == "Gondi"


def test_the_link_to_an_edition_has_a_name_in_any_case() -> None:
    names = [own_name(tag) for tag in ("zh-Hant", "cop", "kdt")]
    assert names == ["中文 (繁體)", "Coptic", "kdt"]


def test_a_language_without_a_catalogue_is_served_in_english() -> None:
    assert translator_for("th").lang == "en"
    assert translator_for("km-KH").lang == "km"
    assert translator_for("../../etc").lang == "en"


def test_a_missing_translation_falls_back_to_english() -> None:
    assert translator_for("km").gettext("There is no such sentence") == "There is no such sentence"
    assert translator_for("en").translations.ngettext(
        "%(count)s comment", "%(count)s comments", 2
    ) == ("%(count)s comments")


def test_a_clause_has_its_title_and_an_unknown_clause_its_key() -> None:
    assert translator_for("en").clause("off-topic") == "Off topic"
    assert translator_for("en").clause("former-clause") == "former-clause"
