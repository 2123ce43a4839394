/** Joining by a link: a pseudonym, a passphrase, a recovery sheet, and the keys behind them. */

import { post, Refusal, sentenceFor } from "../api/client.ts";
import type { Invitation, NewWrap, Session } from "../api/types.ts";
import { randomBytes } from "../crypto/bytes.ts";
import { plainLetters, SHEET_BYTES, sheetGroups } from "../crypto/crockford.ts";
import { fromLinkSecret, fromPassphrase, fromSheet, type LinkKeys } from "../crypto/derive.ts";
import { newIdentity, openerOf, recipientOf, unwrap, wrap } from "../crypto/identity.ts";
import { plainPseudonym, pseudonymRefusal } from "../text/pseudonym.ts";
import type { Host } from "../ui/dom.ts";
import { NewPassphrase } from "./new-passphrase.ts";
import { keepIfPossible, type SignedIn } from "./sign-in.ts";

const FIRST_EPOCH = "first";
/** The server's word on the name alone: another one may be tried, passphrase and sheet stay. */
const NAME_REFUSED = ["pseudonym_taken", "invalid"];

const PERHAPS_IN =
  "This link has been used. If your connection broke a moment ago, you are in already: go to the desk's sign-in page and use your passphrase.";

export type JoinStep = "opening" | "spent" | "name" | "words" | "sheet";

export class Join {
  step: JoinStep = "opening";
  error: string | null = null;
  isBusy = false;
  pseudonym = "";
  words: NewPassphrase | null = null;
  invitation: Invitation | null = null;
  readonly #sheet = randomBytes(SHEET_BYTES);
  readonly #link: LinkKeys | null;
  #passphrase = "";

  constructor(
    private readonly host: Host,
    private readonly site: string,
    secret: string,
    private readonly done: (signedIn: SignedIn) => Promise<void>,
  ) {
    this.#link = fromLinkSecret(secret);
  }

  get sheetGroups(): string[] {
    return sheetGroups(this.#sheet);
  }

  async open(): Promise<void> {
    this.error = null;
    try {
      if (this.#link === null) throw new Refusal(410, "invitation_invalid", "", {});
      const { token } = this.#link;
      this.invitation = await post<Invitation>("/api/desk/open-invitation", { token });
      this.#go("name", "#pseudonym");
    } catch (error) {
      if (isCode(error, "invitation_invalid")) this.#go("spent", "h1");
      else this.error = sentenceFor(error);
    }
    this.host.changed();
  }

  name(typed: string): void {
    this.pseudonym = plainPseudonym(typed);
    this.error = pseudonymRefusal(this.pseudonym);
    if (this.error !== null) {
      this.host.focusOn("#pseudonym");
      return;
    }
    if (this.#passphrase !== "") {
      // only the name was refused
      this.#go("sheet", "h1");
      return;
    }
    this.words = new NewPassphrase(this.host, this.pseudonym, (words) => {
      this.#passphrase = words;
      this.#go("sheet", "h1");
    });
    this.step = "words";
    void this.words.draw();
  }

  /** `typed` is the sheet's last group: proof that it was printed or written down. */
  async finish(typed: string): Promise<void> {
    const isRight = plainLetters(typed) === this.sheetGroups.at(-1);
    this.error = isRight
      ? null
      : "This is not the last group of the sheet. Look at the paper again.";
    if (!isRight) {
      this.host.focusOn("#last-group");
      return;
    }
    this.isBusy = true;
    this.host.changed();
    try {
      await this.done(await this.#join());
    } catch (error) {
      this.error = isCode(error, "invitation_invalid") ? PERHAPS_IN : sentenceFor(error);
      if (NAME_REFUSED.some((code) => isCode(error, code))) this.#go("name", "#pseudonym");
    } finally {
      this.isBusy = false;
      this.host.changed();
    }
  }

  async #join(): Promise<SignedIn> {
    const [personal, keys] = await Promise.all([
      newIdentity(),
      fromPassphrase(this.site, this.pseudonym, this.#passphrase),
    ]);
    const sheet = fromSheet(this.#sheet);
    const [recipient, recovery_recipient] = await Promise.all([
      recipientOf(personal),
      recipientOf(sheet),
    ]);
    const session = await post<Session>("/api/desk/join", {
      token: this.#link?.token,
      pseudonym: this.pseudonym,
      secret: keys.secret,
      recipient,
      identity: await wrap(personal, await recipientOf(keys.identity)),
      recovery_recipient,
      recovery_identity: await wrap(personal, recovery_recipient),
      ...(await this.#epochs(recipient)),
    });
    const opener = await openerOf(personal);
    const isKept = await keepIfPossible(this.site, session.pseudonym, opener);
    return { session, personal: opener, isKept };
  }

  /** The first lead makes the first epoch; everybody else takes over those of the invitation. */
  async #epochs(
    recipient: string,
  ): Promise<{ wraps: NewWrap[]; epoch: { recipient: string } | null }> {
    if (this.invitation?.is_first) {
      const identity = await newIdentity();
      const wraps = [{ epoch_id: FIRST_EPOCH, wrap: await wrap(identity, recipient) }];
      return { wraps, epoch: { recipient: await recipientOf(identity) } };
    }
    const wraps: NewWrap[] = [];
    for (const { epoch_id, wrap: sealed } of this.invitation?.wraps ?? []) {
      const identity = await unwrap(sealed, this.#link?.identity ?? "");
      wraps.push({ epoch_id, wrap: await wrap(identity, recipient) });
    }
    return { wraps, epoch: null };
  }

  #go(step: JoinStep, focus: string): void {
    this.step = step;
    this.host.focusOn(focus);
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Refusal && error.code === code;
}
