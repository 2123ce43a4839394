/** What a language is called, and the direction it is written in. */

const RIGHT_TO_LEFT = new Set(["ar", "fa", "ur", "ug", "ps", "ckb", "he", "yi", "dv"]);
const RIGHT_TO_LEFT_SCRIPT = /-(arab|hebr|thaa)\b/i;
const LEFT_TO_RIGHT_SCRIPT = /-(latn|cyrl)\b/i;

const UNKNOWN = new Set(["", "und", "other"]);

export function isKnown(lang: string): boolean {
  return !UNKNOWN.has(lang);
}

/** `auto` where the language is not known: the browser looks at the letters. */
export function directionOf(lang: string): "rtl" | "ltr" | "auto" {
  if (!isKnown(lang)) return "auto";
  if (RIGHT_TO_LEFT_SCRIPT.test(lang)) return "rtl";
  if (LEFT_TO_RIGHT_SCRIPT.test(lang)) return "ltr";
  return RIGHT_TO_LEFT.has(lang.split("-")[0]?.toLowerCase() ?? "") ? "rtl" : "ltr";
}

export function languageName(lang: string): string {
  if (!isKnown(lang)) return "language not known";
  try {
    return new Intl.DisplayNames(["en"], { type: "language" }).of(lang) ?? lang;
  } catch {
    return lang; // not a language tag: shown as it is
  }
}
