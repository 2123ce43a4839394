/** What is spoken of a comment when the focus comes to it. */

import { languageName } from "../text/language.ts";
import type { Queue } from "./queue.ts";
import type { Item } from "./queue-item.ts";

/** "Comment 3 of 12, Khmer, Ferry workers": its place among those that wait on this page. */
export function commentLabel(queue: Queue, item: Item): string {
  const open = queue.open;
  const place = `${open.indexOf(item) + 1} of ${open.length}`;
  return `Comment ${place}, ${languageName(item.draft.lang)}, ${item.row.story_title}`;
}
