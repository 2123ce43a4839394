/** Messages with a link, a name or bold text inside: their placeholders hold templates. */

import { html, type TemplateResult } from "lit";
import { fill, type Placeholder, translate, translatePlural } from "../i18n.ts";

export function gettextTemplate<Message extends string>(
  message: Message,
  values: Record<Placeholder<Message>, unknown>,
): TemplateResult {
  return html`${fill(translate(message), values)}`;
}

export function ngettextTemplate<Singular extends string, Plural extends string>(
  singular: Singular,
  plural: Plural,
  count: number,
  values: Record<Exclude<Placeholder<Singular> | Placeholder<Plural>, "count">, unknown>,
): TemplateResult {
  return html`${fill(translatePlural(singular, plural, count), { count, ...values })}`;
}
