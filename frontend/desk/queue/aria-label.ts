/** What a screen reader says when a comment gets the focus. */

import { gettext } from "../i18n.ts";
import { languageName } from "../text/language.ts";
import type { Queue } from "./queue.ts";
import type { QueueItem } from "./queue-item.ts";

/** "Comment 3 of 12, Khmer, Ferry workers": counted among the undecided comments of this page. */
export function commentLabel({ undecided }: Queue, item: QueueItem): string {
  return gettext("Comment %(position)s of %(total)s, %(language)s, %(story)s", {
    position: undecided.indexOf(item) + 1,
    total: undecided.length,
    language: languageName(item.draft.lang),
    story: item.row.story_title,
  });
}
