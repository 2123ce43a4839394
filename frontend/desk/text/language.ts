/** Names of languages. */

import { gettext, pageLanguage } from "../i18n.ts";

const UNKNOWN = new Set(["", "und", "other"]);

export function isKnownLanguage(lang: string): boolean {
  return !UNKNOWN.has(lang);
}

export function languageName(lang: string): string {
  if (!isKnownLanguage(lang)) return gettext("unknown language");
  try {
    return new Intl.DisplayNames([pageLanguage()], { type: "language" }).of(lang) ?? lang;
  } catch {
    return lang; // not a language tag
  }
}
