/** A member's own keys: passkeys that are added and removed, and a recovery sheet that is made again. */

import { errorMessage, NetworkError, RequestRejected } from "../api/client.ts";
import type { NewStatement, OwnPasskey, PasskeyList, Session } from "../api/types.ts";
import { fromHex, toHex } from "../crypto/bytes.ts";
import { fromPassphrase } from "../crypto/derive.ts";
import { identityFile, parseIdentityFile, recipientOf, unwrap, wrap } from "../crypto/identity.ts";
import { publicKeyOf, signingSeed } from "../crypto/signing.ts";
import { gettext } from "../i18n.ts";
import type { RosterAccess } from "../people/people.ts";
import {
  canonical,
  firstOf,
  headOf,
  type Passkey,
  passkeyHash,
  readPasskey,
} from "../roster/roster.ts";
import { signKeys, signNewKeys, signPasskeyChange } from "../roster/sign-statements.ts";
import {
  createPasskey,
  forgetPasskey,
  type NewPasskey,
  openWithPasskey,
} from "../sign-in/passkey.ts";
import type { Dom } from "../ui/dom.ts";
import { NewSheet } from "./new-sheet.ts";

const ATTEMPTS_MAX = 3;

/** What this page needs from the desk. */
export interface OwnKeysAccess extends RosterAccess {
  readonly session: Session;
}

/** A passkey of the signed list. `content` is null if the server has lost what its owner said of it. */
export interface ListedPasskey {
  hash: string;
  content: Passkey | null;
  since: string;
}

/** How a member shows once more who they are: the words, or a passkey if null. */
export type Proof = string | null;

export class MyKeys {
  phase: "loading" | "ready" | "failed" = "loading";
  error: string | null = null;
  /** What has just been done. */
  result: string | null = null;
  isBusy = false;
  /** The passkey whose removal is asked about. */
  removing: ListedPasskey | null = null;
  /** Made, but not in force before it was read back from the paper. */
  newSheet: NewSheet | null = null;
  #rows: OwnPasskey[] = [];

  constructor(
    private readonly dom: Dom,
    private readonly access: OwnKeysAccess,
  ) {}

  /** The signed list decides which there are; the server only adds names and days. */
  get passkeys(): ListedPasskey[] {
    const rows = new Map(this.#rows.map((row) => [passkeyHash(row.passkey), row]));
    return this.access.own.self.passkeys.map((hash) => {
      const row = rows.get(hash);
      const content = row === undefined ? null : readPasskey(row.passkey);
      return { hash, content, since: row?.since.label ?? "" };
    });
  }

  async load(): Promise<void> {
    this.removing = null;
    this.result = null;
    await this.#reload();
  }

  async addPasskey(name: string, proof: Proof): Promise<void> {
    await this.#withBusy("#new-passkey-name", async () => {
      const identity = await this.#prove(proof);
      const ids = this.passkeys.flatMap(({ content }) => content?.credential_id ?? []);
      const { site_id } = this.access.session;
      const made = await createPasskey(site_id, name.trim(), ids.map(fromHex));
      await this.#storePasskey(made, name.trim(), identity);
      await this.#refresh(
        made.isSynced
          ? gettext(
              "“%(name)s” was added. Its maker copies it to your other devices: it is as safe as your account there.",
              { name: name.trim() },
            )
          : gettext("“%(name)s” was added. It opens the desk from now on.", { name: name.trim() }),
      );
    });
  }

  askToRemove(passkey: ListedPasskey | null): void {
    this.removing = passkey;
    this.error = null;
    this.dom.focusOn(passkey === null ? "h1" : "#keep-passkey");
  }

  async removePasskey(): Promise<void> {
    const passkey = this.removing;
    if (passkey === null) return;
    await this.#withBusy("#passkeys-error", async () => {
      const change = { kind: "remove_passkey", passkeyHash: passkey.hash } as const;
      await this.#sign("/api/desk/passkeys/remove", (after) =>
        signPasskeyChange(this.access.keyring.keys, { ...after, ...change }),
      );
      if (passkey.content !== null) forgetPasskey(fromHex(passkey.content.credential_id));
      this.removing = null;
      await this.#refresh(
        gettext(
          "The passkey was removed. It no longer works, and every desk that was opened with it is closed.",
        ),
      );
    });
  }

  async makeSheet(proof: Proof): Promise<void> {
    await this.#withBusy("#sheet-words", async () => {
      const identity = await this.#prove(proof);
      this.result = null;
      const first = firstOf(this.access.own.roster);
      this.newSheet = await NewSheet.make({ identity, first });
      this.dom.focusOn("#new-sheet");
    });
  }

  discardSheet(): void {
    this.newSheet = null;
    this.error = null;
    this.dom.focusOn("h1");
  }

  /** The new sheet is in force once what was read from the paper opens the keys. */
  async finishSheet(typed: string): Promise<void> {
    const sheet = this.newSheet;
    if (sheet === null) return;
    await this.#withBusy("#sheet-typed", async () => {
      const opened = await sheet.open(typed);
      if (opened === null || !this.#isOwn(opened.identity)) {
        throw rejected(
          gettext(
            "These are not the characters of the new sheet. Compare the paper with the screen, and write them again. Your old sheet still works.",
          ),
        );
      }
      await this.#storeSheet(sheet);
      this.newSheet = null;
      await this.#refresh(
        gettext("The new sheet was tested and works. The old one no longer works: burn it."),
      );
    });
  }

  async #storePasskey(made: NewPasskey, name: string, identity: string): Promise<void> {
    const { own, session } = this.access;
    const passkey = canonical({
      v: 1,
      site_id: session.site_id,
      member: own.self.signingKey,
      credential_id: toHex(made.credentialId),
      public_key: made.publicKey,
      name,
      is_synced: made.isSynced ? "yes" : "no",
    });
    const { challenge, client_data, attestation_object } = made;
    const file = identityFile(identity, firstOf(own.roster));
    const sealed = await wrap(file, await recipientOf(made.identity));
    const body = { challenge, client_data, attestation_object, passkey, identity: sealed };
    const change = { kind: "add_passkey", passkeyHash: passkeyHash(passkey) } as const;
    try {
      const sign = (after: Predecessor) =>
        signPasskeyChange(this.access.keyring.keys, { ...after, ...change });
      await this.#sign("/api/desk/passkeys/add", sign, body);
    } catch (error) {
      // Without an answer it may have been added, and the list will say so.
      if (!(error instanceof NetworkError)) forgetPasskey(made.credentialId);
      throw error;
    }
  }

  async #storeSheet({ recipient, sealed }: NewSheet): Promise<void> {
    const { keys } = this.access.keyring;
    await this.#sign(
      "/api/desk/renew-sheet",
      async (after) => {
        const { self } = this.access.own;
        if (self.keys === null) throw new Error("a member at the desk has keys");
        const changed = { ...self.keys, recovery_recipient: recipient };
        return signNewKeys(keys, { ...after, keys: await signKeys(keys.signingKey, changed) });
      },
      { recovery_identity: sealed },
    );
  }

  /** Signs again if another statement came first. */
  async #sign(
    path: string,
    sign: (after: Predecessor) => Promise<NewStatement>,
    body: object = {},
  ): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      const { roster } = this.access.own;
      const statement = await sign({ siteId: roster.siteId, previous: headOf(roster) });
      try {
        await this.dom.post(path, { ...body, statement });
        return;
      } catch (error) {
        const isLate = error instanceof RequestRejected && error.code === "roster_changed";
        if (!isLate || attempt === ATTEMPTS_MAX) throw error;
        await this.access.refreshRoster();
      }
    }
  }

  /** The personal identity as text, which the desk itself does not keep. */
  async #prove(proof: Proof): Promise<string> {
    const { site_id, pseudonym, identity: sealed } = this.access.session;
    if (proof === null) return (await openWithPasskey(site_id)).identity;
    const keys = await fromPassphrase(site_id, pseudonym, proof);
    const file = await unwrap(sealed, keys.identity).catch(() => "");
    const { identity } = parseIdentityFile(file);
    if (identity !== "" && this.#isOwn(identity)) return identity;
    throw rejected(
      gettext("These are not your seven words. Check each word. Nothing was changed."),
    );
  }

  #isOwn(identity: string): boolean {
    return publicKeyOf(signingSeed(identity)) === this.access.keyring.keys.publicKey;
  }

  async #refresh(result: string): Promise<void> {
    await this.access.refreshRoster();
    await this.#reload();
    this.result = result;
    this.dom.announce(result);
    this.dom.focusOn("#keys-result");
  }

  async #reload(): Promise<void> {
    try {
      const { passkeys } = await this.dom.post<PasskeyList>("/api/desk/passkeys", {});
      this.#rows = passkeys;
      this.phase = "ready";
      this.error = null;
    } catch (error) {
      this.error = errorMessage(error);
      if (this.phase === "loading") this.phase = "failed";
    }
    this.dom.requestRender();
  }

  async #withBusy(focusSelector: string, work: () => Promise<void>): Promise<void> {
    if (this.isBusy) return;
    this.isBusy = true;
    this.error = null;
    this.dom.requestRender();
    try {
      await work();
    } catch (error) {
      this.error = errorMessage(error);
      this.dom.focusOn(focusSelector);
    } finally {
      this.isBusy = false;
      this.dom.requestRender();
    }
  }
}

/** What a statement is signed after. */
interface Predecessor {
  siteId: string;
  previous: string;
}

function rejected(message: string): RequestRejected {
  return new RequestRejected(403, "invalid_credentials", message, {});
}
