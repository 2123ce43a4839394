/** The age of a comment in slots: exact times are not stored. */

import { gettext, ngettext } from "../i18n.ts";

const AGE_MAX = 99; // the server reports no greater age

export function ageLabel(slots: number): string {
  if (slots <= 0) return gettext("this slot");
  if (slots >= AGE_MAX) return gettext("99 slots or more");
  return ngettext("%(count)s slot", "%(count)s slots", slots);
}

export function arrivalLabel(slots: number): string {
  if (slots <= 0) return gettext("arrived in this slot");
  if (slots >= AGE_MAX) return gettext("arrived 99 or more slots ago");
  return ngettext("arrived %(count)s slot ago", "arrived %(count)s slots ago", slots);
}
