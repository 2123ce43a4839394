/** Names of languages, and the list of them. */

import { gettext, pageLanguage } from "../i18n.ts";

const UNKNOWN = new Set(["", "und", "other"]);
const NAMES_ID = "languages";

let names: Readonly<Record<string, string>> = {};
let tags: string[] = [];

/** Takes the names from the data block that the server put into the page: browsers know only some. */
export function loadLanguages(page: Document): void {
  const block = page.getElementById(NAMES_ID)?.textContent?.trim();
  setLanguages(block ? (JSON.parse(block) as Record<string, string>) : {});
}

/** The name of each tag, in the language of the page. */
export function setLanguages(nameOfTag: Record<string, string>): void {
  const collator = new Intl.Collator(pageLanguage());
  names = nameOfTag;
  tags = Object.entries(nameOfTag)
    .sort(([, a], [, b]) => collator.compare(a, b))
    .map(([tag]) => tag);
}

/** Every language, ordered by its name. */
export function allLanguages(): string[] {
  return tags;
}

export function isKnownLanguage(lang: string): boolean {
  return !UNKNOWN.has(lang);
}

export function languageName(lang: string): string {
  if (!isKnownLanguage(lang)) return gettext("unknown language");
  if (Object.hasOwn(names, lang)) return names[lang] ?? lang;
  try {
    return new Intl.DisplayNames([pageLanguage()], { type: "language" }).of(lang) ?? lang;
  } catch {
    return lang; // not a language tag
  }
}
