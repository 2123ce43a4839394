/** Who works here, and inviting more: the link's secret is made here and shown once. */

import { sentenceFor } from "../api/client.ts";
import type { PeopleList, Role } from "../api/types.ts";
import { randomBytes, toBase64Url } from "../crypto/bytes.ts";
import { fromLinkSecret } from "../crypto/derive.ts";
import { recipientOf } from "../crypto/identity.ts";
import type { Keyring } from "../crypto/keyring.ts";
import { copied, NOT_COPIED } from "../ui/clipboard.ts";
import type { Host } from "../ui/dom.ts";

const SECRET_BYTES = 32;

export class People {
  phase: "loading" | "ready" | "failed" = "loading";
  error: string | null = null;
  list: PeopleList = { people: [], invitations: [] };
  link: { url: string; hours: number; role: Role; isCopied: boolean } | null = null;
  isBusy = false;

  constructor(
    private readonly host: Host,
    private readonly keys: Keyring,
  ) {}

  async load(): Promise<void> {
    try {
      this.list = await this.host.post<PeopleList>("/api/desk/people", {});
      this.phase = "ready";
      this.error = null;
    } catch (error) {
      this.error = sentenceFor(error);
      if (this.phase === "loading") this.phase = "failed";
    }
    this.host.changed();
  }

  async invite(role: Role): Promise<void> {
    this.isBusy = true;
    this.host.changed();
    try {
      this.link = await this.#invite(role);
      await this.load();
      this.host.say("The link is ready. It is shown this once.");
      this.host.focusOn("#link");
    } catch (error) {
      this.error = sentenceFor(error);
    } finally {
      this.isBusy = false;
      this.host.changed();
    }
  }

  async copyLink(): Promise<void> {
    if (this.link === null) return;
    this.link.isCopied = await copied(this.link.url);
    if (!this.link.isCopied) this.error = NOT_COPIED;
    this.host.say(this.link.isCopied ? "The link was copied." : NOT_COPIED);
  }

  async #invite(role: Role): Promise<People["link"]> {
    const secret = toBase64Url(randomBytes(SECRET_BYTES));
    const link = fromLinkSecret(secret);
    if (link === null) throw new Error("a link of our own making cannot be read");
    const wraps = await this.keys.wrapsFor(await recipientOf(link.identity));
    const body = { role, token: link.token, wraps };
    const { hours } = await this.host.post<{ hours: number }>("/api/desk/invite", body);
    return { url: `${location.origin}/join#${secret}`, hours, role, isCopied: false };
  }
}
