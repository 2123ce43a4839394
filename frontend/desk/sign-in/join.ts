/** Joining with an invitation: a pseudonym, a passphrase, a recovery sheet, and the keys derived from them. */

import { errorMessage, post, RequestRejected } from "../api/client.ts";
import type { Invitation, NewWrap, Session } from "../api/types.ts";
import { randomBytes } from "../crypto/bytes.ts";
import { normalizeCode, SHEET_BYTES, sheetGroups } from "../crypto/crockford.ts";
import { fromLinkSecret, fromPassphrase, fromSheet, type LinkKeys } from "../crypto/derive.ts";
import {
  generateIdentity,
  importDecryptionKey,
  recipientOf,
  unwrap,
  wrap,
} from "../crypto/identity.ts";
import type { SignedIn } from "../crypto/keyring.ts";
import { gettext } from "../i18n.ts";
import { normalizePseudonym, pseudonymError } from "../text/pseudonym.ts";
import type { Dom } from "../ui/dom.ts";
import { NewPassphrase } from "./new-passphrase.ts";
import { persistKey } from "./sign-in.ts";

const FIRST_EPOCH = "first";
/** Only the pseudonym was rejected: another can be tried with the same passphrase and sheet. */
const PSEUDONYM_ERRORS = ["pseudonym_taken", "invalid"];

export type JoinStep = "loading" | "invalid" | "pseudonym" | "passphrase" | "sheet";

export class Join {
  step: JoinStep = "loading";
  error: string | null = null;
  isBusy = false;
  pseudonym = "";
  newPassphrase: NewPassphrase | null = null;
  invitation: Invitation | null = null;
  readonly #sheet = randomBytes(SHEET_BYTES);
  readonly #link: LinkKeys | null;
  #passphrase = "";

  constructor(
    private readonly dom: Dom,
    private readonly siteId: string,
    secret: string,
    private readonly onJoined: (signedIn: SignedIn) => Promise<void>,
  ) {
    this.#link = fromLinkSecret(secret);
  }

  get sheetGroups(): string[] {
    return sheetGroups(this.#sheet);
  }

  async openInvitation(): Promise<void> {
    this.error = null;
    try {
      if (this.#link === null) throw new RequestRejected(410, "invitation_invalid", "", {});
      const { token } = this.#link;
      this.invitation = await post<Invitation>("/api/desk/open-invitation", { token });
      this.#showStep("pseudonym", "#pseudonym");
    } catch (error) {
      if (hasCode(error, "invitation_invalid")) this.#showStep("invalid", "h1");
      else this.error = errorMessage(error);
    }
    this.dom.requestRender();
  }

  choosePseudonym(typed: string): void {
    this.pseudonym = normalizePseudonym(typed);
    this.error = pseudonymError(this.pseudonym);
    if (this.error !== null) {
      this.dom.focusOn("#pseudonym");
      return;
    }
    if (this.#passphrase !== "") {
      // The server rejected only the pseudonym before.
      this.#showStep("sheet", "h1");
      return;
    }
    this.newPassphrase = new NewPassphrase(this.dom, this.pseudonym, (passphrase) => {
      this.#passphrase = passphrase;
      this.#showStep("sheet", "h1");
    });
    this.step = "passphrase";
    void this.newPassphrase.generate();
  }

  /** `lastGroup` proves that the sheet was printed or written down. */
  async finish(lastGroup: string): Promise<void> {
    const isCorrect = normalizeCode(lastGroup) === this.sheetGroups.at(-1);
    this.error = isCorrect
      ? null
      : gettext("This is not the last group of the sheet. Check the paper again.");
    if (!isCorrect) {
      this.dom.focusOn("#last-group");
      return;
    }
    this.isBusy = true;
    this.dom.requestRender();
    try {
      await this.onJoined(await this.#join());
    } catch (error) {
      this.error = joinErrorMessage(error);
      if (PSEUDONYM_ERRORS.some((code) => hasCode(error, code))) {
        this.#showStep("pseudonym", "#pseudonym");
      }
    } finally {
      this.isBusy = false;
      this.dom.requestRender();
    }
  }

  async #join(): Promise<SignedIn> {
    const [personalIdentity, passphraseKeys] = await Promise.all([
      generateIdentity(),
      fromPassphrase(this.siteId, this.pseudonym, this.#passphrase),
    ]);
    const [recipient, recovery_recipient] = await Promise.all([
      recipientOf(personalIdentity),
      recipientOf(fromSheet(this.#sheet)),
    ]);
    const session = await post<Session>("/api/desk/join", {
      token: this.#link?.token,
      pseudonym: this.pseudonym,
      secret: passphraseKeys.secret,
      recipient,
      identity: await wrap(personalIdentity, await recipientOf(passphraseKeys.identity)),
      recovery_recipient,
      recovery_identity: await wrap(personalIdentity, recovery_recipient),
      ...(await this.#epochKeys(recipient)),
    });
    const personalKey = await importDecryptionKey(personalIdentity);
    const isPersisted = await persistKey(this.siteId, session.pseudonym, personalKey);
    return { session, personalKey, isPersisted };
  }

  /** A first lead creates a new epoch; everyone else receives the epochs of the invitation. */
  async #epochKeys(
    recipient: string,
  ): Promise<{ wraps: NewWrap[]; epoch: { recipient: string } | null }> {
    if (this.invitation?.is_first) {
      const identity = await generateIdentity();
      const wraps = [{ epoch_id: FIRST_EPOCH, wrap: await wrap(identity, recipient) }];
      return { wraps, epoch: { recipient: await recipientOf(identity) } };
    }
    const wraps: NewWrap[] = [];
    for (const { epoch_id, wrap: wrapped } of this.invitation?.wraps ?? []) {
      const identity = await unwrap(wrapped, this.#link?.identity ?? "");
      wraps.push({ epoch_id, wrap: await wrap(identity, recipient) });
    }
    return { wraps, epoch: null };
  }

  #showStep(step: JoinStep, focusSelector: string): void {
    this.step = step;
    this.dom.focusOn(focusSelector);
  }
}

/** If the invitation is used up, an earlier request may have arrived and its response was lost. */
function joinErrorMessage(error: unknown): string {
  if (!hasCode(error, "invitation_invalid")) return errorMessage(error);
  return gettext(
    "This link has already been used. If your connection was lost a moment ago, you may already have joined: go to the sign-in page and use your passphrase.",
  );
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof RequestRejected && error.code === code;
}
