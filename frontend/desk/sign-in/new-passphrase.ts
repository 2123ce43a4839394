/** A pseudonym and a fresh passphrase, shown and typed once more: part of joining and of recovery. */

import { plainPassphrase } from "../crypto/derive.ts";
import { fetchWords, newPassphrase } from "../crypto/passphrase.ts";
import { copied, NOT_COPIED } from "../ui/clipboard.ts";
import type { Host } from "../ui/dom.ts";

export class NewPassphrase {
  words = "";
  error: string | null = null;
  isCopied = false;

  constructor(
    private readonly host: Host,
    readonly pseudonym: string,
    private readonly done: (passphrase: string) => void,
  ) {}

  async draw(): Promise<void> {
    this.error = null;
    try {
      this.words = newPassphrase(await fetchWords());
    } catch {
      this.error =
        "The list of words could not be read whole, so no safe passphrase can be made. Look at your connection and try again.";
    }
    this.host.focusOn("#new-words");
  }

  async copy(): Promise<void> {
    this.isCopied = await copied(this.words);
    if (!this.isCopied) this.error = NOT_COPIED;
    this.host.say(this.isCopied ? "The passphrase was copied." : NOT_COPIED);
  }

  confirm(typed: string): void {
    if (plainPassphrase(typed) === this.words) {
      this.error = null;
      this.done(this.words);
    } else {
      this.error = "These are not the seven words above. Look at them again, in this order.";
      this.host.focusOn("#confirm-words");
    }
    this.host.changed();
  }
}
