/** Names of languages, and the list of them. */

import { gettext, pageLanguage } from "../i18n.ts";

const UNKNOWN = new Set(["", "und", "other"]);
/** Scripts that are written together with another one, which `Intl.Locale` does not say. */
const SCRIPT_PARTS: Record<string, string[]> = {
  Jpan: ["Hira", "Kana", "Hani"],
  Kore: ["Hang", "Hani"],
  Hans: ["Hani"],
  Hant: ["Hani"],
};
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

/** Whether it has a name: a tag that the server found for a rare script may have none. */
export function isNamedLanguage(lang: string): boolean {
  return nameOf(lang) !== null;
}

export function languageName(lang: string): string {
  return nameOf(lang) ?? gettext("unknown language");
}

/** The technician chose the tag of an edition, so it says more than "unknown". */
export function editionName(tag: string): string {
  return nameOf(tag) ?? tag;
}

function nameOf(lang: string): string | null {
  if (UNKNOWN.has(lang)) return null;
  if (Object.hasOwn(names, lang)) return names[lang] ?? null;
  try {
    const browserNames = new Intl.DisplayNames([pageLanguage()], {
      type: "language",
      fallback: "none",
    });
    return browserNames.of(lang) ?? null;
  } catch {
    return null; // not a language tag
  }
}

/** The language of the comment, if the name is in the script of that language; else unknown. */
export function languageOfName(name: string, lang: string): string {
  return !UNKNOWN.has(lang) && isScriptOf(lang, name) ? lang : "und";
}

/** Whether most letters of the text belong to the script of the language, by CLDR and Unicode. */
export function isScriptOf(lang: string, text: string): boolean {
  const script = new Intl.Locale(lang).maximize().script ?? "Latn";
  const parts = SCRIPT_PARTS[script] ?? [script];
  const own = new RegExp(parts.map((part) => `\\p{Script=${part}}`).join("|"), "gu");
  const total = text.match(/\p{L}/gu)?.length ?? 0;
  return (text.match(own)?.length ?? 0) * 2 > total;
}
