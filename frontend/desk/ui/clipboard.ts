/** Copying text to the clipboard. The browser may not allow it. */

import { gettext } from "../i18n.ts";

export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

export function copyFailedMessage(): string {
  return gettext("The browser did not allow copying. Select the text and copy it by hand.");
}
