/** What the desk says about decisions: in progress, made, failed, or made by another moderator. */

import { errorMessage, NetworkError, RequestRejected } from "../api/client.ts";
import type {
  AlreadyDecided,
  DecisionResult,
  EditKind,
  SupersededDecision,
  Terms,
  Verdict,
} from "../api/types.ts";
import { gettext, ngettext } from "../i18n.ts";
import type { DecisionRequest, Outcome } from "../queue/queue-item.ts";

/** Who made the current decision on a comment that is no longer pending. */
export type ExistingDecision = Omit<AlreadyDecided, "comment_id">;

const WITHDRAWN = "withdrawn";
const EXPIRED = "expired";

export function verdictLabel(verdict: Verdict): string {
  const labels: Record<Verdict, string> = {
    publish: gettext("Published"),
    publish_edited: gettext("Published with an edit"),
    reject: gettext("Rejected"),
    remove: gettext("Removed"),
    undo: gettext("Undone"),
    destroy: gettext("Destroyed"),
  };
  return labels[verdict] ?? verdict;
}

export function editKindLabel(editKind: EditKind): string {
  const labels: Record<EditKind, string> = {
    masked: gettext("Masked"),
    shortened: gettext("Shortened"),
    reworded: gettext("Reworded"),
  };
  return labels[editKind] ?? editKind;
}

/** A verdict with its reason: "Rejected (Spam)", "Published with an edit (Masked, Personal data)". */
export function decisionLabel({ verdict, clause, edit_kind }: Outcome, terms: Terms): string {
  const decision = verdictLabel(verdict as Verdict);
  if (clause === null) return decision;
  const title = clauseTitle(terms, clause);
  if (edit_kind === null) return gettext("%(decision)s (%(clause)s)", { decision, clause: title });
  const kind = editKindLabel(edit_kind);
  return gettext("%(decision)s (%(kind)s, %(clause)s)", { decision, kind, clause: title });
}

/** The title of a clause; its key if the terms no longer have it. */
export function clauseTitle({ clauses }: Terms, clause: string): string {
  return clauses.find(({ key }) => key === clause)?.title ?? clause;
}

/** What the desk is about to send, in the words of the server. */
export function reasonOf(request: DecisionRequest): Outcome {
  const clause = "clause" in request ? request.clause : null;
  const edit_kind = "edit_kind" in request ? request.edit_kind : null;
  return { verdict: request.verdict, clause, edit_kind };
}

/** Until the server has responded. */
export function progressMessage(request: DecisionRequest, count: number, terms: Terms): string {
  const decision = decisionLabel(reasonOf(request), terms);
  if (count === 1) return gettext("Sending: %(decision)s…", { decision });
  return ngettext(
    "Sending for %(count)s comment: %(decision)s…",
    "Sending for %(count)s comments: %(decision)s…",
    count,
    { decision },
  );
}

export function resultMessage(
  request: DecisionRequest,
  { state, slot }: DecisionResult,
  terms: Terms,
): string {
  const decision = decisionLabel(reasonOf(request), terms);
  const time = slot.label;
  return state === "held"
    ? gettext("%(decision)s, appears at %(time)s at the earliest", { decision, time })
    : gettext("%(decision)s, final at %(time)s", { decision, time });
}

/** Without a response it is unknown whether the decision was stored. */
export function notDecidedMessage(error: unknown): string {
  if (error instanceof NetworkError && error.code === null) {
    return gettext(
      "No response arrived, so it is not known whether this was decided. Try again: nothing is decided twice.",
    );
  }
  return gettext("Not decided. %(reason)s", { reason: errorMessage(error) });
}

/** In a bulk rejection; a single decision gets the same from the server. */
export function notSignedMessage(): string {
  return gettext(
    "Not decided: the server did not accept the signature of this device. Nothing is lost. Reload the page and try again. If it happens again, tell your lead.",
  );
}

/** If the decision is by `me`, then an earlier request did arrive, and its response was lost. */
export function alreadyDecidedMessage(
  existing: Pick<ExistingDecision, "decided_by" | keyof Outcome>,
  me: string | null,
  terms: Terms,
): string {
  const { decided_by: moderator, verdict } = existing;
  if (verdict === WITHDRAWN) return gettext("The author has withdrawn this comment.");
  if (verdict === EXPIRED) {
    return gettext("No moderator decided on this comment in time. It was destroyed unread.");
  }
  const decision = decisionLabel(existing, terms);
  if (moderator === me) {
    return gettext("Your earlier decision did arrive: %(decision)s.", { decision });
  }
  return moderator === ""
    ? gettext("Another moderator has already decided: %(decision)s.", { decision })
    : gettext("%(moderator)s has already decided: %(decision)s.", { moderator, decision });
}

/** The same moderator decided otherwise, on another device. `mine` is the label of what was not stored. */
export function decidedElsewhereMessage(existing: Outcome, mine: string, terms: Terms): string {
  return gettext(
    "Not stored: %(mine)s. You had already decided this comment on another device: %(decision)s. To change that, undo it in the history.",
    { mine, decision: decisionLabel(existing, terms) },
  );
}

/** What happened to a decision of this moderator afterwards. `mine` is its label. */
export function supersededMessage(
  { verdict, decided_by: moderator, clause }: SupersededDecision,
  mine: string,
  { me, terms }: { me: string; terms: Terms },
): string {
  switch (verdict) {
    case "undo":
      if (moderator === "") {
        return gettext(
          "The server was restored without this text, so your decision is undone: %(decision)s.",
          { decision: mine },
        );
      }
      return moderator === me
        ? gettext("You undid this elsewhere: %(decision)s.", { decision: mine })
        : gettext("%(moderator)s undid your decision: %(decision)s.", {
            moderator,
            decision: mine,
          });
    case "remove":
      return gettext("%(moderator)s has removed this comment (%(clause)s).", {
        moderator,
        clause: clauseTitle(terms, clause ?? ""),
      });
    default:
      return gettext("The author has withdrawn this comment.");
  }
}

/** The decision that made the server reject ours; null if the error has another reason. */
export function existingDecision(error: unknown): ExistingDecision | null {
  if (!(error instanceof RequestRejected)) return null;
  const { decided_by, verdict, clause, edit_kind, decision_id } = error.details;
  const none = { clause: null, edit_kind: null, decision_id: null };
  if (error.code === "no_such_comment") return { decided_by: "", verdict: WITHDRAWN, ...none };
  if (error.code !== "already_decided") return null;
  return {
    decided_by: String(decided_by ?? ""),
    verdict: String(verdict ?? ""),
    clause: typeof clause === "string" ? clause : null,
    edit_kind: typeof edit_kind === "string" ? (edit_kind as EditKind) : null,
    decision_id: typeof decision_id === "string" ? decision_id : null,
  };
}
