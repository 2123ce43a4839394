/** Decisions as sentences. */

import { Refusal, sentenceFor, Unreachable } from "../api/client.ts";
import type { DecisionResult, Verdict } from "../api/types.ts";

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

const UNDER_WAY: Record<string, string> = {
  publish: "Publishing",
  publish_edited: "Publishing with an edit",
  reject: "Rejecting",
};

/** "Rejecting 12 comments…", until the server has answered. */
export function underWay(verdict: Verdict, count: number): string {
  return `${UNDER_WAY[verdict]}${count > 1 ? ` ${count} comments` : ""}…`;
}

/** Why a decision is not known to stand. Without an answer nobody can say that it does not. */
export function notDecided(error: unknown): string {
  if (error instanceof Unreachable && error.code === null) {
    return "No answer came, so it is not known whether this was decided. Try again: nothing is decided twice.";
  }
  return `Not decided. ${sentenceFor(error)}`;
}

/** "Published, appears at 18:00 at the earliest"; "Rejected, final at 18:00". */
export function outcome(verdict: Verdict, decided: DecisionResult): string {
  const what = capital(doneWord(verdict));
  if (decided.state === "held") return `${what}, appears at ${decided.slot.label} at the earliest`;
  return `${what}, final at ${decided.slot.label}`;
}

/** Said where two decide about one comment. Was it `me`, then an earlier try arrived and its answer was lost. */
export function decidedBefore(
  { decided_by: by, verdict }: Pick<Before, "decided_by" | "verdict">,
  me: string,
): string {
  if (verdict === "withdrawn") return WITHDRAWN;
  if (by === me) return `It had arrived: you have already ${doneWord(verdict as Verdict)} it.`;
  const who = by === "" ? "Somebody else" : by;
  return `${who} was first: this comment is already ${doneWord(verdict as Verdict)}.`;
}

/** Said of a row that somebody else decided while it stood here. */
export function decidedMeanwhile({
  decided_by: by,
  verdict,
}: Pick<Before, "decided_by" | "verdict">): string {
  if (verdict === "withdrawn") return WITHDRAWN;
  const who = by === "" ? "Somebody else" : by;
  return `${who} has ${doneWord(verdict as Verdict)} it meanwhile.`;
}

/** Whose decision stands on a comment that no longer waits for us. */
export interface Before {
  decided_by: string;
  verdict: string;
  decision_id: string | null;
}

/** Null where the refusal is about our act and not about the comment. */
export function decisionBefore(error: unknown): Before | null {
  if (!(error instanceof Refusal)) return null;
  const { decided_by, verdict, decision_id } = error.details;
  if (error.code === "no_such_comment")
    return { decided_by: "", verdict: "withdrawn", decision_id: null };
  if (error.code !== "already_decided") return null;
  return {
    decided_by: String(decided_by ?? ""),
    verdict: String(verdict ?? ""),
    decision_id: typeof decision_id === "string" ? decision_id : null,
  };
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
