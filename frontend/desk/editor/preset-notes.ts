/** Sentences that the newsroom has prepared for a note: which fit a comment, and how they come into the note. */

import type { PresetNotes } from "../api/types.ts";
import type { QueueItem } from "../queue/queue-item.ts";

/** The sentences for the chosen clause, in the comment's language or else in that of the page it was sent from. */
export function presetNotesFor(presetNotes: readonly PresetNotes[], item: QueueItem): string[] {
  const { mode, draft, row } = item;
  const clause = mode === "edit" ? draft.editClause : draft.rejectClause;
  const ofClause = presetNotes.filter((notes) => notes.clause === clause);
  for (const tag of [draft.lang, row.edition]) {
    const notes = inLanguage(ofClause, tag);
    if (notes !== undefined) return notes.sentences;
  }
  return [];
}

export function languageOfPresetNote(
  presetNotes: readonly PresetNotes[],
  sentence: string,
): string {
  return presetNotes.find(({ sentences }) => sentences.includes(sentence))?.lang ?? "und";
}

/** The sentences for `pt-BR` itself, or else for `pt`. */
function inLanguage(presetNotes: PresetNotes[], tag: string): PresetNotes | undefined {
  const language = tag.split("-", 1)[0];
  return (
    presetNotes.find(({ lang }) => lang === tag) ??
    presetNotes.find(({ lang }) => lang === language)
  );
}

/** The note with the sentence at its end, in place of another prepared one; what was typed stays. */
export function withPresetNote(note: string, sentence: string, sentences: string[]): string {
  const typed = withoutPresetNote(note, sentences);
  return typed === "" ? sentence : `${typed} ${sentence}`;
}

/** The sentence that follows the one at the end of the note; after the last comes the first. */
export function nextPresetNote(note: string, sentences: string[]): string | undefined {
  const last = sentences.findIndex((sentence) => note.trimEnd().endsWith(sentence));
  return sentences[(last + 1) % sentences.length];
}

function withoutPresetNote(note: string, sentences: string[]): string {
  const trimmed = note.trimEnd();
  const last = sentences.find((sentence) => trimmed.endsWith(sentence));
  return last === undefined ? trimmed : trimmed.slice(0, -last.length).trimEnd();
}
