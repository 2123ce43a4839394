/** Joining with a link: a pseudonym, a passphrase, a recovery sheet, and for all but a first lead six words. */

import { errorMessage, NetworkError, post, RequestRejected } from "../api/client.ts";
import type { Invitation, NewStatement, Session } from "../api/types.ts";
import { fromHex, randomBytes } from "../crypto/bytes.ts";
import { normalizeCode, SHEET_BYTES, sheetGroups } from "../crypto/crockford.ts";
import { generateIdentity, recipientOf, wrap } from "../crypto/identity.ts";
import type { SignedIn } from "../crypto/keyring.ts";
import { fetchWordList } from "../crypto/passphrase.ts";
import { signingSeed } from "../crypto/signing.ts";
import { gettext } from "../i18n.ts";
import { confirmationWords, tokenHash } from "../roster/confirmation-words.ts";
import { firstOf, headOf, keysHash, statementHash, verifyRoster } from "../roster/roster.ts";
import { RosterNotTrusted, verifyOrStop } from "../roster/roster-check.ts";
import { newEpochId, type SignedKeys, signFirstStatements } from "../roster/sign-statements.ts";
import { normalizePseudonym, pseudonymError } from "../text/pseudonym.ts";
import type { Dom } from "../ui/dom.ts";
import { type InvitationLink, type Link, parseLink } from "./link.ts";
import { NewPassphrase } from "./new-passphrase.ts";
import {
  importPersonalKeys,
  type NewPerson,
  newPerson,
  newPersonsPin,
  sealedIdentities,
  signedKeysOf,
} from "./personal-keys.ts";
import { signInWith } from "./sign-in.ts";

/** Only the pseudonym was rejected: another can be tried with the same passphrase and sheet. */
const PSEUDONYM_ERRORS = ["pseudonym_taken", "invalid"];
/** How often to look whether the lead has confirmed. */
const CONFIRMED_POLL_MS = 3_000;
/** A registration expires after a day and on to the next slot, which is at most a day later. */
const WAIT_MS_MAX = 2 * 24 * 3_600_000;

export type JoinStep =
  | "loading"
  | "invalid"
  | "pseudonym"
  | "passphrase"
  | "making-keys"
  | "sheet"
  | "words"
  | "expired";

export class Join {
  step: JoinStep = "loading";
  error: string | null = null;
  isBusy = false;
  pseudonym = "";
  newPassphrase: NewPassphrase | null = null;
  /** The six words to read to the lead. */
  words = "";
  readonly link: Link | null;
  /** The hash of the roster's first statement, once there is a sheet. */
  first = "";
  readonly #sheet = randomBytes(SHEET_BYTES);
  #passphrase = "";
  #person: NewPerson | null = null;
  /** What a first lead has signed, before it is sent: its fingerprint is on the sheet. */
  #newRoster: NewRoster | null = null;
  /** The newest statement of the roster that this browser was given. */
  #head = "";
  #length = 0;

  constructor(
    private readonly dom: Dom,
    private readonly siteId: string,
    fragment: string,
    private readonly onJoined: (signedIn: SignedIn) => Promise<void>,
    private readonly onNotTrusted: (error: RosterNotTrusted) => void,
  ) {
    this.link = parseLink(fragment);
  }

  get sheetGroups(): string[] {
    return sheetGroups(this.#sheet);
  }

  async openInvitation(): Promise<void> {
    this.error = null;
    try {
      if (this.link === null) throw new RequestRejected(410, "invitation_invalid", "", {});
      const { token } = this.link;
      const invitation = await post<Invitation>("/api/desk/open-invitation", { token });
      if (this.link.kind === "invitation") await this.#checkRoster(this.link, invitation);
      this.#showStep("pseudonym", "#pseudonym");
    } catch (error) {
      if (error instanceof RosterNotTrusted) return this.onNotTrusted(error);
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
      void this.#makeSheet();
      return;
    }
    this.newPassphrase = new NewPassphrase(this.dom, this.pseudonym, (passphrase) => {
      this.#passphrase = passphrase;
      void this.#makeSheet();
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
      await this.#join();
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

  /** Makes the keys first: a first lead's sheet has the fingerprint of what these keys sign. */
  async #makeSheet(): Promise<void> {
    this.step = "making-keys";
    this.dom.requestRender();
    const secrets = { passphrase: this.#passphrase, sheet: this.#sheet };
    const person = await newPerson(this.siteId, this.pseudonym, secrets);
    this.#person = person;
    if (this.link?.kind === "founder") {
      this.#newRoster = await signNewRoster(this.link.founderKey, person);
      this.first = this.#newRoster.first;
    } else {
      this.first = this.link?.first ?? "";
    }
    this.#showStep("sheet", "h1");
  }

  async #join(): Promise<void> {
    const person = this.#person;
    if (this.link === null || person === null) return;
    if (this.link.kind === "invitation") await this.#register(this.link, person);
    else if (this.#newRoster !== null) {
      await this.onJoined(await beginRoster(this.link.token, person, this.#newRoster));
    }
  }

  /** The link must name this roster's first statement, and one of its leads. Throws `RosterNotTrusted`. */
  async #checkRoster({ first, lead }: InvitationLink, { statements }: Invitation): Promise<void> {
    const options = { withKeys: false };
    const roster = await verifyOrStop(() => verifyRoster(statements, this.siteId, options));
    const isLead = roster.members.get(lead)?.role === "lead";
    if (firstOf(roster) !== first || !isLead) throw new RosterNotTrusted("link");
    this.#head = headOf(roster);
    this.#length = roster.hashes.length;
  }

  /** Spends the link. The keys open nothing until the lead has heard the words. */
  async #register(link: InvitationLink, person: NewPerson): Promise<void> {
    const [list, keys, identities] = await Promise.all([
      fetchWordList(),
      signedKeysOf(person),
      sealedIdentities(person, link.first),
    ]);
    const { token, first, lead, role } = link;
    const head = this.#head;
    const roster_pin = await newPersonsPin(person, { first, length: this.#length, head });
    const newcomer = { ...keys, ...identities, roster_pin };
    await post("/api/desk/register", { token, head, newcomer });
    const token_hash = tokenHash(fromHex(token));
    const agreed = { token_hash, first, head, lead, role, keys_hash: keysHash(keys.keys) };
    this.words = confirmationWords(agreed, list);
    this.#showStep("words", "h1");
    void this.#waitForLead(link, person);
  }

  /**
   * A member can sign in; until then the server says that the words are wrong. It does not say whether the lead
   * has discarded the registration: strangers could ask.
   */
  async #waitForLead(link: InvitationLink, person: NewPerson): Promise<void> {
    const until = Date.now() + WAIT_MS_MAX;
    while (this.step === "words") {
      await new Promise((resolve) => setTimeout(resolve, CONFIRMED_POLL_MS));
      try {
        const signedIn = await signInWith(this.siteId, person.pseudonym, person.passphraseKeys);
        this.step = "loading";
        await this.onJoined({ ...signedIn, first: link.first, ignoresPin: true });
      } catch (error) {
        const isWaiting = hasCode(error, "invalid_credentials") || error instanceof NetworkError;
        this.error = isWaiting ? null : errorMessage(error);
        this.dom.requestRender();
      }
      if (this.step === "words" && Date.now() > until) this.#showStep("expired", "h1");
    }
  }

  #showStep(step: JoinStep, focusSelector: string): void {
    this.step = step;
    this.dom.focusOn(focusSelector);
  }
}

interface NewRoster {
  keys: SignedKeys;
  epochIdentity: string;
  statements: NewStatement[];
  first: string;
}

/** A first lead signs the first two statements. */
async function signNewRoster(founderKey: Uint8Array, person: NewPerson): Promise<NewRoster> {
  const [keys, epochIdentity] = await Promise.all([signedKeysOf(person), generateIdentity()]);
  const signed = await signFirstStatements(signingSeed(person.identity), {
    siteId: person.siteId,
    keys,
    founderKey,
    epoch: { epoch_id: newEpochId(), recipient: await recipientOf(epochIdentity) },
  });
  return { keys, epochIdentity, ...signed };
}

/** A first lead is a member at once. */
async function beginRoster(
  token: string,
  person: NewPerson,
  { keys, epochIdentity, statements, first }: NewRoster,
): Promise<SignedIn> {
  const head = statementHash(statements.at(-1)?.statement ?? "");
  const roster_pin = await newPersonsPin(person, { first, length: statements.length, head });
  const session = await post<Session>("/api/desk/begin-roster", {
    token,
    statements,
    newcomer: { ...keys, ...(await sealedIdentities(person, first)), roster_pin },
    wrap: await wrap(epochIdentity, await recipientOf(person.identity)),
  });
  const imported = await importPersonalKeys(person.siteId, session.pseudonym, person.identity);
  const deviceRecipient = await recipientOf(person.passphraseKeys.deviceIdentity);
  return { session, keys: imported, first, ignoresPin: true, deviceRecipient };
}

/** If the invitation is used up, an earlier request may have arrived and its response was lost. */
function joinErrorMessage(error: unknown): string {
  if (!hasCode(error, "invitation_invalid")) return errorMessage(error);
  return gettext(
    "This link has already been used. If that was not you just now, tell your lead at once: somebody else may have the link. It opened nothing. Ask for a new one.",
  );
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof RequestRejected && error.code === code;
}
