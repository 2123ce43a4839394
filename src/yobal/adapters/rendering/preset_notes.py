"""Yobal's own sentences for notes, in every language that has all of a clause's."""

from collections.abc import Iterator

from yobal.adapters.rendering.catalogue_file import catalogue_languages
from yobal.adapters.rendering.i18n import FALLBACK, translator_for
from yobal.core import text as texts
from yobal.core.preset_notes import BUILT_IN, PresetNotes


def built_in() -> Iterator[PresetNotes]:
    for lang in sorted(catalogue_languages()):
        translator = translator_for(lang)
        for clause, sentences in BUILT_IN.items():
            translated = [translator.gettext(sentence) for sentence in sentences]
            pairs = zip(sentences, translated, strict=True)
            is_translated = lang == FALLBACK or all(before != after for before, after in pairs)
            if is_translated:
                yield PresetNotes(clause, lang, tuple(map(texts.clean, translated)))
