/** What readers will see beside an edited comment. */

import type { Clause } from "../api/types.ts";
import { gettext } from "../i18n.ts";
import type { QueueItem } from "../queue/queue-item.ts";

export function editNotice(clauses: Clause[], { draft }: QueueItem): string {
  const clause = clauses.find(({ key }) => key === draft.editClause);
  if (clause === undefined) {
    return gettext("Readers will see that a moderator edited the comment, and the clause.");
  }
  return gettext("Readers will see: “Edited by a moderator: %(clause)s”.", {
    clause: clause.title,
  });
}
