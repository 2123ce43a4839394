/** Prepared sentences: which fit a comment, and what they do to a note. */

import assert from "node:assert/strict";
import { test } from "node:test";
import { nextPresetNote, presetNotesFor, withPresetNote } from "../desk/editor/preset-notes.ts";
import type { QueueItem } from "../desk/queue/queue-item.ts";

const PRESET_NOTES = [
  { clause: "spam", lang: "en", sentences: ["Once.", "Not here."] },
  { clause: "spam", lang: "pt", sentences: ["Uma vez."] },
  { clause: "facts", lang: "en", sentences: ["Where?"] },
];
const SENTENCES = ["Once.", "Not here."];

function itemWith(lang: string, edition: string, rejectClause: string | null): QueueItem {
  const draft = { lang, rejectClause, editClause: "facts" };
  return { mode: "reject", draft, row: { edition } } as unknown as QueueItem;
}

test("sentences are those of the clause, in the language of the comment", () => {
  const of = (lang: string, edition = "km", clause: string | null = "spam") =>
    presetNotesFor(PRESET_NOTES, itemWith(lang, edition, clause));
  assert.deepEqual(of("en"), SENTENCES);
  assert.deepEqual(of("pt-BR"), ["Uma vez."]);
  assert.deepEqual(of("ar"), []);
  assert.deepEqual(of("und", "en"), SENTENCES); // in the language of the page it was sent from
  assert.deepEqual(of("en", "en", null), []);
  const edited = { ...itemWith("en", "en", "spam"), mode: "edit" } as QueueItem;
  assert.deepEqual(presetNotesFor(PRESET_NOTES, edited), ["Where?"]);
});

test("pressing the key again puts the next sentence in place of the last, and keeps what was typed", () => {
  let note = "";
  const press = () => {
    note = withPresetNote(note, nextPresetNote(note, SENTENCES) ?? "", SENTENCES);
    return note;
  };
  assert.equal(press(), "Once.");
  assert.equal(press(), "Not here.");
  assert.equal(press(), "Once.");
  note = "Thank you for the date. ";
  assert.equal(press(), "Thank you for the date. Once.");
  assert.equal(press(), "Thank you for the date. Not here.");
  note = "Not here. Or later.";
  assert.equal(press(), "Not here. Or later. Once.");
});

test("without sentences there is no next one", () => {
  assert.equal(nextPresetNote("", []), undefined);
});
