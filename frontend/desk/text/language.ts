/** Names of languages, and the direction in which they are written. */

import { gettext, pageLanguage } from "../i18n.ts";

const RIGHT_TO_LEFT = new Set(["ar", "fa", "ur", "ug", "ps", "ckb", "he", "yi", "dv"]);
const RIGHT_TO_LEFT_SCRIPT = /-(arab|hebr|thaa)\b/i;
const LEFT_TO_RIGHT_SCRIPT = /-(latn|cyrl)\b/i;

const UNKNOWN = new Set(["", "und", "other"]);

export function isKnownLanguage(lang: string): boolean {
  return !UNKNOWN.has(lang);
}

/** `auto` for an unknown language: the browser decides by the characters. */
export function directionOf(lang: string): "rtl" | "ltr" | "auto" {
  if (!isKnownLanguage(lang)) return "auto";
  if (RIGHT_TO_LEFT_SCRIPT.test(lang)) return "rtl";
  if (LEFT_TO_RIGHT_SCRIPT.test(lang)) return "ltr";
  return RIGHT_TO_LEFT.has(lang.split("-")[0]?.toLowerCase() ?? "") ? "rtl" : "ltr";
}

export function languageName(lang: string): string {
  if (!isKnownLanguage(lang)) return gettext("unknown language");
  try {
    return new Intl.DisplayNames([pageLanguage()], { type: "language" }).of(lang) ?? lang;
  } catch {
    return lang; // not a language tag
  }
}
