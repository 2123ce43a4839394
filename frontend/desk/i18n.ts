/** The desk's messages in the language of the page. The only module that reads the catalogue. */

type PluralForms = Partial<Record<Intl.LDMLPluralRule, string>>;
/** From the English message to its translation; for a plural, to one form for each CLDR category. */
export type Catalogue = Record<string, string | PluralForms>;

/** The names in a message's placeholders, so that the compiler checks the values of each call. */
export type Placeholder<Message extends string> =
  Message extends `${string}%(${infer Name})s${infer Rest}` ? Name | Placeholder<Rest> : never;
export type Values<Name extends string, Value> = [Name] extends [never]
  ? []
  : [values: Record<Name, Value>];

const CATALOGUE_ID = "messages";
const PLACEHOLDER = /%\((\w+)\)s/;

let catalogue: Catalogue = {};
let lang = "en";
let pluralRules = new Intl.PluralRules(lang);

export function setCatalogue(messages: Catalogue, language: string): void {
  catalogue = messages;
  lang = language;
  pluralRules = new Intl.PluralRules(lang);
}

/** Takes the catalogue from the data block that the server put into the page. */
export function loadCatalogue(page: Document): void {
  const block = page.getElementById(CATALOGUE_ID)?.textContent?.trim();
  setCatalogue(block ? (JSON.parse(block) as Catalogue) : {}, page.documentElement.lang || "en");
}

/** The language of the page, for names and numbers. */
export function pageLanguage(): string {
  return lang;
}

/** The message in the page's language; a message without a translation stays in English. */
export function gettext<Message extends string>(
  message: Message,
  ...[values]: Values<Placeholder<Message>, string | number>
): string {
  return fill(translate(message), values ?? {}).join("");
}

/** Chooses the form for `count`, which also fills the placeholder `count`. */
export function ngettext<Singular extends string, Plural extends string>(
  singular: Singular,
  plural: Plural,
  count: number,
  ...[values]: Values<
    Exclude<Placeholder<Singular> | Placeholder<Plural>, "count">,
    string | number
  >
): string {
  return fill(translatePlural(singular, plural, count), { count, ...values }).join("");
}

export function translate(message: string): string {
  const translation = lookUp(message);
  return typeof translation === "string" && translation !== "" ? translation : message;
}

export function translatePlural(singular: string, plural: string, count: number): string {
  const forms = lookUp(singular);
  const form = typeof forms === "object" ? (forms[pluralRules.select(count)] ?? forms.other) : "";
  return form || (count === 1 ? singular : plural);
}

function lookUp(message: string): string | PluralForms | undefined {
  return Object.hasOwn(catalogue, message) ? catalogue[message] : undefined;
}

/** The message in parts, with a value in place of each placeholder that has one. */
export function fill<Value>(
  message: string,
  values: Readonly<Record<string, Value>>,
): (string | Value)[] {
  return message.split(PLACEHOLDER).map((part, index) => {
    if (index % 2 === 0) return part; // the captured names are at the odd positions
    return Object.hasOwn(values, part) ? (values[part] as Value) : `%(${part})s`;
  });
}
