/** What readers will see beside an edited comment. */

import type { Clause, EditKind } from "../api/types.ts";
import { gettext } from "../i18n.ts";
import type { QueueItem } from "../queue/queue-item.ts";

export function editNotice(clauses: Clause[], { draft }: QueueItem): string {
  const clause = clauses.find(({ key }) => key === draft.editClause);
  if (clause === undefined || draft.editKind === null) {
    return gettext("Readers will see that a moderator edited the comment, and the clause.");
  }
  return gettext("Readers will see: “%(label)s”.", {
    label: readersLabel(draft.editKind, clause.title),
  });
}

/** The label on readers' pages: the macro `edit_label` in `reader/macros.html`. */
function readersLabel(editKind: EditKind, clause: string): string {
  const labels: Record<EditKind, string> = {
    masked: gettext("Masked by a moderator (%(clause)s)", { clause }),
    shortened: gettext("Shortened by a moderator (%(clause)s)", { clause }),
    reworded: gettext("Reworded by a moderator (%(clause)s)", { clause }),
  };
  return labels[editKind];
}
