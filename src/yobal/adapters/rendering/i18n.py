"""Translations and formats: sentences, days, times, numbers and names of languages.

A language without a catalogue is served in English.
"""

from datetime import date, datetime
from functools import cache, lru_cache
from gettext import GNUTranslations
from io import BytesIO
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.core import get_global
from babel.dates import format_date, format_time, get_timezone_gmt
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.numbers import format_decimal

from yobal.adapters.rendering.catalogue_file import catalogue_languages, read_catalogue
from yobal.core import language as langs
from yobal.core import text as texts
from yobal.core.schedule import Schedule, Slot, day_of
from yobal.core.terms import CLAUSES

FALLBACK: Final = "en"
_REGIONS: Final = {"en": "GB"}  # for the order of a date: 21 November 2026
_DIGITS: Final = {"km": "០១២៣៤៥៦៧៨៩"}
# A day as it is written inside a sentence, where CLDR's form lacks words that the language needs.
_DAY_PATTERNS: Final = {"km": "ថ្ងៃ\u200bទីd ខែMMMM ឆ្នាំy"}
_WEEKDAY_PATTERNS: Final = {"km": "ថ្ងៃ\u200bEEEE"}
_ZONES_WITHOUT_CITY: Final = "Etc/"
# For CLDR they are other names of a city's zone, which their users need not live in.
_OFFSETS: Final = ("EST", "HST", "MST")
_CACHED_DAYS_MAX: Final = 1_000
_CACHED_LANGUAGES_MAX: Final = 100
_CACHED_NUMBERS_MAX: Final = 1_000
_CLAUSE_TITLES: Final = {clause.key: clause.title for clause in CLAUSES}


class Translator:
    """Translates into one language. `lang` is the catalogue's language, `dir` its direction."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.dir = langs.direction(lang)
        self.translations = _translations(lang)
        self._locale = Locale(lang, _REGIONS.get(lang))
        self._digits = str.maketrans("0123456789", _DIGITS.get(lang, "0123456789"))
        # CLDR is slow, and a page of an archive asks for the same few names again and again.
        self._day_of_date = lru_cache(_CACHED_DAYS_MAX)(self._format_day)
        self._name_of = lru_cache(_CACHED_LANGUAGES_MAX)(self._language_name)
        self._format_number = lru_cache(_CACHED_NUMBERS_MAX)(self._formatted_number)

    def gettext(self, sentence: str) -> str:
        """The translation of a sentence; the sentence itself if the catalogue lacks it."""
        return self.translations.gettext(sentence)

    def clause(self, key: str) -> str:
        """The title of a clause of the terms; the key itself if these terms do not have it."""
        return self.gettext(_CLAUSE_TITLES.get(key, key))

    def number(self, number: int) -> str:
        return self._format_number(number)

    def _formatted_number(self, number: int) -> str:
        return format_decimal(number, locale=self._locale).translate(self._digits)

    def day(self, day: date | str) -> str:
        """A day without a time: `21 November 2026`. Accepts ISO 8601 too."""
        return self._day_of_date(date.fromisoformat(day) if isinstance(day, str) else day)

    def _format_day(self, day: date) -> str:
        pattern = _DAY_PATTERNS.get(self.lang, "long")
        return format_date(day, pattern, locale=self._locale).translate(self._digits)

    def day_of(self, slot: Slot, schedule: Schedule) -> str:
        """The day of a slot in the site's time zone."""
        return self.day(day_of(schedule, slot))

    def weekday(self, slot: Slot, schedule: Schedule) -> str:
        """`Tuesday`, in the site's time zone."""
        pattern = _WEEKDAY_PATTERNS.get(self.lang, "EEEE")
        return format_date(day_of(schedule, slot), pattern, locale=self._locale)

    def time(self, slot: Slot, schedule: Schedule) -> str:
        """The time of a slot in the site's time zone; with seconds only if the schedule needs them."""
        pattern = "HH:mm:ss" if schedule.release_interval_seconds % 60 else "HH:mm"
        local = datetime.fromtimestamp(slot, schedule.zone)
        return format_time(local, pattern, locale=self._locale).translate(self._digits)

    def city(self, schedule: Schedule) -> str:
        """The city that the time zone is named after, translated if CLDR knows it.

        Empty for a zone without a city, such as `Etc/GMT+7`.
        """
        present_id = _present_id(schedule.time_zone)
        if present_id.startswith(_ZONES_WITHOUT_CITY) or schedule.time_zone in _OFFSETS:
            return ""
        for zone_id in _ids_of_zone(schedule.time_zone):
            if "city" in self._locale.time_zones.get(zone_id, {}):
                return str(self._locale.time_zones[zone_id]["city"])
        return _city_in(present_id)

    def utc_offset(self, schedule: Schedule) -> str:
        """`UTC−07:00`, for a zone without a city; `UTC` if it has no offset."""
        at = datetime(2000, 1, 1, tzinfo=schedule.zone)  # such a zone never changes
        words = get_timezone_gmt(at, "long", locale=self._locale).replace("GMT", "UTC")
        offset = words.removesuffix("+00:00").strip().replace("-", "\N{MINUS SIGN}")
        return offset.translate(self._digits)

    def release_times(self, schedule: Schedule) -> str:
        """The release times as a list: `00:00, 06:00, 12:00 and 18:00`."""
        times = [time.translate(self._digits) for time in schedule.release_times]
        return format_list(times, locale=self._locale)

    def language(self, tag: str) -> str:
        """The name of a language in this language; empty if it is unknown or has no name."""
        return self._name_of(tag)

    def _language_name(self, tag: str) -> str:
        if tag in (langs.UNKNOWN, langs.OTHER):
            return ""
        return _name(tag, self._locale)

    def direction_of(self, text: str) -> str:
        """The direction of a text; empty if it is the page's."""
        text_dir = texts.direction(text) if text else self.dir
        return "" if text_dir == self.dir else text_dir

    def language_of(self, text: str, edition: str) -> str:
        """The language of a name or note that is not in this language's script; else empty."""
        if not text or langs.detect_language(text, edition=self.lang) == self.lang:
            return ""
        return langs.detect_language(text, edition=edition)


@cache
def _ids_of_zone(zone_id: str) -> tuple[str, ...]:
    """The present id of a zone, and the older ids of the same city: CLDR may know it under any of them.

    An older id may name another place: `Pacific/Enderbury`, an empty island, became `Pacific/Kanton`.
    """
    present = _present_id(zone_id)
    older = [alias for alias, name in get_global("zone_aliases").items() if name == present]
    return (
        present,
        *(alias for alias in older if _english_city(alias).startswith(_city_in(present))),
    )


def _english_city(zone_id: str) -> str:
    city = Locale(FALLBACK).time_zones.get(zone_id, {}).get("city")
    return str(city or _city_in(zone_id))


def _city_in(zone_id: str) -> str:
    return zone_id.rsplit("/", 1)[-1].replace("_", " ")


def _present_id(zone_id: str) -> str:
    """`America/New_York` for `US/Eastern`, `Etc/UTC` for `UTC`."""
    return str(get_global("zone_aliases").get(zone_id, zone_id))


@cache
def translator_for(edition: str) -> Translator:
    """The translator for an edition; editions in one language share it."""
    return Translator(catalogue_language(edition))


def catalogue_language(edition: str) -> str:
    """The language that an edition is served in: its own if it has a catalogue, else English."""
    primary = edition.split("-", maxsplit=1)[0].lower()
    return primary if primary in catalogue_languages() else FALLBACK


@lru_cache(_CACHED_LANGUAGES_MAX)
def own_name(tag: str) -> str:
    """The name of an edition's language in that language: `ខ្មែរ`, `English`.

    If CLDR has no name in that language, the English one; if it has none at all, the tag.
    """
    try:
        name = _name(tag, Locale.parse(tag, sep="-"))
    except (UnknownLocaleError, ValueError):
        name = ""
    return name or _name(tag, Locale(FALLBACK)) or tag


def _name(tag: str, locale: Locale) -> str:
    """Empty if CLDR has none: a reader cannot do anything with a tag."""
    name = locale.languages.get(tag.split("-", maxsplit=1)[0], "")
    try:
        return str(name and Locale.parse(tag, sep="-").get_display_name(locale))
    except (UnknownLocaleError, ValueError):
        return str(name)


def _translations(lang: str) -> GNUTranslations:
    """Compiled in memory, so that no build step can be forgotten."""
    compiled = BytesIO()
    write_mo(compiled, read_catalogue(lang))
    compiled.seek(0)
    return GNUTranslations(compiled)
