/** Back in with the printed sheet: it opens a challenge, and a new passphrase is made. */

import { post, Refusal, sentenceFor, Unreachable } from "../api/client.ts";
import type { Session } from "../api/types.ts";
import { fromBase64, toHex } from "../crypto/bytes.ts";
import { readSheet } from "../crypto/crockford.ts";
import { fromPassphrase, fromSheet } from "../crypto/derive.ts";
import { open, openerOf, recipientOf, unwrap, wrap } from "../crypto/identity.ts";
import { plainPseudonym } from "../text/pseudonym.ts";
import type { Host } from "../ui/dom.ts";
import { NewPassphrase } from "./new-passphrase.ts";
import { keepIfPossible, type SignedIn } from "./sign-in.ts";

const WRONG_SHEET =
  "This pseudonym and this sheet do not belong together. Compare them letter by letter.";

interface Proven {
  ticket: string;
  personal: string;
}

export class Recovery {
  error: string | null = null;
  isBusy = false;
  words: NewPassphrase | null = null;

  constructor(
    private readonly host: Host,
    private readonly site: string,
    private readonly done: (signedIn: SignedIn) => Promise<void>,
  ) {}

  async prove(typedPseudonym: string, typedSheet: string): Promise<void> {
    const pseudonym = plainPseudonym(typedPseudonym);
    const raw = readSheet(typedSheet);
    this.error = raw === null ? "A sheet has 32 letters and digits in eight groups of four." : null;
    if (raw === null) {
      this.host.focusOn("#sheet");
      return;
    }
    await this.#busily(async () => {
      const proven = await this.#prove(pseudonym, fromSheet(raw));
      this.words = new NewPassphrase(this.host, pseudonym, (words) => {
        void this.#busily(async () => this.done(await this.#finish(proven, pseudonym, words)));
      });
      await this.words.draw();
    });
  }

  async #prove(pseudonym: string, sheet: string): Promise<Proven> {
    const asked = await post<{ challenge_id: string; sealed: string }>(
      "/api/desk/recovery/challenge",
      {
        pseudonym,
      },
    );
    const answer = toHex(await openChallenge(asked.sealed, sheet));
    const { ticket, identity } = await post<{ ticket: string; identity: string }>(
      "/api/desk/recovery/prove",
      { challenge_id: asked.challenge_id, answer },
    );
    return { ticket, personal: await unwrap(identity, sheet) };
  }

  async #finish({ ticket, personal }: Proven, pseudonym: string, words: string): Promise<SignedIn> {
    const keys = await fromPassphrase(this.site, pseudonym, words);
    const identity = await wrap(personal, await recipientOf(keys.identity));
    const { secret } = keys;
    const session = await post<Session>("/api/desk/recovery/finish", { ticket, secret, identity });
    const opener = await openerOf(personal);
    const isKept = await keepIfPossible(this.site, session.pseudonym, opener);
    return { session, personal: opener, isKept };
  }

  async #busily(work: () => Promise<void>): Promise<void> {
    this.isBusy = true;
    this.error = null;
    this.host.changed();
    try {
      await work();
    } catch (error) {
      this.error = sentenceFor(error);
    } finally {
      this.isBusy = false;
      this.host.changed();
    }
  }
}

/** Also for a name that does not exist the server seals a challenge: to nobody. */
async function openChallenge(sealed: string, sheet: string): Promise<Uint8Array> {
  try {
    return await open(fromBase64(sealed), sheet);
  } catch (error) {
    if (error instanceof Unreachable) throw error;
    throw new Refusal(403, "invalid_credentials", WRONG_SHEET, {});
  }
}
