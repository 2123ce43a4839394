/** The age of a comment in days, because exact times are not stored, and when it is destroyed unread. */

import type { Slot } from "../api/types.ts";
import { gettext, ngettext } from "../i18n.ts";

export function ageLabel(days: number): string {
  if (days <= 0) return gettext("today");
  return ngettext("%(count)s day", "%(count)s days", days);
}

export function arrivalLabel(days: number): string {
  if (days <= 0) return gettext("arrived today");
  return ngettext("arrived %(count)s day ago", "arrived %(count)s days ago", days);
}

export function expiryLabel({ label }: Slot): string {
  return gettext("destroyed unread at %(time)s", { time: label });
}
