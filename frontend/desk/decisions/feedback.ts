/** What a decision tells the author: the note, and for an edit what was struck and added. */

import type { Limits } from "../api/types.ts";
import type { Envelope } from "../crypto/envelope.ts";
import type { Feedback } from "../crypto/feedback.ts";
import { type DiffPart, diffWords } from "../text/diff.ts";
import { countGraphemes } from "../text/graphemes.ts";
import { countWithMasks } from "../text/mask.ts";

/** What will appear, as it is signed. */
export interface EditedWords {
  text: string;
  name: string;
  lang: string;
}

interface Edit {
  original: Pick<Envelope, "text" | "name">;
  edited: EditedWords;
}

/** Changes that would not fit the answer to a receipt are left out, and the author is told so. */
export function createFeedback(
  note: string,
  edit: Edit | null,
  limits: Pick<Limits, "added_graphemes_max" | "changes_max">,
): Feedback {
  const none = { changes: [], former_name: null, name: null, lang: null, is_abridged: false };
  const feedback: Feedback = { v: 1, note, ...none };
  if (edit === null) return feedback;
  const { original, edited } = edit;
  const changes =
    original.text === edited.text ? [] : diffWords(original.text, edited.text, edited.lang);
  const hasOtherName = original.name !== edited.name;
  if (!doesFit(changes, hasOtherName ? original.name : "", limits)) {
    return { ...feedback, is_abridged: true };
  }
  const names = hasOtherName ? { former_name: original.name, name: edited.name } : {};
  return { ...feedback, changes, lang: edited.lang, ...names };
}

function doesFit(
  changes: readonly DiffPart[],
  formerName: string,
  { added_graphemes_max, changes_max }: Pick<Limits, "added_graphemes_max" | "changes_max">,
): boolean {
  const inserted = changes.filter(({ kind }) => kind === "inserted").map(({ text }) => text);
  const added = countWithMasks(inserted.join("")) + countGraphemes(formerName);
  const changedParts = changes.filter(({ kind }) => kind !== "same");
  return added <= added_graphemes_max && changedParts.length <= changes_max;
}
