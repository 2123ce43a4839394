"""What people read in their language: sentences from the catalogues, days, times, numbers, names.

The only place that opens a catalogue. A language without one is served in English.
"""

from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations
from importlib.resources import files
from importlib.resources.abc import Traversable
from io import BytesIO
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_time
from babel.lists import format_list
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from yobal.core import language as langs
from yobal.core.schedule import Schedule, Slot, day_of
from yobal.core.terms import CLAUSES

FALLBACK: Final = "en"
_DOMAIN: Final = "yobal"
_REGIONS: Final = {"en": "GB"}  # whose habits of dates we follow: 21 November 2026
_DIGITS: Final = {"km": "០១២៣៤៥៦៧៨៩"}
_CLAUSE_TITLES: Final = {clause.key: clause.title for clause in CLAUSES}


class Translator:
    """One language, ready to speak. `lang` is the language it really speaks, `dir` its direction."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.dir = langs.direction(lang)
        self.translations = _translations(lang)
        self._locale = Locale(lang, _REGIONS.get(lang))
        self._digits = str.maketrans("0123456789", _DIGITS.get(lang, "0123456789"))

    def gettext(self, sentence: str) -> str:
        """The sentence in this language; the English one where the catalogue has a gap."""
        return self.translations.gettext(sentence)

    def clause(self, key: str) -> str:
        """The title of a clause of the terms; the key itself where it is not one of ours."""
        return self.gettext(_CLAUSE_TITLES.get(key, key))

    def number(self, number: int) -> str:
        return format_decimal(number, locale=self._locale).translate(self._digits)

    def day(self, day: date | str) -> str:
        """A day without a time: `21 November 2026`. Takes ISO 8601 too."""
        one = date.fromisoformat(day) if isinstance(day, str) else day
        return format_date(one, "long", locale=self._locale).translate(self._digits)

    def day_of(self, slot: Slot, schedule: Schedule) -> str:
        """The day a slot lies on in the site's zone."""
        return self.day(day_of(schedule, slot))

    def time(self, slot: Slot, schedule: Schedule) -> str:
        """The wall-clock time of a slot in the site's zone; with seconds only where they matter."""
        pattern = "HH:mm:ss" if schedule.release_interval_seconds % 60 else "HH:mm"
        local = datetime.fromtimestamp(slot, schedule.zone)
        return format_time(local, pattern, locale=self._locale).translate(self._digits)

    def city(self, schedule: Schedule) -> str:
        """The place the zone is named after, in this language where its name is known."""
        zone = self._locale.time_zones.get(schedule.time_zone, {})
        return str(zone.get("city", schedule.city))

    def release_times(self, schedule: Schedule) -> str:
        """The wall-clock times of release as a list: `00:00, 06:00, 12:00 and 18:00`."""
        times = [slot.translate(self._digits) for slot in schedule.release_times]
        return format_list(times, locale=self._locale)

    def language(self, tag: str) -> str:
        """The name of a language in this one; empty where it is not known."""
        if tag in (langs.UNKNOWN, langs.OTHER):
            return ""
        return _name(tag, self._locale)


@cache
def translator_for(edition: str) -> Translator:
    """The words for an edition."""
    return Translator(catalogue_language(edition))


def catalogue_language(edition: str) -> str:
    """The language an edition is served in: its own where there is a catalogue, else English."""
    primary = edition.split("-", maxsplit=1)[0].lower()
    return primary if primary in _catalogue_languages() else FALLBACK


def own_name(tag: str) -> str:
    """What a language calls itself: `ខ្មែរ`, `English`."""
    try:
        return _name(tag, Locale.parse(tag, sep="-"))
    except (UnknownLocaleError, ValueError):
        return tag


def _name(tag: str, locale: Locale) -> str:
    try:
        return Locale.parse(tag, sep="-").get_display_name(locale) or tag
    except (UnknownLocaleError, ValueError):
        return tag


@cache
def _catalogue_languages() -> frozenset[str]:
    """The languages that have a catalogue."""
    return frozenset(one.name for one in (files("yobal") / "locales").iterdir())


def _catalogue(lang: str) -> Traversable:
    return files("yobal") / "locales" / lang / "LC_MESSAGES" / f"{_DOMAIN}.po"


def _translations(lang: str) -> GNUTranslations:
    """The catalogue, compiled in memory: there is no step to forget."""
    compiled = BytesIO()
    with _catalogue(lang).open("rb") as source:
        write_mo(compiled, read_po(source, locale=lang))
    compiled.seek(0)
    return GNUTranslations(compiled)
