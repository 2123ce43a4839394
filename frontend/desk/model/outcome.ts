/** Decisions as sentences. */

import { Refusal } from "../wire/api.ts";
import type { Decided, Verdict } from "../wire/types.ts";

const DONE: Record<Verdict, string> = {
  publish: "published",
  publish_edited: "published with an edit",
  reject: "rejected",
  remove: "removed",
  undo: "undone",
};

const WITHDRAWN = "Its author has withdrawn this comment.";

export function doneWord(verdict: Verdict): string {
  return DONE[verdict] ?? verdict;
}

/** "Published, appears at 18:00 at the earliest"; "Rejected, final at 18:00". */
export function outcome(verdict: Verdict, decided: Decided): string {
  const what = capital(doneWord(verdict));
  if (decided.state === "held") return `${what}, appears at ${decided.slot.label} at the earliest`;
  return verdict === "remove" ? `${what} at once` : `${what}, final at ${decided.slot.label}`;
}

/** Said where two decide about one comment. Was it `me`, then an earlier try arrived and its answer was lost. */
export function decidedBefore(by: string, verdict: string, me: string): string {
  if (verdict === "withdrawn") return WITHDRAWN;
  if (by === me) return `It had arrived: you have already ${doneWord(verdict as Verdict)} it.`;
  const who = by === "" ? "Somebody else" : by;
  return `${who} was first: this comment is already ${doneWord(verdict as Verdict)}.`;
}

/** A sentence where the comment no longer waits for us; null where the refusal is about our act. */
export function goneSentence(error: unknown, me: string): string | null {
  if (!(error instanceof Refusal)) return null;
  if (error.code === "already_decided") {
    return decidedBefore(String(error.details.by ?? ""), String(error.details.verdict ?? ""), me);
  }
  return error.code === "no_such_comment" ? WITHDRAWN : null;
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
