/** Members, invitations, and people who wait: a link's token is generated here and shown once. */

import { errorMessage, RequestRejected } from "../api/client.ts";
import { addressOfDesk } from "../api/site.ts";
import type { OpenInvitation, PeopleList, Registration, Role } from "../api/types.ts";
import { randomBytes, toHex } from "../crypto/bytes.ts";
import { normalizePassphrase } from "../crypto/derive.ts";
import type { Keyring } from "../crypto/keyring.ts";
import { fetchWordList } from "../crypto/passphrase.ts";
import { gettext } from "../i18n.ts";
import { confirmationWords } from "../roster/confirmation-words.ts";
import { firstOf, headOf, type Keys, keysHash, type Member, readKeys } from "../roster/roster.ts";
import type { OwnRoster } from "../roster/roster-check.ts";
import { signMemberAdded } from "../roster/sign-statements.ts";
import { invitationFragment } from "../sign-in/link.ts";
import { withBusy } from "../ui/busy.ts";
import { copyFailedMessage, copyText } from "../ui/clipboard.ts";
import type { Dom } from "../ui/dom.ts";

const TOKEN_BYTES = 32;
const ATTEMPTS_MAX = 3;

/** A person who has used a link. `keys` is null if the row in the database is not what a browser made. */
export interface Waiting {
  registration: Registration;
  keys: Keys | null;
  /** The words that the lead typed are not this registration's. */
  isMismatch: boolean;
}

/** What the page of people needs from the desk. */
export interface RosterAccess {
  readonly keyring: Keyring;
  readonly own: OwnRoster;
  /** Fetches and verifies it again. */
  refreshRoster: () => Promise<void>;
  refreshSession: () => Promise<void>;
}

export class People {
  phase: "loading" | "ready" | "failed" = "loading";
  error: string | null = null;
  invitations: PeopleList["invitations"] = [];
  waiting: Waiting[] = [];
  activity: PeopleList["members"] = [];
  link: { url: string; hours: number; role: Role; isCopied: boolean } | null = null;
  isBusy = false;

  constructor(
    private readonly dom: Dom,
    private readonly access: RosterAccess,
  ) {}

  /** Leads first, then by pseudonym. */
  get members(): Member[] {
    const nameOf = ({ keys }: Member) => keys?.pseudonym ?? "";
    return Array.from(this.access.own.roster.members.values()).sort(
      (a, b) => a.role.localeCompare(b.role) || nameOf(a).localeCompare(nameOf(b)),
    );
  }

  async load(): Promise<void> {
    try {
      const list = await this.dom.post<PeopleList>("/api/desk/people", {});
      this.invitations = list.invitations;
      this.activity = list.members;
      this.waiting = await Promise.all(list.registrations.map((item) => this.#waitingOf(item)));
      this.phase = "ready";
      this.error = null;
    } catch (error) {
      this.error = errorMessage(error);
      if (this.phase === "loading") this.phase = "failed";
    }
    this.dom.requestRender();
  }

  async invite(role: Role): Promise<void> {
    await this.#withBusy(async () => {
      this.link = await this.#createInvitation(role);
      await this.load();
      this.dom.announce(gettext("The link is ready. It is shown only once."));
      this.dom.focusOn("#link");
    });
  }

  async cancelInvitation({ invitation_id }: OpenInvitation): Promise<void> {
    await this.#withBusy(async () => {
      await this.dom.post("/api/desk/cancel-invitation", { invitation_id });
      this.link = null; // it may be this one
      await this.load();
      this.dom.announce(gettext("The link is cancelled. It opens nothing any more."));
      this.dom.focusOn("h1");
    });
  }

  async copyLink(): Promise<void> {
    if (this.link === null) return;
    this.link.isCopied = await copyText(this.link.url);
    if (!this.link.isCopied) this.error = copyFailedMessage();
    this.dom.announce(this.link.isCopied ? gettext("The link was copied.") : copyFailedMessage());
  }

  /** `typed`: the words that the lead has heard. Only the same words make a member. */
  async confirm(waiting: Waiting, typed: string): Promise<void> {
    await this.#withBusy(async () => {
      await this.access.refreshRoster(); // the newest head, and any other lead's removals
      const words = await this.#wordsOf(waiting.registration);
      waiting.isMismatch = words === null || normalizePassphrase(typed) !== words;
      if (waiting.isMismatch || waiting.keys === null) {
        this.dom.focusOn("#words-mismatch");
        return;
      }
      await this.#sign(waiting.registration, waiting.keys);
      await this.access.refreshRoster();
      await this.load();
      this.dom.announce(
        gettext("%(pseudonym)s is a member now.", { pseudonym: waiting.keys.pseudonym }),
      );
      this.dom.focusOn("h1");
    });
  }

  /** The technician suspended this member, and a lead decides that they may work again. */
  async liftSuspension(pseudonym: string): Promise<void> {
    await this.#withBusy(async () => {
      await this.dom.post("/api/desk/lift-suspension", { pseudonym });
      await this.access.refreshSession();
      this.dom.announce(gettext("%(pseudonym)s can sign in again.", { pseudonym }));
      this.dom.focusOn("h1");
    });
  }

  /** Nothing of this person's is kept, and the link stays used. */
  async discard({ registration }: Waiting): Promise<void> {
    const { registration_id } = registration;
    await this.#withBusy(async () => {
      await this.dom.post("/api/desk/discard-registration", { registration_id });
      await this.load();
      this.dom.announce(gettext("Discarded. Nothing was opened with these keys."));
      this.dom.focusOn("h1");
    });
  }

  async #waitingOf(registration: Registration): Promise<Waiting> {
    const keys = await readKeys(registration.keys, registration.keys_signature);
    return { registration, keys, isMismatch: false };
  }

  /** Null if the person was given another roster than ours. */
  async #wordsOf({
    registration_id,
    role,
    invited_by,
    head,
    keys,
  }: Registration): Promise<string | null> {
    const { roster } = this.access.own;
    if (!roster.hashes.includes(head)) return null;
    const agreed = {
      token_hash: registration_id,
      first: firstOf(roster),
      head,
      lead: invited_by,
      role,
      keys_hash: keysHash(keys),
    };
    return confirmationWords(agreed, await fetchWordList());
  }

  /** Signs again if another lead's statement came first. */
  async #sign(registration: Registration, keys: Keys): Promise<void> {
    const { registration_id } = registration;
    for (let attempt = 1; ; attempt += 1) {
      const { own, keyring } = this.access;
      const statement = await signMemberAdded(keyring.keys, {
        siteId: own.roster.siteId,
        previous: headOf(own.roster),
        registration,
        member: keys.signing_key,
      });
      const wraps = await keyring.wrapsFor(keys.recipient);
      try {
        await this.dom.post("/api/desk/confirm-member", { registration_id, statement, wraps });
        return;
      } catch (error) {
        const isLate = error instanceof RequestRejected && error.code === "roster_changed";
        if (!isLate || attempt === ATTEMPTS_MAX) throw error;
        await this.access.refreshRoster();
      }
    }
  }

  async #createInvitation(role: Role): Promise<People["link"]> {
    const { roster, self } = this.access.own;
    const token = toHex(randomBytes(TOKEN_BYTES));
    const { hours } = await this.dom.post<{ hours: number }>("/api/desk/invite", { role, token });
    const link = { token, first: firstOf(roster), lead: self.signingKey, role };
    const url = addressOfDesk(`/join#${invitationFragment(link)}`);
    return { url, hours, role, isCopied: false };
  }

  #withBusy(work: () => Promise<void>): Promise<void> {
    return withBusy(this, () => this.dom.requestRender(), work);
  }
}
