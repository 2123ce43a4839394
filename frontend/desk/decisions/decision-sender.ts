/** Sends decisions, one or many of a kind, and says what becomes of each comment. */

import { Unreachable } from "../api/client.ts";
import type { DecisionResult, RejectManyResult, Session } from "../api/types.ts";
import type { Queue } from "../queue/queue.ts";
import { type Act, type Item, isUnsent } from "../queue/queue-item.ts";
import type { Host } from "../ui/dom.ts";
import type { Entry, Journal } from "./activity-log.ts";
import {
  type Before,
  counted,
  decidedBefore,
  decisionBefore,
  notDecided,
  outcome,
} from "./messages.ts";

const CHANGED_SINCE = "What you changed since was not sent: undo it to decide anew.";
const NOT_TAKEN = "Not decided: the database took no more of them. Try again.";

export class Sending {
  constructor(
    private readonly host: Host,
    private readonly queue: Queue,
    private readonly journal: Journal,
    private readonly session: Session,
  ) {}

  /** False where no answer came, or only "not now". */
  one(item: Item, act: Act): Promise<boolean> {
    const entry = this.journal.begin(act, [item]);
    return this.journal.follow(entry, this.#one(item, entry));
  }

  many(items: Item[], act: Act): Promise<boolean> {
    const entry = this.journal.begin(act, items);
    return this.journal.follow(entry, this.#many(items, entry));
  }

  /** What of a line could not be sent, and was not touched since. */
  async again(entry: Entry): Promise<boolean> {
    const items = entry.parts.map(({ item }) => item).filter((item) => isUnsent(item, entry.act));
    const [first] = items;
    if (first === undefined) return true;
    const isOne = entry.parts.length === 1;
    return this.journal.follow(entry, isOne ? this.#one(first, entry) : this.#many(items, entry));
  }

  async #one(item: Item, entry: Entry): Promise<boolean> {
    this.#underWay([item]);
    try {
      const body = { comment_id: item.row.comment_id, ...entry.act };
      this.#decided(item, entry, await this.host.post<DecisionResult>("/api/desk/decide", body));
      return true;
    } catch (error) {
      const before = decisionBefore(error);
      if (before === null) return this.#notDecided([item], entry, error);
      this.#gone(item, entry, before);
      return true;
    }
  }

  async #many(items: Item[], entry: Entry): Promise<boolean> {
    this.#underWay(items);
    const comment_ids = items.map((item) => item.row.comment_id);
    const clause = "clause" in entry.act ? entry.act.clause : "";
    try {
      const answer = await this.host.post<RejectManyResult>("/api/desk/reject-many", {
        comment_ids,
        clause,
      });
      return this.#decidedMany(entry, answer);
    } catch (error) {
      return this.#notDecided(items, entry, error);
    }
  }

  #underWay(items: Item[]): void {
    for (const item of items) Object.assign(item, { state: "sending", sentence: null });
    this.host.changed();
  }

  #decided(item: Item, entry: Entry, decided: DecisionResult): void {
    const sentence = outcome(entry.act.verdict, decided);
    this.#take(item, entry, { sentence, decision: decided.decision_id });
    if (decided.state === "held") this.queue.held += 1;
    this.journal.settle(entry, sentence, decided.slot);
  }

  #gone(item: Item, entry: Entry, before: Before): void {
    const sentence = decidedBefore(before, this.session.pseudonym);
    const isOurs = before.decided_by === this.session.pseudonym && before.decision_id !== null;
    const isOlder = isOurs && isOther(item.perhapsSent, entry.act);
    this.#take(item, entry, { sentence, decision: isOurs ? before.decision_id : null });
    if (isOurs) entry.sentence = sentence;
    if (isOlder) this.journal.alarm(`${sentence} ${CHANGED_SINCE}`);
    else if (isOurs) this.journal.settle(entry, sentence, entry.slot);
    else this.journal.tell(sentence);
  }

  #decidedMany(entry: Entry, { decided, already_decided, not_stored }: RejectManyResult): boolean {
    const byId = new Map(entry.parts.map(({ item }) => [item.row.comment_id, item]));
    const take = (id: string, sentence: string, decision: string | null) => {
      const item = byId.get(id);
      if (item !== undefined) this.#take(item, entry, { sentence, decision });
    };
    const me = this.session.pseudonym;
    for (const one of decided) take(one.comment_id, outcome("reject", one), one.decision_id);
    for (const one of already_decided) {
      const isOurs = one.decided_by === me && one.verdict === "reject";
      take(one.comment_id, decidedBefore(one, me), isOurs ? one.decision_id : null);
    }
    const left = entry.parts
      .map(({ item }) => item)
      .filter(({ row }) => not_stored.includes(row.comment_id));
    this.#keep(left, entry.act, NOT_TAKEN);
    this.#sayMany(
      entry,
      already_decided.filter(({ decided_by }) => decided_by !== me).length,
      decided[0]?.slot,
    );
    return left.length === 0;
  }

  #sayMany(entry: Entry, others: number, slot = entry.slot): void {
    const done = entry.parts.filter(({ decision }) => decision !== null).length;
    const were = counted(others, "other was", "others were");
    const rest = others > 0 ? ` (${were} decided before)` : "";
    this.journal.settle(entry, `${counted(done, "comment")} rejected${rest}`, slot);
  }

  /** The connection failed, or a rule was not met: the comments are back in the queue with a sentence. */
  #notDecided(items: Item[], entry: Entry, error: unknown): boolean {
    const sentence = notDecided(error);
    const isUnreachable = error instanceof Unreachable;
    this.#keep(items, isUnreachable ? entry.act : null, sentence);
    const [first] = items;
    // What is unsent stands in the notice above the queue, which offers another try.
    if (!isUnreachable) this.journal.alarm(sentence);
    if (first !== undefined && !(isUnreachable && this.queue.focusId)) this.queue.bring(first);
    return !isUnreachable;
  }

  /** Back in the queue: with `act`, to be sent again. */
  #keep(items: Item[], act: Act | null, sentence: string): void {
    const state = act === null ? "waiting" : "unsent";
    for (const item of items) {
      Object.assign(item, { state, sentence, unsent: act });
      if (act !== null) item.mode = "read";
      this.queue.keep(item);
    }
    this.host.changed();
  }

  #take(item: Item, entry: Entry, done: { sentence: string; decision: string | null }): void {
    const { sentence, decision } = done;
    for (const part of entry.parts) if (part.item === item) part.decision = decision;
    this.queue.take(item, sentence);
  }
}

/** Whether what arrived before is not what was meant now. */
function isOther(perhapsSent: Act | null, act: Act): boolean {
  return perhapsSent !== null && JSON.stringify(perhapsSent) !== JSON.stringify(act);
}
