/** A generated passphrase that is shown and entered again, for joining and for recovery. */

import { normalizePassphrase } from "../crypto/derive.ts";
import { fetchWordList, generatePassphrase } from "../crypto/passphrase.ts";
import { gettext } from "../i18n.ts";
import { copyFailedMessage, copyText } from "../ui/clipboard.ts";
import type { Dom } from "../ui/dom.ts";

export class NewPassphrase {
  passphrase = "";
  error: string | null = null;
  isCopied = false;

  constructor(
    private readonly dom: Dom,
    readonly pseudonym: string,
    private readonly onConfirmed: (passphrase: string) => void,
  ) {}

  async generate(): Promise<void> {
    this.error = null;
    try {
      this.passphrase = generatePassphrase(await fetchWordList());
    } catch {
      this.error = gettext(
        "The word list could not be loaded completely, so no safe passphrase can be generated. Check your connection and try again.",
      );
    }
    this.dom.focusOn("#new-words");
  }

  async copy(): Promise<void> {
    this.isCopied = await copyText(this.passphrase);
    if (!this.isCopied) this.error = copyFailedMessage();
    this.dom.announce(this.isCopied ? gettext("The passphrase was copied.") : copyFailedMessage());
  }

  confirm(typed: string): void {
    if (normalizePassphrase(typed) === this.passphrase) {
      this.error = null;
      this.onConfirmed(this.passphrase);
    } else {
      this.error = gettext("These are not the seven words above. Check the words and their order.");
      this.dom.focusOn("#confirm-words");
    }
    this.dom.requestRender();
  }
}
