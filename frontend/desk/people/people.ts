/** The moderators of this desk, and inviting more: an invitation's secret is generated here and shown once. */

import { errorMessage } from "../api/client.ts";
import type { PeopleList, Role } from "../api/types.ts";
import { randomBytes, toBase64Url } from "../crypto/bytes.ts";
import { fromLinkSecret } from "../crypto/derive.ts";
import { recipientOf } from "../crypto/identity.ts";
import type { Keyring } from "../crypto/keyring.ts";
import { gettext } from "../i18n.ts";
import { copyFailedMessage, copyText } from "../ui/clipboard.ts";
import type { Dom } from "../ui/dom.ts";

const SECRET_BYTES = 32;

export class People {
  phase: "loading" | "ready" | "failed" = "loading";
  error: string | null = null;
  list: PeopleList = { people: [], invitations: [] };
  link: { url: string; hours: number; role: Role; isCopied: boolean } | null = null;
  isBusy = false;

  constructor(
    private readonly dom: Dom,
    private readonly keyring: Keyring,
  ) {}

  async load(): Promise<void> {
    try {
      this.list = await this.dom.post<PeopleList>("/api/desk/people", {});
      this.phase = "ready";
      this.error = null;
    } catch (error) {
      this.error = errorMessage(error);
      if (this.phase === "loading") this.phase = "failed";
    }
    this.dom.requestRender();
  }

  async invite(role: Role): Promise<void> {
    this.isBusy = true;
    this.dom.requestRender();
    try {
      this.link = await this.#createInvitation(role);
      await this.load();
      this.dom.announce(gettext("The link is ready. It is shown only once."));
      this.dom.focusOn("#link");
    } catch (error) {
      this.error = errorMessage(error);
    } finally {
      this.isBusy = false;
      this.dom.requestRender();
    }
  }

  async copyLink(): Promise<void> {
    if (this.link === null) return;
    this.link.isCopied = await copyText(this.link.url);
    if (!this.link.isCopied) this.error = copyFailedMessage();
    this.dom.announce(this.link.isCopied ? gettext("The link was copied.") : copyFailedMessage());
  }

  async #createInvitation(role: Role): Promise<People["link"]> {
    const secret = toBase64Url(randomBytes(SECRET_BYTES));
    const link = fromLinkSecret(secret);
    if (link === null) throw new Error("the generated link is invalid");
    const wraps = await this.keyring.wrapsFor(await recipientOf(link.identity));
    const body = { role, token: link.token, wraps };
    const { hours } = await this.dom.post<{ hours: number }>("/api/desk/invite", body);
    return { url: `${location.origin}/join#${secret}`, hours, role, isCopied: false };
  }
}
