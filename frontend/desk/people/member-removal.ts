/** Removing a member, from the question to the signed statements. */

import { errorMessage, RequestRejected } from "../api/client.ts";
import type { RemovedMember } from "../api/types.ts";
import type { Keyring } from "../crypto/keyring.ts";
import { gettext, ngettext } from "../i18n.ts";
import { signNewEpoch } from "../roster/new-epoch.ts";
import { headOf, type Member, statementHash } from "../roster/roster.ts";
import type { OwnRoster } from "../roster/roster-check.ts";
import { signMemberRemoved } from "../roster/sign-statements.ts";
import type { Dom } from "../ui/dom.ts";

/** What a removal needs from the desk. */
export interface RemovalAccess {
  readonly keyring: Keyring;
  readonly own: OwnRoster;
  readonly people: { load: () => Promise<void> };
  openDialog: (dialog: "remove-member" | null) => void;
  refreshRoster: () => Promise<void>;
  refreshSession: () => Promise<void>;
  end: (message: string) => Promise<void>;
}

export class MemberRemoval {
  /** Whom the dialog asks about. */
  member: Member | null = null;
  isBusy = false;
  /** Why no member was removed. */
  error: string | null = null;
  /** What the last removal did. */
  result: string | null = null;
  #opener: Element | null = null;

  constructor(
    private readonly dom: Dom,
    private readonly access: RemovalAccess,
  ) {}

  get isLeaving(): boolean {
    return this.member?.signingKey === this.access.own.self.signingKey;
  }

  get pseudonym(): string {
    return this.member?.keys?.pseudonym ?? "";
  }

  /** A lead removes others; everybody leaves, but for the last lead. */
  isPossible(member: Member): boolean {
    const { roster, self } = this.access.own;
    if (member.signingKey !== self.signingKey) return self.role === "lead";
    const members = Array.from(roster.members.values());
    return self.role !== "lead" || members.filter(({ role }) => role === "lead").length > 1;
  }

  /** Asks about the list as it is now: a lead may have changed it since the page was opened. */
  async ask({ signingKey }: Member): Promise<void> {
    Object.assign(this, { error: null, result: null });
    this.#opener = document.activeElement;
    try {
      await this.access.refreshRoster();
    } catch (error) {
      return this.#failed(error);
    }
    this.member = this.access.own.roster.members.get(signingKey) ?? null;
    if (this.member === null) this.#showError(listChangedMessage());
    else this.access.openDialog("remove-member");
  }

  cancel(): void {
    if (this.isBusy) return;
    this.access.openDialog(null);
    this.dom.restoreFocus(this.#opener);
  }

  async remove(): Promise<void> {
    const { member } = this;
    if (member === null || this.isBusy) return;
    this.isBusy = true;
    this.dom.requestRender();
    try {
      await this.#remove(member);
    } catch (error) {
      await this.#failed(error);
    } finally {
      this.isBusy = false;
      this.dom.requestRender();
    }
  }

  async #remove(member: Member): Promise<void> {
    const body = await this.#signed(member);
    const removed = await this.dom.post<RemovedMember>("/api/desk/remove-member", body);
    this.access.openDialog(null);
    if (this.isLeaving) return this.access.end(leftMessage());
    await this.access.refreshSession();
    await this.access.people.load();
    this.result = removedMessage(this.pseudonym, removed);
    this.dom.announce(this.result);
    this.dom.focusOn("#removal-result");
  }

  /** A member who leaves signs no epoch, because they would know its key. */
  async #signed(member: Member) {
    const { own, keyring } = this.access;
    const { siteId, members } = own.roster;
    const removal = await signMemberRemoved(keyring.keys, {
      siteId,
      previous: headOf(own.roster),
      member: member.signingKey,
    });
    if (this.isLeaving) return { statements: [removal], wraps: [] };
    const { statement, wraps } = await signNewEpoch(keyring.keys, {
      siteId,
      previous: statementHash(removal.statement),
      members: Array.from(members.values()).filter((other) => other !== member),
    });
    return { statements: [removal, statement], wraps };
  }

  /** After another lead's statement, the question may be another: it is not asked again by itself. */
  async #failed(error: unknown): Promise<void> {
    const isLate = error instanceof RequestRejected && error.code === "roster_changed";
    if (isLate) await this.access.refreshRoster().catch(() => null); // the next poll repeats it
    this.#showError(isLate ? listChangedMessage() : errorMessage(error));
  }

  #showError(message: string): void {
    this.error = message;
    this.access.openDialog(null);
    this.dom.focusOn("#removal-error");
  }
}

function listChangedMessage(): string {
  return gettext(
    "The list of members changed at the same moment. No member was removed. Look at the list again.",
  );
}

function leftMessage(): string {
  return gettext(
    "You have left this desk. Your keys were deleted from the server, and you are signed out on every device.",
  );
}

function removedMessage(pseudonym: string, { returned_count }: RemovedMember): string {
  const removed = gettext("%(pseudonym)s is removed, and a new key has begun.", { pseudonym });
  if (returned_count === 0) return removed;
  const returned = ngettext(
    "%(count)s comment that they had accepted is back in the queue.",
    "%(count)s comments that they had accepted are back in the queue.",
    returned_count,
  );
  return `${removed} ${returned}`;
}
