/** The desk's keys as the server has them, and the test of one's own recovery sheet. */

import { errorMessage } from "../api/client.ts";
import type { KeysPage } from "../api/types.ts";
import { readSheet } from "../crypto/crockford.ts";
import { gettext } from "../i18n.ts";
import { proveSheet } from "../sign-in/recovery.ts";
import type { Dom } from "../ui/dom.ts";

export class DeskKeys {
  phase: "loading" | "ready" | "failed" = "loading";
  error: string | null = null;
  page: KeysPage | null = null;
  isBusy = false;
  /** What became of the test. */
  sheetError: string | null = null;
  sheetResult: string | null = null;

  constructor(
    private readonly dom: Dom,
    private readonly pseudonym: string,
  ) {}

  async load(): Promise<void> {
    try {
      this.page = await this.dom.post<KeysPage>("/api/desk/keys", {});
      this.phase = "ready";
      this.error = null;
    } catch (error) {
      this.error = errorMessage(error);
      if (this.phase === "loading") this.phase = "failed";
    }
    this.dom.requestRender();
  }

  /** As for a forgotten passphrase, but nothing is changed afterwards. */
  async testSheet(typed: string): Promise<void> {
    this.sheetResult = null;
    const sheet = readSheet(typed);
    this.sheetError =
      sheet === null ? gettext("A sheet has 32 characters in eight groups of four.") : null;
    if (sheet === null) {
      this.dom.focusOn("#tested-sheet");
      return;
    }
    this.isBusy = true;
    this.dom.requestRender();
    try {
      await proveSheet(this.pseudonym, sheet);
      this.sheetResult = gettext("Your sheet works. Put it back where it is safe.");
      await this.load();
      this.dom.focusOn("#sheet-result");
    } catch (error) {
      this.sheetError = errorMessage(error);
      this.dom.focusOn("#tested-sheet");
    } finally {
      this.isBusy = false;
      this.dom.requestRender();
    }
  }
}
