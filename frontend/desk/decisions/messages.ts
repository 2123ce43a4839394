/** What the desk says about decisions: in progress, made, failed, or made by another moderator. */

import { errorMessage, NetworkError, RequestRejected } from "../api/client.ts";
import type { AlreadyDecided, DecisionResult, EditKind, Verdict } from "../api/types.ts";
import { gettext, ngettext } from "../i18n.ts";

/** Who made the current decision on a comment that is no longer pending. */
export type ExistingDecision = Omit<AlreadyDecided, "comment_id">;

const WITHDRAWN = "withdrawn";

export function verdictLabel(verdict: Verdict): string {
  const labels: Record<Verdict, string> = {
    publish: gettext("Published"),
    publish_edited: gettext("Published with an edit"),
    reject: gettext("Rejected"),
    remove: gettext("Removed"),
    undo: gettext("Undone"),
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

/** Until the server has responded. */
export function progressMessage(
  verdict: "publish" | "publish_edited" | "reject",
  count: number,
): string {
  if (verdict === "publish") return gettext("Publishing…");
  if (verdict === "publish_edited") return gettext("Publishing with an edit…");
  if (count === 1) return gettext("Rejecting…");
  return ngettext("Rejecting %(count)s comment…", "Rejecting %(count)s comments…", count);
}

export function resultMessage(
  verdict: "publish" | "publish_edited" | "reject",
  { state, slot }: DecisionResult,
): string {
  const time = slot.label;
  if (verdict === "reject") return gettext("Rejected, final at %(time)s", { time });
  if (state !== "held") {
    return verdict === "publish"
      ? gettext("Published, final at %(time)s", { time })
      : gettext("Published with an edit, final at %(time)s", { time });
  }
  return verdict === "publish"
    ? gettext("Published, appears at %(time)s at the earliest", { time })
    : gettext("Published with an edit, appears at %(time)s at the earliest", { time });
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

/** If the decision is by `me`, then an earlier request did arrive, and its response was lost. */
export function alreadyDecidedMessage(
  { decided_by: moderator, verdict }: Pick<ExistingDecision, "decided_by" | "verdict">,
  me: string | null,
): string {
  if (verdict === WITHDRAWN) return gettext("The author has withdrawn this comment.");
  if (moderator === me) return decidedByMe(verdict);
  return moderator === "" ? decidedBySomebody(verdict) : decidedBy(moderator, verdict);
}

function decidedByMe(verdict: string): string {
  switch (verdict) {
    case "publish":
      return gettext("Your earlier decision did arrive: you have already published this comment.");
    case "publish_edited":
      return gettext(
        "Your earlier decision did arrive: you have already published this comment with an edit.",
      );
    case "reject":
      return gettext("Your earlier decision did arrive: you have already rejected this comment.");
    case "remove":
      return gettext("Your earlier decision did arrive: you have already removed this comment.");
    default:
      return gettext("Your earlier decision did arrive: you have already decided on this comment.");
  }
}

function decidedBy(moderator: string, verdict: string): string {
  switch (verdict) {
    case "publish":
      return gettext("%(moderator)s has already published this comment.", { moderator });
    case "publish_edited":
      return gettext("%(moderator)s has already published this comment with an edit.", {
        moderator,
      });
    case "reject":
      return gettext("%(moderator)s has already rejected this comment.", { moderator });
    case "remove":
      return gettext("%(moderator)s has already removed this comment.", { moderator });
    default:
      return gettext("%(moderator)s has already decided on this comment.", { moderator });
  }
}

function decidedBySomebody(verdict: string): string {
  switch (verdict) {
    case "publish":
      return gettext("Another moderator has already published this comment.");
    case "publish_edited":
      return gettext("Another moderator has already published this comment with an edit.");
    case "reject":
      return gettext("Another moderator has already rejected this comment.");
    case "remove":
      return gettext("Another moderator has already removed this comment.");
    default:
      return gettext("Another moderator has already decided on this comment.");
  }
}

/** The decision that made the server reject ours; null if the error has another reason. */
export function existingDecision(error: unknown): ExistingDecision | null {
  if (!(error instanceof RequestRejected)) return null;
  const { decided_by, verdict, decision_id } = error.details;
  if (error.code === "no_such_comment") {
    return { decided_by: "", verdict: WITHDRAWN, decision_id: null };
  }
  if (error.code !== "already_decided") return null;
  return {
    decided_by: String(decided_by ?? ""),
    verdict: String(verdict ?? ""),
    decision_id: typeof decision_id === "string" ? decision_id : null,
  };
}
