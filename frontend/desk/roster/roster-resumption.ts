/** After a restore whose newest statements are lost: a lead says who is still a member, and signs it. */

import { errorMessage, post } from "../api/client.ts";
import type { NewStatement, Session } from "../api/types.ts";
import type { PersonalKeys } from "../crypto/keyring.ts";
import { gettext } from "../i18n.ts";
import type { Dom } from "../ui/dom.ts";
import { signNewEpoch } from "./new-epoch.ts";
import { headOf, type Member, statementHash } from "./roster.ts";
import type { OwnRoster } from "./roster-check.ts";
import { signMemberRemoved, signStatement } from "./sign-statements.ts";

export class RosterResumption {
  error: string | null = null;
  isBusy = false;

  constructor(
    private readonly dom: Dom,
    readonly session: Session,
    readonly own: OwnRoster,
    private readonly keys: PersonalKeys,
    private readonly onResumed: () => Promise<void>,
  ) {}

  /** Everybody but the lead who is asked. */
  get others(): Member[] {
    const { roster, self } = this.own;
    return Array.from(roster.members.values()).filter((member) => member !== self);
  }

  /** Whether this device remembers the removal. */
  wasRemoved({ signingKey }: Member): boolean {
    return this.own.lost?.removed.has(signingKey) ?? false;
  }

  /** The newest statement that was lost, by the server or by this device; null where nothing knows it. */
  get lostEnd(): { head: string; length: number } | null {
    const { resumption } = this.session;
    const { lost } = this.own;
    if (resumption !== null && resumption.lost_head !== null) {
      return { head: resumption.lost_head, length: resumption.lost_length };
    }
    return lost === null ? null : { head: headOf(lost), length: lost.hashes.length };
  }

  /** `answers`: for each other member, whether they stay. */
  async submit(answers: ReadonlyMap<string, boolean>): Promise<void> {
    if (this.others.some(({ signingKey }) => !answers.has(signingKey))) {
      this.error = gettext("Choose for every person first.");
      this.dom.requestRender();
      return;
    }
    this.isBusy = true;
    this.error = null;
    this.dom.requestRender();
    try {
      await post("/api/desk/resume-roster", await this.#sign(answers));
      await this.onResumed();
    } catch (error) {
      this.error = errorMessage(error);
    } finally {
      this.isBusy = false;
      this.dom.requestRender();
    }
  }

  async #sign(answers: ReadonlyMap<string, boolean>) {
    const { roster, self } = this.own;
    const { siteId } = roster;
    const statements: NewStatement[] = [await this.#signResumed(headOf(roster))];
    const previous = () => statementHash(statements.at(-1)?.statement ?? "");
    for (const { signingKey: member } of this.others) {
      if (answers.get(member) === true) continue;
      statements.push(await signMemberRemoved(this.keys, { siteId, previous: previous(), member }));
    }
    const stays = (member: Member) => member === self || answers.get(member.signingKey) === true;
    const members = Array.from(roster.members.values()).filter(stays);
    const epoch = await signNewEpoch(this.keys, { siteId, previous: previous(), members });
    return { statements: [...statements, epoch.statement], wraps: epoch.wraps };
  }

  #signResumed(previous: string): Promise<NewStatement> {
    const end = this.lostEnd;
    return signStatement(this.keys.signingKey, {
      v: 1,
      site_id: this.own.roster.siteId,
      kind: "resumed",
      previous,
      by: this.keys.publicKey,
      lost_head: end?.head ?? null,
      lost_length: end === null ? null : String(end.length),
    });
  }
}
